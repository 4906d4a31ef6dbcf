// Properties of an activation phi(x) that quadrature relies on: points where it is not smooth, growth, parity.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/expr.hpp"
#include "number/real.hpp"

namespace widegeo::expr {

/// A real point where phi is not analytic (or where the argument of an `inner` function vanishes).
struct SpecialPoint {
  enum class Kind {
    kink,      ///< phi continuous, phi' jumps or worse, D finite
    jump,      ///< phi jumps: D does not exist
    singular,  ///< phi unbounded or phi' not square integrable near the point
  };
  Kind kind;
  bool value_integrable = true;       ///< is phi^2 integrable near it
  bool derivative_integrable = true;  ///< is phi'^2 integrable near it (false for jump)
  std::optional<Rational> exact;      ///< when known exactly
  double approximate = 0;
  /// The point to the working precision of this thread.
  Real location() const;
  // If not known exactly: the zero of `defining` in [low, high], refined on demand.
  std::optional<Expr> defining;
  double low = 0, high = 0;
};

/// How fast |phi(x)| grows at +-infinity.
struct Growth {
  enum class Kind { polynomial, exponential, gaussian, faster };  ///< gaussian: exp(c x^2)
  Kind kind = Kind::polynomial;
  double rate = 0;  ///< gaussian: c > 0. E phi(sqrt(q) z)^2 is finite for q < 1/(4c), any q when c <= 0
};

enum class Parity { none, even, odd };

struct Analysis {
  std::vector<SpecialPoint> points;  ///< in increasing order
  Growth growth;
  Parity parity = Parity::none;
  bool analytic() const { return points.empty(); }
  bool has_jump() const;
  bool has_jump_at_zero() const;
  /// Parts of the real line where phi is undefined ("x < 0"), empty when defined everywhere.
  std::string undefined_where;
};

/// Every function of the tree is continuous on the real line: no step, sign, condition, quotient, logarithm, tangent,
/// atan2 or power that is not a positive constant one.
bool is_continuous_by_form(const Expr& e);

/// phi must have x as its only variable.
Analysis analyse(const Expr& phi, const std::string& x = "x");

}  // namespace widegeo::expr
