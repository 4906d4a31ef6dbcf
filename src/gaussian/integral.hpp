// The value of an integral with its error bound.
#pragma once

#include <type_traits>

namespace widegeo::gaussian {

/// Compensated in doubles: the rounding error is that of one rounding of the sum, whatever the number of terms.
template <class T>
struct Sum {
  T value{0}, rest{0};
  void add(const T& term) {
    if constexpr (std::is_same_v<T, double>) {
      const double next = value + term, part = next - value;
      rest += (value - (next - part)) + (term - part);
      value = next;
    } else {
      value += term;
    }
  }
  T total() const { return T(value + rest); }
};

template <class T>
struct Integral {
  T value{0};
  T error{0};       ///< proved truncation error plus rounding error
  T truncation{0};  ///< proved truncation error alone
  T magnitude{0};   ///< integral of |integrand|: the scale for judging cancellation
};

}  // namespace widegeo::gaussian
