// Gaussian expectations with proved errors, for activations given by any expression: rigorous quadrature over complex
// balls. Independent of the closed forms and of the non-rigorous quadrature.
//
// The variable is x = sqrt(q) z, so that the points where phi is not analytic do not move with q:
//   V(q) = int phi(x)^2 exp(-x^2 / (2q)) / sqrt(2 pi q) dx,   D(q) the same with phi'
// over panels of [-X, X] by Gauss-Legendre quadrature with the error bound of a Bernstein ellipse around each panel, on
// which balls bound |phi|, separately between kinks; the tails |x| > X by a proved envelope |phi(x)| <= C (1 + |x|)^p
// e^(r |x|) from structural recursion on the tree. Derivatives in q and whole balls q come from Taylor series in q
// around fixed variances, with Cauchy's bound of the remainder: docs/math/rigorous.md.
//
// Not supported: phi with a jump or a pole (D or V does not exist), growth beyond e^(r |x|), and trees for which the
// recursion finds no envelope or balls no analytic neighbourhood of the line; see no_rigorous_reason().
#pragma once

#include <memory>
#include <string>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"
#include "number/ball/ball.hpp"

namespace widegeo {

struct RigorousOptions {
  /// Target precision of the quadrature in bits, at most 600; 0: the working precision of balls at each call. The
  /// accuracy reached is given by the radii.
  long bits = 0;
};

/// T = Ball. one_point(q, order), order <= 12: enclosures for all points of a ball q > 0, wide or thin; not finite if q
/// also contains 0 or is too wide (ratio of the ends above 2^40). Throws Error(input) for q <= 0, and Error(accuracy)
/// if the quadrature finds no finite bound. two_point(c, need) only for coincident points, else Error(input). kind() is
/// ErrorKind::rigorous. Thread-safe; series are cached, so a second call near a first one is fast. Throws Error(input)
/// with no_rigorous_reason() if the activation is not supported.
std::unique_ptr<Expectations<Ball>> rigorous_expectations(const Activation& activation,
                                                          const RigorousOptions& options = {});

/// Empty if the activation is supported; else the reason ("no envelope of exp(x^2) decays against the Gaussian").
std::string no_rigorous_reason(const Activation& activation);

}  // namespace widegeo
