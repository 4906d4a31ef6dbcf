// Evaluates a tree of the language and its derivative over Arb's complex balls: the oracle's own evaluator. Values and
// derivatives are propagated together (forward differentiation); neither the library's tapes nor its symbolic
// derivative are used.
#pragma once

#include <map>
#include <vector>

#include "expr/expr.hpp"
#include "testing/arb_ball.hpp"

namespace widegeo::testing::arb {

/// f and f' at a ball. For functions with jumps, the derivative almost everywhere.
struct Dual {
  Acb value, slope;
};

class ArbTape {
 public:
  /// Throws Error(input) for operators that the oracle does not support (atan2, owens_t).
  explicit ArbTape(const expr::Expr& tree) {
    std::map<const void*, std::size_t> index;
    for (const expr::Expr& node : expr::post_order(tree)) {
      Node entry{node, {}};
      for (const expr::Expr& a : node.args()) entry.args.push_back(index.at(a.identity()));
      if (node.op() == expr::Op::atan2 || node.op() == expr::Op::owens_t)
        throw Error(ErrorCode::input, "the oracle does not know this function");
      index.emplace(node.identity(), nodes_.size());
      nodes_.push_back(std::move(entry));
    }
  }

  Dual evaluate(const Acb& x, Mode mode, bool with_slope) const {
    std::vector<Dual> done(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) step_of(nodes_[i], x, mode, with_slope, done, done[i]);
    return std::move(done.back());
  }

 private:
  struct Node {
    expr::Expr tree;
    std::vector<std::size_t> args;
  };
  enum class Truth { no, yes, open };

  static Truth compare(const Node& node, const std::vector<Dual>& done, Mode m) {
    const Acb difference = sub(done[node.args[0]].value, done[node.args[1]].value, m);
    const arb_srcptr d = difference.re();
    const bool above = arb_is_positive(d) != 0, below = arb_is_negative(d) != 0;
    const auto decide = [](bool yes, bool no) { return yes ? Truth::yes : no ? Truth::no : Truth::open; };
    switch (node.tree.op()) {
      case expr::Op::less:
      case expr::Op::less_equal:
        return decide(below, above);
      case expr::Op::greater:
      case expr::Op::greater_equal:
        return decide(above, below);
      case expr::Op::equal:
        return decide(false, above || below);
      default:
        return decide(above || below, false);
    }
  }

  static Acb pick(Truth truth, const Acb& a, const Acb& b, Mode m) {
    if (truth == Truth::yes) return a;
    if (truth == Truth::no) return b;
    if (m.analytic) return unknown();
    Acb r;
    acb_union(r.get(), a.get(), b.get(), m.prec);
    return r;
  }

  void step_of(const Node& node, const Acb& x, Mode m, bool slope, std::vector<Dual>& done, Dual& out) const {
    using expr::Op;
    const auto v = [&](std::size_t i) -> const Acb& { return done[node.args[i]].value; };
    const auto d = [&](std::size_t i) -> const Acb& { return done[node.args[i]].slope; };
    // Chain rule: f' of a function of one argument times the slope of its argument.
    const auto chain = [&](auto outer) {
      if (slope && acb_is_zero(d(0).get()) == 0) out.slope = mul(outer(), d(0), m);
    };
    switch (node.tree.op()) {
      case Op::number:
        out.value = from_rational(node.tree.value(), m.prec);
        return;
      case Op::pi:
        arb_const_pi(out.value.re(), m.prec);
        return;
      case Op::variable:
        out.value = x;
        out.slope = Acb(1);
        return;
      case Op::add:
        out.value = add(v(0), v(1), m);
        if (slope) out.slope = add(d(0), d(1), m);
        return;
      case Op::subtract:
        out.value = sub(v(0), v(1), m);
        if (slope) out.slope = sub(d(0), d(1), m);
        return;
      case Op::negate:
        out.value = neg(v(0));
        if (slope) out.slope = neg(d(0));
        return;
      case Op::multiply:
        out.value = mul(v(0), v(1), m);
        if (slope) out.slope = add(mul(d(0), v(1), m), mul(v(0), d(1), m), m);
        return;
      case Op::divide:
        out.value = div(v(0), v(1), m);
        if (slope) out.slope = div(sub(d(0), mul(out.value, d(1), m), m), v(1), m);
        return;
      case Op::power:
        power_step(node, m, slope, done, out);
        return;
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal:
      case Op::equal:
      case Op::not_equal:
        return;  // read by `choose`
      case Op::choose: {
        const Truth truth = compare(nodes_[node.args[0]], done, m);
        out.value = pick(truth, v(1), v(2), m);
        if (slope) out.slope = pick(truth, d(1), d(2), m);
        return;
      }
      case Op::min:
      case Op::max: {
        const bool largest = node.tree.op() == Op::max;
        out.value = largest ? max(v(0), v(1), m) : min(v(0), v(1), m);
        if (!slope) return;
        const Acb difference = sub(v(0), v(1), m);
        const Truth first = arb_is_positive(difference.re())   ? (largest ? Truth::yes : Truth::no)
                            : arb_is_negative(difference.re()) ? (largest ? Truth::no : Truth::yes)
                                                               : Truth::open;
        out.slope = pick(first, d(0), d(1), m);
        return;
      }
      case Op::abs:
        out.value = abs(v(0), m);
        return chain([&] { return sign(v(0), m); });
      case Op::sign:
        out.value = sign(v(0), m);
        return;
      case Op::step:
        out.value = arb::step(v(0), m);
        return;
      case Op::relu:
        out.value = max(v(0), Acb(), m);
        return chain([&] { return arb::step(v(0), m); });
      default:
        smooth_step(node, m, done, out, chain);
    }
  }

