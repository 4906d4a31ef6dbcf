#include "storage/array/npy_format.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>

#include "number/error.hpp"

namespace widegeo::storage {
namespace {

static_assert(std::endian::native == std::endian::little, "the reader copies little-endian numbers");

constexpr std::string_view magic = "\x93NUMPY";
constexpr const char* known_types = "known: f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, in either byte order";

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

struct NamedKind {
  std::string_view name;
  NpyKind kind;
};
constexpr std::array kinds{NamedKind{"f8", NpyKind::f8}, NamedKind{"f4", NpyKind::f4}, NamedKind{"f2", NpyKind::f2},
                           NamedKind{"i1", NpyKind::i1}, NamedKind{"u1", NpyKind::u1}, NamedKind{"i2", NpyKind::i2},
                           NamedKind{"u2", NpyKind::u2}, NamedKind{"i4", NpyKind::i4}, NamedKind{"u4", NpyKind::u4},
                           NamedKind{"i8", NpyKind::i8}, NamedKind{"u8", NpyKind::u8}};

/// A type as numpy writes it, made safe to print on one line.
std::string shown(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 20)) result += c >= 32 && c < 127 ? c : '?';
  return "'" + result + "'";
}

NpyNumber parse_number(std::string_view text, const std::string& name) {
  const char order = text.empty() ? ' ' : text.front();
  const std::string_view type = text.substr(text.empty() ? 0 : 1);
  if (order == '<' || order == '>' || order == '|') {
    for (const NamedKind& known : kinds) {
      if (known.name != type) continue;
      const std::size_t size = static_cast<std::size_t>(type[1] - '0');
      if (order == '|' && size > 1) break;  // a number of several bytes has an order
      return {known.kind, order == '>' && size > 1, size};
    }
    if (type.starts_with('c')) fail("complex numbers (" + shown(text) + ") are not read", name, known_types);
    if (type.starts_with('O')) fail("Python objects (" + shown(text) + ") are not read", name, known_types);
    if (type.starts_with('b')) fail("truth values (" + shown(text) + ") are not read", name, "save x.astype('uint8')");
  }
  fail("numbers of type " + shown(text) + " are not read", name, known_types);
}

/// IEEE 754 binary16: 1 bit sign, 5 of exponent, 10 of fraction. Every one is a double.
struct Half {
  std::uint16_t bits;

  explicit operator double() const {
    const int exponent = bits >> 10U & 0x1FU;
    const double fraction = bits & 0x3FFU;
    double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) size = fraction == 0 ? INFINITY : NAN;
    return (bits & 0x8000U) != 0 ? -size : size;
  }
};

template <class Stored>
Stored load(const char* from, bool swapped) {
  std::array<char, sizeof(Stored)> bytes;
  std::memcpy(bytes.data(), from, bytes.size());
  if (swapped) {
    for (std::size_t i = 0; i < bytes.size() / 2; ++i) std::swap(bytes[i], bytes[bytes.size() - 1 - i]);
  }
  return std::bit_cast<Stored>(bytes);
}

template <class Stored, bool swapped>
void decode_as(const char* from, std::size_t count, double* out, std::size_t stride) {
  if (stride == 1) {
    if constexpr (std::is_same_v<Stored, double> && !swapped) {
      std::memcpy(out, from, count * sizeof(double));
    } else {
      for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<double>(load<Stored>(from + i * sizeof(Stored), swapped));
    }
  } else {
    for (std::size_t i = 0; i < count; ++i)
      out[i * stride] = static_cast<double>(load<Stored>(from + i * sizeof(Stored), swapped));
  }
}

