// Fixed points of signal propagation: values from the literature against both sources of expectations.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>

#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"

using namespace widegeo;

namespace {

struct FixedPoint {
  const char* activation;
  double q, s, b;
  bool half_stable;  ///< chi_par = s V' is 1 as well
  double digits;     ///< relative accuracy of the printed values
};

// tanh: critical line at sigma_b^2 = 0.05. GELU, SiLU: half-stable points [Roberts, Yaida, Hanin 2022, section 5.3.4],
// where q* = (3 + sqrt 17)/2 for GELU is exact.
const FixedPoint points[] = {
    {"tanh", 0.570047881641, 1.76095463961, 0.05, false, 3e-12},
    {"gelu", (3 + std::sqrt(17.0)) / 2, 1.983058257437547, 0.1729223907560674, true, 3e-15},
    {"silu", 14.3201736180258, 1.988004678269492, 0.5551431707215304, true, 3e-14},
};

void check(const FixedPoint& p, const Expectations<TrackedDouble>& source) {
  const OnePoint<TrackedDouble> e = source.one_point(TrackedDouble(p.q), 1);
  CAPTURE(p.activation);
  // The printed values are rounded; q's rounding enters s V + b - q as (s V' - 1) dq, the rest as relative errors of
  // order 1.
  CHECK(std::fabs(p.s * e.V[0].value + p.b - p.q) < 2 * p.digits * p.q);
  CHECK(std::fabs(p.s * e.D[0].value - 1) < 2 * p.digits);
  if (p.half_stable) CHECK(std::fabs(p.s * e.V[1].value - 1) < 2 * p.digits);
}

}  // namespace

TEST_CASE("kernel: s V(q) + b = q, s D(q) = 1 at the known fixed points, by quadrature") {
  for (const FixedPoint& p : points) check(p, *quadrature_expectations<TrackedDouble>(make_activation(p.activation)));
}

TEST_CASE("kernel: s V(q) + b = q, s D(q) = 1 at the known fixed points, by closed forms") {
  int found = 0;
  for (const FixedPoint& p : points)
    if (const auto form = find_closed_form(make_activation(p.activation))) {
      check(p, *closed_form_expectations<TrackedDouble>(*form));
      ++found;
    }
  CHECK(found >= 1);
}
