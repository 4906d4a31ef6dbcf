// Processes that share one job, on one machine or several (Open MPI, with the build option WIDEGEO_MPI).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "number/error.hpp"

namespace widegeo {

/// A group of processes. All members make the same calls in the same order, from the thread that joined.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual unsigned rank() const = 0;
  virtual unsigned size() const = 0;
  virtual unsigned size_on_this_machine() const { return 1; }
  /// The messages of all ranks, in rank order, on rank 0; empty elsewhere. Lengths may differ.
  virtual std::vector<std::vector<double>> gather(std::span<const double> message) = 0;
  /// Sends rank 0's data to all ranks; `data` is resized.
  virtual void broadcast(std::vector<double>& data) = 0;
  /// The last call of every member: afterwards one process may exit, with any exit code, without ending the others. A
  /// process that exits without it (after an error that only it has seen) makes mpirun end the whole job.
  virtual void leave() {}

  bool is_root() const { return rank() == 0; }
};

/// A single process; or, if started by mpirun and built with WIDEGEO_MPI, the communicator. Under mpirun with more than
/// one process but without WIDEGEO_MPI: Error(input), since each process would do all the work.
std::unique_ptr<Ranks> join_ranks();

std::unique_ptr<Ranks> single_rank();

/// The rank given by mpirun, 0 without mpirun, from the environment alone. Errors found by all ranks alike before
/// join_ranks() (in the arguments, say) should be printed by rank 0 only.
unsigned launched_rank();

/// Threads per rank such that the ranks of one machine fill its cores: those available to this process, at most its
/// share of all, at least 1.
unsigned threads_of_rank(const Ranks& ranks);

/// Thrown on the ranks other than 0 if any rank has failed. Rank 0 throws the error itself, prints it and exits with
/// its code. The others should exit silently with code 0: another code would make mpirun end rank 0, perhaps before it
/// has printed.
class ReportedByRoot : public Error {
 public:
  explicit ReportedByRoot(const Error& error) : Error(error) {}
};

/// Calls f on every rank; if it throws on any of them, all throw the error of the lowest such rank (see
/// ReportedByRoot), after leave(). An exception that is not an Error becomes Error(input) with the same text.
void run_together(Ranks& ranks, const std::function<void()>& f);

/// Serialises an error for messages; empty if there is none.
std::vector<double> pack_error(const Error* error);
/// Throws the packed error; returns if it is empty.
void throw_packed(std::span<const double> packed, bool is_root);
/// The current exception as an Error, converted if it is of another class. Call from a catch block.
Error current_error();

}  // namespace widegeo
