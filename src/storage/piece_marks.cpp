#include "storage/piece_marks.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace widegeo::storage {
namespace {

struct Header {
  char magic[16];
  std::uint32_t format, byte_order;
  std::uint64_t digest, pieces;
  std::uint32_t type, axes;
  std::uint64_t extents[3];
  char boot[36];
  char unused[16];
  std::uint32_t checksum;
};
static_assert(sizeof(Header) == marks_header_size);

constexpr char magic[16] = "widegeo-pieces";

std::uint32_t checksum(const Header& header) {
  return static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(&header), static_cast<uInt>(offsetof(Header, checksum))));
}

void write_boot(char* out, std::size_t size) {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);  // empty where there is none: then all boots count as one
  std::copy_n(text.begin(), std::min(size, text.size()), out);
}

Header make_header(const ArrayShape& shape, std::uint64_t digest, std::size_t pieces) {
  Header header{};
  std::memcpy(header.magic, magic, sizeof magic);
  header.format = 1;
  header.byte_order = 0x01020304;
  header.digest = digest;
  header.pieces = pieces;
  header.type = static_cast<std::uint32_t>(shape.type);
  header.axes = static_cast<std::uint32_t>(shape.extents.size());
  std::copy(shape.extents.begin(), shape.extents.end(), header.extents);
  write_boot(header.boot, sizeof header.boot);
  header.checksum = checksum(header);
  return header;
}

Header read_header(std::string_view file) {
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  return header;
}

}  // namespace

std::string marks_header(const ArrayShape& shape, std::uint64_t digest, std::size_t pieces) {
  const Header header = make_header(shape, digest, pieces);
  return std::string(reinterpret_cast<const char*>(&header), sizeof header);
}

std::string marks_problem(std::string_view file, const ArrayShape& shape, std::uint64_t digest, std::size_t pieces) {
  if (file.size() < sizeof(Header)) return "the list of finished pieces is damaged";
  const Header header = read_header(file), expected = make_header(shape, digest, pieces);
  if (std::memcmp(header.magic, magic, sizeof magic) != 0) return "the file beside it is no list of finished pieces";
  if (header.byte_order != expected.byte_order) return "the unfinished file is of a machine of another byte order";
  if (header.format != expected.format) return "the unfinished file is of another version of the program";
  if (header.checksum != checksum(header)) return "the list of finished pieces is damaged";
  if (header.type != expected.type || header.axes != expected.axes ||
      !std::equal(header.extents, header.extents + 3, expected.extents)) {
    return "the unfinished file is an array of another shape or type";
  }
  if (header.digest != digest || header.pieces != pieces) return "the unfinished file belongs to another job";
  if (file.size() != sizeof(Header) + pieces) return "the list of finished pieces is damaged";
  const bool marks = std::all_of(file.begin() + sizeof(Header), file.end(),
                                 [](char mark) { return mark >= 0 && mark <= static_cast<char>(PieceMark::on_disk); });
  return marks ? "" : "the list of finished pieces is damaged";
}

bool marks_of_this_boot(std::string_view file) {
  const Header header = read_header(file);
  char boot[sizeof header.boot] = {};
  write_boot(boot, sizeof boot);
  return std::memcmp(header.boot, boot, sizeof boot) == 0;
}

}  // namespace widegeo::storage
