#include "expr/analysis/envelope.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "expr/analysis/flat_product.hpp"
#include "expr/analysis/quadratic.hpp"
#include "number/constants.hpp"

namespace widegeo::expr {

namespace {

/// Relative widening after every step: exceeds the rounding errors of the standard library's functions.
constexpr double slack = 1e-14;

/// Enough for the sharpest growth one Gaussian integral stands; above it nothing is claimed.
constexpr double most_power = 1e4;

Envelope unknown() { return {-infinity, infinity, infinity, 0, 0, 0}; }

/// Below it doubles lose digits or vanish; 0 itself is kept: it is exact where no function underflowed.
constexpr double tiny = 1e-300;

double raised(double x) {
  if (x == 0 || !std::isfinite(x)) return x;
  if (std::fabs(x) < tiny) return x > 0 ? tiny : 0;
  return x + slack * std::fabs(x);
}
double lowered(double x) { return -raised(-x); }
/// An upper end of a function that is positive: it may have vanished by underflow.
double positive_end(double x) { return std::max(x, tiny); }

/// A range alone; its bound is constant where the range is finite.
Envelope bounded(double low, double high) {
  const double size = std::max(std::fabs(low), std::fabs(high));
  return {low, high, size > 0 ? raised(std::log(size) + slack) : -infinity, 0, 0, 0};
}

/// The constant bound where the range gives one: it is at most as large far out.
Envelope made(double low, double high, double log_factor, double power, double rate, double square = 0) {
  low = lowered(low);
  high = raised(high);
  if (std::isnan(low) || std::isnan(high) || low > high) return unknown();
  if (std::isfinite(low) && std::isfinite(high)) return bounded(low, high);
  if (std::isnan(log_factor) || !(power <= most_power) || !std::isfinite(rate) || !std::isfinite(square))
    log_factor = infinity;
  if (log_factor == infinity) power = rate = square = 0;
  // Sums of a few integers are exact, and exp(u) needs to see that u grows at most linearly.
  if (power != std::nearbyint(power)) power = raised(power);
  return {low, high, raised(log_factor) + slack, power, raised(rate), raised(square)};
}

double log_sum(double a, double b) {
  const double top = std::max(a, b);
  if (!std::isfinite(top)) return top;
  return top + std::log(std::exp(a - top) + std::exp(b - top));
}

/// 0 times an unbounded number is 0: both are numbers.
double product(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

Envelope sum(const Envelope& a, const Envelope& b) {
  return made(a.low + b.low, a.high + b.high, log_sum(a.log_factor, b.log_factor), std::max(a.power, b.power),
              std::max(a.rate, b.rate), std::max(a.square, b.square));
}

Envelope negative(const Envelope& a) { return {-a.high, -a.low, a.log_factor, a.power, a.rate, a.square}; }

Envelope times(const Envelope& a, const Envelope& b) {
  const double p = product(a.low, b.low), q = product(a.low, b.high), r = product(a.high, b.low),
               s = product(a.high, b.high);
  const bool zero = a.log_factor == -infinity || b.log_factor == -infinity;
  // Products that vanish by underflow lie within tiny of 0.
  const auto vanished = [](double x, double y, double xy) { return xy == 0 && x != 0 && y != 0; };
  const bool lost = vanished(a.low, b.low, p) || vanished(a.low, b.high, q) || vanished(a.high, b.low, r) ||
                    vanished(a.high, b.high, s);
  const double margin = lost ? tiny : 0;
  return made(std::min({p, q, r, s}) - margin, std::max({p, q, r, s}) + margin,
              zero ? -infinity : a.log_factor + b.log_factor, a.power + b.power, a.rate + b.rate, a.square + b.square);
}

Envelope reciprocal(const Envelope& a) {
  if (a.low > 0 || a.high < 0) return made(1 / a.high, 1 / a.low, infinity, 0, 0);
  if (a.low == 0 && a.high > 0) return made(1 / a.high, infinity, infinity, 0, 0);
  if (a.high == 0 && a.low < 0) return made(-infinity, 1 / a.low, infinity, 0, 0);
  return unknown();
}

Envelope hull(const Envelope& a, const Envelope& b) {
  return made(std::min(a.low, b.low), std::max(a.high, b.high), std::max(a.log_factor, b.log_factor),
              std::max(a.power, b.power), std::max(a.rate, b.rate), std::max(a.square, b.square));
}

/// |a|^exponent, exponent > 0, with the range given.
Envelope powered(const Envelope& a, double exponent, double low, double high) {
  return made(low, high, a.log_factor == -infinity ? -infinity : exponent * a.log_factor, exponent * a.power,
              exponent * a.rate, exponent * a.square);
}

Envelope absolute(const Envelope& a) {
  const double high = std::max(std::fabs(a.low), std::fabs(a.high));
  const double low = a.low > 0 ? a.low : a.high < 0 ? -a.high : 0;
  return made(low, high, a.log_factor, a.power, a.rate, a.square);
}

Envelope integer_power(const Envelope& a, long n) {
  if (n == 0) return bounded(1, 1);
  if (n < 0) return reciprocal(integer_power(a, -n));
  const Envelope base = n % 2 == 0 ? absolute(a) : a;
  const double exponent = static_cast<double>(n);
  const double low = std::pow(base.low, exponent), high = std::pow(base.high, exponent);
  return powered(a, exponent, base.low < 0 ? std::min(low, -tiny) : low, base.high > 0 ? positive_end(high) : high);
}

/// u <= constant + linear |x| + square x^2.
struct Upper {
  double constant, linear, square;
};

Upper sum(const Upper& a, const Upper& b) {
  return {raised(a.constant + b.constant), raised(a.linear + b.linear), raised(a.square + b.square)};
}

/// e^u.
Envelope exponential(const Upper& u, double low, double high) {
  return made(low, high, u.constant, 0, std::max(u.linear, 0.0), std::max(u.square, 0.0));
}

/// From |u| <= exp(log_factor) (1 + |x|)^power alone.
Upper upper_from(const Envelope& u, double highest) {
  if (std::isfinite(highest)) return {highest, 0, 0};
  const double factor = u.rate == 0 && u.square == 0 && u.power <= 2 ? raised(std::exp(u.log_factor)) : infinity;
  if (u.power <= 1) return {factor, factor, 0};
  return {factor, 2 * factor, factor};
}

/// log u for u >= low > 0: at most log_factor + power log(1 + |x|) + rate |x|, and log(1 + |x|) <= |x|.
Envelope logarithm(const Envelope& u) {
  if (u.low == 0 && u.high > 0) return made(-infinity, std::log(u.high), infinity, 0, 0);
  if (!(u.low > 0)) return unknown();
  const double size = std::max(u.log_factor, 0.0) + u.power + u.rate + u.square + std::fabs(std::log(u.low));
  return made(std::log(u.low), std::log(u.high), size > 0 ? std::log(size) : -infinity, u.square > 0 ? 2 : 1, 0);
}

class Recursion {
 public:
  Recursion(double low, double high, std::vector<Expr> positive)
      : low_(low), high_(high), positive_(std::move(positive)) {}

  Envelope of(const Expr& e) {
    const auto known = done_.find(e.identity());
    if (known != done_.end()) return known->second;
    Envelope r = make(e);
    if (!r.is_bound() && (e.op() == Op::multiply || e.op() == Op::divide)) r = flat(e, r);
    for (const Expr& fact : positive_) {
      if (fact == e && r.low < 0) r = made(0, std::max(r.high, 0.0), r.log_factor, r.power, r.rate, r.square);
    }
    done_.emplace(e.identity(), r);
    return r;
  }

 private:
  Envelope make(const Expr& e) {
    switch (e.op()) {
      case Op::number: {
        const double value = nearest_double(e.value());
        return made(value, value, infinity, 0, 0);
      }
      case Op::pi:
        return bounded(3.1415926, 3.1415927);
      case Op::variable:
        if (std::isfinite(low_) && std::isfinite(high_)) return bounded(low_, high_);
        return {low_, high_, 0, 1, 0, 0};
      case Op::add:
        return sum(of(e.arg(0)), of(e.arg(1)));
      case Op::subtract:
        return sum(of(e.arg(0)), negative(of(e.arg(1))));
      case Op::negate:
        return negative(of(e.arg(0)));
      case Op::multiply:
        return e.arg(0) == e.arg(1) ? integer_power(of(e.arg(0)), 2) : times(of(e.arg(0)), of(e.arg(1)));
      case Op::divide:
        return quotient(e);
      case Op::power:
        return power(e);
      case Op::choose:
        return choice(e);
      default:
        return function(e);
    }
  }

  /// sinc'(u) = (cos(u) - sinc(u))/u is the integral of -t sin(t u) over t in [0, 1]: at most 1/2 in size.
  Envelope quotient(const Expr& e) {
    const Expr &top = e.arg(0), &u = e.arg(1);
    if (top.op() == Op::subtract && top.arg(0).op() == Op::cos && top.arg(1).op() == Op::sinc &&
        top.arg(0).arg(0) == u && top.arg(1).arg(0) == u)
      return bounded(-0.5, 0.5);
    return times(of(top), reciprocal(of(u)));
  }

  /// What is known of a product without bound, made better where a flat exponential gives one.
  Envelope flat(const Expr& e, const Envelope& otherwise) {
    const auto found = flat_product(e, [this](const Expr& u) { return of(u).low >= 0; });
    if (!found) return otherwise;
    Envelope size = bounded(0, positive_end(std::exp(found->log_bound)));
    for (const FlatProduct::Factor& factor : found->others) {
      kept_.push_back(Expr::make(Op::power, {Expr::make(Op::abs, {factor.base}), Expr::number(factor.exponent)}));
      size = times(size, of(kept_.back()));
    }
    return hull(negative(size), size);
  }

  Envelope power(const Expr& e) {
    const Envelope base = of(e.arg(0));
    const Expr& exponent = e.arg(1);
    if (exponent.is_number()) {
      const Rational& value = exponent.value();
      if (value.get_den() == 1 && value.get_num().fits_slong_p()) return integer_power(base, value.get_num().get_si());
      const double d = std::fabs(nearest_double(value));
      if (!(base.low >= 0)) return unknown();
      const Envelope r =
          powered(base, raised(d), lowered(std::min(std::pow(base.low, d), std::pow(base.low, raised(d)))),
                  raised(std::max(std::pow(base.high, d), std::pow(base.high, raised(d)))));
      return value > 0 ? r : reciprocal(r);
    }
    if (!(base.low > 0)) return unknown();
    const Envelope u = times(of(exponent), logarithm(base));
    return exponential(upper_from(u, u.high), std::exp(u.low), positive_end(std::exp(u.high)));
  }

  /// sign * e from above, sign = 1 or -1.
  Upper upper(const Expr& e, int sign) {
    if (e.node_count() <= 200) {
      if (const auto q = as_quadratic(e))
        return {raised(nearest_double(sign * q->c0)), raised(std::fabs(nearest_double(q->c1))),
                raised(nearest_double(sign * q->c2))};
    }
    switch (e.op()) {
      case Op::add:
        return sum(upper(e.arg(0), sign), upper(e.arg(1), sign));
      case Op::subtract:
        return sum(upper(e.arg(0), sign), upper(e.arg(1), -sign));
      case Op::negate:
        return upper(e.arg(0), -sign);
      default: {
        const Envelope u = of(e);
        return upper_from(u, sign > 0 ? u.high : -u.low);
      }
    }
  }
  Upper upper_of_size(const Expr& e) {
    const Upper a = upper(e, 1), b = upper(e, -1);
    return {std::max(a.constant, b.constant), std::max(a.linear, b.linear), std::max(a.square, b.square)};
  }

  /// On each side what its condition says is known to be positive there: exp(-1/(1 - x^2)) for x^2 < 1.
  Envelope choice(const Expr& e) {
    const Expr& condition = e.arg(0);
    Expr difference;  // > 0 where the condition holds, <= 0 where not
    switch (condition.op()) {
      case Op::less:
      case Op::less_equal:
        difference = condition.arg(1) - condition.arg(0);
        break;
      case Op::greater:
      case Op::greater_equal:
        difference = condition.arg(0) - condition.arg(1);
        break;
      default:
        return hull(of(e.arg(1)), of(e.arg(2)));
    }
    kept_.push_back(difference);  // its nodes' addresses are keys of done_
    const Envelope sign = of(difference);
    if (sign.low > 0) return of(e.arg(1));
    if (sign.high < 0) return of(e.arg(2));
    const auto given = [&](const Expr& side, const Expr& fact) {
      std::vector<Expr> facts = positive_;
      facts.push_back(fact);
      return Recursion(low_, high_, std::move(facts)).of(side);
    };
    return hull(given(e.arg(1), difference), given(e.arg(2), -difference));
  }

  Envelope function(const Expr& e) {
    const Envelope u = of(e.arg(0));
    const double lo = u.low, hi = u.high;
    const auto shape = [&u](double low, double high) {
      return made(low, high, u.log_factor, u.power, u.rate, u.square);
    };
    switch (e.op()) {
      case Op::abs:
        return absolute(u);
      case Op::relu:
        return shape(std::max(lo, 0.0), std::max(hi, 0.0));
      case Op::sign:
        return bounded(lo > 0 ? 1 : -1, hi < 0 ? -1 : 1);
      case Op::step:
        return bounded(lo > 0 ? 1 : 0, hi < 0 ? 0 : 1);
      case Op::min:
      case Op::max: {
        const Envelope v = of(e.arg(1));
        const bool least = e.op() == Op::min;
        return made(least ? std::min(lo, v.low) : std::max(lo, v.low),
                    least ? std::min(hi, v.high) : std::max(hi, v.high), std::max(u.log_factor, v.log_factor),
                    std::max(u.power, v.power), std::max(u.rate, v.rate), std::max(u.square, v.square));
      }
      case Op::exp:
        return exponential(upper(e.arg(0), 1), std::exp(lo), positive_end(std::exp(hi)));
      case Op::expm1:  // |e^u - 1| <= e^|u|
        return exponential(upper_of_size(e.arg(0)), std::expm1(lo), std::expm1(hi));
      case Op::sinh:
        return exponential(upper_of_size(e.arg(0)), std::sinh(lo), std::sinh(hi));
      case Op::cosh: {
        const Envelope size = absolute(u);
        return exponential(upper_of_size(e.arg(0)), std::cosh(size.low), std::cosh(size.high));
      }
      case Op::log:
        return logarithm(u);
      case Op::log1p:
        return lo >= 0 ? shape(std::log1p(lo), std::log1p(hi)) : logarithm(sum(u, bounded(1, 1)));  // log1p(u) <= u
      case Op::sqrt:
        return lo >= 0 ? powered(u, 0.5, std::sqrt(lo), std::sqrt(hi)) : unknown();
      case Op::asinh:  // |asinh u| <= |u|
        return shape(std::asinh(lo), std::asinh(hi));
      case Op::softplus: {  // at most |u| + log 2
        const Envelope r = sum(absolute(u), bounded(0, 0.6932));
        const auto value = [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); };
        return made(value(lo), positive_end(value(hi)), r.log_factor, r.power, r.rate, r.square);
      }
      case Op::sin:
      case Op::cos:
      case Op::sinc:
        return bounded(-1, 1);
      case Op::tanh:
        return made(std::tanh(lo), std::tanh(hi), infinity, 0, 0);
      case Op::erf:
        return made(std::erf(lo), std::erf(hi), infinity, 0, 0);
      case Op::erfc:
        return made(std::erfc(hi), positive_end(std::erfc(lo)), infinity, 0, 0);
      case Op::normal_cdf:
        return made(std::erfc(-lo / std::sqrt(2.0)) / 2, positive_end(std::erfc(-hi / std::sqrt(2.0)) / 2), infinity, 0,
                    0);
      case Op::normal_pdf:
        return bounded(0, 0.4);
      case Op::sigmoid:
        return made(1 / (1 + std::exp(-lo)), positive_end(1 / (1 + std::exp(-hi))), infinity, 0, 0);
      case Op::atan:
        return made(std::atan(lo), std::atan(hi), infinity, 0, 0);
      case Op::asin:
      case Op::acos:
      case Op::atan2:
        return bounded(-3.15, 3.15);
      case Op::owens_t:
        return bounded(-0.25, 0.25);
      default:  // tan has poles
        return unknown();
    }
  }

  double low_, high_;
  std::vector<Expr> positive_;  ///< expressions known to be >= 0 where this recursion is used
  std::unordered_map<const void*, Envelope> done_;
  std::vector<Expr> kept_;
};

}  // namespace

bool Envelope::is_bound() const { return log_factor < infinity; }
bool Envelope::exists() const { return is_bound() && square == 0; }

double Envelope::log_bound(double x) const {
  if (!is_bound()) return infinity;
  if (log_factor == -infinity) return -infinity;
  const double growth = power * std::log1p(std::fabs(x)) + rate * std::fabs(x) + square * x * x;
  return log_factor + growth + 1e-13 * (std::fabs(log_factor) + growth);
}

Envelope envelope(const Expr& f, double low, double high) { return Recursion(low, high, {}).of(f); }

}  // namespace widegeo::expr
