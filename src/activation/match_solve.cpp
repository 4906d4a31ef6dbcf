// Solving the equations for the parameters, and comparing constants.
#include <algorithm>
#include <array>

#include "activation/match.hpp"
#include "expr/tape/tape.hpp"
#include "number/error.hpp"
#include "number/scalar.hpp"

namespace widegeo::match {

using expr::Expr;
using expr::Op;

namespace {

bool is_zero(const Expr& constant) { return equal_constants(constant, Expr::number(0L)); }

/// How often variables stand in e, up to 2.
int occurrences(const Expr& e) {
  if (e.op() == Op::variable) return 1;
  int count = 0;
  for (const Expr& argument : e.args()) count += occurrences(argument);
  return std::min(count, 2);
}

/// The value of e's only variable for which e = value.
std::optional<Expr> invert(const Expr& e, const Expr& value) {
  if (e.op() == Op::variable) return value;
  if (e.args().size() == 1) {
    switch (e.op()) {
      case Op::negate:
        return invert(e.arg(0), -value);
      case Op::sqrt:
        return invert(e.arg(0), Expr::make(Op::power, {value, Expr::number(2L)}));
      case Op::exp:
        return invert(e.arg(0), Expr::make(Op::log, {value}));
      default:
        return {};
    }
  }
  if (e.args().size() != 2) return {};
  const bool left = occurrences(e.arg(0)) == 1;
  const Expr &inner = left ? e.arg(0) : e.arg(1), &other = left ? e.arg(1) : e.arg(0);
  switch (e.op()) {
    case Op::add:
      return invert(inner, value - other);
    case Op::subtract:
      return invert(inner, left ? value + other : other - value);
    case Op::multiply:
      if (is_zero(other)) return {};
      return invert(inner, value / other);
    case Op::divide:
      if (left) return invert(inner, value * other);
      if (is_zero(value)) return {};
      return invert(inner, other / value);
    case Op::power:
      if (!left || !other.is_number(2)) return {};
      return invert(inner, Expr::make(Op::sqrt, {value}));
    default:
      return {};
  }
}

}  // namespace

std::optional<std::map<std::string, Expr>> solve(Equations equations, std::span<const std::string> parameters) {
  std::map<std::string, Expr> values;
  for (bool progress = true; progress && !equations.empty();) {
    progress = false;
    Equations left;
    for (const Equation& equation : equations) {
      const Expr pattern = expr::substitute(equation.pattern, values);
      const std::set<std::string> unknown = expr::variables_of(pattern);
      if (unknown.empty()) {
        if (!equal_constants(pattern, equation.value)) return {};
        progress = true;
      } else if (occurrences(pattern) == 1) {
        const std::optional<Expr> value = invert(pattern, equation.value);
        if (!value) return {};
        const PrecisionScope precision(30);
        if (!isfinite(value_of(*value))) return {};
        values.emplace(*unknown.begin(), expr::stabilise(*value));
        progress = true;
      } else {
        left.push_back({pattern, equation.value});
      }
    }
    equations = std::move(left);
  }
  const bool all = std::ranges::all_of(parameters, [&](const std::string& name) { return values.contains(name); });
  if (!equations.empty() || !all) return {};
  return values;
}

Real value_of(const Expr& constant) {
  const expr::Tape tape(std::array{constant}, {});
  expr::Tape::Workspace<Real> workspace;
  std::array<Real, 1> out;
  tape.evaluate<Real>({}, out, workspace);
  return out[0];
}

bool equal_constants(const Expr& a, const Expr& b) {
  if (a == b) return true;
  if (a.is_number() && b.is_number()) return false;
  const PrecisionScope precision(170);
  const Real x = value_of(a), y = value_of(b);
  if (!isfinite(x) || !isfinite(y)) return false;
  return abs(Real(x - y)) <= Real("1e-150") * std::max({Real(1), Real(abs(x)), Real(abs(y))});
}

bool has_branches(const Expr& e) {
  if (e.op() >= Op::choose && e.op() <= Op::relu) return true;
  return std::ranges::any_of(e.args(), has_branches);
}

std::optional<Expr> on_side(const Expr& e, int side) {
  if (!has_branches(e)) return e;
  // Any point of the side tells its branches.
  const auto at_sample = [&](const Expr& u) -> std::optional<Real> {
    for (const std::string& name : expr::variables_of(u))
      if (name != "x") return {};
    const PrecisionScope precision(50);
    const Real value = value_of(expr::substitute(u, {{"x", Expr::number(Rational(3 * side, 7))}}));
    if (!isfinite(value) || value == 0) return {};
    return value;
  };
  if (e.op() == Op::choose) {
    const Expr& condition = e.arg(0);
    const auto difference = at_sample(condition.arg(0) - condition.arg(1));
    if (!difference || condition.op() == Op::equal || condition.op() == Op::not_equal) return {};
    const bool wants_less = condition.op() == Op::less || condition.op() == Op::less_equal;
    return on_side(e.arg((*difference < 0) == wants_less ? 1 : 2), side);
  }
  std::vector<Expr> args;
  for (const Expr& argument : e.args()) {
    const auto resolved = on_side(argument, side);
    if (!resolved) return {};
    args.push_back(*resolved);
  }
  if (e.op() == Op::min || e.op() == Op::max) {
    if (args[0] == args[1]) return args[0];
    const auto difference = at_sample(args[0] - args[1]);
    if (!difference) return {};
    return args[(*difference < 0) == (e.op() == Op::min) ? 0 : 1];
  }
  if (e.op() < Op::abs || e.op() > Op::relu) return Expr::make(e.op(), args);
  const auto value = at_sample(args[0]);
  if (!value) return {};
  const bool positive = *value > 0;
  switch (e.op()) {
    case Op::abs:
      return positive ? args[0] : -args[0];
    case Op::sign:
      return Expr::number(positive ? 1L : -1L);
    case Op::step:
      return Expr::number(positive ? 1L : 0L);
    default:
      return positive ? args[0] : Expr::number(0L);
  }
}

}  // namespace widegeo::match
