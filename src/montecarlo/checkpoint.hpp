// Stores the state of a campaign in a file, from which another run can continue.
//
// Layout, in native byte order:
//     16 bytes   "widegeo-campaign"
//      4 bytes   number of the format          4 bytes   0x01020304, shows the byte order
//      8 bytes   length of the program version, then its characters
//      8 bytes   digest of the simulations (storage/digest.hpp), of their canonical text
//      8 bytes   count of numbers, then 8 bytes for each: the state, doubles bit for bit
//      4 bytes   CRC-32 of everything before
// The file is written next to its target, synced to disk and renamed, so that a process killed at any moment leaves a
// complete file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace widegeo {

/// Throws Error(input) if the file is not empty and not a checkpoint: writing would destroy it.
void check_replaceable(const std::string& path);

/// Throws Error(io) if the file cannot be written.
void write_checkpoint(const std::string& path, std::uint64_t digest, std::span<const double> state);

/// The state stored in the file. Throws Error(io) if it does not exist, is unreadable or damaged; Error(input) if it is
/// not a checkpoint, has another format, byte order or program version, or belongs to other simulations.
std::vector<double> read_checkpoint(const std::string& path, std::uint64_t digest);

}  // namespace widegeo
