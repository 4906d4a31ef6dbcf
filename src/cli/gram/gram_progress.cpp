#include "cli/gram/gram_progress.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace widegeo::cli {
namespace {

/// Off a terminal a line is worth its place where more than `long_seconds` are left; a guess needs some time.
constexpr double long_seconds = 10, guess_seconds = 2;

}  // namespace

void GramProgressLine::show(const std::string& phase, double done, double all, double seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const double left = done > 0 ? seconds * (all - done) / done : 0;
  if (line_.active()) {
    line_.show(fmt::format("{}: {:.0f} of {:.0f}, {} left", phase, done, all, duration(left)));
  } else if (wanted_ && !said_ && seconds >= guess_seconds && left >= long_seconds) {
    said_ = true;
    std::fprintf(stderr, "widegeo: note: %s: about %s left\n", phase.c_str(), duration(left).c_str());
  }
}

void GramProgressLine::clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  line_.clear();
}

Watch watch_for(GramProgressLine& line) {
  return Watch(PoliteInterrupt::asked, [&line](const char* phase, double done, double all, double seconds) {
    line.show(phase, done, all, seconds);
  });
}

}  // namespace widegeo::cli
