// Growth at infinity.
#include <algorithm>
#include <array>
#include <cmath>

#include "expr/analysis/analysis_detail.hpp"
#include "number/scalar.hpp"

namespace widegeo::expr::detail {
namespace {

constexpr unsigned digits = 60;

/// MPFR's default range of exponents ends at exp(7e8), which exp(x^2) leaves at x = 3e4. Within the scope, in this
/// thread, it is the widest there is: exp(3e18).
class WideExponents {
 public:
  WideExponents() : low_(mpfr_get_emin()), high_(mpfr_get_emax()) {
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
  }
  ~WideExponents() {
    mpfr_set_emin(low_);
    mpfr_set_emax(high_);
  }
  WideExponents(const WideExponents&) = delete;
  WideExponents& operator=(const WideExponents&) = delete;

 private:
  mpfr_exp_t low_, high_;
};

constexpr int sample_points = 12, sample_spacing = 97;

/// M(X) = log max |phi| over a few points at and above X: a single point may be a zero of an oscillating factor.
struct Sample {
  Real logarithm;         ///< meaningful when none of the flags is set
  bool overflow = false;  ///< beyond MPFR's range, exp(1e18)
  bool vanishes = false;  ///< zero, or undefined, at all points
};

Sample sample_at(Function& f, const Real& X, int side) {
  Sample best{.logarithm = 0, .vanishes = true};
  for (int k = 0; k <= sample_points; ++k) {
    const Real v = abs(f(side * X * (1 + Real(k) / sample_spacing)));
    if (isnan(v)) continue;
    if (!isfinite(v)) return {.logarithm = 0, .overflow = true};
    if (v == 0) continue;
    const Real l = log(v);
    if (best.vanishes || l > best.logarithm) best = {.logarithm = l};
  }
  return best;
}

double rationalised(double c) {
  for (int q = 1; q <= 1000; ++q) {
    const double p = std::nearbyint(c * q);
    if (p != 0 && std::abs(p / q - c) <= 1e-9 * c) return p / q;
  }
  return c;
}

/// Differences of M over decades: a factor 1 a decade for powers, 10^beta for exp(c x^beta); additive constants cancel.
Growth growth_on_side(Function& f, int side) {
  const auto at = [&](const Real& X) { return sample_at(f, X, side); };
  int decade = 8;
  Sample top = at(pow(Real(10), decade));
  if (top.overflow) top = at(pow(Real(10), --decade));
  // Beyond exp(1e18) at 1e7 already: exp(c x^2) would need c > 1e4.
  if (top.overflow) return {.kind = Growth::Kind::faster};
  const Real X = pow(Real(10), decade - 2);
  const Sample low = at(X), middle = at(10 * X);
  if (top.vanishes || middle.vanishes || low.vanishes) return {};  // zero or undefined out there
  const Real last = top.logarithm - middle.logarithm, before = middle.logarithm - low.logarithm;
  // exp(c x) with c > 1e-7 gains 9 and more; powers up to the third, and oscillation, stay below.
  if (last <= 8) return {};
  if (before <= 0) return {.kind = Growth::Kind::exponential};  // still settling: the safe side of polynomial
  const double beta = Real(log10(last / before)).to_double();
  if (beta < 0.2) return {};
  if (beta <= 1.02) return {.kind = Growth::Kind::exponential};
  if (beta < 1.98) return {.kind = Growth::Kind::gaussian, .rate = 0};  // exp(o(x^2)): every variance is allowed
  if (beta > 2.02) return {.kind = Growth::Kind::faster};
  // M = c X^2 + b X + a + k log X: the combination below annihilates b and a, and leaves k log 2 beside 6 c X^2.
  const Real& one = middle.logarithm;
  const Real two = at(20 * X).logarithm, four = at(40 * X).logarithm;
  const Real spread = 1 + Real(sample_points) / sample_spacing;  // the largest |phi| is at the last of the points
  const Real c = (four - 3 * two + 2 * one) / (600 * X * X * spread * spread);
  return {.kind = Growth::Kind::gaussian, .rate = rationalised(c.to_double())};
}

}  // namespace

Growth find_growth(const Expr& phi, const std::string& x) {
  const PrecisionScope precision(digits);
  const WideExponents range;
  Function f(phi, x);
  const Growth left = growth_on_side(f, -1), right = growth_on_side(f, 1);
  if (left.kind != right.kind) return left.kind > right.kind ? left : right;
  return left.rate > right.rate ? left : right;
}

}  // namespace widegeo::expr::detail
