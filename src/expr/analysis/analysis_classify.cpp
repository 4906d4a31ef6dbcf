// Classifies a candidate point as analytic, kink, jump or singular, from the one-sided branches of phi.
#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "expr/analysis/analysis_detail.hpp"
#include "expr/expr_node.hpp"
#include "number/ball/ball.hpp"
#include "number/error.hpp"
#include "number/scalar.hpp"

namespace widegeo::expr::detail {
namespace {

class Resolver {
 public:
  Resolver(const std::string& x, const Real& sample) : x_(x), sample_(sample) {}

  Expr resolve(const Expr& e) {
    if (e.args().empty() || !depends_on(e, x_)) return e;
    const auto known = done_.find(e.identity());
    if (known != done_.end()) return known->second;
    Expr result = e.op() == Op::choose ? resolve(holds(e.arg(0)) ? e.arg(1) : e.arg(2)) : rebuild(e);
    done_.emplace(e.identity(), result);
    return result;
  }

 private:
  bool holds(const Expr& condition) {
    return comparison_holds(condition.op(), value_of(condition.arg(0)), value_of(condition.arg(1)));
  }

  Expr rebuild(const Expr& e) {
    std::vector<Expr> args;
    for (const Expr& child : e.args()) args.push_back(resolve(child));
    switch (e.op()) {
      case Op::abs:
        return value_of(args[0]) < 0 ? -args[0] : args[0];
      case Op::relu:
        return value_of(args[0]) > 0 ? args[0] : Expr::number(0);
      case Op::sign:
      case Op::step: {
        const Real u = value_of(args[0]);
        const int sign = u > 0 ? 1 : u < 0 ? -1 : 0;
        if (e.op() == Op::sign) return Expr::number(sign);
        return Expr::number(sign == 0 ? Rational(1, 2) : Rational(sign > 0 ? 1 : 0));
      }
      case Op::min:
      case Op::max: {
        const Real u = value_of(args[0]), v = value_of(args[1]);
        return ((u <= v) == (e.op() == Op::min)) ? args[0] : args[1];
      }
      default:
        if (e.is_comparison()) return Expr::number(holds(e) ? 1 : 0);
        return Expr::make(e.op(), std::move(args));
    }
  }

  Real value_of(const Expr& e) { return Function(e, x_)(sample_); }

