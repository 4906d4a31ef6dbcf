// Long work of a command: how far it is, how it is stopped and gone on with, and who speaks when several processes
// share it.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "cli/program/commands.hpp"
#include "cli/program/interrupt.hpp"
#include "job/job.hpp"

namespace widegeo::cli {

/// On a terminal one line that is written over; elsewhere one line in all, if it takes long. Thread-safe.
class PhaseLine {
 public:
  explicit PhaseLine(bool wanted) : wanted_(wanted), line_(wanted) {}

  /// `done` of `all` steps of a phase after so many seconds of it.
  void show(const std::string& phase, double done, double all, double seconds);
  void clear();

 private:
  std::mutex mutex_;
  bool wanted_, said_ = false;
  ProgressLine line_;
};

/// Reports to `line`, which the caller keeps, and stops on Ctrl-C where a PoliteInterrupt lives.
Watch watch_for(PhaseLine& line);

/// On all processes that mpirun has started. An error on any of them is the first one's; the others end in silence.
Result run_on_ranks(const std::function<Result(Ranks&)>& run);

/// After Stopped; the first process says how to go on.
Result interrupted_result(const std::string& hint, const Ranks& ranks);
/// The hint where `kept` holds what is done.
std::string how_to_go_on(const std::string& kept);

}  // namespace widegeo::cli
