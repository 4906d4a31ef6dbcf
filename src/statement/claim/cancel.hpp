// Symbolic cancellation between the two sides of a comparison, which balls cannot do: [1, 2] - [1, 2] is [-1, 1].
#pragma once

#include "expr/expr.hpp"
#include "statement/statement.hpp"

namespace widegeo::statement {

/// Collects equal terms of a sum exactly: A + t*B - A is t*B. Unchanged if no two terms are equal. The value is the
/// same where all terms exist.
expr::Expr cancelled(const expr::Expr& sum);

/// Substitutes A + t*B for radial_eigenvalue and A for tangential_eigenvalue where two of the three occur, so that they
/// cancel. Names that are the statement's own variables are kept.
expr::Expr in_A_and_B(const expr::Expr& e, const Statement& statement);

}  // namespace widegeo::statement
