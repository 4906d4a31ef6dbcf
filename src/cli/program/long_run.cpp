#include "cli/program/long_run.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace widegeo::cli {
namespace {

/// Off a terminal a line is worth its place where more than `long_seconds` are left; a guess needs some time.
constexpr double long_seconds = 10, guess_seconds = 2;

Result silence(int exit_code = 0) {
  Result result;
  result.exit_code = exit_code;
  result.silent = true;
  return result;
}

}  // namespace

void PhaseLine::show(const std::string& phase, double done, double all, double seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const double left = done > 0 ? seconds * (all - done) / done : 0;
  if (line_.active()) {
    line_.show(fmt::format("{}: {:.0f} of {:.0f}, {} left", phase, done, all, duration(left)));
  } else if (wanted_ && !said_ && seconds >= guess_seconds && left >= long_seconds) {
    said_ = true;
    std::fprintf(stderr, "widegeo: note: %s: about %s left\n", phase.c_str(), duration(left).c_str());
  }
}

void PhaseLine::clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  line_.clear();
}

Watch watch_for(PhaseLine& line) {
  return Watch(PoliteInterrupt::asked, [&line](const char* phase, double done, double all, double seconds) {
    line.show(phase, done, all, seconds);
  });
}

Result run_on_ranks(const std::function<Result(Ranks&)>& run) {
  const std::unique_ptr<Ranks> ranks = join_ranks();
  try {
    return run(*ranks);
  } catch (const ReportedByRoot&) {
    return silence();
  }
}

Result interrupted_result(const std::string& hint, const Ranks& ranks) {
  if (!ranks.is_root()) return silence();  // see ReportedByRoot
  std::fprintf(stderr, "widegeo: error: interrupted; %s\n", hint.c_str());
  return silence(exit_interrupted);
}

std::string how_to_go_on(const std::string& kept) {
  return "continue with the same command and --resume (" + kept + ")";
}

}  // namespace widegeo::cli
