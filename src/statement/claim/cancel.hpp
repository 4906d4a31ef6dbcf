// What cancels in the difference of the two sides of a comparison. A ball of it would not: [1, 2] - [1, 2] is [-1, 1].
#pragma once

#include "expr/expr.hpp"
#include "statement/statement.hpp"

namespace widegeo::statement {

/// The sum with equal terms taken together, exactly: A + t*B - A is t*B. As it is where no two terms are equal. Equal
/// where all terms exist.
expr::Expr cancelled(const expr::Expr& sum);

/// With A + t*B for radial_eigenvalue and A for tangential_eigenvalue where two of the three occur, so that they
/// cancel. Names that are the statement's own variables stay.
expr::Expr in_A_and_B(const expr::Expr& e, const Statement& statement);

}  // namespace widegeo::statement
