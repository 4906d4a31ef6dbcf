// Proof over the continuum: the ranges are bisected until balls decide the claim on every box.
//
// On a box X with centre c a side f = left - right is enclosed by the natural extension f(X), by the centred form
// f(c) + f'(X) (X - c) and, in a variable where f'(X) has one sign, by the values on the faces; what is in all of them
// is the enclosure [A. Neumaier, Interval Methods for Systems of Equations, 1990, ch. 2]. The variable to bisect is the
// one with the largest |f'(X)| (X - c).
#pragma once

#include "statement/evaluation/program.hpp"
#include "statement/finding.hpp"
#include "statement/proof/certificate.hpp"

namespace widegeo::statement {

struct ProofOptions {
  std::size_t max_boxes = 2'000'000;  ///< of all choices together
  unsigned max_depth = 60;            ///< bisections of one box
  long bits = 64;                     ///< of the balls; raised where a box is small and still undecided
  double equality_width = 1e-12;      ///< an equality is bisected until |left - right| is enclosed by this, or
  std::size_t equality_boxes = 4096;  ///< as many boxes as this: the width is then what was reached, and stated
  unsigned threads = 0;
  double time_limit = 0;  ///< seconds; 0: none. No box is begun after it
};

struct Proof {
  Finding finding;  ///< proved, enclosed, fails (with a certified counterexample) or undecided (with what is left)
  Certificate certificate;  ///< of a finding `proved` or `enclosed`, or of the counterexample
};

Proof prove(const Program& program, const ProofOptions& options = {});

}  // namespace widegeo::statement
