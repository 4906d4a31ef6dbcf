// Stable forms of products: e is split into c * prod base_i^n_i, the rules move exponents, and the product is
// reassembled. The rules, with s = sigmoid:
//   1/(1+exp(u)) = s(-u)            exp(u) s(-u) = s(u)               expm1(u) s(-u) = tanh(u/2)
//   exp(u)/expm1(u) = -1/expm1(-u)  exp(u)^n = exp(n u)               sinh(u)/cosh(u) = tanh(u)
//   1/cosh(u)^2 = 4 s(2u) s(-2u)    sin(q v)/v = q sinc(q v)
#include <algorithm>

#include "expr/expr_stable.hpp"

namespace widegeo::expr {
namespace {

struct Factors {
  struct Factor {
    Expr base;
    long exponent;
  };
  Rational coefficient = 1;
  std::vector<Factor> list;

  void add(const Expr& base, long exponent) {
    for (Factor& f : list)
      if (f.base == base) {
        f.exponent += exponent;
        return;
      }
    list.push_back({base, exponent});
  }

  /// False when the product is not of the kind the rules look for (many factors, large powers).
  bool collect(const Expr& e, long exponent, unsigned levels = 12) {
    if (levels == 0 || list.size() > 12) return false;
    if (e.is_number() && (e.value() != 0 || exponent > 0)) {
      Rational value;
      if (!exact_power(e.value(), exponent, value) || !fits(coefficient * value)) return false;
      coefficient *= value;
      return true;
    }
    switch (e.op()) {
      case Op::negate:
        if (exponent % 2 != 0) coefficient = -coefficient;
        return collect(e.arg(0), exponent, levels - 1);
      case Op::multiply:
        return collect(e.arg(0), exponent, levels - 1) && collect(e.arg(1), exponent, levels - 1);
      case Op::divide:
        return collect(e.arg(0), exponent, levels - 1) && collect(e.arg(1), -exponent, levels - 1);
      case Op::power:
        if (e.arg(1).is_number() && e.arg(1).value().get_den() == 1 && abs(e.arg(1).value()) <= 64 &&
            std::abs(exponent) <= 64)
          return collect(e.arg(0), exponent * e.arg(1).value().get_num().get_si(), levels - 1);
        [[fallthrough]];
      default:
        add(e, exponent);
        return true;
    }
  }

  Factor* find(Op op, const Expr& argument) {
    for (Factor& f : list)
      if (f.base.op() == op && f.base.arg(0) == argument) return &f;
    return nullptr;
  }

