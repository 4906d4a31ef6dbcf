#include "statement/claim/cancel.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "quantity/quantity.hpp"

namespace widegeo::statement {
namespace {

using expr::Expr;
using expr::Op;
using Term = std::pair<Expr, Rational>;

constexpr std::size_t most_terms = 64;

/// The terms of a sum with their factors, in order; nullopt if there are too many terms or too long numbers.
std::optional<std::vector<Term>> terms_of(const Expr& sum) {
  std::vector<Term> open{{sum, Rational(1)}}, terms;
  while (!open.empty()) {
    const auto [e, factor] = open.back();
    open.pop_back();
    if (open.size() + terms.size() > most_terms || mpz_sizeinbase(factor.get_num_mpz_t(), 2) > 4096 ||
        mpz_sizeinbase(factor.get_den_mpz_t(), 2) > 4096)
      return std::nullopt;
    const Rational negative = -factor;
    if (e.op() == Op::add || e.op() == Op::subtract) {
      open.emplace_back(e.arg(1), e.op() == Op::add ? factor : negative);
      open.emplace_back(e.arg(0), factor);
    } else if (e.op() == Op::negate) {
      open.emplace_back(e.arg(0), negative);
    } else if (e.op() == Op::multiply && e.arg(0).is_number()) {
      open.emplace_back(e.arg(1), factor * e.arg(0).value());
    } else if (e.op() == Op::divide && e.arg(1).is_number() && !e.arg(1).is_number(0)) {
      open.emplace_back(e.arg(0), factor / e.arg(1).value());
    } else if (e.is_number()) {
      terms.emplace_back(Expr::number(1L), factor * e.value());
    } else {
      terms.emplace_back(e, factor);
    }
  }
  return terms;
}

}  // namespace

Expr cancelled(const Expr& sum) {
  if (sum.op() != Op::add && sum.op() != Op::subtract) return sum;
  const std::optional<std::vector<Term>> terms = terms_of(sum);
  if (!terms) return sum;
  std::vector<Term> together;
  for (const auto& [e, factor] : *terms) {
    bool found = false;
    for (auto& [other, known] : together) {
      if (!(other == e)) continue;
      known += factor;
      found = true;
      break;
    }
    if (!found) together.emplace_back(e, factor);
  }
  if (together.size() == terms->size()) return sum;
  Expr result = Expr::number(0L);
  for (const auto& [e, factor] : together) result = result + Expr::number(factor) * e;
  return result;
}

Expr in_A_and_B(const Expr& e, const Statement& statement) {
  const std::set<std::string> names = expr::variables_of(e);
  std::size_t used = 0;
  using Q = GeometricQuantity;
  const std::string radial = name_of(Q::radial_eigenvalue), tangential = name_of(Q::tangential_eigenvalue);
  for (const std::string& name : {name_of(Q::A), radial, tangential}) {
    if (statement.find(name) != nullptr) return e;
    used += names.count(name);
  }
  if (used < 2 || statement.find(name_of(Q::B)) != nullptr) return e;
  const Expr A = Expr::variable(name_of(Q::A)), B = Expr::variable(name_of(Q::B));
  return expr::substitute(e, {{radial, A + Expr::variable("t") * B}, {tangential, A}});
}

}  // namespace widegeo::statement
