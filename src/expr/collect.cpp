#include "expr/collect.hpp"

#include <algorithm>
#include <optional>

namespace widegeo::expr {
namespace {

constexpr std::size_t max_terms = 400;
constexpr long max_expanded_power = 6;

struct TooLong {};

/// One factor base^exponent. Bases are atoms: variables, pi, functions, primitive sums.
struct Factor {
  Expr base;
  Rational exponent;
};

/// Factors by the text of their base: equal bases meet, and the order is the same on every run.
using Factors = std::map<std::string, Factor>;

struct Term {
  Rational coefficient{1};
  Factors factors;
};

/// A sum of terms, no two with the same factors; empty is 0.
using Sum = std::vector<Term>;

std::string key_of(const Factors& factors) {
  std::string key;
  for (const auto& [name, f] : factors) key += name + "^" + f.exponent.get_str() + ";";
  return key;
}

void multiply_in(Factors& factors, const std::string& name, const Factor& f) {
  const auto [at, fresh] = factors.try_emplace(name, f);
  if (!fresh) at->second.exponent += f.exponent;
  if (at->second.exponent == 0) factors.erase(at);
}

Term product(Term a, const Term& b) {
  a.coefficient *= b.coefficient;
  for (const auto& [name, f] : b.factors) multiply_in(a.factors, name, f);
  return a;
}

/// Terms that come one after another, like ones met: by the text of their factors, which orders the sum.
class Gathered {
 public:
  void add(Term term) {
    const auto [at, fresh] = terms_.try_emplace(key_of(term.factors));
    Rational& coefficient = at->second.coefficient;
    if (!fresh) {
      present_ -= coefficient != 0 ? 1 : 0;
      coefficient += term.coefficient;
    } else {
      at->second = std::move(term);
    }
    present_ += coefficient != 0 ? 1 : 0;
  }
  void add(const Sum& sum) {
    for (const Term& t : sum) add(t);
    check();
  }
  /// Between steps: what is too long on the way is given up.
  void check() const {
    if (present_ > max_terms) throw TooLong{};
  }
  Sum sum() && {
    Sum result;
    for (auto& [key, t] : terms_)
      if (t.coefficient != 0) result.push_back(std::move(t));
    return result;
  }

