// A proof as data: the statement, for every choice the tree of bisections (whose leaves cover the ranges by
// construction), and for every leaf the enclosure that decides it. It is verified without searching, by independent
// code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "statement/finding.hpp"
#include "statement/statement.hpp"

namespace widegeo::statement {

struct Leaf {
  bool excluded = false;  ///< the hypothesis is certainly false on the box
  /// Enclosure of the claim's margin (equality: of -|left - right|), rounded outwards to 4 digits; an unknown end is
  /// +-max of double.
  double low = 0, high = 0;
};

struct ChoiceProof {
  Choice choice;
  /// The tree in preorder: a digit (0..9, a..z) is a bisection of that range, a '.' is a leaf. A range is cut at (low +
  /// high)/2, except for high > 2 low > 0 at sqrt(low high) rounded down to 11 significant bits; both are exact.
  std::string tree;
  std::vector<Leaf> leaves;  ///< in the order of the dots
};

struct Certificate {
  Statement statement;
  Verdict verdict = Verdict::undecided;
  long bits = 64;
  std::optional<double> width;  ///< `enclosed`: the guaranteed bound of the difference of the sides
  std::vector<ChoiceProof> proofs;
  Finding counterexample;  ///< of a refutation: the point, with enclosures
};

/// JSON, one object {"schema": "widegeo/certificate/1", "version", "libraries", "statement", "verdict", "proofs",
/// "digest"}. The digest (FNV-1a, 64 bits, of the canonical text without it) detects damage, not forgery, which the
/// verification itself detects. About 18 bytes per leaf.
std::string to_json(const Certificate& certificate);
/// Throws Error(input) "the certificate is damaged" for text that does not parse, a wrong schema, a digest that does
/// not match, a text that differs in any byte from what to_json would write, malformed trees, or a wrong number of
/// leaves.
Certificate certificate_from_json(const std::string& text);

struct VerifyOptions {
  unsigned threads = 0;
  double time_limit = 0;                ///< seconds; 0: none. Few leaves are started after it
  std::size_t max_leaves = 10'000'000;  ///< over all choices together
  unsigned max_depth = 128;             ///< bisections of one box
};

struct Verification {
  bool valid = false;
  bool late = false;              ///< the time limit was reached first: neither valid nor refuted
  std::string reason;             ///< what is wrong, and in which leaf
  std::size_t leaves = 0;         ///< checked
  double width = 0;               ///< `enclosed`: bound of the difference of the sides over all ranges
  std::size_t cross_checked = 0;  ///< leaves confirmed at the midpoint by a second route (quadrature in double)
};

/// Recomputes every leaf with balls at more bits than the proof used, compares with the stated enclosures, and checks
/// some midpoints against the quadrature route. Does not search; a leaf that does not decide its box makes the
/// certificate invalid and ends the check.
Verification verify(const Certificate& certificate, const VerifyOptions& options = {});

}  // namespace widegeo::statement
