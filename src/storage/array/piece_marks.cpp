#include "storage/array/piece_marks.hpp"

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
  header.format = 2;
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

/// Word of the extended Hamming code for 4 bits: any two words differ in 4 or 8 of 8 bits, and code_word(15 - m) is the
/// complement of code_word(m).
std::uint8_t code_word(unsigned message) {
  constexpr std::uint8_t generator[4] = {0x17, 0x2B, 0x4D, 0x8E};
  unsigned word = 0;
  for (unsigned bit = 0; bit < 4; ++bit)
    if ((message >> bit & 1U) != 0) word ^= generator[bit];
  return static_cast<std::uint8_t>(word);
}

}  // namespace

std::uint8_t mark_code(std::size_t piece, PieceMark mark) {
  if (mark == PieceMark::absent) return 0;
  // Neither 0 and 15, the words of equal bits, nor 7 and 8, whose partners below they would be.
  constexpr unsigned messages[12] = {1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14};
  const std::uint64_t mixed = (static_cast<std::uint64_t>(piece) + 1) * 0x9E3779B97F4A7C15U;
  const unsigned message = messages[(mixed >> 32U) % 12];
  return code_word(mark == PieceMark::written ? message : message ^ 8U);
}

PieceMark read_mark(std::size_t piece, std::uint8_t code) {
  for (const PieceMark mark : {PieceMark::written, PieceMark::on_disk})
    if (code == mark_code(piece, mark)) return mark;
  return PieceMark::absent;
}

std::string marks_header(const ArrayShape& shape, std::uint64_t digest, std::size_t pieces) {
  const Header header = make_header(shape, digest, pieces);
  return std::string(reinterpret_cast<const char*>(&header), sizeof header);
}

std::string marks_problem(std::string_view file, const ArrayShape& shape, std::uint64_t digest, std::size_t pieces) {
  if (file.size() < sizeof(Header)) return "the list of finished pieces is damaged";
  const Header header = read_header(file), expected = make_header(shape, digest, pieces);
  if (std::memcmp(header.magic, magic, sizeof magic) != 0) return "the file beside it is not a list of finished pieces";
  if (header.byte_order != expected.byte_order) return "the unfinished file has another byte order";
  if (header.format != expected.format) return "the unfinished file was written by another version of the program";
  if (header.checksum != checksum(header)) return "the list of finished pieces is damaged";
  if (header.type != expected.type || header.axes != expected.axes ||
      !std::equal(header.extents, header.extents + 3, expected.extents)) {
    return "the unfinished file is an array of another shape or type";
  }
  if (header.digest != digest || header.pieces != pieces) return "the unfinished file belongs to another job";
  return file.size() == sizeof(Header) + pieces ? "" : "the list of finished pieces is damaged";
}

bool marks_of_this_boot(std::string_view file) {
  const Header header = read_header(file);
  char boot[sizeof header.boot] = {};
  write_boot(boot, sizeof boot);
  return std::memcmp(header.boot, boot, sizeof boot) == 0;
}

}  // namespace widegeo::storage
