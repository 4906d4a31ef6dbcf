// Parity, proved by the form of the tree: every node is split into its even and odd parts, and phi has a parity if one
// of them simplifies to 0.
#include <algorithm>

#include "expr/analysis/analysis_detail.hpp"
#include "expr/collect.hpp"
#include "expr/expr_node.hpp"

namespace widegeo::expr::detail {
namespace {

constexpr std::size_t largest_part = 2000;  ///< nodes; larger parts are not followed
constexpr long largest_expanded_power = 4;

struct Parts {
  Expr even, odd;
};
using Split = std::optional<Parts>;

/// f of the arguments given, all even.
Split even_part(const Expr& e) { return Parts{e, num(0)}; }
Split odd_part(const Expr& e) { return Parts{num(0), e}; }

Parts product(const Parts& a, const Parts& b) {
  return {a.even * b.even + a.odd * b.odd, a.even * b.odd + a.odd * b.even};
}

class Splitter {
 public:
  explicit Splitter(std::string x) : x_(std::move(x)) {}

  Split of(const Expr& e) {
    if (!depends_on(e, x_)) return even_part(e);
    const auto known = done_.find(e.identity());
    if (known != done_.end()) return known->second;
    Split parts = make(e);
    if (parts && parts->even.node_count() + parts->odd.node_count() > largest_part) parts.reset();
    done_.emplace(e.identity(), parts);
    return parts;
  }

 private:
  static bool is_even(const Parts& p) { return p.odd.is_number(0); }
  static bool is_odd(const Parts& p) { return p.even.is_number(0); }

  Split make(const Expr& e) {
    if (e.op() == Op::variable) return odd_part(e);
    if (e.op() == Op::choose) return choice(e);
    std::vector<Parts> args;
    for (const Expr& child : e.args()) {
      const Split parts = of(child);
      if (!parts) return {};
      args.push_back(*parts);
    }
    if (std::ranges::all_of(args, is_even)) return even_part(e);
    switch (e.op()) {
      case Op::add:
        return Parts{args[0].even + args[1].even, args[0].odd + args[1].odd};
      case Op::subtract:
        return Parts{args[0].even - args[1].even, args[0].odd - args[1].odd};
      case Op::negate:
        return Parts{-args[0].even, -args[0].odd};
      case Op::multiply:
        return product(args[0], args[1]);
      case Op::divide:
        if (is_even(args[1])) return Parts{args[0].even / e.arg(1), args[0].odd / e.arg(1)};
        if (is_odd(args[1])) return Parts{args[0].odd / e.arg(1), args[0].even / e.arg(1)};
        return {};
      case Op::power:
        return power(e, args[0]);
      case Op::min:
      case Op::max:
        return least_or_greatest(e, args);
      case Op::owens_t:  // even in the first, odd in the second argument
        if (!is_even(args[0]) && !is_odd(args[0])) return {};
        if (is_odd(args[1])) return odd_part(e);
        return is_even(args[1]) ? even_part(e) : Split{};
      case Op::exp:  // exp(E + O) = exp(E) (cosh O + sinh O)
        return exponential(args[0]);
      case Op::expm1: {
        const Parts p = exponential(args[0]);
        return Parts{p.even - num(1), p.odd};
      }
      case Op::sin:
        return Parts{make1(Op::sin, args[0].even) * make1(Op::cos, args[0].odd),
                     make1(Op::cos, args[0].even) * make1(Op::sin, args[0].odd)};
      case Op::cos:
        return Parts{make1(Op::cos, args[0].even) * make1(Op::cos, args[0].odd),
                     -(make1(Op::sin, args[0].even) * make1(Op::sin, args[0].odd))};
      default:
        return is_odd(args[0]) ? of_odd(e) : Split{};
    }
  }

  static Parts exponential(const Parts& p) {
    const Expr factor = make1(Op::exp, p.even);
    return {factor * make1(Op::cosh, p.odd), factor * make1(Op::sinh, p.odd)};
  }

