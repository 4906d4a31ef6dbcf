// The state of a campaign in a file, so that a run can go on where another one ended.
//
// Layout, in the byte order of the machine:
//     16 bytes   "widegeo-campaign"
//      4 bytes   number of the format          4 bytes   0x01020304, shows the byte order
//      8 bytes   length of the program version, then its characters
//      8 bytes   digest of the simulations: FNV-1a (64 bits) of their canonical text
//      8 bytes   count of numbers, then 8 bytes for each: the state, doubles bit for bit
//      4 bytes   CRC-32 of all that stands before
// A file is written beside its target, forced to disk and renamed: a process killed at any moment leaves a whole one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace widegeo {

/// FNV-1a with 64 bits [Fowler, Noll, Vo; RFC 9923].
std::uint64_t fnv1a(std::string_view text);

/// Throws Error(input) for a file that has something in it and is no checkpoint: writing one would destroy it.
void check_replaceable(const std::string& path);

/// Throws Error(io) when the file cannot be written.
void write_checkpoint(const std::string& path, std::uint64_t digest, std::span<const double> state);

/// The state in the file. Throws Error(io): no such file, unreadable, or damaged; Error(input): no checkpoint at all,
/// of another format, byte order or version of the program, or of other simulations.
std::vector<double> read_checkpoint(const std::string& path, std::uint64_t digest);

}  // namespace widegeo
