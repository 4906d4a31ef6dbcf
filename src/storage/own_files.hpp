// Auxiliary files next to an output; only files made by this program are touched.
#pragma once

#include <string>
#include <string_view>

#include "storage/system_file.hpp"

namespace widegeo::storage {

bool exists(const std::string& path);  ///< also true for a dangling link

/// Throws Error(io) if it is not a regular file.
std::size_t size_of(const Descriptor& file, const std::string& path);

/// Opens for reading and writing, never through a link. `name` is the user's name of the file, for messages.
Descriptor open_own_file(const std::string& path, int flags, const std::string& name);

/// Protects files that this program has not made, whatever their name: Error(io) unless the file begins with `magic`,
/// or is empty or all zero, as left by a run that ended while creating it.
void require_own_file(const Descriptor& file, const std::string& path, std::string_view magic, const std::string& kind);

/// Writes from the beginning of the file.
void write_all(const Descriptor& file, std::string_view data, const std::string& path);

}  // namespace widegeo::storage
