// Module-internal: the steps of analyse(). All decisions are made in multiprecision; doubles only pre-filter.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "expr/analysis/analysis.hpp"
#include "expr/tape/tape.hpp"

namespace widegeo::expr::detail {

/// Decimal digits used for decisions. One-sided behaviour is sampled at distances 1e-20 and 1e-40 from a point located
/// to 1e-180, so that quotients such as (x - sin(x))/x^3 keep digits after a cancellation of 1e-120.
inline constexpr unsigned analysis_digits = 200;
inline constexpr std::size_t max_points = 500;

/// A tree in one variable as a function of double and Real; returns NaN where the evaluation fails.
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

/// slope x + offset with rational coefficients, if the tree is linear by its form.
struct Linear {
  Rational slope, offset;
};
std::optional<Linear> as_linear(const Expr& e, const std::string& x);

/// A point where phi may fail to be analytic.
struct Candidate {
  Real location;
  std::optional<Rational> exact;
  std::optional<Expr> defining;  ///< changes sign in [low, high]
  double low = 0, high = 0;
};

/// The candidates in increasing order, without duplicates. Throws Error(input) if there are infinitely many.
std::vector<Candidate> find_candidates(const Expr& phi, const std::string& x);

/// The zero (or sign change) of f in [low, high] to `digits` digits; requires f(low) f(high) <= 0.
Real refine_zero(Function& f, Real low, Real high, unsigned digits);

/// phi with every kinked function and every condition replaced by the branch taken at `sample`.
Expr resolve_branches(const Expr& phi, const std::string& x, const Real& sample);

/// phi on one side of a point: its analytic branch.
struct Branch {
  Expr tree;
  bool defined = true;  ///< phi has a value there
};

/// Classifies a candidate; nullopt when phi is analytic there. `reach`: distance to the nearest other candidate, at
/// most 1.
std::optional<SpecialPoint> classify(const Candidate& point, const Branch& left, const Branch& right, const Expr& phi,
                                     const std::string& x, const Real& reach, bool known_continuous);

/// analyse() for a phi declared continuous by the caller (a catalogue entry with its own derivative) although its form
/// does not show it.
Analysis analyse_continuous(const Expr& phi, const std::string& x);

Growth find_growth(const Expr& phi, const std::string& x);

/// Parity if proved by the form of the tree, else none.
Parity find_parity(const Expr& phi, const std::string& x);
/// Even or odd if right(x) = left(-x) or right(x) = -left(-x) is proved; else none.
Parity mirrored(const Expr& left, const Expr& right, const std::string& x);
/// Proved by exact simplification: e is 0 wherever it is defined.
bool is_identically_zero(const Expr& e);

}  // namespace widegeo::expr::detail
