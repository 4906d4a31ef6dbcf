// PATH.part.done: which pieces of an unfinished array are in it.
//
// Layout, in the byte order of the machine:
//     16 bytes   "widegeo-pieces" and zeros
//      4 bytes   number of the format          4 bytes   0x01020304, shows the byte order
//      8 bytes   digest of the job             8 bytes   count of pieces
//      4 bytes   element type                  4 bytes   count of axes        24 bytes   extents, zeros after the last
//     36 bytes   the running system (boot_id of Linux)
//     16 bytes   zeros                         4 bytes   CRC-32 of all that stands before
//      1 byte    a piece: 0 not there, or one of two codes that depend on the number of the piece: written, forced to
//      disk
// Written numbers are in the memory of the system until they are on the disk: `written` counts only while that system
// runs. Zero and the codes differ in at least 4 of 8 bits and are no complements of each other, so that a byte with up
// to three wrong bits, or all of them, is no code: the piece counts as not there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/array/array_file.hpp"

namespace widegeo::storage {

constexpr std::size_t marks_header_size = 128;
constexpr std::string_view marks_magic = "widegeo-pieces";  ///< the first bytes of every list
enum class PieceMark : std::uint8_t { absent = 0, written = 1, on_disk = 2 };

/// The byte of a piece, and what it says; absent for a byte that is no code of this piece.
std::uint8_t mark_code(std::size_t piece, PieceMark mark);
PieceMark read_mark(std::size_t piece, std::uint8_t code);

std::string marks_header(const ArrayShape& shape, std::uint64_t digest, std::size_t pieces);

/// What is wrong with a file of marks for this job; empty when nothing is.
std::string marks_problem(std::string_view file, const ArrayShape& shape, std::uint64_t digest, std::size_t pieces);

/// Was it written on the system that runs now.
bool marks_of_this_boot(std::string_view file);

}  // namespace widegeo::storage
