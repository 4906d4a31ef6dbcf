// Long work that can be watched: it says how far it is, and ends when it is asked to.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <mutex>

namespace widegeo {

/// Thrown out of work that was asked to stop.
class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "stopped"; }
};

/// Thread-safe. The numbers that the work gives never depend on it.
class Watch {
 public:
  using Report = std::function<void(const char* phase, double done, double all, double seconds)>;

  /// `stop_now` (may be empty) is asked from any thread; `report` (may be empty) is called at most five times a second,
  /// one call at a time, from any thread.
  explicit Watch(std::function<bool()> stop_now = {}, Report report = {})
      : stop_now_(std::move(stop_now)), report_(std::move(report)) {}

  /// Throws Stopped when the work is to end. Cheap: once in a millisecond of work is not too often.
  void check() const {
    if (stop_now_ && stop_now_()) throw Stopped();
  }
  /// check(), and a report: `done` of `all` steps of a phase; the time is that since the phase was first named.
  void at(const char* phase, double done, double all) const;

 private:
  using Clock = std::chrono::steady_clock;
  std::function<bool()> stop_now_;
  Report report_;
  mutable std::mutex mutex_;
  mutable const char* phase_ = nullptr;
  mutable Clock::time_point start_, last_;
};

/// Of work that may not be watched.
inline void check(const Watch* watch) {
  if (watch != nullptr) watch->check();
}

}  // namespace widegeo
