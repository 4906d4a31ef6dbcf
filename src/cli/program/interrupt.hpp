// Long work in a terminal: Ctrl-C that asks it to stop, and one line of progress that is written over.
#pragma once

#include <string>

namespace widegeo::cli {

constexpr int exit_interrupted = 130;

/// While it lives, Ctrl-C and SIGTERM ask the work to stop instead of ending the program.
class PoliteInterrupt {
 public:
  PoliteInterrupt();
  ~PoliteInterrupt();
  PoliteInterrupt(const PoliteInterrupt&) = delete;
  PoliteInterrupt& operator=(const PoliteInterrupt&) = delete;

  static bool asked();  ///< since the last one was made; from any thread

 private:
  void (*previous_int_)(int);
  void (*previous_term_)(int);
};

/// One line on stderr; nothing happens unless stderr is a terminal and `wanted`. Use from one thread at a time.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  bool active() const { return active_; }
  void show(const std::string& text);
  void clear();

 private:
  bool active_, shown_ = false;
};

/// "7 s", "3 min 20 s", "5 h 2 min".
std::string duration(double seconds);

}  // namespace widegeo::cli
