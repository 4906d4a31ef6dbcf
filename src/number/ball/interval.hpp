// Balls by their end points: what the functions of wide balls are made from.
#pragma once

#include "number/ball/ball.hpp"

namespace widegeo::ball_detail {

/// A floating-point number of Arb with an owner.
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

/// A ball around [low, high], low <= high finite. It is >= 0 where low is, and <= 0 where high is.
Ball interval(const Float& low, const Float& high);

/// The least and the greatest number of a finite ball, as exact balls (rounded outward to the working precision).
Ball lowest(const Ball& x);
Ball highest(const Ball& x);
/// A ball around [least number of low, greatest number of high]; not finite where one of them is not.
Ball span(const Ball& low, const Ball& high);

/// Radius above 2^-20, absolute or relative: the end points then give more than a derivative does.
bool is_wide(const Ball& x);

Ball not_a_number();

/// What Arb caches for this thread is freed when the thread ends. Cheap; every function that fills a cache calls it.
void release_caches_with_thread();

}  // namespace widegeo::ball_detail
