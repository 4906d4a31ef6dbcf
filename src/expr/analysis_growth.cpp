// Growth at infinity and parity.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/scalar.hpp"
#include "expr/analysis_detail.hpp"

namespace widegeo::expr::detail {
namespace {

using boost::multiprecision::isfinite;
using boost::multiprecision::isnan;

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
  const double beta = Real(log10(last / before)).convert_to<double>();
  if (beta < 0.2) return {};
  if (beta <= 1.02) return {.kind = Growth::Kind::exponential};
  if (beta < 1.98) return {.kind = Growth::Kind::gaussian, .rate = 0};  // exp(o(x^2)): every variance is allowed
  if (beta > 2.02) return {.kind = Growth::Kind::faster};
  // M = c X^2 + b X + a + k log X: the combination below annihilates b and a, and leaves k log 2 beside 6 c X^2.
  const Real& one = middle.logarithm;
  const Real two = at(20 * X).logarithm, four = at(40 * X).logarithm;
  const Real spread = 1 + Real(sample_points) / sample_spacing;  // the largest |phi| is at the last of the points
  const Real c = (four - 3 * two + 2 * one) / (600 * X * X * spread * spread);
  return {.kind = Growth::Kind::gaussian, .rate = rationalised(c.convert_to<double>())};
}

Parity combined_sum(Parity a, Parity b) { return a == b ? a : Parity::none; }

Parity product(Parity a, Parity b) {
  if (a == Parity::none || b == Parity::none) return Parity::none;
  return a == b ? Parity::even : Parity::odd;
}

/// Parity that follows from the form of the tree; none when it does not.
Parity parity_by_form(const Expr& e, const std::string& x) {
  if (!depends_on(e, x)) return Parity::even;
  if (e.op() == Op::variable) return Parity::odd;
  std::vector<Parity> args;
  for (const Expr& child : e.args()) args.push_back(parity_by_form(child, x));
  if (std::ranges::all_of(args, [](Parity p) { return p == Parity::even; })) return Parity::even;
  switch (e.op()) {
    case Op::add:
    case Op::subtract:
      return combined_sum(args[0], args[1]);
    case Op::multiply:
    case Op::divide:
      return product(args[0], args[1]);
    case Op::negate:
    case Op::sign:
    case Op::sin:
    case Op::tan:
    case Op::sinh:
    case Op::tanh:
    case Op::asin:
    case Op::atan:
    case Op::asinh:
    case Op::erf:
      return args[0];
    case Op::abs:
    case Op::cos:
    case Op::cosh:
    case Op::normal_pdf:
    case Op::sinc:
      return args[0] == Parity::odd ? Parity::even : Parity::none;
    case Op::power:
      if (args[0] != Parity::odd || !e.arg(1).is_number() || e.arg(1).value().get_den() != 1) return Parity::none;
      return mpz_odd_p(e.arg(1).value().get_num_mpz_t()) != 0 ? Parity::odd : Parity::even;
    default:
      return Parity::none;
  }
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

Parity find_parity(const Expr& phi, const std::string& x) {
  // As a tree: a heavily shared one would take long, and the numerical test serves.
  const Parity form = phi.node_count() > 10000 ? Parity::none : parity_by_form(phi, x);
  if (form != Parity::none) return form;
  const PrecisionScope precision(digits);
  Function f(phi, x);
  bool even = true, odd = true;
  // Far points too: x + exp(-x^2)/10^60 would pass near the origin only by accident, and the reverse.
  for (const char* point : {"0.0137", "0.11803", "0.37914", "0.7071", "1.01321", "1.6180339", "2.7182818", "4.6692",
                            "9.8696", "31.006", "306.02"}) {
    const Real t(point), a = f(t), b = f(-t);
    if (isnan(a) || isnan(b)) return Parity::none;
    const Real allowed = Real("1e-50") * (abs(a) + abs(b));
    even = even && abs(a - b) <= allowed;
    odd = odd && abs(a + b) <= allowed;
    if (!even && !odd) return Parity::none;
  }
  return even ? Parity::even : Parity::odd;
}

}  // namespace widegeo::expr::detail
