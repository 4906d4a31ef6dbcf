#include "quadrature/levels.hpp"

#include <cmath>

#include "core/scalar.hpp"

namespace widegeo::quadrature {
namespace {

/// log(x / m), or -infinity for x = 0; in double, whatever the range of T.
template <class T>
double log_ratio(const T& x, const T& m) {
  if (x == T(0)) return -HUGE_VAL;
  return static_cast<double>(T(log(T(x / m))));
}

/// log |T(2h) - T(4h)| / M and log |T(h) - T(2h)| / M: the errors at 4h and at 2h.
struct Differences {
  double first, second;
};
template <class T>
Differences differences(const Triple<T>& s) {
  return {log_ratio(T(abs(T(s.middle - s.coarse))), s.magnitude), log_ratio(T(abs(T(s.fine - s.middle))), s.magnitude)};
}

}  // namespace

template <class T>
Triple<T> triple(const LevelSums<T>& s, const T& h) {
  return {T(h * (s.odd + s.two + s.four)), T(T(2) * h * (s.two + s.four)), T(T(4) * h * s.four), T(h * s.magnitude),
          T(h * s.rounding)};
}

template <class T>
Integral<T> conclude(const Triple<T>& s, const T& unit_roundoff) {
  if (s.magnitude == T(0)) return {s.fine, s.rounding, T(0), s.magnitude};
  const auto [r1, r2] = differences(s);
  T truncation = T(2) * abs(T(s.fine - s.middle));
  if (r1 < -7 && r2 <= 1.4 * r1) {
    truncation = std::isinf(r2) ? T(0) : T(T(4) * s.magnitude * exp(T(T(r2) * T(17) / T(10))));
  }
  return {s.fine, T(truncation + T(4) * unit_roundoff * s.magnitude + s.rounding), truncation, s.magnitude};
}

template <class T>
double observed_rate(const Triple<T>& s, double h) {
  if (s.magnitude == T(0)) return 0;
  constexpr double visible = -34;  // below e^-34 a difference of doubles is rounding
  const auto [r1, r2] = differences(s);
  if (r2 < -4 && r2 > visible) return -2 * h * r2;
  if (r1 < -4 && r1 > visible) return -4 * h * r1;
  return 0;
}

template Triple<double> triple(const LevelSums<double>&, const double&);
template Triple<Real> triple(const LevelSums<Real>&, const Real&);
template Integral<double> conclude(const Triple<double>&, const double&);
template Integral<Real> conclude(const Triple<Real>&, const Real&);
template double observed_rate(const Triple<double>&, double);
template double observed_rate(const Triple<Real>&, double);

}  // namespace widegeo::quadrature
