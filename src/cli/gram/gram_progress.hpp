// How far a Gram matrix is: on a terminal one line that is written over; elsewhere one line in all, if it takes long.
#pragma once

#include <mutex>
#include <string>

#include "cli/program/interrupt.hpp"
#include "parallel/watch.hpp"

namespace widegeo::cli {

/// Thread-safe.
class GramProgressLine {
 public:
  explicit GramProgressLine(bool wanted) : wanted_(wanted), line_(wanted) {}

  /// `done` of `all` steps of a phase after so many seconds of it.
  void show(const std::string& phase, double done, double all, double seconds);
  void clear();

 private:
  std::mutex mutex_;
  bool wanted_, said_ = false;
  ProgressLine line_;
};

/// Reports to `line`, which the caller keeps, and stops on Ctrl-C where a PoliteInterrupt lives.
Watch watch_for(GramProgressLine& line);

}  // namespace widegeo::cli
