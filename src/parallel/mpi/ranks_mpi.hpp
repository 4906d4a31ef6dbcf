// The ranks of an MPI job. Only in a build with WIDEGEO_MPI.
#pragma once

#include <memory>

#include "parallel/ranks.hpp"

namespace widegeo {

/// Initialises MPI (once per process) and joins all processes of the job.
std::unique_ptr<Ranks> mpi_ranks();

}  // namespace widegeo
