#include "statement/proof/enclosure_box.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "number/error.hpp"

namespace widegeo::statement {
namespace {

/// sqrt(x), x > 0, rounded down to 11 significant bits.
Rational root_down(const Rational& x) {
  constexpr long bits = 11;
  // 2^(2k) x has 2 bits - 1 or 2 bits binary digits before the point for this k, up to one more.
  const long magnitude =
      static_cast<long>(mpz_sizeinbase(x.get_num_mpz_t(), 2)) - static_cast<long>(mpz_sizeinbase(x.get_den_mpz_t(), 2));
  long k = bits - (magnitude >= 0 ? magnitude / 2 : -((-magnitude + 1) / 2));
  const auto scaled_root = [&x](long shift) {
    Rational scaled = x;
    if (shift >= 0)
      mpq_mul_2exp(scaled.get_mpq_t(), scaled.get_mpq_t(), static_cast<mp_bitcnt_t>(2 * shift));
    else
      mpq_div_2exp(scaled.get_mpq_t(), scaled.get_mpq_t(), static_cast<mp_bitcnt_t>(-2 * shift));
    const mpz_class whole = scaled.get_num() / scaled.get_den();
    return mpz_class(sqrt(whole));
  };
  mpz_class root = scaled_root(k);
  while (mpz_sizeinbase(root.get_mpz_t(), 2) > static_cast<std::size_t>(bits)) root = scaled_root(--k);
  while (mpz_sizeinbase(root.get_mpz_t(), 2) < static_cast<std::size_t>(bits)) root = scaled_root(++k);
  Rational result(root);
  if (k >= 0)
    mpq_div_2exp(result.get_mpq_t(), result.get_mpq_t(), static_cast<mp_bitcnt_t>(k));
  else
    mpq_mul_2exp(result.get_mpq_t(), result.get_mpq_t(), static_cast<mp_bitcnt_t>(-k));
  return result;
}

Interval negated(const Interval& a) { return {-a.high, -a.low}; }

Interval absolute(const Interval& a) {
  if (a.low >= 0) return a;
  if (a.high <= 0) return negated(a);
  return {0, std::max(-a.low, a.high)};
}

Truth truth(const Claim& claim, const Formula& formula, std::span<const Interval> differences, double width) {
  switch (formula.kind) {
    case Formula::Kind::comparison: {
      const Interval& d = differences[formula.comparison];
      const expr::Op op = claim.comparisons[formula.comparison].op;
      const Truth strict = truth_of(op, d);
      const double distance = absolute(d).high;
      if (strict == Truth::undecided && op == expr::Op::equal && std::isfinite(distance) && distance <= width)
        return Truth::holds;
      return strict;
    }
    case Formula::Kind::negation:
      return logical_not(truth(claim, formula.parts.at(0), differences, -1));
    case Formula::Kind::conjunction:
    case Formula::Kind::disjunction:
      break;
  }
  const bool all = formula.kind == Formula::Kind::conjunction;
  Truth whole = all ? Truth::holds : Truth::fails;
  for (const Formula& part : formula.parts) {
    const Truth one = truth(claim, part, differences, all ? width : -1);
    whole = all ? logical_and(whole, one) : logical_or(whole, one);
  }
  return whole;
}

Interval margin(const Claim& claim, const Formula& formula, std::span<const Interval> differences) {
  switch (formula.kind) {
    case Formula::Kind::comparison: {
      const Interval& d = differences[formula.comparison];
      switch (claim.comparisons[formula.comparison].op) {
        case expr::Op::less:
        case expr::Op::less_equal:
          return negated(d);
        case expr::Op::equal:
          return negated(absolute(d));
        case expr::Op::not_equal:
          return absolute(d);
        default:
          return d;
      }
    }
    case Formula::Kind::negation:
      return negated(margin(claim, formula.parts.at(0), differences));
    case Formula::Kind::conjunction:
    case Formula::Kind::disjunction:
      break;
  }
  const bool all = formula.kind == Formula::Kind::conjunction;
  Interval whole = margin(claim, formula.parts.at(0), differences);
  for (std::size_t i = 1; i < formula.parts.size(); ++i) {
    const Interval one = margin(claim, formula.parts[i], differences);
    whole = all ? Interval{std::min(whole.low, one.low), std::min(whole.high, one.high)}
                : Interval{std::max(whole.low, one.low), std::max(whole.high, one.high)};
  }
  return whole;
}

}  // namespace

Interval interval_of(const Ball& ball) {
  if (!is_finite(ball)) return {};
  return {ball.lower(), ball.upper()};
}

Interval intersection_of(const Interval& a, const Interval& b) {
  const Interval both{std::max(a.low, b.low), std::min(a.high, b.high)};
  if (both.low > both.high)
    throw Error(ErrorCode::accuracy, "two enclosures of one number contradict each other", "enclosure");
  return both;
}

Rational cut_of(const Side& side) {
  if (side.low <= 0 || side.high <= 2 * side.low) return (side.low + side.high) / 2;
  return root_down(side.low * side.high);
}

std::pair<Box, Box> bisected(const Box& box, std::size_t variable) {
  std::pair<Box, Box> halves{box, box};
  const Rational cut = cut_of(box[variable]);
  halves.first[variable].high = cut;
  halves.second[variable].low = cut;
  return halves;
}

std::vector<Rational> centre_of(const Box& box) {
  std::vector<Rational> centre;
  centre.reserve(box.size());
  for (const Side& side : box) centre.emplace_back((side.low + side.high) / 2);
  return centre;
}

std::vector<Ball> balls_of(const Box& box) {
  std::vector<Ball> balls;
  balls.reserve(box.size());
  for (const Side& side : box) balls.push_back(Ball::between(side.low, side.high));
  return balls;
}

std::vector<Ball> balls_of(std::span<const Rational> point) {
  std::vector<Ball> balls;
  balls.reserve(point.size());
  for (const Rational& value : point) balls.push_back(from_rational<Ball>(value));
  return balls;
}

char digit_of(std::size_t variable) {
  if (variable >= 36) throw Error(ErrorCode::input, "a proof over more than 36 ranges", "forall");
  return variable < 10 ? static_cast<char>('0' + variable) : static_cast<char>('a' + (variable - 10));
}

int variable_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 10;
  return -1;
}

