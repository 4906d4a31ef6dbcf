// Processes that share one job, on one machine or several (Open MPI, with the build option WIDEGEO_MPI).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "number/error.hpp"

namespace widegeo {

/// A group of processes. All members call the same functions in the same order, from the thread that joined.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual unsigned rank() const = 0;
  virtual unsigned size() const = 0;
  virtual unsigned size_on_this_machine() const { return 1; }
  /// The messages of all ranks, in the order of the ranks, on rank 0; empty elsewhere. Lengths may differ.
  virtual std::vector<std::vector<double>> gather(std::span<const double> message) = 0;
  /// Rank 0's data to everyone; `data` is resized.
  virtual void broadcast(std::vector<double>& data) = 0;
  /// The last call of every member: afterwards one may end, with whatever exit code, without ending the others. A
  /// process that ends without it (an error that only it has seen) makes mpirun end the whole job.
  virtual void leave() {}

  bool is_root() const { return rank() == 0; }
};

/// The process alone; or, when the program was started by mpirun and built with WIDEGEO_MPI, its communicator. Without
/// WIDEGEO_MPI under mpirun with more than one process: Error(input), since each would do all the work.
std::unique_ptr<Ranks> join_ranks();

/// One process by itself.
std::unique_ptr<Ranks> single_rank();

/// The rank that mpirun gave to this process, 0 without mpirun, by the environment alone: before join_ranks(), what all
/// ranks find wrong in the same way (the arguments, say) should be printed by rank 0 only.
unsigned launched_rank();

/// Threads for each rank so that the ranks of one machine fill its cores: those this process may run on, at most its
/// share of all, at least 1.
unsigned threads_of_rank(const Ranks& ranks);

/// Thrown on the ranks other than 0 when any rank has failed. Rank 0 throws the error itself, prints it and ends with
/// its code. The others should end in silence and with code 0: another code would make mpirun end rank 0, perhaps
/// before it has printed.
class ReportedByRoot : public Error {
 public:
  explicit ReportedByRoot(const Error& error) : Error(error) {}
};

/// Calls f on every rank; when it throws on any of them, all throw the error of the lowest such rank (see
/// ReportedByRoot), after leave(). What is no Error becomes Error(input) with the same text.
void run_together(Ranks& ranks, const std::function<void()>& f);

/// An error as numbers, to travel in messages; no error: empty.
std::vector<double> pack_error(const Error* error);
/// Throws the packed error; returns when it is empty.
void throw_packed(std::span<const double> packed, bool is_root);
/// The Error in flight, or what stands for one of another class. Call from a catch block.
Error current_error();

}  // namespace widegeo
