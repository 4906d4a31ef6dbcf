// Space on the disk for a whole file, before any of it is written.
#pragma once

#include <cstddef>
#include <string>

#include "storage/system_file.hpp"

namespace widegeo::storage {

/// The file has `bytes` bytes afterwards, and they are reserved where the file system can do that. Throws Error(io): no
/// space, or a limit on the size of files. `path` is for messages.
void reserve(const Descriptor& file, std::size_t bytes, const std::string& path);

}  // namespace widegeo::storage
