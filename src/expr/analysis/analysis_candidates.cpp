// Candidates for points of non-analyticity: zeros of arguments of kinked functions, denominators, logarithms and roots.
#include <algorithm>
#include <cmath>
#include <limits>

#include "expr/analysis/analysis_detail.hpp"
#include "number/error.hpp"
#include "number/scalar.hpp"

namespace widegeo::expr::detail {
namespace {

/// A function whose zeros are candidates. `touching`: a zero without change of sign counts too (sqrt(x^2), 1/x^2).
struct Source {
  Expr function;
  bool touching;
};

class Collector {
 public:
  explicit Collector(std::string x) : x_(std::move(x)) {}

  void visit(const Expr& e) {
    switch (e.op()) {
      case Op::abs:
      case Op::sign:
      case Op::step:
      case Op::relu:
        add(e.arg(0), false);
        break;
      case Op::min:
      case Op::max:
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal:
      case Op::equal:
      case Op::not_equal:
        add(e.arg(0) - e.arg(1), e.op() == Op::equal || e.op() == Op::not_equal);
        break;
      case Op::divide:
        add(e.arg(1), true);
        break;
      case Op::log:
      case Op::sqrt:
        add(e.arg(0), true);
        break;
      case Op::log1p:
        add(Expr::number(1) + e.arg(0), true);
        break;
      case Op::power: {
        const Expr& exponent = e.arg(1);
        const bool entire = exponent.is_number() && exponent.value().get_den() == 1 && exponent.value() >= 0;
        if (!entire) add(e.arg(0), true);
        break;
      }
      case Op::asin:
      case Op::acos:
        add(e.arg(0) - Expr::number(1), true);
        add(e.arg(0) + Expr::number(1), true);
        break;
      case Op::tan:
        add(Expr::make(Op::cos, {e.arg(0)}), true);
        break;
      case Op::atan2:
        add(e.arg(0), true);
        add(e.arg(1), true);
        break;
      default:
        break;
    }
  }

  const std::vector<Source>& sources() const { return sources_; }

 private:
  void add(const Expr& function, bool touching) {
    if (!depends_on(function, x_)) return;
    for (Source& known : sources_) {
      if (known.function == function) {
        known.touching = known.touching || touching;
        return;
      }
    }
    if (sources_.size() == 500) {
      throw Error(ErrorCode::input, "the expression has too many kinked functions, quotients and roots to analyse",
                  "activation", "use a simpler expression");
    }
    sources_.push_back({function, touching});
  }

  std::string x_;
  std::vector<Source> sources_;
};

/// x = sinh(s) covers the line to 1e8 with a spacing that grows with |x|. The grid misses 0 on purpose: a zero of the
/// scanned function at a grid point would not be a change of sign.
const std::vector<double>& scan_grid() {
  static const std::vector<double> grid = [] {
    constexpr int cells = 5000;
    const double reach = std::asinh(1e8), offset = 0.37;
    std::vector<double> points;
    for (int i = -1; i <= cells; ++i) points.push_back(std::sinh(reach * (2 * (i + offset) / cells - 1)));
    return points;
  }();
  return grid;
}

int sign_of(const Real& v) { return v > 0 ? 1 : v < 0 ? -1 : 0; }

bool is_oscillating(const Expr& e) {
  return std::ranges::any_of(post_order(e), [](const Expr& node) {
    return node.op() == Op::sin || node.op() == Op::cos || node.op() == Op::tan || node.op() == Op::sinc;
  });
}

[[noreturn]] void refuse(const Expr& function) {
  throw Error(ErrorCode::input,
              "the expression has infinitely many kinks or singular points, zeros of " + to_text(function),
              "activation", "use an expression with at most " + std::to_string(max_points) + " of them");
}

/// Zeros that accumulate at `place`, as those of sin(1/x) at 0: the sign keeps changing on the way there.
bool accumulates(const Expr& function, const std::string& x, double place) {
  Function f(function, x);
  for (const double side : {-1.0, 1.0}) {
    int changes = 0;
    double distance = 0.37, last = f(place + side * distance);
    for (int step = 0; step < 36; ++step) {
      distance /= 2;
      const double here = f(place + side * distance);
      if (here * last < 0) ++changes;
      last = here;
    }
    if (changes > 8) return true;
  }
  return false;
}

class Scanner {
 public:
  Scanner(const Source& source, const std::string& x, std::vector<Candidate>& out)
      : expression_(source.function),
        slope_expression_(derivative(source.function, x)),
        touching_(source.touching),
        value_(expression_, x),
        slope_(slope_expression_, x),
        out_(out) {}

