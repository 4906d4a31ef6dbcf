#include "expr/analysis/flat_product.hpp"

#include <cmath>
#include <utility>

namespace widegeo::expr {

namespace {

struct Product {
  Rational number = 1;
  std::vector<FlatProduct::Factor> factors;
};

/// Products with more factors are not examined.
constexpr std::size_t most_factors = 32;

void collect(const Expr& e, const Rational& exponent, Product& out) {
  const bool integer = exponent.get_den() == 1;
  switch (e.op()) {
    case Op::multiply:
      collect(e.arg(0), exponent, out);
      collect(e.arg(1), exponent, out);
      return;
    case Op::divide:
      collect(e.arg(0), exponent, out);
      collect(e.arg(1), -exponent, out);
      return;
    case Op::negate:
      if (!integer) break;
      if (mpz_odd_p(exponent.get_num_mpz_t()) != 0) out.number = -out.number;
      collect(e.arg(0), exponent, out);
      return;
    case Op::power:
      // (u^2)^(1/2) is |u|: exponents are multiplied where the outer one is an integer.
      if (!integer || !e.arg(1).is_number()) break;
      collect(e.arg(0), exponent * e.arg(1).value(), out);
      return;
    case Op::number:
      if (exponent == 1 || (exponent == -1 && e.value() != 0)) {
        out.number *= exponent == 1 ? e.value() : Rational(1 / e.value());
        return;
      }
      break;
    default:
      break;
  }
  for (FlatProduct::Factor& known : out.factors) {
    if (known.base == e) {
      known.exponent += exponent;
      return;
    }
  }
  if (out.factors.size() <= most_factors) out.factors.push_back({e, exponent});
}

/// w = -c/u^j.
struct Pole {
  double c;
  Expr u;
  Rational j;
};

std::optional<Pole> pole(const Expr& w, const std::function<bool(const Expr&)>& non_negative) {
  Product p;
  collect(w, 1, p);
  if (p.factors.size() != 1 || p.number >= 0 || p.factors[0].exponent >= 0) return std::nullopt;
  const Rational j = -p.factors[0].exponent;
  const bool even = j.get_den() == 1 && mpz_even_p(j.get_num_mpz_t()) != 0;
  if (!even && !non_negative(p.factors[0].base)) return std::nullopt;
  const double c = Rational(-p.number).get_d();
  if (!(c > 1e-300 && c < 1e300)) return std::nullopt;
  return Pole{c, p.factors[0].base, j};
}

}  // namespace

std::optional<FlatProduct> flat_product(const Expr& e, const std::function<bool(const Expr&)>& non_negative) {
  Product p;
  collect(e, 1, p);
  if (p.factors.size() > most_factors) return std::nullopt;
  for (std::size_t i = 0; i < p.factors.size(); ++i) {
    if (p.factors[i].base.op() != Op::exp || p.factors[i].exponent != 1) continue;
    const auto found = pole(p.factors[i].base.arg(0), non_negative);
    const double number = std::fabs(p.number.get_d());
    if (!found || !(number > 1e-300 && number < 1e300)) continue;
    FlatProduct result{std::log(number), {}};
    bool rest_bounded = true;
    for (std::size_t f = 0; f < p.factors.size(); ++f) {
      if (f == i) continue;
      const FlatProduct::Factor& factor = p.factors[f];
      if (factor.exponent == 0) continue;
      if (factor.exponent > 0) {
        result.others.push_back(factor);
      } else if (factor.base == found->u) {
        const double share = Rational(-factor.exponent / found->j).get_d();
        result.log_bound += share * (std::log(share / found->c) - 1);
      } else {
        rest_bounded = false;
      }
    }
    if (!rest_bounded) continue;
    result.log_bound += 1e-12 * (1 + std::fabs(result.log_bound));
    return result;
  }
  return std::nullopt;
}

}  // namespace widegeo::expr
