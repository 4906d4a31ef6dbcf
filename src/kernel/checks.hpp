// Failures that must not pass silently through a recursion: overflow, underflow, a sign below the working precision.
// Single scalars throw; a block marks the lane instead (error = infinity), because its other lanes are good.
#pragma once

#include "jet/jet.hpp"
#include "number/ball/ball.hpp"
#include "number/scalar.hpp"

namespace widegeo {

/// Throws Error(accuracy) if x is not finite (value or error). `layer` 0: no layer is named in the message.
void require_finite(const TrackedDouble& x, const char* what, unsigned layer);
void require_finite(TrackedBlock& x, const char* what, unsigned layer);
void require_finite(const Real& x, const char* what, unsigned layer);
void require_finite(const Ball& x, const char* what, unsigned layer);

/// The same, and no underflow: a number >= 0 in theory is exactly 0, or far enough above the smallest double for its
/// error bound not to underflow.
void require_in_range(const TrackedDouble& x, const char* what, unsigned layer);
void require_in_range(TrackedBlock& x, const char* what, unsigned layer);
void require_in_range(const Real& x, const char* what, unsigned layer);
void require_in_range(const Ball& x, const char* what, unsigned layer);

/// Requires x > 0, which holds in theory except for degenerate metrics. Throws Error(input, "the metric is degenerate
/// here") if x is exactly 0, Error(accuracy) if the working precision cannot distinguish x from 0. `scale` is the size
/// of the terms that x was summed from.
void require_positive(const TrackedDouble& x, const TrackedDouble& scale, const char* what);
void require_positive(TrackedBlock& x, const TrackedBlock& scale, const char* what);
void require_positive(const Real& x, const Real& scale, const char* what);
void require_positive(const Ball& x, const Ball& scale, const char* what);  ///< every number of the ball

bool is_zero(const TrackedDouble& x);  ///< exactly 0, value and error
bool is_zero(const TrackedBlock& x);   ///< every lane
bool is_zero(const Real& x);
bool is_zero(const Ball& x);  ///< exactly 0

/// True if finite, error included; for a block: in some lane.
bool is_usable(const TrackedDouble& x);
bool is_usable(const TrackedBlock& x);
bool is_usable(const Real& x);
bool is_usable(const Ball& x);

/// max(x, 0), for a quantity that is >= 0 in theory.
TrackedDouble clamp_non_negative(const TrackedDouble& x);
TrackedBlock clamp_non_negative(const TrackedBlock& x);
Real clamp_non_negative(const Real& x);
Ball clamp_non_negative(const Ball& x);

// Taylor series are judged by their values.
template <class T>
void require_finite(const Jet<T>& x, const char* what, unsigned layer) {
  require_finite(x.value(), what, layer);
}
template <class T>
void require_in_range(const Jet<T>& x, const char* what, unsigned layer) {
  require_in_range(x.value(), what, layer);
}
template <class T>
bool is_zero(const Jet<T>& x) {
  return is_zero(x.value());
}
template <class T>
Jet<T> clamp_non_negative(Jet<T> x) {
  x.value() = clamp_non_negative(x.value());
  return x;
}

}  // namespace widegeo
