// Module-internal: short names for building trees.
#pragma once

#include <string>
#include <vector>

#include "expr/expr.hpp"
#include "number/real.hpp"

namespace widegeo::build {

using expr::Expr;
using expr::Op;

inline Expr num(long value) { return Expr::number(value); }
inline Expr ratio(long p, long q) { return Expr::number(Rational(p, q)); }
inline Expr var(const std::string& name) { return Expr::variable(name); }
inline Expr sqrt(const Expr& x) { return Expr::make(Op::sqrt, {x}); }
inline Expr exp(const Expr& x) { return Expr::make(Op::exp, {x}); }
inline Expr erf(const Expr& x) { return Expr::make(Op::erf, {x}); }
inline Expr normal_cdf(const Expr& x) { return Expr::make(Op::normal_cdf, {x}); }
inline Expr normal_pdf(const Expr& x) { return Expr::make(Op::normal_pdf, {x}); }
inline Expr owens_t(const Expr& h, const Expr& a) { return Expr::make(Op::owens_t, {h, a}); }
inline Expr atan2(const Expr& y, const Expr& x) { return Expr::make(Op::atan2, {y, x}); }
inline Expr abs(const Expr& x) { return Expr::make(Op::abs, {x}); }
inline Expr less(const Expr& x, const Expr& y) { return Expr::make(Op::less, {x, y}); }
inline Expr equal(const Expr& x, const Expr& y) { return Expr::make(Op::equal, {x, y}); }
inline Expr choose(const Expr& condition, const Expr& yes, const Expr& no) {
  return Expr::make(Op::choose, {condition, yes, no});
}
inline bool zero(const Expr& x) { return x.is_number(0); }

/// x^k, k = 0, 1, 2, ...; 0^0 = 1.
inline Expr power(const Expr& x, long k) {
  if (k == 0) return num(1);
  return k == 1 ? x : Expr::make(Op::power, {x, num(k)});
}

/// Value of a constant tree to 50 digits; its sign, -1, 0 or 1.
Real value_of_constant(const Expr& constant);
int sign_of(const Expr& constant);

}  // namespace widegeo::build
