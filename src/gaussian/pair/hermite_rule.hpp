// Gauss-Hermite rules for the standard normal distribution: n nodes are exact for polynomials of degree 2n - 1.
#pragma once

#include <memory>
#include <vector>

#include "number/ball/ball.hpp"

namespace widegeo::gaussian {

struct HermiteRule {
  std::vector<Ball> node, weight;  ///< weights sum to 1
};

/// The roots of He_count in increasing order, isolated and enclosed; cached for the process. Thread-safe.
std::shared_ptr<const HermiteRule> hermite_rule(unsigned count, long bits);

/// log C, where the rule's error for the mean of z^k phi(v0 + sigma z) over |z| <= w, k <= moments, is at most C M if
/// |phi| <= M on the disc of radius r around v0, sigma w <= r/2 and all nodes are below w in modulus. Proof: the rule
/// is exact for the Taylor polynomial of degree e - 1, e = 2 count - moments; the remainder is at most 2 M (sigma
/// |z|/r)^e, and the rule's mean of an even power is at most 4 count + 2 times that of the power two below.
double log_hermite_error(unsigned count, unsigned moments, double log_ratio);

}  // namespace widegeo::gaussian
