// Verification of one leaf of a certificate: an independent evaluation of a claim on a box, which shares only the
// evaluator of sides with the search for proofs.
#pragma once

#include <string>

#include "statement/proof/certificate.hpp"
#include "statement/proof/enclosure_box.hpp"

namespace widegeo::statement {

/// True if the intervals of all sides imply that the claim holds and that everything in it exists. `width`: of enclosed
/// equalities; below 0 if there are none.
bool certainly_holds(const Claim& claim, std::span<const Interval> sides, double width);
bool certainly_fails(const Claim& claim, std::span<const Interval> sides);
bool certainly_exists(const Claim& claim, std::span<const Interval> sides);

/// True if there is an equality, and all equalities are in comparisons joined only by `and`.
bool can_be_enclosed(const Claim& claim);

/// Empty if the leaf decides its box, else the reason. `width` as above: the width guaranteed by the certificate. An
/// enclosed equality must not be refuted at the centre or at a corner of the box.
std::string check_leaf(const Problem& problem, const Box& box, const Leaf& leaf, double width);

std::vector<Interval> intervals_of(const std::vector<Jet<Ball>>& sides, std::size_t count);

}  // namespace widegeo::statement
