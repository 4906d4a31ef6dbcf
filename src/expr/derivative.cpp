// Symbolic differentiation. The rules preserve digits: no derivative overflows or cancels where the function itself
// does not.
#include "expr/expr_node.hpp"

namespace widegeo::expr {
namespace {

/// f'(u) of a function of one argument; `f` is the node f(u) itself, shared where the derivative contains it.
Expr outer_derivative(const Expr& f) {
  const Expr& u = f.arg(0);
  const Expr two = num(2), one = num(1);
  switch (f.op()) {
    case Op::abs:
      return make1(Op::sign, u);
    case Op::sign:
    case Op::step:
      return num(0);
    case Op::relu:
      return make1(Op::step, u);
    case Op::exp:
      return f;
    case Op::log:
      return one / u;
    case Op::sqrt:
      return Expr::number(Rational(1, 2)) / f;
    case Op::sin:
      return make1(Op::cos, u);
    case Op::cos:
      return -make1(Op::sin, u);
    case Op::tan:
      return one + square(f);
    case Op::sinh:
      return make1(Op::cosh, u);
    case Op::cosh:
      return make1(Op::sinh, u);
    case Op::tanh:
      return num(4) * (make1(Op::sigmoid, two * u) * make1(Op::sigmoid, -(two * u)));
    case Op::asin:
      return one / make1(Op::sqrt, (one - u) * (one + u));
    case Op::acos:
      return num(-1) / make1(Op::sqrt, (one - u) * (one + u));
    case Op::atan:
      return one / (one + square(u));
    case Op::asinh:
      return one / make1(Op::sqrt, one + square(u));
    case Op::erf:
      return two / make1(Op::sqrt, Expr::pi()) * make1(Op::exp, -square(u));
    case Op::erfc:
      return num(-2) / make1(Op::sqrt, Expr::pi()) * make1(Op::exp, -square(u));
    case Op::normal_cdf:
      return make1(Op::normal_pdf, u);
    case Op::normal_pdf:
      return -(u * f);
    case Op::log1p:
      return one / (one + u);
    case Op::expm1:
      return make1(Op::exp, u);
    case Op::sigmoid:
      return f * make1(Op::sigmoid, -u);
    case Op::softplus:
      return make1(Op::sigmoid, u);
    case Op::sinc:  // 0 at u = 0, where the quotient is 0/0
      return Expr::make(Op::choose, {make2(Op::equal, u, num(0)), num(0), (make1(Op::cos, u) - f) / u});
    default:
      throw Error(ErrorCode::input, "no derivative of " + std::string(name_of(f.op())));
  }
}

Expr power_derivative(const Expr& e, const Expr& du, const Expr& dv) {
  const Expr &u = e.arg(0), &v = e.arg(1);
  if (dv.is_number(0)) return v * make2(Op::power, u, v - num(1)) * du;
  const Expr by_exponent = e * make1(Op::log, u) * dv;
  if (du.is_number(0)) return by_exponent;
  return v * make2(Op::power, u, v - num(1)) * du + by_exponent;
}

// dT/dh = -pdf(h) (Phi(ah) - 1/2) = -pdf(h) erf(ah/sqrt 2)/2,  dT/da = exp(-h^2 (1+a^2)/2) / (2 pi (1+a^2))   [Owen
// 1956]
Expr owens_t_derivative(const Expr& h, const Expr& a, const Expr& dh, const Expr& da) {
  const Expr half = Expr::number(Rational(1, 2)), s = num(1) + square(a);
  const Expr by_h = half * make1(Op::normal_pdf, h) * make1(Op::erf, a * h / make1(Op::sqrt, num(2)));
  const Expr by_a = make1(Op::exp, -(square(h) * s / num(2))) / (num(2) * Expr::pi() * s);
  return by_a * da - by_h * dh;
}

/// de given the derivatives d[i] of its arguments.
Expr node_derivative(const Expr& e, const std::vector<Expr>& d) {
  const auto arg = [&](std::size_t i) -> const Expr& { return e.arg(i); };
  switch (e.op()) {
    case Op::add:
      return d[0] + d[1];
    case Op::subtract:
      return d[0] - d[1];
    case Op::negate:
      return -d[0];
    case Op::multiply:
      return d[0] * arg(1) + arg(0) * d[1];
    case Op::divide:
      if (d[1].is_number(0)) return d[0] / arg(1);
      return d[0] / arg(1) - arg(0) * d[1] / square(arg(1));
    case Op::power:
      return power_derivative(e, d[0], d[1]);
    case Op::choose:
      return Expr::make(Op::choose, {arg(0), d[1], d[2]});
    // The side that the values take: min(a, b) is b where b < a, else a (also where b is not a number).
    case Op::min:
      return Expr::make(Op::choose, {make2(Op::less, arg(1), arg(0)), d[1], d[0]});
    case Op::max:
      return Expr::make(Op::choose, {make2(Op::less, arg(0), arg(1)), d[1], d[0]});
    case Op::atan2:
      return (arg(1) * d[0] - arg(0) * d[1]) / (square(arg(0)) + square(arg(1)));
    case Op::owens_t:
      return owens_t_derivative(arg(0), arg(1), d[0], d[1]);
    default:
      return outer_derivative(e) * d[0];
  }
}

}  // namespace

Expr derivative(const Expr& e, const std::string& variable) {
  NodeMap<Expr> done;
  const std::vector<Expr> order = post_order(e);
  if (e.is_comparison()) throw Error(ErrorCode::input, "a comparison has no derivative");
  for (const Expr& node : order) {
    Expr result = num(0);
    if (node.op() == Op::variable) {
      if (node.name() == variable) result = num(1);
    } else if (!node.args().empty() && !node.is_comparison()) {
      std::vector<Expr> d;
      bool constant = true;
      for (const Expr& a : node.args()) {
        d.push_back(done.at(a.identity()));
        constant = constant && d.back().is_number(0);
      }
      if (!constant) result = node_derivative(node, d);
    }
    done.emplace(node.identity(), result);
  }
  return done.at(e.identity());
}

}  // namespace widegeo::expr
