// What balls say at one point, in words: both sides of every comparison, and the margin. A certificate of a
// counterexample states them, and its check finds them again.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "statement/finding.hpp"
#include "statement/proof/enclosure_box.hpp"

namespace widegeo::statement {

/// Both sides of every comparison of the claim as balls of so many bits: "[0.982 +/- 3.1e-18]", every printed digit
/// certain up to the radius; a number alone is exact. `error` is the radius of left - right. Empty where a side has no
/// enclosure.
std::vector<Compared> compared_in_balls(const Program& program, const Choice& choice, std::span<const Rational> point,
                                        long bits);

/// Empty where two lists say the same numbers: the same comparisons, balls that overlap, radii and errors that agree up
/// to a factor of 4 (another version of Arb may round in another way). Else what is wrong.
std::string difference_between(const std::vector<Compared>& stated, const std::vector<Compared>& again);

/// (m, e) with the interval in [m - e, m + e]; of a point e = 0.
std::pair<double, double> middle_and_reach(const Interval& interval);

}  // namespace widegeo::statement
