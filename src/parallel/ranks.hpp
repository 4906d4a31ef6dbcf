// Processes that share one job, on one machine or several (Open MPI, with the build option WIDEGEO_MPI).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace widegeo {

/// A group of processes. All members call the same functions in the same order.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual unsigned rank() const = 0;
  virtual unsigned size() const = 0;
  /// The messages of all ranks, in the order of the ranks, on rank 0; empty elsewhere. Lengths may differ.
  virtual std::vector<std::vector<double>> gather(std::span<const double> message) = 0;
  /// Rank 0's data to everyone; `data` is resized.
  virtual void broadcast(std::vector<double>& data) = 0;

  bool is_root() const { return rank() == 0; }
};

/// The process alone; or, when the program was started by mpirun and built with WIDEGEO_MPI, its communicator. Without
/// WIDEGEO_MPI under mpirun with more than one process: Error(input), since each would do all the work.
std::unique_ptr<Ranks> join_ranks();

/// One process by itself.
std::unique_ptr<Ranks> single_rank();

}  // namespace widegeo
