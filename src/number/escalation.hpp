// More digits until it serves: double with running errors first, multiprecision at two working precisions where that is
// not enough.
//
// Multiprecision: the values v1 at p digits and v2 at p + 20 differ by the error of v1, up to 10^-20 of it. The answer
// is v2 with the bound 2 |v1 - v2| + 10^-p |v2|; p grows by twice the deficit until the bound serves.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "number/answer.hpp"
#include "number/error.hpp"
#include "number/scalar.hpp"

namespace widegeo {

/// What the escalation is to know of the numbers that are given.
struct Spread {
  /// Digits that may cancel between the sizes of what is given: multiprecision begins with so many more, lest two
  /// precisions lose the same term.
  unsigned digits = 0;
  /// The averages are wanted to so many more digits, too: what is made of their derivatives may lie that far below
  /// them.
  bool of_averages = false;
};

/// A named result, or the reason why it does not exist.
template <class T>
struct Outcome {
  std::string name;
  std::optional<T> value;
  std::string reason;
};

template <class T>
struct Outcomes {
  std::vector<Outcome<T>> values;
  ErrorKind kind = ErrorKind::rounding;

  void add(std::string name, const T& value) { values.push_back({std::move(name), value, {}}); }
  void none(std::string name, std::string reason) {
    values.push_back({std::move(name), std::nullopt, std::move(reason)});
  }
};

/// What computes a number may take a part of it for 0 beside companions larger by thousands of bits, or below the range
/// of the numbers: it says so here, with the exponent of a power of 2 that bounds what this adds to a result. The
/// escalation puts it into the error.
void note_vanished(long exponent);

/// The rule for one number: the more precise of two runs, in double, with twice their difference and its own conversion
/// as the error. Under the precision of the second run.
TrackedDouble of_two_runs(const Real& first, const Real& second);

/// nullopt: some number is not accurate enough, or does not exist (which multiprecision must confirm).
std::optional<Answers> accept_double(const Outcomes<TrackedDouble>& outcomes, const Accuracy& accuracy);

/// Is value +- error good enough without more digits.
bool accurate(double value, double error, const Accuracy& accuracy);

/// |log10 x|, rounded; 0 for 0.
unsigned decades(const Rational& x);

/// Spread::digits for the largest of these decades: second derivatives and squares take them twice. A few are within
/// the digits to spare.
unsigned spread_of(unsigned largest_decades);

/// Throws Error(accuracy) with what was reached.
Answers evaluate_real(const std::function<Outcomes<Real>()>& compute, const Accuracy& accuracy, const Spread& spread);

/// compute.template operator()<T>() gives Outcomes<T> for T = TrackedDouble and Real; both list the same names.
template <class Compute>
Answers evaluate(const Compute& compute, const Accuracy& accuracy, const Spread& spread = {}) {
  if (accuracy.digits <= 15) {
    try {
      if (auto answers = accept_double(compute.template operator()<TrackedDouble>(), accuracy)) return *answers;
    } catch (const Error&) {
      // What fails in double alone (overflow, an undecided sign) is settled by multiprecision; a real error comes
      // again.
    }
  }
  return evaluate_real([&compute] { return compute.template operator()<Real>(); }, accuracy, spread);
}

}  // namespace widegeo
