// What this program is made of.
#pragma once

#include <string>

namespace widegeo::cli {

/// Version, commit, libraries, and the instruction set that the vector code takes on this processor.
std::string version_text();

}  // namespace widegeo::cli
