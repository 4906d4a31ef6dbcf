// Recognises an expression as a catalogue entry, up to input and output scales.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "activation/activation.hpp"

namespace widegeo {

/// phi(x) = output_scale * entry(input_scale * x), with non-zero scales.
struct ScaledEntry {
  const CatalogueEntry* entry = nullptr;
  std::map<std::string, expr::Expr> parameters;
  expr::Expr output_scale = expr::Expr::number(1L), input_scale = expr::Expr::number(1L);
};

/// Tries, in this order: entries whose tree at default parameters equals phi after stabilise; entries that equal phi
/// for other parameter values; the same with scales. Returns the first match in catalogue order, or nullopt.
///
/// Values are exact constant trees, found by comparing sums of products modulo order, distribution, exp(c + u) = exp(c)
/// exp(u), the branches on the two sides of a kink at 0, and erf for erfc and Phi. A match is accepted only if the
/// trees are then equal, or their values agree to 50 digits at 50 points and at six points around every kink.
std::optional<ScaledEntry> recognise_scaled(const expr::Expr& phi);

}  // namespace widegeo