  void run() {
    const bool oscillating = is_oscillating(expression_);
    const std::vector<double>& grid = scan_grid();
    std::vector<double> values(grid.size());
    std::ranges::transform(grid, values.begin(), [this](double t) { return value_(t); });
    for (std::size_t i = 0; i + 1 < grid.size(); ++i) {
      const std::size_t before = out_.size();
      if (values[i] * values[i + 1] < 0 || (values[i] < 0) != (values[i + 1] < 0))
        bracket(expression_, value_, grid[i], grid[i + 1]);
      if (i > 0) extremum(grid, values, i);
      found_ += out_.size() - before;
      const bool far = std::abs(grid[i]) > 1e6;
      if (found_ > max_points || (oscillating && far && out_.size() > before)) {
        refuse(expression_);
      }
    }
  }

 private:
  /// Accepts [low, high] when f changes its sign there in multiprecision, and locates the change.
  void bracket(const Expr& f_expression, Function& f, double low, double high) {
    const Real a(low), b(high);
    if (sign_of(f(a)) * sign_of(f(b)) >= 0) return;
    store(f_expression, f, refine_zero(f, a, b, analysis_digits), low, high);
  }

  void store(const Expr& f_expression, Function& f, const Real& root, double low, double high) {
    Candidate c{.location = root, .exact = rational_zero(root), .defining = {}};
    if (c.exact) {
      c.location = to_real(*c.exact);
    } else {
      c.defining = f_expression;
      // The narrowest bracket of doubles in which the sign changes.
      const double middle = root.to_double();
      c.low = std::nextafter(middle, -std::numeric_limits<double>::infinity());
      c.high = std::nextafter(middle, std::numeric_limits<double>::infinity());
      if (sign_of(f(Real(c.low))) * sign_of(f(Real(c.high))) >= 0) c.low = low, c.high = high;
    }
    out_.push_back(std::move(c));
  }

  /// A rational of small denominator that is a zero of the scanned function to all digits.
  std::optional<Rational> rational_zero(const Real& root) {
    const double middle = root.to_double();
    if (std::abs(middle) > 1e9) return std::nullopt;
    for (long q = 1; q <= 1000; ++q) {
      const double p = std::nearbyint(middle * static_cast<double>(q));
      if (std::abs(p - middle * static_cast<double>(q)) > 1e-12 * (1 + std::abs(p))) continue;
      Rational candidate(static_cast<long>(p), q);
      candidate.canonicalize();
      const Real exact = to_real(candidate);
      if (abs(exact - root) > Real("1e-20")) continue;
      if (abs(value_(exact)) <= Real("1e-180")) return candidate;
    }
    return std::nullopt;
  }

  /// A local extremum of f that comes near zero: two zeros in neighbouring cells, or one that only touches.
  void extremum(const std::vector<double>& grid, const std::vector<double>& values, std::size_t i) {
    const double left = std::abs(values[i - 1]), here = std::abs(values[i]), right = std::abs(values[i + 1]);
    const bool same_sign = values[i - 1] * values[i] > 0 && values[i] * values[i + 1] > 0;
    if (!same_sign || !(here <= left && here <= right && (here < left || here < right))) return;
    double low = grid[i - 1], high = grid[i + 1];
    const double slope_low = slope_(low), slope_high = slope_(high);
    if (!(slope_low * slope_high < 0)) return;
    for (int step = 0; step < 60; ++step) {
      const double middle = (low + high) / 2, slope = slope_(middle);
      (slope * slope_low > 0 ? low : high) = middle;
    }
    const double lowest = value_(low);
    if (lowest * values[i] < 0) {
      bracket(expression_, value_, grid[i - 1], low);
      bracket(expression_, value_, low, grid[i + 1]);
    } else if (touching_ && std::abs(lowest) <= 1e-9 * std::max(left, right)) {
      const Real a(grid[i - 1]), b(grid[i + 1]);
      if (sign_of(slope_(a)) * sign_of(slope_(b)) >= 0) return;
      const Real root = refine_zero(slope_, a, b, analysis_digits);
      // A zero of even order keeps about half of the digits of its location's error: |f| is of the order of its square.
      if (abs(value_(root)) > Real("1e-60") * Real(std::max(left, right))) return;
      store(slope_expression_, slope_, root, grid[i - 1], grid[i + 1]);
    }
  }

