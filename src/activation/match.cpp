#include "activation/match.hpp"

#include <algorithm>

namespace widegeo::match {

using expr::Expr;
using expr::Op;

namespace {

constexpr std::size_t max_terms = 64;

Expr num(long n) { return Expr::number(n); }
Expr make1(Op op, const Expr& u) { return Expr::make(op, {u}); }
bool varies(const Expr& e) { return expr::depends_on(e, "x"); }

Sum constant(const Expr& c) { return c.is_number(0) ? Sum{} : Sum{{c, {}}}; }
Sum atom(const Expr& base, const Expr& exponent = num(1)) { return {{num(1), {{base, exponent}}}}; }

bool same_factors(const std::vector<Factor>& a, const std::vector<Factor>& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const Factor& f) {
           return std::ranges::any_of(b, [&](const Factor& g) { return f.base == g.base && f.exponent == g.exponent; });
         });
}

void add_term(Sum& sum, const Term& term) {
  const auto same =
      std::ranges::find_if(sum, [&](const Term& other) { return same_factors(other.factors, term.factors); });
  if (same == sum.end()) {
    sum.push_back(term);
    return;
  }
  same->coefficient = same->coefficient + term.coefficient;
  if (same->coefficient.is_number(0)) sum.erase(same);
}

Sum sum_of(Sum a, const Sum& b, const Expr& scale) {
  for (const Term& term : b) add_term(a, {scale * term.coefficient, term.factors});
  return a;
}

Term product_of(Term a, const Term& b) {
  a.coefficient = a.coefficient * b.coefficient;
  for (const Factor& factor : b.factors) {
    const auto same = std::ranges::find(a.factors, factor.base, &Factor::base);
    if (same == a.factors.end()) {
      a.factors.push_back(factor);
      continue;
    }
    same->exponent = same->exponent + factor.exponent;
    if (same->exponent.is_number(0)) a.factors.erase(same);
  }
  return a;
}

std::optional<Sum> product_of(const Sum& a, const Sum& b) {
  if (a.size() * b.size() > max_terms) return {};
  Sum sum;
  for (const Term& s : a) {
    for (const Term& t : b) add_term(sum, product_of(s, t));
  }
  return sum;
}

Expr tree_of(const Sum& sum) {
  Expr tree = num(0);
  for (const Term& term : sum) {
    Expr product = term.coefficient;
    for (const Factor& f : term.factors) product = product * Expr::make(Op::power, {f.base, f.exponent});
    tree = tree + product;
  }
  return tree;
}

/// exp(c + u) = exp(c) exp(u)
Sum exponential(const Sum& argument) {
  Sum varying;
  Expr factor = num(1);
  for (const Term& term : argument) {
    if (term.factors.empty())
      factor = make1(Op::exp, term.coefficient);
    else
      varying.push_back(term);
  }
  return {{factor, {{make1(Op::exp, tree_of(varying)), num(1)}}}};
}

Sum power_of(const Expr& base, const Expr& exponent, Dialect dialect) {
  const bool whole = exponent.is_number() && exponent.value().get_den() == 1;
  if (whole && base.op() == Op::multiply && !varies(base.arg(0)))
    return sum_of({}, power_of(base.arg(1), exponent, dialect), Expr::make(Op::power, {base.arg(0), exponent}));
  const Sum sum = collect_terms(base, dialect);
  if (sum.size() == 1 && (whole || sum[0].coefficient.is_number(1))) {
    // (c u^k)^n; an exponential keeps its exponent inside.
    Term term{Expr::make(Op::power, {sum[0].coefficient, exponent}), {}};
    for (const Factor& f : sum[0].factors) {
      if (f.base.op() == Op::exp && f.exponent.is_number(1))
        term.factors.push_back({make1(Op::exp, exponent * f.base.arg(0)), num(1)});
      else if (whole || f.exponent.is_number(1))
        term.factors.push_back({f.base, f.exponent * exponent});
      else
        return atom(base, exponent);
    }
    return {term};
  }
  if (whole && exponent.value() > 0 && exponent.value() <= 16) {
    std::optional<Sum> product = constant(num(1));
    for (long k = exponent.value().get_num().get_si(); k > 0 && product; --k) product = product_of(*product, sum);
    if (product) return *product;
  }
  return atom(base, exponent);
}

}  // namespace

