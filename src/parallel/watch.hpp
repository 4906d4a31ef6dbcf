// Progress reports and cancellation of long computations.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <mutex>

namespace widegeo {

/// Thrown out of a computation that was asked to stop.
class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "stopped"; }
};

/// Thread-safe. Never affects the numbers computed.
class Watch {
 public:
  using Report = std::function<void(const char* phase, double done, double all, double seconds)>;

  /// `stop_now` (may be empty) is polled from any thread; `report` (may be empty) is called at most five times a
  /// second, one call at a time, from any thread.
  explicit Watch(std::function<bool()> stop_now = {}, Report report = {})
      : stop_now_(std::move(stop_now)), report_(std::move(report)) {}

  /// Throws Stopped if a stop is requested. Cheap enough to be called once per millisecond of work.
  void check() const {
    if (stop_now_ && stop_now_()) throw Stopped();
  }
  /// check(), and a report: `done` of `all` steps of a phase; the time counts from the first report of the phase.
  void at(const char* phase, double done, double all) const;

 private:
  using Clock = std::chrono::steady_clock;
  std::function<bool()> stop_now_;
  Report report_;
  mutable std::mutex mutex_;
  mutable const char* phase_ = nullptr;
  mutable Clock::time_point start_, last_;
};

/// For computations with an optional watch.
inline void check(const Watch* watch) {
  if (watch != nullptr) watch->check();
}

}  // namespace widegeo
