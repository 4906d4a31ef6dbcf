// Expr::make: one node, with simplifications that are exact, cheap and stable under rebuilding. Every rule returns an
// argument or a number, or calls make again on something closer to the normal form:
//   * signs stand outside products and odd functions, and turn sums into differences;
//   * a numeric factor stands once, outside: c*(x*y), c*(x/y), c/x, (x*y)/n;
//   * x/0 is x*(1/0), and 0/0 stays.
#include <gmpxx.h>

#include <optional>

#include "expr/expr_node.hpp"

namespace widegeo::expr {
namespace {

using Result = std::optional<Expr>;

Result number_if_it_fits(Rational value) {
  if (!fits(value)) return {};
  return Expr::number(std::move(value));
}

bool numeric_product(const Expr& e) { return e.op() == Op::multiply && e.arg(0).is_number(); }
// 1/0 is kept, since it may stand in a branch that is never taken, and is as opaque to the rules as a variable.
bool is_pole(const Expr& e) { return e.op() == Op::divide && e.arg(1).is_number(0); }
bool numeric_quotient(const Expr& e) { return e.op() == Op::divide && e.arg(0).is_number() && !is_pole(e); }
bool over_number(const Expr& e) { return e.op() == Op::divide && e.arg(1).is_number() && !is_pole(e); }

// Written with a minus sign in front?
bool is_negative(const Expr& e) {
  if (e.is_number()) return e.value() < 0;
  return e.op() == Op::negate || ((numeric_product(e) || numeric_quotient(e)) && e.arg(0).value() < 0);
}

std::optional<long> small_integer(const Expr& e) {
  if (!e.is_number() || e.value().get_den() != 1 || !e.value().get_num().fits_sint_p()) return {};
  return e.value().get_num().get_si();
}

Result add(const Expr& x, const Expr& y) {
  if (x.is_number() && y.is_number()) return number_if_it_fits(x.value() + y.value());
  if (x.is_number(0)) return y;
  if (y.is_number(0)) return x;
  if (is_negative(y)) return x - (-y);
  if (is_negative(x)) return y - (-x);
  if (x == y) return Expr::number(2) * x;
  return {};
}

Result subtract(const Expr& x, const Expr& y) {
  if (x.is_number() && y.is_number()) return number_if_it_fits(x.value() - y.value());
  if (x.is_number(0)) return -y;
  if (y.is_number(0)) return x;
  if (is_negative(y)) return x + (-y);
  if (x == y) return Expr::number(0);
  return {};
}

Result negate(const Expr& x) {
  if (x.is_number()) return Expr::number(-x.value());
  if (x.op() == Op::negate) return x.arg(0);
  if (x.op() == Op::subtract) return x.arg(1) - x.arg(0);
  if (numeric_product(x)) return Expr::number(-x.arg(0).value()) * x.arg(1);
  if (numeric_quotient(x)) return Expr::number(-x.arg(0).value()) / x.arg(1);
  return {};
}

// A number times something that is not a number.
Result scale(const Expr& c, const Expr& y) {
  if (numeric_product(y) || numeric_quotient(y)) {
    if (const Result product = number_if_it_fits(c.value() * y.arg(0).value()))
      return make2(y.op(), *product, y.arg(1));
    return {};
  }
  if (over_number(y))
    if (const Result quotient = number_if_it_fits(c.value() / y.arg(1).value())) return *quotient * y.arg(0);
  return {};
}

// base^n with n >= 1
std::pair<Expr, long> as_power(const Expr& e) {
  if (e.op() == Op::power)
    if (const auto n = small_integer(e.arg(1)); n && *n > 0) return {e.arg(0), *n};
  return {e, 1};
}

Result multiply(const Expr& x, const Expr& y) {
  if (x.is_number() && y.is_number()) return number_if_it_fits(x.value() * y.value());
  if (x.is_number(0) || y.is_number(0)) return Expr::number(0);
  if (x.is_number(1)) return y;
  if (y.is_number(1)) return x;
  if (x.is_number(-1)) return -y;
  if (y.is_number()) return y * x;
  if (x.op() == Op::negate) return -(x.arg(0) * y);
  if (y.op() == Op::negate) return -(x * y.arg(0));
  if (x.is_number()) return scale(x, y);
  if (numeric_product(x)) return x.arg(0) * (x.arg(1) * y);
  if (numeric_product(y)) return y.arg(0) * (x * y.arg(1));
  if (numeric_quotient(x)) return x.arg(0) * (y / x.arg(1));
  if (numeric_quotient(y)) return y.arg(0) * (x / y.arg(1));
  if (over_number(x)) return x.arg(0) * y / x.arg(1);
  if (over_number(y)) return x * y.arg(0) / y.arg(1);
  const auto [base, m] = as_power(x);
  const auto [other, n] = as_power(y);
  if (base == other) return make2(Op::power, base, Expr::number(m + n));
  return {};
}

Result divide_by_number(const Expr& x, const Expr& y) {
  const Rational& d = y.value();
  if (numeric_product(x) || numeric_quotient(x))
    if (const Result quotient = number_if_it_fits(x.arg(0).value() / d)) return make2(x.op(), *quotient, x.arg(1));
  if (d < 0) return -(x / Expr::number(-d));
  if (d.get_den() != 1) return Expr::number(1 / d) * x;
  if (over_number(x))
    if (const Result product = number_if_it_fits(x.arg(1).value() * d)) return x.arg(0) / *product;
  return {};
}

Result divide(const Expr& x, const Expr& y) {
  if (y.is_number(0)) {
    if (x.is_number(1) || x.is_number(0)) return {};
    return x * (Expr::number(1) / y);
  }
  if (x.is_number() && y.is_number()) return number_if_it_fits(x.value() / y.value());
  if (x.is_number(0)) return x;
  if (y.is_number(1)) return x;
  if (x.op() == Op::negate) return -(x.arg(0) / y);
  if (y.op() == Op::negate) return -(x / y.arg(0));
  if (y.is_number()) return divide_by_number(x, y);
  if (x.is_number() && numeric_product(y))
    if (const Result quotient = number_if_it_fits(x.value() / y.arg(0).value())) return *quotient / y.arg(1);
  if (!x.is_number() && is_negative(y)) return -(x / -y);
  if (numeric_product(x)) return x.arg(0) * (x.arg(1) / y);
  if (numeric_quotient(x)) return x.arg(0) / (x.arg(1) * y);
  if (over_number(x)) return x.arg(0) / y / x.arg(1);
  if (over_number(y)) return x * y.arg(1) / y.arg(0);
  return {};
}

Result power(const Expr& x, const Expr& y) {
  if (y.is_number(0) || x.is_number(1)) return Expr::number(1);
  if (y.is_number(1)) return x;
  if (!y.is_number()) return {};
  Rational exact;
  if (x.is_number() && exact_power(x.value(), y.value(), exact)) return Expr::number(exact);
  if (y.is_number(-1)) return Expr::number(1) / x;
  if (y.value() == Rational(1, 2)) return make1(Op::sqrt, x);
  const auto n = small_integer(y);
  if (!n) return {};
  const bool even = *n % 2 == 0;
  if (x.op() == Op::negate) {
    const Expr positive = make2(Op::power, x.arg(0), y);
    return even ? positive : -positive;
  }
  if (x.op() == Op::abs && even) return make2(Op::power, x.arg(0), y);
  if (const auto [base, m] = as_power(x); m > 1 && *n > 0)
    return make2(Op::power, base, Expr::number(Rational(mpz_class(m) * *n)));
  return {};
}

Result choose(const Expr& condition, const Expr& a, const Expr& b) {
  const Expr &left = condition.arg(0), &right = condition.arg(1);
  if (left.is_number() && right.is_number())
    return comparison_holds(condition.op(), left.value(), right.value()) ? a : b;
  if (a == b) return a;
  return {};
}

// Kinked functions: exact at every number.
Result kinked(Op op, const Expr& x) {
  if (x.is_number()) {
    const Rational& v = x.value();
    const int s = sgn(v);
    if (op == Op::abs) return Expr::number(abs(v));
    if (op == Op::sign) return Expr::number(s);
    if (op == Op::step) return Expr::number(Rational(s + 1, 2));
    return s > 0 ? x : Expr::number(0);
  }
  if (op == Op::abs && x.op() == Op::abs) return x;
  if (op == Op::abs && is_negative(x)) return make1(op, -x);
  if (op == Op::sign && is_negative(x)) return -make1(op, -x);
  return {};
}

// Smooth functions: their exact values, and signs taken out of odd and even ones.
Result smooth(Op op, const Expr& x) {
  const auto zero_gives = [&](const Rational& value) -> Result {
    if (x.is_number(0)) return Expr::number(value);
    return {};
  };
  const auto odd = [&]() -> Result {
    if (is_negative(x)) return -make1(op, -x);
    return zero_gives(0);
  };
  const auto even = [&](const Rational& value) -> Result {
    if (is_negative(x)) return make1(op, -x);
    return zero_gives(value);
  };
  Rational root;
  switch (op) {
    case Op::exp:
      return zero_gives(1);
    case Op::log:
      if (x.op() == Op::exp) return x.arg(0);
      if (x.is_number(1)) return Expr::number(0);
      return {};
    case Op::sqrt:
      if (x.is_number() && exact_sqrt(x.value(), root)) return Expr::number(root);
      if (x.op() == Op::power && x.arg(1).is_number(2)) return make1(Op::abs, x.arg(0));
      return {};
    case Op::cos:
    case Op::cosh:
    case Op::sinc:
      return even(1);
    case Op::normal_pdf:
      if (is_negative(x)) return make1(op, -x);
      return {};
    case Op::acos:
      if (x.is_number(1)) return Expr::number(0);
      return {};
    case Op::erfc:
      return zero_gives(1);
    case Op::normal_cdf:
    case Op::sigmoid:
      return zero_gives(Rational(1, 2));
    case Op::log1p:
      if (x.op() == Op::expm1) return x.arg(0);
      return zero_gives(0);
    case Op::expm1:
      return zero_gives(0);
    case Op::softplus:
      return {};
    default:
      return odd();  // sin tan sinh tanh asin atan asinh erf
  }
}

Result simplify(Op op, const std::vector<Expr>& a) {
  switch (op) {
    case Op::add:
      return add(a[0], a[1]);
    case Op::subtract:
      return subtract(a[0], a[1]);
    case Op::multiply:
      return multiply(a[0], a[1]);
    case Op::divide:
      return divide(a[0], a[1]);
    case Op::power:
      return power(a[0], a[1]);
    case Op::negate:
      return negate(a[0]);
    case Op::choose:
      return choose(a[0], a[1], a[2]);
    case Op::min:
    case Op::max:
      if (a[0].is_number() && a[1].is_number()) return (a[0].value() < a[1].value()) == (op == Op::min) ? a[0] : a[1];
      if (a[0] == a[1]) return a[0];
      return {};
    case Op::atan2:
    case Op::owens_t:
      if (op == Op::atan2 && a[0].is_number(0) && a[1].is_number() && a[1].value() > 0) return a[0];
      if (op == Op::owens_t && a[1].is_number(0)) return a[1];
      return {};
    case Op::abs:
    case Op::sign:
    case Op::step:
    case Op::relu:
      return kinked(op, a[0]);
    default:
      if (arity_of(op) == 1) return smooth(op, a[0]);
      return {};  // comparisons
  }
}

std::size_t bits(const mpz_class& z) { return mpz_sizeinbase(z.get_mpz_t(), 2); }

}  // namespace

bool fits(const Rational& value) {
  return bits(value.get_num()) <= max_number_bits && bits(value.get_den()) <= max_number_bits;
}

bool exact_power(const Rational& base, const Rational& exponent, Rational& result) {
  if (exponent.get_den() != 1 || !exponent.get_num().fits_sint_p()) return false;
  const long n = exponent.get_num().get_si();
  if (base == 0 && n < 0) return false;
  const unsigned long m = static_cast<unsigned long>(n < 0 ? -n : n);
  const bool unit = base == 0 || abs(base) == 1;
  if (!unit && m > max_number_bits / std::max(bits(base.get_num()), bits(base.get_den()))) return false;
  mpz_class p, q;
  mpz_pow_ui(p.get_mpz_t(), base.get_num().get_mpz_t(), m);
  mpz_pow_ui(q.get_mpz_t(), base.get_den().get_mpz_t(), m);
  result = n < 0 ? Rational(q, p) : Rational(p, q);
  result.canonicalize();
  return true;
}

bool exact_sqrt(const Rational& value, Rational& result) {
  if (value < 0 || !mpz_perfect_square_p(value.get_num().get_mpz_t()) ||
      !mpz_perfect_square_p(value.get_den().get_mpz_t()))
    return false;
  result = Rational(sqrt(value.get_num()), sqrt(value.get_den()));
  return true;
}

Expr Expr::make(Op op, std::vector<Expr> args) {
  const unsigned arity = arity_of(op);
  if (arity == 0)
    throw Error(ErrorCode::input, "a number, pi or a variable has no arguments", std::string(name_of(op)));
  if (args.size() != arity)
    throw Error(ErrorCode::input,
                "wrong number of arguments: " + std::string(name_of(op)) + " takes " + std::to_string(arity));
  for (std::size_t i = 0; i < arity; ++i)
    if (args[i].is_comparison() != (op == Op::choose && i == 0))
      throw Error(ErrorCode::input,
                  args[i].is_comparison() ? "a comparison cannot be used as a number"
                                          : "the condition of if(...) is not a comparison",
                  {}, "write if(x > 0, a, b)");
  if (Result simple = simplify(op, args)) return *std::move(simple);
  return raw(op, std::move(args));
}

}  // namespace widegeo::expr