Sum collect_terms(const Expr& e, Dialect dialect) {
  if (!varies(e)) return constant(e);
  const auto of = [&](const Expr& u) { return collect_terms(u, dialect); };
  switch (e.op()) {
    case Op::add:
      return sum_of(of(e.arg(0)), of(e.arg(1)), num(1));
    case Op::subtract:
      return sum_of(of(e.arg(0)), of(e.arg(1)), num(-1));
    case Op::negate:
      return sum_of({}, of(e.arg(0)), num(-1));
    case Op::multiply:
      if (const auto product = product_of(of(e.arg(0)), of(e.arg(1)))) return *product;
      return atom(e);
    case Op::divide:
      if (!varies(e.arg(1))) return sum_of({}, of(e.arg(0)), num(1) / e.arg(1));
      if (const auto product = product_of(of(e.arg(0)), power_of(e.arg(1), num(-1), dialect))) return *product;
      return atom(e);
    case Op::power:
      return varies(e.arg(1)) ? atom(e) : power_of(e.arg(0), e.arg(1), dialect);
    case Op::sqrt:
      return power_of(e.arg(0), Expr::number(Rational(1, 2)), dialect);
    case Op::exp:
      return exponential(of(e.arg(0)));
    case Op::expm1:
      return sum_of(exponential(of(e.arg(0))), constant(num(1)), num(-1));
    default:
      break;
  }
  if (dialect == Dialect::erf) {
    const Expr root = make1(Op::sqrt, num(2));
    if (e.op() == Op::erfc) return sum_of(constant(num(1)), of(make1(Op::erf, e.arg(0))), num(-1));
    if (e.op() == Op::normal_cdf)
      return sum_of(constant(Expr::number(Rational(1, 2))), of(make1(Op::erf, e.arg(0) / root)),
                    Expr::number(Rational(1, 2)));
    if (e.op() == Op::normal_pdf)
      return sum_of({}, of(make1(Op::exp, -Expr::make(Op::power, {e.arg(0), num(2)}) / num(2))),
                    num(1) / make1(Op::sqrt, num(2) * Expr::pi()));
    if (e.op() == Op::erf) {
      // Odd: the first coefficient of the argument is not negative.
      const Sum argument = of(e.arg(0));
      if (!argument.empty() && argument[0].coefficient.is_number() && argument[0].coefficient.value() < 0)
        return {{num(-1), {{make1(Op::erf, tree_of(sum_of({}, argument, num(-1)))), num(1)}}}};
    }
  }
  return atom(e);
}

