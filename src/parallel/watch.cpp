#include "parallel/watch.hpp"

namespace widegeo {

namespace {
constexpr double report_seconds = 0.2;
}

void Watch::at(const char* phase, double done, double all) const {
  check();
  if (!report_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (phase != phase_) {
    phase_ = phase;
    start_ = last_ = now;
    return;
  }
  if (std::chrono::duration<double>(now - last_).count() < report_seconds) return;
  last_ = now;
  report_(phase, done, all, std::chrono::duration<double>(now - start_).count());
}

}  // namespace widegeo
