// Module-internal: curvature from the metric (formulas in radial.hpp), shared by numbers and Taylor series.
#pragma once

#include <type_traits>

#include "geometry/radial.hpp"
#include "kernel/checks.hpp"
#include "number/ball/ball.hpp"
#include "number/error.hpp"

namespace widegeo::radial_detail {

template <class T>
T& centre(T& number) {
  return number;
}
template <class T>
T& centre(Jet<T>& series) {
  return series.value();
}

template <class S>
struct NumberOf {
  using type = S;
};
template <class T>
struct NumberOf<Jet<T>> {
  using type = T;
};

/// Intersects x with a second enclosure of the same series.
inline void meet(Jet<Ball>& x, const Jet<Ball>& other) {
  for (std::size_t i = 0; i < x.size(); ++i) x.coefficient(i) = intersection(x.coefficient(i), other.coefficient(i));
}

/// g holds A, B, dA, dB, ddA and the variances; the other fields are filled. defect = B - 2A' and its derivative. S: T
/// or Jet<T>; with `logarithmic`, which only balls have, two enclosures meet.
template <class S>
void complete_geometry(RadialGeometry<S>& g, const S& t, const S& defect, const S& d_defect, unsigned long dimension,
                       [[maybe_unused]] const LogarithmicRadial<Ball>* logarithmic = nullptr) {
  constexpr bool balls = std::is_same_v<S, Jet<Ball>>;
  const S two(2), one(1);
  require_positive(centre(g.A), centre(g.A), "A");
  g.defect = defect;

  const S w = g.dA / g.A, dw = g.ddA / g.A - w * w;
  const S c = defect / g.A, dc = d_defect / g.A - w * c;
  S e = one + t * (two * w + c);
  if constexpr (balls) {
    if (logarithmic) meet(e, logarithmic->e);
  }
  S unit = one;
  require_positive(centre(e), centre(unit), "A + B t");

  g.tangential_eigenvalue = g.A;
  g.radial_eigenvalue = g.A * e;
  const auto count = [](const Rational& number) { return S(from_rational<typename NumberOf<S>::type>(number)); };
  const S d = count(Rational(dimension));
  g.log_volume = (d * log(g.A) + log(e)) / two;
  require_finite(centre(g.log_volume), "the volume", 0);
  if (dimension == 1) return;

  const S tw = t * w, Ae = g.A * e;
  g.sectional_radial = (c * (one - tw - two * t * t * dw) + t * dc * (one + tw) - two * tw * (w + t * dw)) / (Ae * e);
  g.sectional_tangential = (c - tw * w) / Ae;
  if constexpr (balls) {
    if (logarithmic) {
      const LogarithmicRadial<Ball>& l = *logarithmic;
      const S tAe = t * Ae;
      meet(g.sectional_radial, (l.theta_c * (one + l.tau) - two * l.theta_tau * (l.c + l.tau)) / (tAe * e));
      meet(g.sectional_tangential, (l.c - l.tau * l.tau) / tAe);
    }
  }
  const S one_less = count(Rational(dimension - 1)), two_less = count(Rational(dimension) - 2);
  g.ricci_radial = one_less * g.sectional_radial;
  g.ricci_tangential = g.sectional_radial + two_less * g.sectional_tangential;
  g.scalar_curvature = one_less * (two * g.sectional_radial + two_less * g.sectional_tangential);
  require_finite(centre(g.scalar_curvature), "the curvature", 0);
}

}  // namespace widegeo::radial_detail