namespace {

/// if(a, b, c) with a condition `less < 0`; the same for every x.
struct Choice {
  Expr less, yes, no;
};
std::optional<Choice> choice(const Expr& e) {
  const Expr &condition = e.arg(0), &u = condition.arg(0), &v = condition.arg(1);
  switch (condition.op()) {
    case Op::less:
      return Choice{u - v, e.arg(1), e.arg(2)};
    case Op::greater:
      return Choice{v - u, e.arg(1), e.arg(2)};
    case Op::less_equal:
      return Choice{v - u, e.arg(2), e.arg(1)};
    case Op::greater_equal:
      return Choice{u - v, e.arg(2), e.arg(1)};
    default:
      return {};
  }
}

Alternatives equation(const Expr& pattern, const Expr& value) {
  if (pattern == value) return {{}};
  if (expr::variables_of(pattern).empty() && !equal_constants(pattern, value)) return {};
  return {{{pattern, value}}};
}

Alternatives match_trees(const Expr& pattern, const Expr& wanted, Dialect dialect);

Alternatives match_collected(const Expr& pattern, const Expr& wanted, Dialect dialect) {
  return match_sums(collect_terms(pattern, dialect), collect_terms(wanted, dialect), dialect);
}

/// Bases of factors: functions of x.
Alternatives match_trees(const Expr& pattern, const Expr& wanted, Dialect dialect) {
  if (pattern == wanted) return {{}};
  const Op op = pattern.op();
  if (op == Op::add || op == Op::subtract) {
    if (wanted.op() != Op::add && wanted.op() != Op::subtract) return {};
    return match_collected(pattern, wanted, dialect);
  }
  if (wanted.op() != op || op == Op::variable) return {};
  if (op == Op::choose) {
    const auto p = choice(pattern), w = choice(wanted);
    if (!p || !w) return {};
    return both(match_collected(p->less, w->less, dialect),
                both(match_collected(p->yes, w->yes, dialect), match_collected(p->no, w->no, dialect)));
  }
  Alternatives all{{}};
  for (std::size_t i = 0; i < pattern.args().size(); ++i)
    all = both(all, match_collected(pattern.arg(i), wanted.arg(i), dialect));
  if (op == Op::min || op == Op::max) {
    const Alternatives swapped = both(match_collected(pattern.arg(0), wanted.arg(1), dialect),
                                      match_collected(pattern.arg(1), wanted.arg(0), dialect));
    all.insert(all.end(), swapped.begin(), swapped.end());
  }
  return all;
}

/// f(u)^k with f odd and k even, or f even: the same for -u.
bool is_even(const Factor& factor) {
  switch (factor.base.op()) {
    case Op::sin:
    case Op::sinh:
    case Op::tanh:
    case Op::erf:
      return factor.exponent.is_number() && Rational(factor.exponent.value() / 2).get_den() == 1;
    case Op::cos:
    case Op::cosh:
      return true;
    default:
      return false;
  }
}

Alternatives match_negated(const Expr& pattern, const Expr& wanted, Dialect dialect) {
  if (pattern.op() != wanted.op()) return {};
  return match_collected(pattern.arg(0), -wanted.arg(0), dialect);
}

Alternatives match_factors(std::span<const Factor> pattern, std::vector<Factor> wanted, Dialect dialect) {
  if (pattern.size() != wanted.size()) return {};
  if (pattern.empty()) return {{}};
  Alternatives all;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    Alternatives one = match_trees(pattern[0].base, wanted[i].base, dialect);
    if (is_even(wanted[i])) {
      const Alternatives mirrored = match_negated(pattern[0].base, wanted[i].base, dialect);
      one.insert(one.end(), mirrored.begin(), mirrored.end());
    }
    if (one.empty()) continue;
    one = both(one, equation(pattern[0].exponent, wanted[i].exponent));
    if (one.empty()) continue;
    std::vector<Factor> rest = wanted;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    for (Equations& e : both(one, match_factors(pattern.subspan(1), rest, dialect))) all.push_back(std::move(e));
  }
  return all;
}

Alternatives match_terms(std::span<const Term> pattern, const Sum& wanted, Dialect dialect) {
  if (pattern.size() < wanted.size()) return {};
  if (pattern.empty()) return {{}};
  const Term& first = pattern[0];
  Alternatives all;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    Alternatives one = match_factors(first.factors, wanted[i].factors, dialect);
    if (one.empty()) continue;
    one = both(one, equation(first.coefficient, wanted[i].coefficient));
    if (one.empty()) continue;
    Sum rest = wanted;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    for (Equations& e : both(one, match_terms(pattern.subspan(1), rest, dialect))) all.push_back(std::move(e));
  }
  const Alternatives absent = equation(first.coefficient, num(0));
  if (!absent.empty())
    for (Equations& e : both(absent, match_terms(pattern.subspan(1), wanted, dialect))) all.push_back(std::move(e));
  if (all.size() > max_alternatives) all.resize(max_alternatives);
  return all;
}

}  // namespace

Alternatives match_sums(const Sum& pattern, const Sum& wanted, Dialect dialect) {
  if (pattern.size() < wanted.size() || pattern.size() > 8) return {};
  // Constant terms go with each other.
  const auto split = [](const Sum& sum) {
    std::pair<Expr, Sum> parts{num(0), {}};
    for (const Term& term : sum) {
      if (term.factors.empty())
        parts.first = term.coefficient;
      else
        parts.second.push_back(term);
    }
    return parts;
  };
  const auto [p, pattern_terms] = split(pattern);
  const auto [w, wanted_terms] = split(wanted);
  const Alternatives constants = equation(p, w);
  if (constants.empty()) return {};
  return both(constants, match_terms(pattern_terms, wanted_terms, dialect));
}

Alternatives both(const Alternatives& a, const Alternatives& b) {
  Alternatives all;
  for (const Equations& s : a) {
    for (const Equations& t : b) {
      if (all.size() == max_alternatives) return all;
      all.push_back(s);
      all.back().insert(all.back().end(), t.begin(), t.end());
    }
  }
  return all;
}

}  // namespace widegeo::match
