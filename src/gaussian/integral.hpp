// A number that an integral gave, with what is known of its error.
#pragma once

namespace widegeo::gaussian {

template <class T>
struct Integral {
  T value{0};
  T error{0};       ///< what the nodes miss, proved, and rounding
  T truncation{0};  ///< the first of the two
  T magnitude{0};   ///< integral of |integrand|: the scale against which cancellation is judged
};

}  // namespace widegeo::gaussian
