// Stable rewriting of sums, logarithms and roots; products and quotients are in stabilise_product.cpp. No rule adds a
// kink or a branch, so the result is analytic where the original is and jets of either may be used.
#include "expr/expr_stable.hpp"

namespace widegeo::expr {
namespace {

using Result = std::optional<Expr>;

bool is_square_of(const Expr& e, Op op) { return e.op() == Op::power && e.arg(1).is_number(2) && e.arg(0).op() == op; }

Result one_plus(const Expr& f) {
  switch (f.op()) {
    case Op::tanh:
      return num(2) * make1(Op::sigmoid, num(2) * f.arg(0));
    case Op::erf:
      return make1(Op::erfc, -f.arg(0));
    case Op::expm1:
      return make1(Op::exp, f.arg(0));
    default:
      return {};
  }
}

Result one_minus(const Expr& f) {
  if (is_square_of(f, Op::tanh)) return sech_squared(f.arg(0).arg(0));
  if (is_square_of(f, Op::sin)) return square(make1(Op::cos, f.arg(0).arg(0)));
  if (is_square_of(f, Op::cos)) return square(make1(Op::sin, f.arg(0).arg(0)));
  switch (f.op()) {
    case Op::exp:
      return -make1(Op::expm1, f.arg(0));
    case Op::tanh:
      return num(2) * make1(Op::sigmoid, -(num(2) * f.arg(0)));
    case Op::erf:
      return make1(Op::erfc, f.arg(0));
    case Op::erfc:
      return make1(Op::erf, f.arg(0));
    case Op::normal_cdf:
    case Op::sigmoid:
      return make1(f.op(), -f.arg(0));
    case Op::cos:
      return num(2) * square(make1(Op::sin, half(f.arg(0))));
    case Op::cosh:
      return num(-2) * square(make1(Op::sinh, half(f.arg(0))));
    default:
      return {};
  }
}

// sqrt(c^2 + u) - c = u / (sqrt(c^2 + u) + c) for c > 0; `root` is the node sqrt(c^2 + u).
Result root_minus(const Expr& root, const Rational& c) {
  const Expr& w = root.arg(0);
  if (w.op() != Op::add && w.op() != Op::subtract) return {};
  const Rational wanted = c * c;
  Expr u;
  if (w.arg(0).is_number() && w.arg(0).value() == wanted)
    u = w.op() == Op::add ? w.arg(1) : -w.arg(1);
  else if (w.op() == Op::add && w.arg(1).is_number() && w.arg(1).value() == wanted)
    u = w.arg(0);
  else
    return {};
  return u / (root + Expr::number(c));
}

// c + k f
Result constant_plus(const Rational& c, const Rational& k, const Expr& f) {
  const Expr scale = Expr::number(c);
  if (k == c)
    if (const Result r = one_plus(f)) return scale * *r;
  if (k == -c)
    if (const Result r = one_minus(f)) return scale * *r;
  if (2 * c == -k && f.op() == Op::sigmoid) return Expr::number(k / 2) * make1(Op::tanh, half(f.arg(0)));
  if (2 * c == -k && f.op() == Op::normal_cdf)
    return Expr::number(k / 2) * make1(Op::erf, f.arg(0) / make1(Op::sqrt, num(2)));
  if (f.op() == Op::sqrt && c / k < 0)
    if (const Result r = root_minus(f, -c / k)) return Expr::number(k) * *r;
  return {};
}

Result sum_rule(const Expr& e) {
  const auto [c, f] = scaled(e.arg(0));
  auto [k, g] = scaled(e.arg(1));
  if (e.op() == Op::subtract) k = -k;
  if (f.is_number(1) == g.is_number(1)) {
    // exp(u) + exp(-u) and exp(u) - exp(-u)
    if (f.op() != Op::exp || g.op() != Op::exp || !(g.arg(0) == -f.arg(0)) || abs(c) != abs(k)) return {};
    return Expr::number(2 * c) * make1(c == k ? Op::cosh : Op::sinh, f.arg(0));
  }
  if (f.is_number(1) && c != 0) return constant_plus(c, k, g);
  if (g.is_number(1) && k != 0) return constant_plus(k, c, f);
  return {};
}

// The terms of a sum with their signs; nothing when there are too many to be a known pattern.
bool collect_terms(const Expr& e, int sign, std::vector<std::pair<Rational, Expr>>& terms) {
  if (e.op() == Op::add || e.op() == Op::subtract)
    return collect_terms(e.arg(0), sign, terms) && collect_terms(e.arg(1), e.op() == Op::add ? sign : -sign, terms);
  if (terms.size() == 16) return false;
  auto [c, f] = scaled(e);
  terms.emplace_back(sign * c, f);
  return true;
}

// log(sum of c_i exp(u_i)), c_i > 0: t + softplus(t' - t) term by term, with t_i = u_i + log c_i and a constant term
// first.
Result log_of_exponentials(const std::vector<std::pair<Rational, Expr>>& terms) {
  std::vector<Expr> t;
  for (const auto& [c, f] : terms) {
    if (c <= 0 || !(f.op() == Op::exp || f.is_number(1))) return {};
    const Expr log_c = make1(Op::log, Expr::number(c));
    if (f.is_number(1))
      t.insert(t.begin(), log_c);
    else
      t.push_back(f.arg(0) + log_c);
  }
  Expr sum = t[0];
  for (std::size_t i = 1; i < t.size(); ++i) sum = sum + make1(Op::softplus, t[i] - sum);
  return sum;
}

Result log_of_sum(const Expr& w) {
  std::vector<std::pair<Rational, Expr>> terms;
  if (!collect_terms(w, 1, terms)) return {};
  if (const Result r = log_of_exponentials(terms)) return r;
  if (w.op() == Op::add)  // log(u + sqrt(u^2 + 1))
    for (const int i : {0, 1}) {
      const Expr &u = w.arg(static_cast<std::size_t>(i)), &root = w.arg(static_cast<std::size_t>(1 - i));
      if (root.op() != Op::sqrt) continue;
      if (root.arg(0) == square(u) + num(1) || root.arg(0) == num(1) + square(u)) return make1(Op::asinh, u);
    }
  Expr rest;
  std::size_t ones = 0;
  for (const auto& [c, f] : terms)
    if (f.is_number(1) && c == 1)
      ++ones;
    else
      rest = rest + Expr::number(c) * f;
  if (ones == 1) return make1(Op::log1p, rest);
  return {};
}

Result log_rule(const Expr& e) {
  const Expr& w = e.arg(0);
  if (w.op() == Op::add || w.op() == Op::subtract) return log_of_sum(w);
  if (w.op() == Op::sigmoid) return -make1(Op::softplus, -w.arg(0));
  if (w.op() == Op::divide && w.arg(0).is_number(1)) return -make1(Op::log, w.arg(1));
  const auto [c, f] = scaled(w);
  if (c <= 0) return {};
  if (f.op() == Op::cosh) {
    const Expr& u = f.arg(0);
    return u + make1(Op::softplus, -(num(2) * u)) + make1(Op::log, Expr::number(c / 2));
  }
  if (f.op() == Op::exp) return f.arg(0) + make1(Op::log, Expr::number(c));
  return {};
}

// sqrt(1 - u^2) = sqrt((1-u)(1+u))
Result sqrt_rule(const Expr& e) {
  const Expr& w = e.arg(0);
  if (w.op() != Op::subtract || !w.arg(0).is_number(1) || w.arg(1).op() != Op::power || !w.arg(1).arg(1).is_number(2))
    return {};
  const Expr& u = w.arg(1).arg(0);
  return make1(Op::sqrt, (num(1) - u) * (num(1) + u));
}

Result log1p_rule(const Expr& e) {
  if (e.arg(0).op() == Op::exp) return make1(Op::softplus, e.arg(0).arg(0));
  return {};
}

Result rule(const Expr& e) {
  switch (e.op()) {
    case Op::add:
    case Op::subtract:
      return sum_rule(e);
    case Op::multiply:
    case Op::divide:
    case Op::power:
      return product_rule(e);
    case Op::log:
      return log_rule(e);
    case Op::log1p:
      return log1p_rule(e);
    case Op::sqrt:
      return sqrt_rule(e);
    default:
      return {};
  }
}

}  // namespace

Expr sech_squared(const Expr& u) {
  const Expr v = num(2) * u;
  return num(4) * (make1(Op::sigmoid, v) * make1(Op::sigmoid, -v));
}

std::pair<Rational, Expr> scaled(const Expr& e) {
  if (e.is_number()) return {e.value(), num(1)};
  if (e.op() == Op::negate) {
    const auto [c, f] = scaled(e.arg(0));
    return {-c, f};
  }
  if (e.op() == Op::multiply && e.arg(0).is_number()) return {e.arg(0).value(), e.arg(1)};
  if (e.op() == Op::divide && e.arg(0).is_number()) return {e.arg(0).value(), num(1) / e.arg(1)};
  if (e.op() == Op::divide && e.arg(1).is_number() && !e.arg(1).is_number(0)) return {1 / e.arg(1).value(), e.arg(0)};
  return {1, e};
}

Expr stabilise(const Expr& e) {
  NodeMap<Expr> done;
  const std::vector<Expr> order = post_order(e);
  for (const Expr& node : order) {
    Expr result = node;
    if (!node.args().empty()) {
      std::vector<Expr> args;
      for (const Expr& a : node.args()) args.push_back(done.at(a.identity()));
      result = Expr::make(node.op(), std::move(args));
      // One rule may open the way for the next; none undoes another, the bound is a safeguard.
      for (int i = 0; i < 8; ++i) {
        const Result better = rule(result);
        if (!better) break;
        result = *better;
      }
    }
    done.emplace(node.identity(), result);
  }
  return done.at(e.identity());
}

}  // namespace widegeo::expr
