// Balls by their end points: building blocks for functions of wide balls.
#pragma once

#include "number/ball/ball.hpp"

namespace widegeo::ball_detail {

/// RAII wrapper of Arb's floating-point number.
class Float {
 public:
  Float() { arf_init(number_); }
  Float(const Float&) = delete;
  Float& operator=(const Float&) = delete;
  ~Float() { arf_clear(number_); }
  arf_ptr get() { return number_; }
  arf_srcptr get() const { return number_; }

 private:
  arf_t number_;
};

/// A ball enclosing [low, high], low <= high finite. It is >= 0 if low is, and <= 0 if high is.
Ball interval(const Float& low, const Float& high);

/// The smallest and the largest point of a finite ball, as exact balls (rounded outward to the working precision).
Ball lowest(const Ball& x);
Ball highest(const Ball& x);
/// A ball enclosing [lower end of low, upper end of high]; not finite if one of them is not.
Ball span(const Ball& low, const Ball& high);

/// Radius above 2^-20, absolute or relative: the end points then give a tighter enclosure than a derivative bound.
bool is_wide(const Ball& x);

Ball not_a_number();

/// Arranges that Arb's caches of this thread are freed when it ends. Cheap; every function that fills a cache calls it.
void release_caches_with_thread();

}  // namespace widegeo::ball_detail
