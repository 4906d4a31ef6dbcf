// Inside the module: the steps of analyse(). All decisions are taken in multiprecision; doubles only filter.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "expr/analysis/analysis.hpp"
#include "expr/tape/tape.hpp"

namespace widegeo::expr::detail {

/// Decimal digits of the decisions. One-sided behaviour is read at distances 1e-20 and 1e-40 from a point located to
/// 1e-180, so that quotients such as (x - sin(x))/x^3 keep digits after the cancellation of 1e-120.
inline constexpr unsigned analysis_digits = 200;
inline constexpr std::size_t max_points = 500;

/// A tree in one variable as a function of double and Real; not a number where the evaluation fails.
class Function {
 public:
  Function(const Expr& e, const std::string& x) : tape_(std::vector<Expr>{e}, {x}) {}
  double operator()(double x) { return evaluate(x, double_space_); }
  Real operator()(const Real& x) { return evaluate(x, real_space_); }

 private:
  template <class T>
  T evaluate(const T& x, Tape::Workspace<T>& workspace);

  Tape tape_;
  Tape::Workspace<double> double_space_;
  Tape::Workspace<Real> real_space_;
};

/// slope x + offset with rational numbers, when the tree is linear by its form.
struct Linear {
  Rational slope, offset;
};
std::optional<Linear> as_linear(const Expr& e, const std::string& x);

/// A place where phi may fail to be analytic.
struct Candidate {
  Real location;
  std::optional<Rational> exact;
  std::optional<Expr> defining;  ///< changes sign in [low, high]
  double low = 0, high = 0;
};

/// The candidates in increasing order, without repetitions. Throws Error(input) when there are infinitely many.
std::vector<Candidate> find_candidates(const Expr& phi, const std::string& x);

/// The zero (or the change of sign) of f in [low, high] to `digits` digits; f(low) f(high) <= 0.
Real refine_zero(Function& f, Real low, Real high, unsigned digits);

/// phi with every kinked function and every condition replaced by the branch that is taken at `sample`.
Expr resolve_branches(const Expr& phi, const std::string& x, const Real& sample);

/// One side of a point: the analytic branch there.
struct Branch {
  Expr tree;
  bool defined = true;  ///< phi is a number there
};

/// The point's kind, or nullopt when phi is analytic there. `reach`: distance to the nearest other candidate, at
/// most 1.
std::optional<SpecialPoint> classify(const Candidate& point, const Branch& left, const Branch& right, const Expr& phi,
                                     const std::string& x, const Real& reach, bool known_continuous);

/// analyse() of a phi that is stated to be continuous by who gives it (a catalogue entry with a derivative of its own),
/// where the form does not show it.
Analysis analyse_continuous(const Expr& phi, const std::string& x);

Growth find_growth(const Expr& phi, const std::string& x);

/// Proved by the form of the tree, else none.
Parity find_parity(const Expr& phi, const std::string& x);
/// What right(x) = left(-x) or right(x) = -left(-x) says: even or odd. None where neither is proved.
Parity mirrored(const Expr& left, const Expr& right, const std::string& x);
/// Proved by exact simplification: e is 0 wherever it is defined.
bool is_identically_zero(const Expr& e);

}  // namespace widegeo::expr::detail
