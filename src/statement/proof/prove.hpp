// Proofs over whole ranges: the ranges are bisected until balls decide the claim on every box.
//
// On a box X with centre c a side f = left - right is enclosed by the natural extension f(X), by the centred form f(c)
// + f'(X) (X - c) and, in a variable where f'(X) has one sign, by the values on the faces; the enclosure is the
// intersection of all of these [A. Neumaier, Interval Methods for Systems of Equations, 1990, ch. 2]. The variable to
// bisect is the one with the largest |f'(X)| (X - c).
#pragma once

#include "statement/evaluation/program.hpp"
#include "statement/finding.hpp"
#include "statement/proof/certificate.hpp"

namespace widegeo::statement {

struct ProofOptions {
  std::size_t max_boxes = 2'000'000;  ///< over all choices together
  unsigned max_depth = 60;            ///< bisections of one box
  long bits = 64;                     ///< precision of the balls; raised where a box is small and still undecided
  double equality_width = 1e-12;      ///< equalities: bisection ends when |left - right| is enclosed to this width, or
  std::size_t equality_boxes = 4096;  ///< after this many boxes; the width reached is then reported
  unsigned threads = 0;
  double time_limit = 0;  ///< seconds; 0: none. No box is started after it
};

struct Proof {
  Finding finding;          ///< proved, enclosed, fails (certified counterexample) or undecided (with what is left)
  Certificate certificate;  ///< for `proved` and `enclosed`, or for the counterexample
};

Proof prove(const Program& program, const ProofOptions& options = {});

}  // namespace widegeo::statement
