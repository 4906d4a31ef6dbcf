// The shape of an array and the numpy header that describes it.
#include <sys/types.h>

#include <limits>

#include "number/error.hpp"
#include "storage/array/array_file.hpp"

namespace widegeo::storage {

std::size_t ArrayShape::elements() const {
  if (extents.empty() || extents.size() > 3) throw Error(ErrorCode::input, "an array has 1 to 3 axes");
  std::size_t product = 1;
  for (const std::size_t extent : extents) {
    if (extent == 0) throw Error(ErrorCode::input, "the array is empty");
    // Room for the header within the largest offset of a file.
    if (extent > (static_cast<std::size_t>(std::numeric_limits<off_t>::max()) - (1 << 16)) / 8 / product)
      throw Error(ErrorCode::input, "the array is larger than any file");
    product *= extent;
  }
  return product;
}

std::size_t ArrayShape::bytes() const { return elements() * (type == ElementType::float64 ? 8 : 4); }

std::string array_header(const ArrayShape& shape) {
  std::string dictionary = "{'descr': '";
  dictionary += shape.type == ElementType::float64 ? "<f8" : "<f4";
  dictionary += "', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < shape.extents.size(); ++i)
    dictionary += (i == 0 ? "" : ", ") + std::to_string(shape.extents[i]);
  dictionary += shape.extents.size() == 1 ? ",), }" : "), }";
  // The data start at a multiple of 64 bytes, the header ends with a line feed.
  dictionary.append(63 - (10 + dictionary.size()) % 64, ' ');
  dictionary += '\n';
  const auto length = static_cast<unsigned>(dictionary.size());
  std::string header = "\x93NUMPY";
  header += std::string{'\x01', '\x00', static_cast<char>(length & 0xFF), static_cast<char>(length >> 8)};
  return header + dictionary;
}

}  // namespace widegeo::storage
