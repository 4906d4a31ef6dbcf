// Three nested trapezoid sums in one pass, and what their differences say of the error.
#pragma once

#include <cstddef>
#include <vector>

namespace widegeo::quadrature {

/// Sums over nodes t = j h, kept by the power of two that divides j, so that T(h), T(2h) and T(4h) come from one pass.
template <class T>
struct LevelSums {
  T odd{0}, two{0}, four{0};
  T magnitude{0};  ///< sum of |terms|
  T rounding{0};   ///< sum of the bounds of the terms' own errors (double route only)

  void add(long j, const T& term) {
    (j % 2 != 0 ? odd : j % 4 != 0 ? two : four) += term;
    magnitude += term < T(0) ? -term : term;
  }
  void add(long j, const T& term, const T& error) {
    add(j, term);
    rounding += error;
  }
  LevelSums& operator+=(const LevelSums& other) {
    odd += other.odd;
    two += other.two;
    four += other.four;
    magnitude += other.magnitude;
    rounding += other.rounding;
    return *this;
  }
};

template <class T>
struct Integral {
  T value{0};
  T error{0};       ///< truncation + rounding
  T truncation{0};  ///< its part that a smaller step reduces
  T magnitude{0};   ///< T(h) of |integrand|: the scale against which cancellation is judged
};

/// Three sums of one integral with their steps multiplied in.
template <class T>
struct Triple {
  T fine{0}, middle{0}, coarse{0};  ///< T(h), T(2h), T(4h)
  T magnitude{0}, rounding{0};
};

template <class T>
Triple<T> triple(const LevelSums<T>& sums, const T& h);

/// value = T(h). The truncation estimate, with d1 = |T(2h) - T(4h)|, d2 = |T(h) - T(2h)|, M the magnitude:
///   an analytic integrand has error(h) ~ M e^(-c/h), so halving h squares error/M, and error(T(h)) ~ M (d2/M)^2.
///   Where the observed differences follow that law (d2/M <= (d1/M)^1.4 and d1/M < e^-7, which an algebraic rate up to
///   h^4 cannot imitate) the estimate is
///   4 M (d2/M)^1.7; everywhere else no faith is put in the law and the estimate is 2 d2.
/// `unit_roundoff` enters as 4 u M.
template <class T>
Integral<T> conclude(const Triple<T>& sums, const T& unit_roundoff);

/// Nats per unit of 1/h: c of error ~ e^(-c/h), from one finished sum; 0 when the differences do not show it.
template <class T>
double observed_rate(const Triple<T>& sums, double h);

}  // namespace widegeo::quadrature
