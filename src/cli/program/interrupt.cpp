#include "cli/program/interrupt.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>

namespace widegeo::cli {
namespace {

/// Set by a signal, read by several threads.
std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);
void remember_interrupt(int) { interrupted = true; }

}  // namespace

PoliteInterrupt::PoliteInterrupt() {
  interrupted = false;
  previous_int_ = std::signal(SIGINT, remember_interrupt);
  previous_term_ = std::signal(SIGTERM, remember_interrupt);
}

PoliteInterrupt::~PoliteInterrupt() {
  std::signal(SIGINT, previous_int_);
  std::signal(SIGTERM, previous_term_);
}

bool PoliteInterrupt::asked() { return interrupted.load(); }

ProgressLine::ProgressLine(bool wanted) : active_(wanted && ::isatty(STDERR_FILENO) != 0) {}

void ProgressLine::show(const std::string& text) {
  if (!active_) return;
  shown_ = true;
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

std::string duration(double seconds) {
  const auto whole = static_cast<long long>(std::isfinite(seconds) ? std::min(seconds, 1e9) : 1e9);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

}  // namespace widegeo::cli