  const std::string& x_;
  const Real& sample_;
  std::unordered_map<const void*, Expr> done_;
};

/// The local exponent: |f(p + side h)| ~ h^exponent, from h = 1e-20 and h = 1e-40.
struct Exponent {
  double value = 0;
  bool vanishes = false;   ///< f is 0, or as good as
  bool undefined = false;  ///< not a number
};

Exponent exponent_at(Function& f, const Real& p, int side) {
  const Real outer = abs(f(p + side * Real("1e-20"))), inner = abs(f(p + side * Real("1e-40")));
  if (isnan(inner) || isnan(outer)) return {.undefined = true};
  if (!isfinite(inner)) return {.value = -std::numeric_limits<double>::infinity()};
  // So small next to the point: it tends to 0, or is the rounding of a cancellation (1/x - x/x^2).
  if (inner < Real("1e-100")) return {.value = std::numeric_limits<double>::infinity(), .vanishes = true};
  if (outer == 0) return {};
  const Real ratio = log10(outer) - log10(inner);
  return {.value = Real(ratio / 20).to_double()};
}

// A bounded function with a limit has an exponent of at most 1e-20 in size when the limit is approached like a power of
// h, and a logarithm has about 1/log(h) = 0.015; the threshold stands between the two.
constexpr double exponent_threshold = 1e-3;

bool unbounded(const Exponent& e) { return !e.undefined && e.value < -exponent_threshold; }

/// int |f|^2 near the point is finite iff 2 alpha > -1.
bool square_integrable(const Exponent& e) { return e.undefined || e.vanishes || 2 * e.value > -1 + 1e-6; }

/// What is known of phi(p-) = phi(p+).
enum class Meeting { equal, different, unknown };

Ball ball_at(const Candidate& point) {
  if (point.exact) return from_rational<Ball>(*point.exact);
  Ball r;
  arf_set_mpfr(arb_midref(r.get()), point.location.get());
  // Located to analysis_digits, of which some are lost to the conditioning of the zero.
  const Ball radius = from_rational<Ball>(Rational(1)) + abs(r);
  Ball scale(1);
  arb_mul_2exp_si(scale.get(), scale.get(), -static_cast<long>(3.3 * analysis_digits) + 60);
  mag_t bound;
  mag_init(bound);
  arb_get_mag(bound, (radius * scale).get());
  arb_add_error_mag(r.get(), bound);
  mag_clear(bound);
  return r;
}

/// Proves that e is continuous at p (almost everywhere next to it): every function of the tree is at its arguments
/// there.
bool is_continuous_at(const Expr& e, const std::string& x, const Ball& p) {
  const auto at = [&](const Expr& part) { return Tape(std::array{part}, {x})(p); };
  const auto nonzero = [](const Ball& u) { return is_finite(u) && !u.contains_zero(); };
  return std::ranges::all_of(post_order(e), [&](const Expr& node) {
    if (!depends_on(node, x)) return true;
    switch (node.op()) {
      case Op::divide:
        return nonzero(at(node.arg(1)));
      case Op::log:
        return at(node.arg(0)).certainly_positive();
      case Op::log1p:
        return at(Expr::number(1) + node.arg(0)).certainly_positive();
      case Op::tan:
        return nonzero(at(Expr::make(Op::cos, {node.arg(0)})));
      case Op::atan2:
        return at(node.arg(1)).certainly_positive();
      case Op::sign:
      case Op::step:
        return nonzero(at(node.arg(0)));
      case Op::power:
        return (node.arg(1).is_number() && node.arg(1).value() > 0) || nonzero(at(node.arg(0)));
      case Op::choose: {
        const Expr& condition = node.arg(0);
        if (nonzero(at(condition.arg(0) - condition.arg(1)))) return true;
        // An equation holds at single points only.
        if (condition.op() == Op::equal || condition.op() == Op::not_equal) return true;
        return (at(node.arg(1)) - at(node.arg(2))).is_exactly_zero();
      }
      default:
        return true;
    }
  });
}

/// The two branches at the point itself, by balls: a jump is one at any size. Where a branch has no value there (0/0,
/// 1/x) its limit is read off next to the point.
Meeting meeting(const Branch& left, const Branch& right, const Candidate& point, const std::string& x,
                const Expr& phi) {
  if (is_continuous_by_form(phi)) return Meeting::equal;
  {
    const BallPrecision precision(512);
    if (is_continuous_at(phi, x, ball_at(point))) return Meeting::equal;
  }
  constexpr long first_bits = 256, most_bits = 8192;
  for (long bits = first_bits; bits <= most_bits; bits *= 4) {
    const BallPrecision precision(bits);
    const Ball p = ball_at(point);
    const Ball a = Tape(std::array{left.tree}, {x})(p), b = Tape(std::array{right.tree}, {x})(p);
    if (!is_finite(a) || !is_finite(b)) break;
    if (left.tree == right.tree) return Meeting::equal;
    const Ball gap = a - b;
    if (gap.is_exactly_zero()) return Meeting::equal;
    if (!gap.contains_zero()) return Meeting::different;
    if (!point.exact) break;
    if (bits * 4 > most_bits) return Meeting::unknown;
  }
  Function f(left.tree, x), g(right.tree, x);
  std::array<Real, 2> gap;
  const Real& p = point.location;
  const std::array<Real, 2> distance{Real("1e-20"), Real("1e-40")};
  for (std::size_t i = 0; i < 2; ++i) {
    const Real a = f(p - distance[i]), b = g(p + distance[i]);
    gap[i] = abs(a - b);
    if (!isfinite(gap[i])) return Meeting::unknown;
    if (gap[i] <= Real("1e-150") * (abs(a) + abs(b))) return Meeting::equal;
  }
  return Real(log10(gap[0]) - log10(gap[1])) < 20 * exponent_threshold ? Meeting::different : Meeting::equal;
}

/// Are two branches the same analytic function? Compared where both can be evaluated, away from the point.
bool same_function(const Expr& a, const Expr& b, const std::string& x, const Real& p, const Real& reach) {
  if (a == b) return true;
  Function f(a, x), g(b, x);
  for (const char* fraction : {"0.41", "0.173", "-0.37", "-0.211"}) {
    const Real t = p + Real(fraction) * reach;
    const Real u = f(t), v = g(t);
    if (!isfinite(u) || !isfinite(v)) return false;
    if (abs(u - v) > Real("1e-120") * std::max(abs(u), abs(v))) return false;
  }
  return true;
}

/// The divided difference of f of order 24 over the nodes p + k h, k = -12, ..., 13 without 0: tends to f^(24)(p)/24!
/// for an analytic f, and grows like h^(j-24) when the j-th derivative jumps. The nodes are not symmetric: a symmetric
/// difference is blind to jumps of one parity.
struct Difference {
  Real value, noise;
};

Difference divided_difference(Function& f, const Real& p, const Real& h) {
  constexpr int first = -12, last = 13, order = last - first - 1;
  Real sum = 0, size = 0;
  for (int k = first; k <= last; ++k) {
    if (k == 0) continue;
    Real weight = 1;
    for (int j = first; j <= last; ++j) {
      if (j != 0 && j != k) weight /= k - j;
    }
    const Real term = weight * f(p + k * h);
    sum += term;
    size += abs(term);
  }
  const Real scale = pow(h, order);
  return {Real(abs(sum) / scale), Real(size / scale * pow(Real(10), -static_cast<int>(analysis_digits) + 5))};
}

bool is_arithmetic(const Expr& e) {
  switch (e.op()) {
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::negate:
      return true;
    case Op::power:
      return e.arg(1).is_number() && e.arg(1).value().get_den() == 1;
    default:
      return e.args().empty();
  }
}

/// A transcendental function of something unbounded, as in exp(-1/x^2): infinitely flat perhaps, but not analytic.
bool is_essential(const Expr& tree, const std::string& x, const Real& p) {
  for (const Expr& node : post_order(tree)) {
    if (is_arithmetic(node)) continue;
    for (const Expr& argument : node.args()) {
      if (is_arithmetic(argument) && argument.args().empty()) continue;
      Function f(argument, x);
      if (unbounded(exponent_at(f, p, -1)) || unbounded(exponent_at(f, p, 1))) return true;
    }
  }
  return false;
}

bool is_analytic(Function& f, const Real& p, const Real& reach) {
  const Real wide = reach / 1000, narrow = wide / 16;
  const Difference a = divided_difference(f, p, wide), b = divided_difference(f, p, narrow);
  if (!isfinite(a.value) || !isfinite(b.value)) return false;
  return b.value <= 4 * a.value || b.value <= 1000 * b.noise;
}

}  // namespace

}  // namespace widegeo::expr::detail

