// A compiled statement: evaluators for points (double with running errors), for more digits, and for boxes (balls).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "jet/jet.hpp"
#include "number/ball/ball.hpp"
#include "number/scalar.hpp"
#include "statement/claim/claim.hpp"
#include "statement/evaluation/sources.hpp"
#include "statement/statement.hpp"

namespace widegeo::statement {

class Program {
 public:
  /// Throws Error(input): unknown name (the nearest is suggested), variable not quantified, or a quantity that needs a
  /// dimension, an activation or a radius that the statement does not quantify.
  explicit Program(Statement statement);

  const Statement& statement() const { return statement_; }
  const Claim& claim() const { return claim_; }  ///< the claim's comparisons first
  const Claim* hypothesis() const;               ///< nullptr if there is none
  /// Sources of an activation of the statement; nullptr for the empty text.
  const Sources* sources(const std::string& activation) const;
  const std::vector<Domain>& ranges() const { return ranges_; }
  const std::vector<Choice>& choices() const { return choices_; }

  /// left - right of the comparisons, as Taylor series of order `order` in the ranges' variables, in their order
  /// (radius: in t = radius^2, since the geometry is a function of t).
  template <class T>
  struct Sides {
    /// By comparison; for balls followed by the conditions of existence, in the order of Claim::op(). A value that must
    /// be finite is given as 0 or as the whole line.
    std::vector<Jet<T>> claim, hypothesis;
    bool exists = true;             ///< false: a quantity of the claim does not exist at this point
    std::string reason;             ///< the reason
    bool hypothesis_exists = true;  ///< the same for the hypothesis
  };

 private:
  Statement statement_;
  Claim claim_;
  std::optional<Claim> hypothesis_;
  std::vector<Domain> ranges_;
  std::vector<Choice> choices_;
  std::map<std::string, std::shared_ptr<const Sources>> sources_;
};

/// The program at one choice, with its sources of Gaussian expectations: closed forms if the activation has them, else
/// quadrature (TrackedDouble, Real) or rigorous integration (Ball). Calls are thread-safe. T: TrackedDouble, Real,
/// Ball.
template <class T>
class Evaluator {
 public:
  Evaluator(const Program& program, const Choice& choice);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;

  /// `variables`: values of the ranges' variables in order (a radius as radius). order 0: values, 1: gradients. A Ball
  /// may be wide: the results then enclose the series at every point of the box. Error(accuracy) becomes an infinite
  /// error (TrackedDouble) or a ball that is not finite; with Real it is thrown.
  typename Program::Sides<T> operator()(std::span<const T> variables, unsigned order) const;
  /// The left and right sides of every comparison of the claim. Throws if a quantity does not exist.
  std::vector<std::pair<T, T>> compared(std::span<const T> variables) const;

  /// "closed form" or "quadrature" or "rigorous integration".
  std::string route() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

extern template class Evaluator<TrackedDouble>;
extern template class Evaluator<Real>;
extern template class Evaluator<Ball>;

/// Empty if Evaluator<Ball> supports this choice; else the reason.
std::string no_proof_reason(const Program& program, const Choice& choice);

}  // namespace widegeo::statement
