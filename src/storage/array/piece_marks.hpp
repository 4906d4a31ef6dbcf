// PATH.part.done: the list of finished pieces of an unfinished array.
//
// Layout, in native byte order:
//     16 bytes   "widegeo-pieces" and zeros
//      4 bytes   number of the format          4 bytes   0x01020304, shows the byte order
//      8 bytes   digest of the job             8 bytes   count of pieces
//      4 bytes   element type                  4 bytes   count of axes        24 bytes   extents, zeros after the last
//     36 bytes   the running system (boot_id of Linux)
//     16 bytes   zeros                         4 bytes   CRC-32 of everything before
//      1 byte    per piece: 0 absent, or one of two codes that depend on the piece's number: written, synced to disk
// Numbers that are written but not synced are in the system's memory: `written` counts only while that system runs.
// Zero and the codes differ in at least 4 of 8 bits and are not complements of each other, so a byte with up to three
// wrong bits, or with all bits wrong, is not a code: the piece counts as absent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/array/array_file.hpp"

namespace widegeo::storage {

constexpr std::size_t marks_header_size = 128;
constexpr std::string_view marks_magic = "widegeo-pieces";  ///< the first bytes of every list
enum class PieceMark : std::uint8_t { absent = 0, written = 1, on_disk = 2 };

/// The byte for the mark of a piece, and its inverse; absent for a byte that is not a code of this piece.
std::uint8_t mark_code(std::size_t piece, PieceMark mark);
PieceMark read_mark(std::size_t piece, std::uint8_t code);

std::string marks_header(const ArrayShape& shape, std::uint64_t digest, std::size_t pieces);

/// Why a file of marks is invalid for this job; empty if it is valid.
std::string marks_problem(std::string_view file, const ArrayShape& shape, std::uint64_t digest, std::size_t pieces);

/// True if it was written since the current boot of this machine.
bool marks_of_this_boot(std::string_view file);

}  // namespace widegeo::storage