  /// A function of one odd argument u.
  static Split of_odd(const Expr& e) {
    const Expr& u = e.arg(0);
    switch (e.op()) {
      case Op::sign:
      case Op::tan:
      case Op::sinh:
      case Op::tanh:
      case Op::asin:
      case Op::atan:
      case Op::asinh:
      case Op::erf:
        return odd_part(e);
      case Op::abs:
      case Op::cosh:
      case Op::normal_pdf:
      case Op::sinc:
        return even_part(e);
      case Op::relu:
        return Parts{half(make1(Op::abs, u)), half(u)};
      case Op::step:
        return Parts{Expr::number(Rational(1, 2)), half(make1(Op::sign, u))};
      case Op::sigmoid:
        return Parts{Expr::number(Rational(1, 2)), half(make1(Op::tanh, half(u)))};
      case Op::softplus: {  // softplus(u) - u/2 is even: written for the one of u and -u that has no minus sign
        const Expr& v = u.op() == Op::negate ? u.arg(0) : u;
        return Parts{make1(Op::softplus, v) - half(v), half(u)};
      }
      case Op::normal_cdf:
        return Parts{Expr::number(Rational(1, 2)), half(make1(Op::erf, u / make1(Op::sqrt, num(2))))};
      case Op::erfc:
        return Parts{num(1), -make1(Op::erf, u)};
      case Op::acos:
        return Parts{half(Expr::pi()), -make1(Op::asin, u)};
      default:
        return {};
    }
  }

  static Split power(const Expr& e, const Parts& base) {
    const Expr& exponent = e.arg(1);
    if (!exponent.is_number() || exponent.value().get_den() != 1) return {};
    if (is_odd(base)) return mpz_odd_p(exponent.value().get_num_mpz_t()) != 0 ? odd_part(e) : even_part(e);
    if (exponent.value() < 1 || exponent.value() > largest_expanded_power) return {};
    Parts result = base;
    for (long k = exponent.value().get_num().get_si(); k > 1; --k) result = product(result, base);
    return result;
  }

  /// min and max = (a + b -+ |a - b|)/2.
  Split least_or_greatest(const Expr& e, const std::vector<Parts>& args) {
    const Expr difference = e.arg(0) - e.arg(1);
    const Split gap = of(difference);
    kept_.push_back(difference);
    if (!gap || (!is_even(*gap) && !is_odd(*gap))) return {};
    const Expr size = half(make1(Op::abs, difference));
    const Expr even = half(args[0].even + args[1].even), odd = half(args[0].odd + args[1].odd);
    return Parts{e.op() == Op::min ? even - size : even + size, odd};
  }

  /// if(c, a, b). Under x -> -x a condition on an even difference stays; one on an odd difference turns into its
  /// opposite (where the difference is 0 apart: a set of measure 0, or the difference is 0 everywhere).
  Split choice(const Expr& e) {
    const Expr& condition = e.arg(0);
    const Split a = of(e.arg(1)), b = of(e.arg(2));
    const Expr difference = condition.arg(0) - condition.arg(1);
    const Split gap = of(difference);
    kept_.push_back(difference);
    if (!a || !b || !gap || difference.is_number()) return {};
    const auto choose = [&](const Expr& yes, const Expr& no) { return Expr::make(Op::choose, {condition, yes, no}); };
    const bool equation = condition.op() == Op::equal || condition.op() == Op::not_equal;
    if (is_even(*gap) || (equation && is_odd(*gap))) return Parts{choose(a->even, b->even), choose(a->odd, b->odd)};
    if (equation || !is_odd(*gap)) return {};
    return Parts{
        choose(half(a->even + b->even) + half(a->odd - b->odd), half(a->even + b->even) + half(b->odd - a->odd)),
        choose(half(a->odd + b->odd) + half(a->even - b->even), half(a->odd + b->odd) + half(b->even - a->even))};
  }

  std::string x_;
  NodeMap<Split> done_;
  std::vector<Expr> kept_;  ///< their addresses are keys of done_
};

}  // namespace

bool is_identically_zero(const Expr& e) {
  if (e.is_number(0)) return true;
  if (e.args().empty() || e.node_count() > largest_part) return false;
  const Expr stable = stabilise(e);
  return stable.is_number(0) || collect(stable).is_number(0);
}

Parity find_parity(const Expr& phi, const std::string& x) {
  const auto parts = Splitter(x).of(phi);
  if (!parts) return Parity::none;
  if (is_identically_zero(parts->odd)) return Parity::even;
  return is_identically_zero(parts->even) ? Parity::odd : Parity::none;
}

Parity mirrored(const Expr& left, const Expr& right, const std::string& x) {
  const Expr turned = substitute(left, {{x, -Expr::variable(x)}});
  if (is_identically_zero(turned - right)) return Parity::even;
  return is_identically_zero(turned + right) ? Parity::odd : Parity::none;
}

}  // namespace widegeo::expr::detail
