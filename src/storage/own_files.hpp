// Files beside an output that this program makes, and none of anybody else.
#pragma once

#include <string>
#include <string_view>

#include "storage/system_file.hpp"

namespace widegeo::storage {

bool exists(const std::string& path);  ///< a link to nothing too

/// Throws Error(io) for what is no ordinary file.
std::size_t size_of(const Descriptor& file, const std::string& path);

/// Opens to read and to write; never through a link. `name` is what the user has called the file, for messages.
Descriptor open_own_file(const std::string& path, int flags, const std::string& name);

/// A file that this program has not made is neither written over nor removed, whatever its name: Error(io) unless it
/// begins with `magic`. An empty one, or one of zeros, is what a run leaves that ends while it makes its files.
void require_own_file(const Descriptor& file, const std::string& path, std::string_view magic, const std::string& kind);

/// From the beginning of the file.
void write_all(const Descriptor& file, std::string_view data, const std::string& path);

}  // namespace widegeo::storage
