// A number that an integral gave, with what is known of its error.
#pragma once

#include <type_traits>

namespace widegeo::gaussian {

/// In doubles compensated: the rounding of the sum is one of its value, whatever the number of terms.
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
  T error{0};       ///< what the nodes miss, proved, and rounding
  T truncation{0};  ///< the first of the two
  T magnitude{0};   ///< integral of |integrand|: the scale against which cancellation is judged
};

}  // namespace widegeo::gaussian
