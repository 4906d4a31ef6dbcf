// Reserves disk space for a whole file before any of it is written.
#pragma once

#include <cstddef>
#include <string>

#include "storage/system_file.hpp"

namespace widegeo::storage {

/// Sets the file size to `bytes` and reserves the space where the file system supports it. Throws Error(io) if there is
/// no space, or a limit on file sizes is exceeded. `path` is for messages.
void reserve(const Descriptor& file, std::size_t bytes, const std::string& path);

}  // namespace widegeo::storage
