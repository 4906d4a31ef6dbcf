// Gaussian expectations with proved errors, for activations given by any expression: rigorous quadrature over complex
// balls. Independent of the closed forms and of the trapezoid rules.
//
// In x = sqrt(q) z, so that the places where phi is not analytic do not move with q:
//   V(q) = int phi(x)^2 exp(-x^2 / (2q)) / sqrt(2 pi q) dx,   D(q) the same of phi'
// over panels of [-X, X] by Gauss-Legendre quadrature with the error bound of a Bernstein ellipse around each panel, on
// which balls bound |phi|; pieces between kinks apart; the tails |x| > X by a proved envelope
// |phi(x)| <= C (1 + |x|)^p e^(r |x|) found by structural recursion on the tree. The derivatives in q and whole balls q
// come from Taylor series in q around fixed variances, with Cauchy's bound of the remainder: docs/math/rigorous.md.
//
// Refused: phi with a jump or a pole (D or V does not exist), growth beyond e^(r |x|), and trees for which the
// recursion finds no envelope or balls no analytic neighbourhood of the line; no_rigorous_reason() tells.
#pragma once

#include <memory>
#include <string>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"
#include "number/ball/ball.hpp"

namespace widegeo {

struct RigorousOptions {
  /// Bits the quadrature aims at; 0: the working precision of balls at each call. At most 600 are aimed at. What
  /// is reached is in the radii.
  long bits = 0;
};

/// T = Ball. one_point(q, order), order <= 12: enclosures for every number of a ball q > 0, wide or thin; where q holds
/// 0 too, or is too wide (ends more than 2^40 apart in ratio), they are not finite. Throws Error(input) for q <= 0, and
/// Error(accuracy) where the quadrature finds no finite bound. two_point(c, need) only for coincident points, else
/// Error(input). kind() is ErrorKind::rigorous. Thread-safe; series are kept, so that a second call near a first one is
/// fast. Throws Error(input) with no_rigorous_reason() where the activation is refused by its form.
std::unique_ptr<Expectations<Ball>> rigorous_expectations(const Activation& activation,
                                                          const RigorousOptions& options = {});

/// Empty when rigorous_expectations serves; else why not ("no envelope of exp(x^2) decays against the Gaussian").
std::string no_rigorous_reason(const Activation& activation);

}  // namespace widegeo
