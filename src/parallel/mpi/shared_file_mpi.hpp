// Files shared by the ranks of an MPI job. Only in a build with WIDEGEO_MPI.
#pragma once

#include "parallel/shared_file.hpp"

namespace widegeo {

/// Collective: all ranks of the job call it, with the same path.
std::unique_ptr<SharedFile> open_shared_mpi(const std::string& path, std::uint64_t bytes);

}  // namespace widegeo