bool widegeo::expr::is_continuous_by_form(const Expr& e) {
  return std::ranges::none_of(post_order(e), [](const Expr& node) {
    if (variables_of(node).empty()) return false;
    switch (node.op()) {
      case Op::sign:
      case Op::step:
      case Op::choose:
      case Op::log:
      case Op::log1p:
      case Op::tan:
      case Op::atan2:
        return true;
      case Op::divide:
        return !node.arg(1).is_number() || node.arg(1).is_number(0);
      case Op::power:
        return !node.arg(1).is_number() || node.arg(1).value() < 0;
      default:
        return node.is_comparison();
    }
  });
}

namespace widegeo::expr::detail {

Expr resolve_branches(const Expr& phi, const std::string& x, const Real& sample) {
  return Resolver(x, sample).resolve(phi);
}

std::optional<SpecialPoint> classify(const Candidate& point, const Branch& left, const Branch& right, const Expr& phi,
                                     const std::string& x, const Real& reach, bool known_continuous) {
  if (!left.defined && !right.defined) return std::nullopt;
  const Real& p = point.location;
  Function left_value(left.tree, x), right_value(right.tree, x);
  Function left_slope(derivative(left.tree, x), x), right_slope(derivative(right.tree, x), x);

  SpecialPoint result{.kind = SpecialPoint::Kind::kink,
                      .exact = point.exact,
                      .approximate = p.to_double(),
                      .defining = point.defining,
                      .low = point.low,
                      .high = point.high};
  bool infinite = false, steep = false;
  const auto look = [&](Function& value, Function& slope, int side) {
    const Exponent of_value = exponent_at(value, p, side), of_slope = exponent_at(slope, p, side);
    infinite = infinite || unbounded(of_value);
    steep = steep || !square_integrable(of_slope);
    result.value_integrable = result.value_integrable && square_integrable(of_value);
    result.derivative_integrable = result.derivative_integrable && square_integrable(of_slope);
  };
  if (left.defined) look(left_value, left_slope, -1);
  if (right.defined) look(right_value, right_slope, 1);

  const bool both = left.defined && right.defined;
  const Meeting sides = both && !known_continuous ? meeting(left, right, point, x, phi) : Meeting::equal;
  const bool jumps = sides != Meeting::equal;  // what is not known to be continuous counts as a jump
  if (infinite || (steep && !jumps)) {
    result.kind = SpecialPoint::Kind::singular;
  } else if (jumps) {
    result.kind = SpecialPoint::Kind::jump;
    result.derivative_integrable = false;
  } else if (both && same_function(left.tree, right.tree, x, p, reach) && !is_essential(right.tree, x, p) &&
             is_analytic(right_value, p, reach)) {
    // Removable. The point stays as one where integrals are split when phi cannot be evaluated at it (0/0).
    Function whole(phi, x);
    if (isfinite(whole(p)) && std::isfinite(whole(p.to_double()))) return std::nullopt;
  }
  return result;
}

}  // namespace widegeo::expr::detail
