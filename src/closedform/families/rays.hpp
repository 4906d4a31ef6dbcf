// Activations made of polynomials times exponentials on half-lines: one derivation gives K, Kdot, dK/da, V and D for
// all of them. Derivation and notation: docs/math/closed-forms.md, "Half-line pieces".
#pragma once

#include <vector>

#include "closedform/closedform.hpp"

namespace widegeo {

/// x -> (p_0 + p_1 x + p_2 x^2 + ...) exp(rate x) on a half-line, 0 elsewhere. All trees are constants.
struct Ray {
  enum class Side { everywhere, right, left };  ///< right: x > from, left: x < from
  Side side;
  expr::Expr from;
  std::vector<expr::Expr> polynomial;
  expr::Expr rate = expr::Expr::number(0L);
};

/// phi = sum of the rays, continuous unless `jumps`: then D does not exist and stays 0.
ClosedForm form_of_rays(const std::vector<Ray>& rays, bool jumps);

/// d/dx of every ray, without the point masses at the ends.
std::vector<Ray> slope_of(const std::vector<Ray>& rays);

/// E f(u) g(v) in a, b, n, m.
expr::Expr pair_expectation(const std::vector<Ray>& f, const std::vector<Ray>& g);

/// E f'(u) g(v) in a, b, n, m, where f' has a point mass at each jump of f.
expr::Expr pair_expectation_of_slope(const std::vector<Ray>& f, const std::vector<Ray>& g);

/// E f'(u) f'(v) = d/dn E f(u) f(v) off coincidence, point masses included.
expr::Expr pair_expectation_of_slopes(const std::vector<Ray>& f);

/// E f(sqrt(q) z)^2 in q.
expr::Expr square_expectation(const std::vector<Ray>& f);

/// P(w1 > c, w2 > d) for centred normal (w1, w2) with variances a, b, covariance n and m = ab - n^2 given as trees.
expr::Expr orthant_probability(const expr::Expr& a, const expr::Expr& b, const expr::Expr& n, const expr::Expr& m,
                               const expr::Expr& c, const expr::Expr& d);

}  // namespace widegeo
