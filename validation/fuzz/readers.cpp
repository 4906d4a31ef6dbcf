// The readers of files on arbitrary bytes: a table or an Error, never a crash or a wild allocation. The first byte
// chooses the reader.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.hpp"
#include "storage/numeric_table.hpp"

namespace {

void check(const widegeo::storage::NumericTable& table) {
  if (table.rows == 0 || table.values.size() != table.rows * table.columns) std::abort();
  if (!table.text.empty() && table.text.size() != table.values.size()) std::abort();
  (void)table.exact(table.rows - 1, table.columns - 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace widegeo::storage;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::size_t limit = 1 << 22;
  try {
    switch (data[0] % 4) {
      case 0:
        check(parse_csv(bytes, "f.csv"));
        break;
      case 1:
        check(parse_npy(bytes, "f.npy"));
        break;
      case 2:
        check(parse_csv(gunzip(bytes, "f.csv.gz", limit), "f.csv.gz"));
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