  Expr expression_, slope_expression_;
  bool touching_;
  Function value_, slope_;
  std::vector<Candidate>& out_;
  std::size_t found_ = 0;
};

}  // namespace

template <class T>
T Function::evaluate(const T& x, Tape::Workspace<T>& workspace) {
  std::vector<T> out(1, T(0));
  try {
    tape_.evaluate<T>(std::span<const T>(&x, 1), std::span<T>(out), workspace);
  } catch (const std::exception&) {  // a domain or overflow error of a scalar's function
    return std::numeric_limits<T>::quiet_NaN();
  }
  return out[0];
}
template double Function::evaluate<double>(const double&, Tape::Workspace<double>&);
template Real Function::evaluate<Real>(const Real&, Tape::Workspace<Real>&);

std::optional<Linear> as_linear(const Expr& e, const std::string& x) {
  if (e.node_count() > 10000) return std::nullopt;
  switch (e.op()) {
    case Op::number:
      return Linear{0, e.value()};
    case Op::variable:
      if (e.name() == x) return Linear{1, 0};
      return std::nullopt;
    case Op::negate: {
      const auto a = as_linear(e.arg(0), x);
      if (!a) return std::nullopt;
      return Linear{-a->slope, -a->offset};
    }
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide: {
      const auto a = as_linear(e.arg(0), x), b = as_linear(e.arg(1), x);
      if (!a || !b) return std::nullopt;
      if (e.op() == Op::add) return Linear{a->slope + b->slope, a->offset + b->offset};
      if (e.op() == Op::subtract) return Linear{a->slope - b->slope, a->offset - b->offset};
      if (e.op() == Op::multiply && b->slope == 0) return Linear{a->slope * b->offset, a->offset * b->offset};
      if (e.op() == Op::multiply && a->slope == 0) return Linear{b->slope * a->offset, b->offset * a->offset};
      if (e.op() == Op::divide && b->slope == 0 && b->offset != 0)
        return Linear{a->slope / b->offset, a->offset / b->offset};
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

Real refine_zero(Function& f, Real low, Real high, unsigned digits) {
  // Ridders' method: the bracket is halved at least, and the order is 2 near a simple zero.
  Real f_low = f(low), f_high = f(high);
  const Real tolerance = pow(Real(10), -static_cast<int>(digits));
  for (unsigned step = 0; step < 4 * digits + 300; ++step) {
    if (f_low == 0) return low;
    if (f_high == 0) return high;
    Real middle = (low + high) / 2;
    const Real width = high - low;
    if (width <= tolerance * (abs(middle) + tolerance) || middle == low || middle == high) return middle;
    Real f_middle = f(middle);
    if (f_middle == 0) return middle;
    const Real root = sqrt(f_middle * f_middle - f_low * f_high);
    Real next = middle;
    if (root > 0) next += (middle - low) * (f_low > f_high ? f_middle : Real(-f_middle)) / root;
    const auto shrink = [&](const Real& t, const Real& f_t) {
      if (!(t > low && t < high)) return;
      if (sign_of(f_t) == sign_of(f_low)) {
        low = t, f_low = f_t;
      } else {
        high = t, f_high = f_t;
      }
    };
    const Real f_next = f(next);
    if (f_next == 0) return next;
    // One-sided convergence leaves a wide bracket: when the two estimates agree, close it by a step just beyond the
    // zero.
    shrink(middle, f_middle);
    shrink(next, f_next);
    const Real small = tolerance * (abs(next) + tolerance);
    for (const Real& probe : {Real(next - small), Real(next + small)}) {
      if (probe > low && probe < high) shrink(probe, f(probe));
    }
  }
  return (low + high) / 2;
}

std::vector<Candidate> find_candidates(const Expr& phi, const std::string& x) {
  Collector collector(x);
  for (const Expr& node : post_order(phi)) collector.visit(node);
  std::vector<Candidate> all;
  for (const Source& source : collector.sources()) {
    if (const auto linear = as_linear(source.function, x)) {
      if (linear->slope == 0) continue;
      const Rational zero = -linear->offset / linear->slope;
      all.push_back({.location = to_real(zero), .exact = zero, .defining = {}});
    } else {
      Scanner(source, x, all).run();
    }
  }
  for (const Source& source : collector.sources()) {
    if (!is_oscillating(source.function)) continue;
    for (const Candidate& c : all) {
      if (accumulates(source.function, x, c.location.to_double())) refuse(source.function);
    }
  }
  // Equal places: keep the exact one.
  std::ranges::stable_sort(all, [](const Candidate& a, const Candidate& b) { return a.location < b.location; });
  std::vector<Candidate> distinct;
  for (Candidate& c : all) {
    const bool both_exact = !distinct.empty() && c.exact && distinct.back().exact;
    if (both_exact && *c.exact != *distinct.back().exact) {
      distinct.push_back(std::move(c));  // however near: two jumps would cancel as one
    } else if (!distinct.empty() &&
               abs(c.location - distinct.back().location) <= Real("1e-60") * (1 + abs(c.location))) {
      if (c.exact && !distinct.back().exact) distinct.back() = std::move(c);
    } else {
      distinct.push_back(std::move(c));
    }
  }
  return distinct;
}

}  // namespace widegeo::expr::detail
