// The check of one leaf of a certificate: its own evaluation of what a claim needs on a box, which shares the evaluator
// of sides with the search for proofs and nothing else.
#pragma once

#include <string>

#include "statement/proof/certificate.hpp"
#include "statement/proof/enclosure_box.hpp"

namespace widegeo::statement {

/// Whether intervals of all sides say that the claim holds, and that everything in it exists. `width`: of equalities
/// that are enclosed; below 0: none are.
bool certainly_holds(const Claim& claim, std::span<const Interval> sides, double width);
bool certainly_fails(const Claim& claim, std::span<const Interval> sides);
bool certainly_exists(const Claim& claim, std::span<const Interval> sides);

/// Whether equalities stand in comparisons joined by `and` alone, and there is one.
bool can_be_enclosed(const Claim& claim);

/// Empty when the leaf decides its box, else what is wrong. `width` as above: what the certificate promises. An
/// enclosed equality must not be refuted at the centre or at a corner of the box.
std::string check_leaf(const Problem& problem, const Box& box, const Leaf& leaf, double width);

std::vector<Interval> intervals_of(const std::vector<Jet<Ball>>& sides, std::size_t count);

}  // namespace widegeo::statement
