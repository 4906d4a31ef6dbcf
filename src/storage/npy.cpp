// The .npy format, versions 1 and 2: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/error.hpp"
#include "storage/numeric_table.hpp"

namespace widegeo::storage {
namespace {

static_assert(std::endian::native == std::endian::little, "the reader copies little-endian numbers");

constexpr std::string_view magic = "\x93NUMPY";

struct Header {
  std::string type;
  bool fortran = false;
  std::vector<std::size_t> shape;
  std::size_t data_begin = 0;
};

[[noreturn]] void fail(const std::string& what, const std::string& name, const std::string& hint = {}) {
  throw Error(ErrorCode::io, what, name, hint);
}

/// The text after `'key':` in the header's dictionary.
std::string_view entry(std::string_view dictionary, std::string_view key, const std::string& name) {
  for (const char quote : {'\'', '"'}) {
    const std::string pattern = quote + std::string(key) + quote;
    const std::size_t found = dictionary.find(pattern);
    if (found == std::string_view::npos) continue;
    std::string_view rest = dictionary.substr(found + pattern.size());
    const std::size_t begin = rest.find_first_not_of(" :");
    if (begin != std::string_view::npos) return rest.substr(begin);
  }
  fail("the .npy header has no '" + std::string(key) + "'", name);
}

std::vector<std::size_t> parse_shape(std::string_view text, const std::string& name) {
  std::vector<std::size_t> shape;
  const std::size_t close = text.find(')');
  if (text.empty() || text.front() != '(' || close == std::string_view::npos)
    fail("the .npy header has no valid shape", name);
  text = text.substr(1, close - 1);
  while (true) {
    const std::size_t begin = text.find_first_not_of(" ,");
    if (begin == std::string_view::npos) return shape;
    text.remove_prefix(begin);
    std::size_t count = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (status != std::errc() || end == text.data()) fail("the .npy header has no valid shape", name);
    shape.push_back(count);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (shape.size() > 32) fail("the .npy header has no valid shape", name);
  }
}

Header parse_header(std::string_view data, const std::string& name) {
  if (data.size() < 10 || data.substr(0, magic.size()) != magic) fail("the file is not a .npy file", name);
  const int version = static_cast<unsigned char>(data[6]);
  if (version != 1 && version != 2)
    fail("version " + std::to_string(version) + " of .npy is not known", name, "known: 1 and 2");
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  if (data.size() < 8 + length_bytes) fail("the file is truncated", name);
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length |= static_cast<std::size_t>(static_cast<unsigned char>(data[8 + i])) << (8 * i);
  }
  Header header;
  header.data_begin = 8 + length_bytes + length;
  if (header.data_begin > data.size()) fail("the file is truncated inside its header", name);
  const std::string_view dictionary = data.substr(8 + length_bytes, length);
  const std::string_view type = entry(dictionary, "descr", name);
  if (type.empty() || (type.front() != '\'' && type.front() != '"'))
    fail("tables with named columns are not read", name);
  const std::size_t end = type.find(type.front(), 1);
  if (end == std::string_view::npos) fail("the .npy header has no valid type", name);
  header.type = std::string(type.substr(1, end - 1));
  header.fortran = entry(dictionary, "fortran_order", name).starts_with("True");
  header.shape = parse_shape(entry(dictionary, "shape", name), name);
  return header;
}

template <class Stored>
double load(const char* from) {
  Stored stored;
  std::memcpy(&stored, from, sizeof stored);
  return static_cast<double>(stored);
}

struct Type {
  std::string_view name;
  std::size_t size;
  double (*load)(const char*);
};

constexpr Type types[] = {{"<f8", 8, &load<double>},
                          {"<f4", 4, &load<float>},
                          {"|u1", 1, &load<std::uint8_t>},
                          {"<i4", 4, &load<std::int32_t>},
                          {"<i8", 8, &load<std::int64_t>}};

}  // namespace

NumericTable parse_npy(std::string_view data, const std::string& name, std::optional<ColumnRange> columns) {
  const Header header = parse_header(data, name);
  const Type* type = nullptr;
  for (const Type& candidate : types) {
    if (candidate.name == header.type) type = &candidate;
  }
  if (type == nullptr)
    fail("numbers of type '" + header.type.substr(0, 20) + "' are not read", name, "known: <f4, <f8, |u1, <i4, <i8");
  if (header.shape.empty() || header.shape.size() > 2) {
    fail("the array has " + std::to_string(header.shape.size()) + " axes", name,
         "a table has 2 (rows, columns), or 1 for a column");
  }
  const std::size_t rows = header.shape[0], all = header.shape.size() == 2 ? header.shape[1] : 1;
  if (rows == 0 || all == 0) fail("the array is empty", name);
  // Checked against the bytes that are there before anything of that size is allocated.
  const std::size_t available = (data.size() - header.data_begin) / type->size;
  if (rows > available || all > available / rows) {
    fail(
        "the file is truncated: the header promises " + std::to_string(rows) + " x " + std::to_string(all) + " numbers",
        name, std::to_string(available) + " are there");
  }
  const ColumnRange range = columns.value_or(ColumnRange{1, all});
  if (range.last > all) {
    fail("there is no column " + std::to_string(range.last), name, "the table has " + std::to_string(all) + " columns");
  }
  NumericTable table;
  table.rows = rows;
  table.columns = range.last - range.first + 1;
  table.values.reserve(rows * table.columns);
  const char* numbers = data.data() + header.data_begin;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = range.first - 1; k < range.last; ++k) {
      const std::size_t index = header.fortran ? k * rows + i : i * all + k;
      const double value = type->load(numbers + index * type->size);
      if (!std::isfinite(value)) {
        fail("the number is not finite", name + ", row " + std::to_string(i + 1) + ", column " + std::to_string(k + 1));
      }
      table.values.push_back(value);
    }
  }
  return table;
}

std::string npy_header(std::size_t rows, std::size_t columns) {
  std::string dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                           std::to_string(columns) + "), }";
  // The data start at a multiple of 64 bytes, the header ends with a line feed.
  dictionary.append(63 - (10 + dictionary.size()) % 64, ' ');
  dictionary += '\n';
  const auto length = static_cast<unsigned>(dictionary.size());
  std::string result(magic);
  result += std::string{'\x01', '\x00', static_cast<char>(length & 0xFF), static_cast<char>(length >> 8)};
  return result + dictionary;
}

}  // namespace widegeo::storage