  Expr build() const {
    std::optional<Expr> above, below;
    for (const Factor& f : list) {
      if (f.exponent == 0) continue;
      std::optional<Expr>& side = f.exponent > 0 ? above : below;
      const Expr power = make2(Op::power, f.base, num(std::abs(f.exponent)));
      side = side ? *side * power : power;
    }
    const Expr top = above ? *above : num(1);
    return Expr::number(coefficient) * (below ? top / *below : top);
  }
};

using Factor = Factors::Factor;

// The u of 1 + exp(u).
std::optional<Expr> exponent_of_one_plus_exp(const Expr& e) {
  if (e.op() != Op::add) return {};
  for (const std::size_t i : {0U, 1U})
    if (e.arg(i).is_number(1) && e.arg(1 - i).op() == Op::exp) return e.arg(1 - i).arg(0);
  return {};
}

bool reciprocal_of_one_plus_exp(Factors& p) {
  for (std::size_t i = 0; i < p.list.size(); ++i) {
    if (p.list[i].exponent >= 0) continue;
    const auto u = exponent_of_one_plus_exp(p.list[i].base);
    if (!u) continue;
    const long n = -p.list[i].exponent;
    p.list[i].exponent = 0;
    p.add(make1(Op::sigmoid, -*u), n);
    return true;
  }
  return false;
}

// a^m b^n with m, n of the given signs: k = min(|m|, |n|) pairs turn into c times result^k.
void pair_up(Factors& p, Factor& a, Factor& b, const Expr& result, long result_exponent, long sign) {
  const long k = std::min(std::abs(a.exponent), std::abs(b.exponent));
  a.exponent += a.exponent > 0 ? -k : k;
  b.exponent += b.exponent > 0 ? -k : k;
  if (sign < 0 && k % 2 != 0) p.coefficient = -p.coefficient;
  const Expr base = result.op() == Op::negate ? result.arg(0) : result;
  if (result.op() == Op::negate && k % 2 != 0) p.coefficient = -p.coefficient;
  p.add(base, k * result_exponent);
}

bool exponential_pairs(Factors& p) {
  for (Factor& f : p.list) {
    if (f.exponent == 0 || (f.base.op() != Op::exp && f.base.op() != Op::expm1)) continue;
    const Expr u = f.base.arg(0);
    const bool is_exp = f.base.op() == Op::exp;
    if (Factor* s = p.find(Op::sigmoid, -u); s && s->exponent > 0 && f.exponent > 0) {
      pair_up(p, f, *s, is_exp ? make1(Op::sigmoid, u) : make1(Op::tanh, u / num(2)), 1, 1);
      return true;
    }
    if (Factor* d = is_exp ? p.find(Op::expm1, u) : nullptr; d && d->exponent < 0 && f.exponent > 0) {
      pair_up(p, f, *d, make1(Op::expm1, -u), -1, -1);
      return true;
    }
    if (is_exp && f.exponent != 1) {
      const Expr combined = make1(Op::exp, num(f.exponent) * u);
      f.exponent = 0;
      p.add(combined, 1);
      return true;
    }
  }
  return false;
}

bool hyperbolic(Factors& p) {
  for (Factor& f : p.list) {
    if (f.exponent >= 0 || f.base.op() != Op::cosh) continue;
    const Expr u = f.base.arg(0);
    if (Factor* s = p.find(Op::sinh, u); s && s->exponent > 0) {
      pair_up(p, *s, f, make1(Op::tanh, u), 1, 1);
      return true;
    }
    if (f.exponent <= -2) {
      const long n = -f.exponent / 2;
      f.exponent += 2 * n;
      mpz_class four;
      mpz_ui_pow_ui(four.get_mpz_t(), 4, static_cast<unsigned long>(n));
      p.coefficient *= four;
      const Expr v = num(2) * u;
      p.add(make1(Op::sigmoid, v), n);
      p.add(make1(Op::sigmoid, -v), n);
      return true;
    }
  }
  return false;
}

// sin(u) = u sinc(u), applied where every factor of u stands in the denominator.
bool sine_over_argument(Factors& p) {
  for (std::size_t i = 0; i < p.list.size(); ++i) {
    if (p.list[i].exponent <= 0 || p.list[i].base.op() != Op::sin) continue;
    const Expr u = p.list[i].base.arg(0);
    Factors argument;
    if (!argument.collect(u, 1) || argument.list.empty() || argument.coefficient == 0) continue;
    const bool divides = std::all_of(argument.list.begin(), argument.list.end(), [&](const Factor& a) {
      return a.exponent > 0 && std::any_of(p.list.begin(), p.list.end(), [&](const Factor& f) {
               return f.exponent <= -a.exponent && f.base == a.base;
             });
    });
    if (!divides) continue;
    --p.list[i].exponent;
    p.coefficient *= argument.coefficient;
    for (const Factor& a : argument.list) p.add(a.base, a.exponent);
    p.add(make1(Op::sinc, u), 1);
    return true;
  }
  return false;
}

// The cheap test that spares most products the work above.
bool worth_a_look(const Expr& e, unsigned levels = 12) {
  if (levels == 0) return false;
  switch (e.op()) {
    case Op::multiply:
    case Op::divide:
      return worth_a_look(e.arg(0), levels - 1) || worth_a_look(e.arg(1), levels - 1);
    case Op::negate:
    case Op::power:
      return worth_a_look(e.arg(0), levels - 1);
    case Op::add:
      return exponent_of_one_plus_exp(e).has_value();
    case Op::exp:
    case Op::expm1:
    case Op::cosh:
    case Op::sin:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<Expr> product_rule(const Expr& e) {
  if (!worth_a_look(e)) return {};
  Factors p;
  if (!p.collect(e, 1)) return {};
  bool changed = false;
  for (int i = 0; i < 32; ++i) {
    if (!reciprocal_of_one_plus_exp(p) && !exponential_pairs(p) && !hyperbolic(p) && !sine_over_argument(p)) break;
    changed = true;
  }
  if (!changed) return {};
  return p.build();
}

}  // namespace widegeo::expr