 private:
  std::map<std::string, Term> terms_;
  std::size_t present_ = 0;  ///< of them, with a coefficient other than 0
};

Sum added(const Sum& a, const Sum& b) {
  Gathered terms;
  for (const Sum* sum : {&a, &b})
    for (const Term& t : *sum) terms.add(t);
  terms.check();
  return std::move(terms).sum();
}

Sum multiplied(const Sum& a, const Sum& b) {
  if (a.size() * b.size() > 4 * max_terms) throw TooLong{};
  Gathered terms;
  for (const Term& x : a) {
    for (const Term& y : b) terms.add(product(x, y));
    terms.check();
  }
  return std::move(terms).sum();
}

Expr to_expr(const Sum& sum);
Sum from_expr(const Expr& e);

Term power_of(const Term& t, const Rational& exponent) {
  Term result;
  const long n = exponent.get_num().get_si();
  for (long i = 0; i < std::abs(n); ++i) result.coefficient *= t.coefficient;
  if (n < 0) result.coefficient = 1 / result.coefficient;
  for (const auto& [name, f] : t.factors) result.factors[name] = {f.base, f.exponent * exponent};
  return result;
}

bool is_sum(const Expr& base) { return base.op() == Op::add || base.op() == Op::subtract; }

/// One common denominator: every atom that is a sum, or stands in a denominator, is drawn out with its smallest
/// exponent, and the whole powers of sums that remain are expanded. Returns the drawn factor and the rest.
std::pair<Term, Sum> together(Sum sum) {
  Term outside;
  for (int round = 0; round < 4; ++round) {
    std::map<std::string, Factor> lowest;
    for (const Term& t : sum)
      for (const auto& [name, f] : t.factors) lowest.try_emplace(name, Factor{f.base, f.exponent});
    for (auto& [name, low] : lowest)
      for (const Term& t : sum) {
        const auto at = t.factors.find(name);
        low.exponent = std::min(low.exponent, at == t.factors.end() ? Rational(0) : at->second.exponent);
      }
    std::erase_if(lowest, [](const auto& entry) { return entry.second.exponent == 0; });
    Gathered rest;
    bool expanded = false;
    for (Term t : sum) {
      for (const auto& [name, low] : lowest) multiply_in(t.factors, name, {low.base, -low.exponent});
      Sum grown{Term{t.coefficient, {}}};
      for (const auto& [name, f] : t.factors) {
        const bool whole = f.exponent.get_den() == 1 && f.exponent > 0 && f.exponent <= max_expanded_power;
        if (sum.size() > 1 && is_sum(f.base) && whole) {
          const Sum base = from_expr(f.base);
          for (Rational i = 0; i < f.exponent; ++i) grown = multiplied(grown, base);
          expanded = true;
        } else {
          for (Term& g : grown) multiply_in(g.factors, name, f);
        }
      }
      rest.add(grown);
    }
    for (const auto& [name, low] : lowest) multiply_in(outside.factors, name, low);
    sum = std::move(rest).sum();
    if (!expanded && lowest.empty()) break;
    if (sum.empty()) break;
  }
  return {outside, sum};
}

/// Numeric content with the sign of the first term, so that what remains is primitive.
Rational content(const Sum& sum) {
  mpz_class numerator = 0, denominator = 1;
  for (const Term& t : sum) {
    numerator = gcd(numerator, t.coefficient.get_num());
    denominator = lcm(denominator, t.coefficient.get_den());
  }
  Rational result(numerator, denominator);
  result.canonicalize();
  const bool negative = std::all_of(sum.begin(), sum.end(), [](const Term& t) { return t.coefficient < 0; });
  return negative ? Rational(-result) : result;
}

/// P = x P1 + P0 with P0 = c P1: then P = (x + c) P1.
std::optional<std::pair<Sum, Sum>> split_linear(const Sum& sum) {
  std::map<std::string, Factor> candidates;
  for (const Term& t : sum)
    for (const auto& [name, f] : t.factors)
      if (f.exponent == 1 && f.base.op() == Op::variable) candidates.try_emplace(name, f);
  for (const auto& [name, x] : candidates) {
    Sum with, without;
    bool linear = true;
    for (Term t : sum) {
      const auto at = t.factors.find(name);
      if (at == t.factors.end()) {
        without.push_back(t);
      } else {
        linear &= at->second.exponent == 1;
        t.factors.erase(at);
        with.push_back(std::move(t));
      }
    }
    if (!linear || with.size() != without.size() || with.size() < 2) continue;
    const Sum ordered = added(with, {});
    const Sum other = added(without, {});
    const Rational c = other[0].coefficient / ordered[0].coefficient;
    bool proportional = true;
    for (std::size_t i = 0; i < ordered.size(); ++i)
      proportional &=
          key_of(ordered[i].factors) == key_of(other[i].factors) && other[i].coefficient == c * ordered[i].coefficient;
    if (proportional) return std::pair{added({Term{1, {{name, x}}}}, {Term{c, {}}}), ordered};
  }
  return {};
}

/// A sum as one term: drawn factors, content, and primitive sums as atoms.
Term as_term(const Sum& sum) {
  if (sum.empty()) return Term{0, {}};
  if (sum.size() == 1) return sum[0];
  auto [outside, rest] = together(sum);
  if (rest.empty()) return Term{0, {}};
  if (rest.size() == 1) return product(outside, rest[0]);
  const Rational c = content(rest);
  for (Term& t : rest) t.coefficient /= c;
  outside.coefficient *= c;
  if (const auto split = split_linear(rest)) {
    return product(product(outside, as_term(split->first)), as_term(split->second));
  }
  // Written term by term, constants last of the key order or first: the order of added() is canonical.
  Expr base = Expr::number(0);
  for (const Term& t : rest) base = base + to_expr({t});
  multiply_in(outside.factors, to_text(base), {base, 1});
  return outside;
}

Expr power_expr(const Expr& base, const Rational& exponent) {
  if (exponent == 1) return base;
  if (exponent == Rational(1, 2)) return Expr::make(Op::sqrt, {base});
  // u^(k/2) prints as sqrt(u)^k only for k = 1; u^(3/2) = u sqrt(u) reads better as a power.
  return Expr::make(Op::power, {base, Expr::number(exponent)});
}

Expr term_expr(const Term& t) {
  Expr above = Expr::number(Rational(t.coefficient.get_num())), below = Expr::number(Rational(t.coefficient.get_den()));
  for (const auto& [name, f] : t.factors) {
    if (f.exponent > 0) {
      above = above * power_expr(f.base, f.exponent);
    } else {
      below = below * power_expr(f.base, -f.exponent);
    }
  }
  return below.is_number(1) ? above : above / below;
}

Expr to_expr(const Sum& sum) { return term_expr(as_term(sum)); }

Sum atom(const Expr& e) { return {Term{1, {{to_text(e), Factor{e, 1}}}}}; }

std::optional<Rational> exponent_of(const Expr& e) {
  if (e.op() == Op::sqrt) return Rational(1, 2);
  if (e.op() != Op::power || !e.arg(1).is_number()) return {};
  const Rational& r = e.arg(1).value();
  const bool small = abs(r.get_num()) <= 64 && r.get_den() <= 2;
  return small ? std::optional<Rational>(r) : std::nullopt;
}

Sum from_power(const Expr& e, const Rational& exponent) {
  const Term t = as_term(from_expr(e.arg(0)));
  if (t.coefficient == 0) return exponent > 0 ? Sum{} : atom(e);
  if (exponent.get_den() == 1) return {power_of(t, exponent)};
  // A half power splits only over what it cannot change: a single atom to the first power, coefficient 1.
  if (t.coefficient == 1 && t.factors.size() == 1 && t.factors.begin()->second.exponent == 1) {
    Term root = t;
    root.factors.begin()->second.exponent = exponent;
    return {root};
  }
  const Expr base = term_expr(t);
  return {Term{1, {{to_text(base), Factor{base, exponent}}}}};
}

Sum from_expr(const Expr& e) {
  switch (e.op()) {
    case Op::number:
      return e.is_number(0) ? Sum{} : Sum{Term{e.value(), {}}};
    case Op::add:
      return added(from_expr(e.arg(0)), from_expr(e.arg(1)));
    case Op::subtract:
      return added(from_expr(e.arg(0)), multiplied({Term{-1, {}}}, from_expr(e.arg(1))));
    case Op::negate:
      return multiplied({Term{-1, {}}}, from_expr(e.arg(0)));
    case Op::multiply: {
      const Sum a = from_expr(e.arg(0)), b = from_expr(e.arg(1));
      if (a.size() == 1 || b.size() == 1) return multiplied(a, b);
      return {product(as_term(a), as_term(b))};
    }
    case Op::divide: {
      const Term below = as_term(from_expr(e.arg(1)));
      if (below.coefficient == 0) return atom(e);
      return multiplied(from_expr(e.arg(0)), {power_of(below, -1)});
    }
    case Op::sqrt:
    case Op::power:
      if (const auto exponent = exponent_of(e)) return from_power(e, *exponent);
      break;
    default:
      break;
  }
  if (e.args().empty()) return atom(e);
  std::vector<Expr> args;
  for (const Expr& a : e.args()) {
    if (a.is_comparison())
      args.push_back(Expr::make(a.op(), {collect(a.arg(0)), collect(a.arg(1))}));
    else
      args.push_back(collect(a));
  }
  return atom(Expr::make(e.op(), std::move(args)));
}

}  // namespace

Expr collect(const Expr& e) {
  try {
    return to_expr(from_expr(e));
  } catch (const TooLong&) {
    return e;
  }
}

}  // namespace widegeo::expr
