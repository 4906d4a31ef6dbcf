// The readers of files on arbitrary bytes: a table or an Error, never a crash or a wild allocation. The first byte
// chooses the reader; mapped files also get a good header that the bytes change.
#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "number/error.hpp"
#include "storage/array/array_file.hpp"
#include "storage/table/input_matrix.hpp"
#include "storage/table/numeric_table.hpp"

namespace {

void check(const widegeo::storage::NumericTable& table) {
  if (table.rows == 0 || table.values.size() != table.rows * table.columns) std::abort();
  if (!table.text.empty() && table.text.size() != table.values.size()) std::abort();
  (void)table.exact(table.rows - 1, table.columns - 1);
}

/// A file that lives as long as this process.
const std::string& scratch_file() {
  static const std::string path = [] {
    std::string name = "/tmp/widegeo_fuzz_XXXXXX.npy";
    const int number = ::mkstemps(name.data(), 4);
    if (number < 0) std::abort();
    ::close(number);
    std::atexit([] { ::unlink(scratch_file().c_str()); });
    return name;
  }();
  return path;
}

void check_mapped(const std::string& bytes) {
  if (::truncate(scratch_file().c_str(), 0) != 0) std::abort();
  std::FILE* const file = std::fopen(scratch_file().c_str(), "wb");
  if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size()) std::abort();
  std::fclose(file);
  const widegeo::storage::InputMatrix matrix(scratch_file());
  // No number of a matrix takes less than one byte of the file.
  if (matrix.rows() == 0 || matrix.columns() == 0 || matrix.rows() * matrix.columns() > bytes.size()) std::abort();
  std::vector<double> all(matrix.rows() * matrix.columns()), last(matrix.columns());
  matrix.read(0, matrix.rows(), all.data());
  for (const double value : all) {
    if (!std::isfinite(value)) std::abort();
  }
  matrix.read(matrix.rows() - 1, 1, last.data());
  if (last.back() != all.back()) std::abort();
  if (widegeo::nearest_double(matrix.exact(matrix.rows() - 1, matrix.columns() - 1)) != all.back()) std::abort();
}

/// A whole file of ones, changed at the places that pairs of bytes name.
std::string mutated(std::string_view changes) {
  std::string file = widegeo::storage::array_header({{4, 4}, widegeo::storage::ElementType::float64});
  const std::vector<double> ones(16, 1.0);
  file.append(reinterpret_cast<const char*>(ones.data()), 8 * ones.size());
  for (std::size_t i = 0; i + 1 < changes.size(); i += 2)
    file[static_cast<unsigned char>(changes[i]) % file.size()] = changes[i + 1];
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace widegeo::storage;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::size_t limit = 1 << 22;
  try {
    switch (data[0] % 6) {
      case 0:
        check(parse_csv(bytes, "f.csv"));
        break;
      case 1:
        check(parse_npy(bytes, "f.npy"));
        break;
      case 2:
        check(parse_csv(gunzip(bytes, "f.csv.gz", limit), "f.csv.gz"));
        break;
      case 3:
        check_mapped(std::string(bytes));
        break;
      case 4:
        check_mapped(mutated(bytes));
        break;
      default:
        check(parse_csv(bytes, "f.csv", ColumnRange{1, 2}));
        break;
    }
  } catch (const widegeo::Error&) {
    // What a bad file must end in.
  }
  return 0;
}