/// Calls f.template operator()<Stored>() for the type that is stored.
template <class F>
auto with_stored_type(NpyKind kind, const F& f) {
  switch (kind) {
    case NpyKind::f2:
      return f.template operator()<Half>();
    case NpyKind::f4:
      return f.template operator()<float>();
    case NpyKind::i1:
      return f.template operator()<std::int8_t>();
    case NpyKind::u1:
      return f.template operator()<std::uint8_t>();
    case NpyKind::i2:
      return f.template operator()<std::int16_t>();
    case NpyKind::u2:
      return f.template operator()<std::uint16_t>();
    case NpyKind::i4:
      return f.template operator()<std::int32_t>();
    case NpyKind::u4:
      return f.template operator()<std::uint32_t>();
    case NpyKind::i8:
      return f.template operator()<std::int64_t>();
    case NpyKind::u8:
      return f.template operator()<std::uint64_t>();
    default:
      return f.template operator()<double>();
  }
}

}  // namespace

NpyMatrix parse_npy_matrix(std::string_view file, const std::string& name) {
  if (file.size() < 10 || file.substr(0, magic.size()) != magic) fail("the file is not a .npy file", name);
  const int version = static_cast<unsigned char>(file[6]);
  if (version < 1 || version > 3)
    fail(".npy version " + std::to_string(version) + " is not supported", name, "known: 1, 2 and 3");
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  if (file.size() < 8 + length_bytes) fail("the file is truncated", name);
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length |= static_cast<std::size_t>(static_cast<unsigned char>(file[8 + i])) << (8 * i);
  }
  NpyMatrix matrix;
  matrix.data_begin = 8 + length_bytes + length;
  if (matrix.data_begin > file.size()) fail("the file is truncated inside its header", name);
  const std::string_view dictionary = file.substr(8 + length_bytes, length);
  const std::string_view type = entry(dictionary, "descr", name);
  if (type.front() != '\'' && type.front() != '"') fail("tables with named columns are not read", name, known_types);
  const std::size_t end = type.find(type.front(), 1);
  if (end == std::string_view::npos) fail("the .npy header has no valid type", name);
  matrix.number = parse_number(type.substr(1, end - 1), name);
  const std::string_view order = entry(dictionary, "fortran_order", name);
  matrix.fortran = order.starts_with("True");
  if (!matrix.fortran && !order.starts_with("False")) fail("the .npy header has no valid fortran_order", name);
  const auto shape = parse_shape(entry(dictionary, "shape", name), name);
  if (shape.empty() || shape.size() > 2) {
    fail("the array has " + std::to_string(shape.size()) + " axes", name,
         "a table has 2 (rows, columns), or 1 for a column");
  }
  matrix.rows = shape[0];
  matrix.columns = shape.size() == 2 ? shape[1] : 1;
  const std::string promised = std::to_string(matrix.rows) + " x " + std::to_string(matrix.columns);
  if (matrix.rows == 0 || matrix.columns == 0) fail("the array is empty", name, promised);
  // Checked against the bytes that are there before anything of that size is allocated.
  const std::size_t available = (file.size() - matrix.data_begin) / matrix.number.size;
  if (matrix.rows > available || matrix.columns > available / matrix.rows) {
    fail("the file is truncated: the header promises " + promised + " numbers", name,
         std::to_string(available) + " are there");
  }
  return matrix;
}

void decode(const NpyNumber& number, const char* from, std::size_t count, double* out, std::size_t stride) {
  with_stored_type(number.kind, [&]<class Stored>() {
    if (number.swapped) {
      decode_as<Stored, true>(from, count, out, stride);
    } else {
      decode_as<Stored, false>(from, count, out, stride);
    }
  });
}

Rational decode_exact(const NpyNumber& number, const char* from) {
  if (number.kind == NpyKind::i8) return Rational(static_cast<long>(load<std::int64_t>(from, number.swapped)));
  if (number.kind == NpyKind::u8)
    return Rational(static_cast<unsigned long>(load<std::uint64_t>(from, number.swapped)));
  double value = 0;
  decode(number, from, 1, &value);
  return Rational(value);
}

}  // namespace widegeo::storage
