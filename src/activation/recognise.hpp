// Which entry of the catalogue an expression is, scales included.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "activation/activation.hpp"

namespace widegeo {

/// phi(x) = output_scale * entry(input_scale * x); the scales are not 0.
struct ScaledEntry {
  const CatalogueEntry* entry = nullptr;
  std::map<std::string, expr::Expr> parameters;
  expr::Expr output_scale = expr::Expr::number(1L), input_scale = expr::Expr::number(1L);
};

/// In this order: the entry whose tree at its defaults equals phi after stabilise; one that equals phi for other values
/// of its parameters; one that does with scales. The first in the catalogue's order, or nullopt.
///
/// Values are exact constant trees. They are found by comparing sums of products, modulo order, distribution,
/// exp(c + u) = exp(c) exp(u), the branches on the two sides of a kink at 0, and erf for erfc and Phi. What is found is
/// believed only when the trees are equal after all, or their values agree to 50 digits at 50 points and at six points
/// around every kink.
std::optional<ScaledEntry> recognise_scaled(const expr::Expr& phi);

}  // namespace widegeo