  static void power_step(const Node& node, Mode m, bool slope, const std::vector<Dual>& done, Dual& out) {
    const Dual &base = done[node.args[0]], &exponent = done[node.args[1]];
    const expr::Expr& written = node.tree.arg(1);
    if (written.is_number() && written.value().get_den() == 1 && written.value().get_num().fits_slong_p()) {
      const slong n = written.value().get_num().get_si();
      if (n == 2)
        out.value = square(base.value, m);
      else
        acb_pow_si(out.value.get(), base.value.get(), n, m.prec);
      if (!slope) return;
      Acb lower;
      acb_pow_si(lower.get(), base.value.get(), n - 1, m.prec);
      out.slope = scale(mul(lower, base.slope, m), n);
      return;
    }
    out.value = power(base.value, exponent.value, m);
    if (!slope) return;
    const Acb lower = power(base.value, sub(exponent.value, Acb(1), m), m);
    out.slope = mul(mul(exponent.value, lower, m), base.slope, m);
    if (acb_is_zero(exponent.slope.get()) == 0)
      out.slope = add(out.slope, mul(mul(out.value, log(base.value, m), m), exponent.slope, m), m);
  }

  template <class Chain>
  static void smooth_step(const Node& node, Mode m, const std::vector<Dual>& done, Dual& out, const Chain& chain) {
    using expr::Op;
    const Acb& u = done[node.args[0]].value;
    const Acb one(1);
    const auto call = [&](auto function) { function(out.value.get(), u.get(), m.prec); };
    // erf' = 2/sqrt(pi) exp(-u^2).
    const auto bell = [&](const Acb& at, long times) {
      Acb root;
      arb_const_sqrt_pi(root.re(), m.prec);
      return div(scale(exp(neg(square(at, m)), m), times), root, m);
    };
    Acb root_of_two;
    arb_sqrt_ui(root_of_two.re(), 2, m.prec);
    switch (node.tree.op()) {
      case Op::exp:
        out.value = exp(u, m);
        return chain([&] { return out.value; });
      case Op::expm1:
        call(acb_expm1);
        return chain([&] { return exp(u, m); });
      case Op::log:
        out.value = log(u, m);
        return chain([&] { return div(one, u, m); });
      case Op::log1p:
        out.value = log(add(one, u, m), m);
        return chain([&] { return div(one, add(one, u, m), m); });
      case Op::sqrt:
        out.value = sqrt(u, m);
        return chain([&] { return div(one, scale(out.value, 2), m); });
      case Op::sin:
        call(acb_sin);
        return chain([&] {
          Acb r;
          acb_cos(r.get(), u.get(), m.prec);
          return r;
        });
      case Op::cos:
        call(acb_cos);
        return chain([&] {
          Acb r;
          acb_sin(r.get(), u.get(), m.prec);
          return neg(r);
        });
      case Op::tan:
        call(acb_tan);
        return chain([&] { return add(one, square(out.value, m), m); });
      case Op::sinh:
        call(acb_sinh);
        return chain([&] {
          Acb r;
          acb_cosh(r.get(), u.get(), m.prec);
          return r;
        });
      case Op::cosh:
        call(acb_cosh);
        return chain([&] {
          Acb r;
          acb_sinh(r.get(), u.get(), m.prec);
          return r;
        });
      case Op::tanh:
        out.value = tanh(u, m);
        return chain([&] { return scale(sigmoid_derivative(scale(u, 2), m), 4); });
      case Op::asin:
        out.value = inside(u, u.im(), u.re(), m, acb_asin);
        return chain([&] { return div(one, sqrt(sub(one, square(u, m), m), m), m); });
      case Op::acos:
        out.value = inside(u, u.im(), u.re(), m, acb_acos);
        return chain([&] { return neg(div(one, sqrt(sub(one, square(u, m), m), m), m)); });
      case Op::atan:
        out.value = inside(u, u.re(), u.im(), m, acb_atan);
        return chain([&] { return div(one, add(one, square(u, m), m), m); });
      case Op::asinh:
        out.value = inside(u, u.re(), u.im(), m, acb_asinh);
        return chain([&] { return div(one, sqrt(add(one, square(u, m), m), m), m); });
      case Op::erf:
        out.value = erf(u, m);
        return chain([&] { return bell(u, 2); });
      case Op::erfc:
        out.value = erfc(u, m);
        return chain([&] { return bell(u, -2); });
      case Op::normal_cdf:
        out.value = erfc(neg(div(u, root_of_two, m)), m);
        acb_mul_2exp_si(out.value.get(), out.value.get(), -1);
        return chain([&] { return div(bell(div(u, root_of_two, m), 1), root_of_two, m); });
      case Op::normal_pdf:
        out.value = div(bell(div(u, root_of_two, m), 1), root_of_two, m);
        return chain([&] { return neg(mul(u, out.value, m)); });
      case Op::sigmoid:
        out.value = sigmoid(u, m);
        return chain([&] { return sigmoid_derivative(u, m); });
      case Op::softplus:
        out.value = softplus(u, m);
        return chain([&] { return sigmoid(u, m); });
      case Op::sinc:
        call(acb_sinc);
        return chain([&] {
          Acb r;
          acb_cos(r.get(), u.get(), m.prec);
          return div(sub(r, out.value, m), u, m);
        });
      default:
        throw Error(ErrorCode::input, "the oracle does not know this function");
    }
  }

  std::vector<Node> nodes_;
};

}  // namespace widegeo::testing::arb
