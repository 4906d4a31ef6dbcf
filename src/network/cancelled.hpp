// Cancellation while a large network is being drawn.
#pragma once

#include <atomic>
#include <exception>

namespace widegeo {

/// Thrown between two blocks of units once the flag given to a sampler is set. The network's results are then invalid.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

using CancelFlag = std::atomic<bool>;

inline void throw_if(const CancelFlag* cancel) {
  if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) throw Cancelled();
}

}  // namespace widegeo
