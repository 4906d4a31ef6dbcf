// The second route of a verification: the quantities of a claim at one point from quadrature in double, without closed
// forms, balls or the compiled program used for proofs.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "activation/expectations.hpp"
#include "expr/tape/tape.hpp"
#include "statement/claim/claim.hpp"
#include "statement/statement.hpp"

namespace widegeo::statement {

class SecondRoute {
 public:
  explicit SecondRoute(const Statement& statement);

  /// False for claims that call functions (V(q), derivative(E), ...) or have no radius.
  bool exists() const { return exists_; }

  /// left - right of every comparison, with errors; empty if a number does not exist or is not accurate in double.
  /// `ranges`: values of the ranges, in order.
  std::vector<TrackedDouble> differences(const Choice& choice, const std::vector<Rational>& ranges) const;

 private:
  const Expectations<TrackedDouble>& source(const std::string& activation) const;

  Statement statement_;
  Claim claim_;
  bool exists_ = false;
  std::vector<std::string> names_;  ///< free names of the claim
  expr::Tape tape_;                 ///< of left - right
  mutable std::map<std::string, std::unique_ptr<Expectations<TrackedDouble>>> sources_;
};

}  // namespace widegeo::statement
