// Gaussian expectations with proved errors, for activations given by any expression: Arb's rigorous integration over
// complex balls. Independent of the closed forms and of the trapezoid rules.
//
// In x = sqrt(q) z, so that the places where phi is not analytic do not move with q:
//   d^k/dq^k E f(sqrt(q) z) = (2q)^-k int f(x) He_2k(x / sqrt q) exp(-x^2 / (2q)) / sqrt(2 pi q) dx
// over [-X, X] by adaptive Gauss-Legendre quadrature with proved error [F. Johansson, Mathematical Software - ICMS
// 2018, LNCS 10931, 255], pieces between kinks apart; the tails |x| > X by a proved envelope |f(x)| <= C (1 + |x|)^p
// e^(r |x|) found by structural recursion on the tree. A wide ball q is enclosed by the Taylor polynomial at its
// midpoint with Lagrange's remainder over the ball.
#pragma once

#include <memory>
#include <string>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"
#include "core/ball.hpp"

namespace widegeo {

struct RigorousOptions {
  double relative_tolerance = 1e-15;  ///< aim of one integral; what is reached is in the ball's radius
};

/// T = Ball: one_point(q, order) for q > 0 (wide or thin); two_point(c, kernel) by nested or conditioned integration
/// where it is supported, else Error(input). kind() is ErrorKind::rigorous. Error(input) when no envelope of phi can be
/// proved or phi jumps (D does not exist).
std::unique_ptr<Expectations<Ball>> rigorous_expectations(const Activation& activation,
                                                          const RigorousOptions& options = {});

/// Empty when rigorous_expectations serves; else why not ("no envelope of exp(x^2) decays against the Gaussian").
std::string no_rigorous_reason(const Activation& activation);

}  // namespace widegeo