Truth truth_of(expr::Op op, const Interval& d) {
  const auto decided = [](bool holds, bool fails) {
    return holds ? Truth::holds : fails ? Truth::fails : Truth::undecided;
  };
  switch (op) {
    case expr::Op::less:
      return decided(d.high < 0, d.low >= 0);
    case expr::Op::less_equal:
      return decided(d.high <= 0, d.low > 0);
    case expr::Op::greater:
      return decided(d.low > 0, d.high <= 0);
    case expr::Op::greater_equal:
      return decided(d.low >= 0, d.high < 0);
    case expr::Op::equal:
      return decided(d.low == 0 && d.high == 0, d.low > 0 || d.high < 0);
    case expr::Op::not_equal:
      return decided(d.low > 0 || d.high < 0, d.low == 0 && d.high == 0);
    default:
      throw Error(ErrorCode::input, "a claim has an unknown comparison operator", "claim");
  }
}

Truth truth_of(const Claim& claim, std::span<const Interval> differences, double width) {
  return truth(claim, claim.formula, differences, width);
}

Truth existence_of(const Claim& claim, std::span<const Interval> sides) {
  Truth all = Truth::holds;
  for (std::size_t k = claim.comparisons.size(); k < claim.sides(); ++k)
    all = logical_and(all, truth_of(claim.op(k), sides[k]));
  return all;
}

std::string missing_in(const Claim& claim, std::span<const Interval> sides) {
  const std::size_t first = claim.comparisons.size();
  for (std::size_t k = first; k < claim.sides(); ++k)
    if (truth_of(claim.op(k), sides[k]) == Truth::fails) return claim.conditions[k - first].broken;
  return {};
}

Interval margin_of(const Claim& claim, std::span<const Interval> differences) {
  return margin(claim, claim.formula, differences);
}

bool has_equality(const Claim& claim) {
  return std::any_of(claim.comparisons.begin(), claim.comparisons.end(),
                     [](const Comparison& c) { return c.op == expr::Op::equal; });
}

namespace {

/// Equalities of a formula that are not joined to its root by `and` alone.
std::size_t other_equalities(const Claim& claim, const Formula& formula, bool plain) {
  if (formula.kind == Formula::Kind::comparison)
    return !plain && claim.comparisons[formula.comparison].op == expr::Op::equal ? 1 : 0;
  std::size_t count = 0;
  for (const Formula& part : formula.parts)
    count += other_equalities(claim, part, plain && formula.kind == Formula::Kind::conjunction);
  return count;
}

}  // namespace

bool has_plain_equalities(const Claim& claim) {
  return has_equality(claim) && other_equalities(claim, claim.formula, true) == 0;
}

Problem problem_of(const Program& program, const Choice& choice) {
  Problem problem;
  problem.claim = program.claim();
  problem.hypothesis = program.hypothesis();
  for (const Domain& range : program.ranges()) {
    problem.ranges.push_back({range.range->first, range.range->second});
    problem.squared.push_back(range.variable == "radius");
  }
  problem.sides = [evaluator = std::make_shared<const Evaluator<Ball>>(program, choice)](
                      std::span<const Ball> variables, unsigned order) { return (*evaluator)(variables, order); };
  return problem;
}

Program::Sides<Ball> sides_of(const Problem& problem, std::span<const Ball> variables, unsigned order) {
  try {
    return problem.sides(variables, order);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::input && error.code() != ErrorCode::accuracy) throw;
    Program::Sides<Ball> none;
    none.exists = false;
    none.reason = error.what();
    return none;
  }
}

std::vector<Ball> spread_of(const Problem& problem, const Box& box, std::span<const Rational> centre) {
  std::vector<Ball> spread;
  spread.reserve(box.size());
  for (std::size_t i = 0; i < box.size(); ++i) {
    const Rational& c = centre[i];
    const Side& side = box[i];
    // A radius is never negative: its square grows with it.
    spread.push_back(problem.squared[i]
                         ? Ball::between(Rational(side.low * side.low - c * c), Rational(side.high * side.high - c * c))
                         : Ball::between(Rational(side.low - c), Rational(side.high - c)));
  }
  return spread;
}

}  // namespace widegeo::statement
