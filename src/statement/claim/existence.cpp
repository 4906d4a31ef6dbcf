#include "statement/claim/existence.hpp"

#include <algorithm>
#include <utility>

#include "statement/claim/claim.hpp"
#include "statement/claim/names.hpp"

namespace widegeo::statement {
namespace {

using expr::Expr;
using expr::Op;
using Kind = Condition::Kind;

/// Whether a condition on a number holds, so that it can be dropped.
bool holds(Kind kind, const Rational& value) {
  switch (kind) {
    case Kind::non_negative:
      return value >= 0;
    case Kind::positive:
      return value > 0;
    case Kind::not_zero:
      return value != 0;
    case Kind::finite:
      break;
  }
  return true;
}

/// Calls and quantities are functions of t; variances and a statement's own variables are not.
bool may_vary_with_t(const Expr& e) {
  const std::set<std::string> names = expr::variables_of(e);
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name == "t" || name == "radius" || name.starts_with("__") || quantity_of(name);
  });
}

}  // namespace

Op Condition::op() const {
  switch (kind) {
    case Kind::positive:
      return Op::greater;
    case Kind::not_zero:
      return Op::not_equal;
    case Kind::non_negative:
    case Kind::finite:
      break;
  }
  return Op::greater_equal;
}

void Existence::need(Kind kind, Expr value, const char* broken) {
  if (value.is_number() && holds(kind, value.value())) return;
  const bool known = std::any_of(conditions_.begin(), conditions_.end(),
                                 [&](const Condition& c) { return c.kind == kind && c.value == value; });
  // Within if(...) the same condition may stand in the other branch alone.
  if (known && choices_.empty()) return;
  conditions_.push_back({kind, std::move(value), broken});
}

void Existence::name(const std::string& variable) {
  if (quantity_of(variable) || variable.starts_with("__"))
    need(Kind::finite, Expr::variable(variable), "a quantity that does not exist");
}

void Existence::bend(const Expr& place) {
  if (derivatives_ > 0 && may_vary_with_t(place))
    need(Kind::not_zero, place, "a derivative where a function bends or jumps");
}

void Existence::power(const Expr& base, const Expr& exponent) {
  const char* const broken = "a power that is not defined";
  if (!exponent.is_number()) {
    need(Kind::finite, Expr::make(Op::power, {base, exponent}), broken);
    if (derivatives_ > 0 && may_vary_with_t(base)) need(Kind::positive, base, broken);
    return;
  }
  const Rational& n = exponent.value();
  if (n.get_den() != 1)
    need(n < 0 || derivatives_ > 0 ? Kind::positive : Kind::non_negative, base, broken);
  else if (n < 0)
    need(Kind::not_zero, base, broken);
}

void Existence::operation(Op op, std::span<const Expr> a) {
  const Expr one = Expr::number(1L);
  const Kind from_zero = derivatives_ > 0 ? Kind::positive : Kind::non_negative;
  switch (op) {
    case Op::divide:
      return need(Kind::not_zero, a[1], "a division by 0");
    case Op::power:
      return power(a[0], a[1]);
    case Op::log:
      return need(Kind::positive, a[0], "a logarithm of a number that is not positive");
    case Op::log1p:
      return need(Kind::positive, one + a[0], "a logarithm of a number that is not positive");
    case Op::sqrt:
      return need(from_zero, a[0], "a square root of a negative number");
    case Op::tan:
      return need(Kind::not_zero, Expr::make(Op::cos, {a[0]}), "a tangent at a pole");
    case Op::asin:
    case Op::acos:
      need(from_zero, one - a[0], "an inverse sine or cosine of a number above 1");
      return need(from_zero, one + a[0], "an inverse sine or cosine of a number below -1");
    case Op::atan2: {
      const Expr two = Expr::number(2L);
      return need(Kind::positive, Expr::make(Op::power, {a[0], two}) + Expr::make(Op::power, {a[1], two}),
                  "an angle at the origin");
    }
    case Op::abs:
    case Op::relu:
    case Op::sign:
    case Op::step:
      return bend(a[0]);
    case Op::min:
    case Op::max:
      return bend(a[0] - a[1]);
    case Op::choose:
      return choice(a);
    default:
      return;
  }
}

void Existence::part_of_choice(std::size_t index) {
  if (index == 0) choices_.emplace_back();
  choices_.back().at(index) = conditions_.size();
}

// What a branch needs is needed where it is taken alone.
void Existence::choice(std::span<const Expr> a) {
  const auto [condition_end, first_end, second_end] = choices_.back();
  choices_.pop_back();
  const Expr harmless = Expr::number(1L);
  for (std::size_t i = condition_end; i < second_end; ++i) {
    Expr& value = conditions_[i].value;
    value = i < first_end ? Expr::make(Op::choose, {a[0], value, harmless})
                          : Expr::make(Op::choose, {a[0], harmless, value});
  }
  if (a[0].args().size() == 2) bend(a[0].arg(0) - a[0].arg(1));
}

void Existence::call(const std::string& function, std::span<const Expr> a) {
  if (function == "derivative") return;
  const char* const negative =
      function == "kernel" || function == "ntk" ? "a negative squared length" : "a negative variance";
  need(Kind::non_negative, a[0], negative);
  if (a.size() < 3) return;
  need(Kind::non_negative, a[1], negative);
  if (a[0] == a[1] && a[0] == a[2]) return;
  need(Kind::non_negative, a[0] * a[1] - Expr::make(Op::power, {a[2], Expr::number(2L)}),
       function == "kernel" || function == "ntk" ? "two inputs with xy^2 > xx yy" : "a covariance with n^2 > a b");
}

}  // namespace widegeo::statement
