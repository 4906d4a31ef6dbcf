#include "partition/cusp.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "expr/analysis/analysis_detail.hpp"
#include "expr/analysis/envelope.hpp"
#include "number/constants.hpp"

namespace widegeo::partition {

using expr::Expr;
using expr::Op;

namespace {

/// sign * size * exp(-power t), size a positive constant; sign 0: the number 0.
struct Monomial {
  Expr size;
  int sign;
  Rational power;
};
using Local = std::variant<Monomial, Expr>;

Expr exponential(const Rational& power) { return Expr::make(Op::exp, {Expr::number(-power) * Expr::variable("x")}); }

Expr as_tree(const Local& local) {
  if (const Expr* tree = std::get_if<Expr>(&local)) return *tree;
  const Monomial& m = std::get<Monomial>(local);
  if (m.sign == 0) return Expr::number(0);
  const Expr size = m.power == 0 ? m.size : m.size * exponential(m.power);
  return m.sign > 0 ? size : -size;
}

Monomial number(const Rational& value) {
  return {Expr::number(value < 0 ? Rational(-value) : value), value > 0 ? 1 : value < 0 ? -1 : 0, 0};
}

/// A tree in x seen from p: in t, x = p + side exp(-t), with what is a monomial in exp(-t) kept as one.
class Substitution {
 public:
  Substitution(const Rational& p, int side) : p_(p), side_(side) {}

  Local of(const Expr& e) {
    const auto known = done_.find(e.identity());
    if (known != done_.end()) return known->second;
    Local result = make(e);
    done_.emplace(e.identity(), result);
    return result;
  }

 private:
  Local make(const Expr& e) {
    if (const auto linear = expr::detail::as_linear(e, "x")) {
      const Rational value = linear->slope * p_ + linear->offset, slope = linear->slope * side_;
      if (slope == 0) return number(value);
      if (value == 0) {
        Monomial m = number(slope);
        m.power = 1;
        return m;
      }
      return Expr::number(value) + Expr::number(slope) * exponential(1);
    }
    std::vector<Local> args;
    bool monomials = true;
    for (const Expr& child : e.args()) {
      args.push_back(of(child));
      monomials = monomials && std::holds_alternative<Monomial>(args.back());
    }
    if (monomials && !args.empty()) {
      if (auto simple = of_monomials(e, args)) return std::move(*simple);
    }
    if (args.empty()) return e;
    std::vector<Expr> trees;
    for (const Local& local : args) trees.push_back(as_tree(local));
    return Expr::make(e.op(), std::move(trees));
  }

  static std::optional<Local> of_monomials(const Expr& e, const std::vector<Local>& args) {
    const Monomial& u = std::get<Monomial>(args[0]);
    const auto zero = [] { return number(0); };
    switch (e.op()) {
      case Op::negate:
        return Monomial{u.size, -u.sign, u.power};
      case Op::abs:
        return Monomial{u.size, u.sign == 0 ? 0 : 1, u.power};
      case Op::relu:
        return u.sign > 0 ? u : zero();
      case Op::sign:
        return number(u.sign);
      case Op::step:
        return number(u.sign == 0 ? Rational(1, 2) : Rational(u.sign > 0 ? 1 : 0));
      case Op::multiply: {
        const Monomial& v = std::get<Monomial>(args[1]);
        if (u.sign * v.sign == 0) return zero();
        return Monomial{u.size * v.size, u.sign * v.sign, u.power + v.power};
      }
      case Op::divide: {
        const Monomial& v = std::get<Monomial>(args[1]);
        if (v.sign == 0) return std::nullopt;
        if (u.sign == 0) return zero();
        return Monomial{u.size / v.size, u.sign * v.sign, u.power - v.power};
      }
      case Op::sqrt:
        if (u.sign < 0) return std::nullopt;
        if (u.sign == 0) return zero();
        return Monomial{Expr::make(Op::sqrt, {u.size}), 1, u.power / 2};
      case Op::log:
        if (u.sign <= 0) return std::nullopt;
        return Local(Expr::make(Op::log, {u.size}) - Expr::number(u.power) * Expr::variable("x"));
      case Op::power: {
        if (!e.arg(1).is_number()) return std::nullopt;
        const Rational& exponent = e.arg(1).value();
        const bool integer = exponent.get_den() == 1;
        if (u.sign == 0) return exponent > 0 ? std::optional<Local>(zero()) : std::nullopt;
        if (u.sign < 0 && !integer) return std::nullopt;
        const bool odd = integer && mpz_odd_p(exponent.get_num_mpz_t()) != 0;
        return Monomial{Expr::make(Op::power, {u.size, e.arg(1)}), u.sign < 0 && odd ? -1 : 1,
                        Rational(u.power * exponent)};
      }
      default:
        return std::nullopt;
    }
  }

  const Rational& p_;
  int side_;
  std::unordered_map<const void*, Local> done_;
};

}  // namespace

double log_square_integral(const Expr& f, const Rational& p, int side, double depth) {
  if (!(depth > 1) || f.node_count() > 2000) return infinity;
  const expr::Envelope bound = expr::envelope(as_tree(Substitution(p, side).of(f)), depth, infinity);
  if (!bound.exists()) return infinity;
  if (bound.log_factor == -infinity) return -infinity;
  const double fall = 1 - 2 * bound.rate - 2 * bound.power / (1 + depth);
  return fall > 1e-6 ? 2 * bound.log_bound(depth) - depth - std::log(fall) + 1e-9 : infinity;
}

}  // namespace widegeo::partition
