// A proof on paper: the statement, for every choice the tree of bisections (so that its leaves cover the ranges by
// construction), and for every leaf what decides it. It is checked without searching, by code that did not make it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "statement/finding.hpp"
#include "statement/statement.hpp"

namespace widegeo::statement {

/// What decides one leaf.
struct Leaf {
  bool excluded = false;  ///< the hypothesis is certainly false on the box
  /// The enclosure of the claim's margin (equality: of -|left - right|), rounded outwards to 4 digits; where one end is
  /// not known it is +-max of double.
  double low = 0, high = 0;
};

struct ChoiceProof {
  Choice choice;
  /// Preorder of the tree: a digit (0..9, a..z) is a bisection of that range, a '.' is a leaf. A range is cut at
  /// (low + high)/2, but where high > 2 low > 0 at sqrt(low high) rounded down to 11 significant bits: exact both.
  std::string tree;
  std::vector<Leaf> leaves;  ///< in the order of the dots
};

struct Certificate {
  Statement statement;
  Verdict verdict = Verdict::undecided;
  long bits = 64;
  std::optional<double> width;  ///< `enclosed`: what is promised, the sides differ by no more anywhere
  std::vector<ChoiceProof> proofs;
  Finding counterexample;  ///< of a refutation: the point and its enclosure
};

/// JSON, one object {"schema": "widegeo/certificate/1", "version", "libraries", "statement", "verdict", "proofs",
/// "digest"}. The digest (FNV-1a, 64 bits, of the canonical text without it) finds damage, not malice; malice is found
/// by the check itself. About 18 bytes a leaf.
std::string to_json(const Certificate& certificate);
/// Throws Error(input) "the certificate is damaged" for text that does not parse, a wrong schema, a digest that does
/// not match, a text that is not byte by byte what to_json would write, trees that are not trees, leaves that are too
/// many or too few.
Certificate certificate_from_json(const std::string& text);

struct VerifyOptions {
  unsigned threads = 0;
  double time_limit = 0;                ///< seconds; 0: none. Few leaves are begun after it
  std::size_t max_leaves = 10'000'000;  ///< of all choices together
  unsigned max_depth = 128;             ///< bisections of one box
};

struct Verification {
  bool valid = false;
  bool late = false;              ///< the time limit came first: neither valid nor refuted
  std::string reason;             ///< what is wrong, with the leaf
  std::size_t leaves = 0;         ///< checked
  double width = 0;               ///< of a verdict `enclosed`: the sides differ by no more, over all of the ranges
  std::size_t cross_checked = 0;  ///< leaves at whose midpoint a second route (quadrature in double) agreed
};

/// Evaluates every leaf anew with balls, at more bits than the proof had, compares with the stated enclosures, and
/// checks some midpoints against the quadrature route. No search; a leaf that does not decide its box makes it invalid,
/// and ends the check.
Verification verify(const Certificate& certificate, const VerifyOptions& options = {});

}  // namespace widegeo::statement
