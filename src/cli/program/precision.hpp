// The wanted digits, whatever they cost: double with running errors first, multiprecision with two working precisions
// where that is not enough.
//
// Multiprecision: the values v1 at p digits and v2 at p + 20 differ by the error of v1, up to 10^-20 of it. Printed is
// v2 with the bound 2 |v1 - v2| + 10^-p |v2|; p grows by twice the deficit until the bound serves.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/program/setup.hpp"
#include "number/error.hpp"
#include "number/scalar.hpp"

namespace widegeo::cli {

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

struct Answer {
  std::string name;
  report::Value value;
};
using Answers = std::vector<Answer>;

/// nullopt: some number is not accurate enough, or does not exist (which multiprecision must confirm).
std::optional<Answers> accept_double(const Outcomes<TrackedDouble>& outcomes, const Accuracy& accuracy);

/// Is value +- error good enough without more digits.
bool accurate(double value, double error, const Accuracy& accuracy);
report::Value double_number(double value, double error, ErrorKind kind, const Accuracy& accuracy);

/// |log10 x|, rounded; 0 for 0.
unsigned decades(const Rational& x);

/// Accuracy::spread for the largest of these decades: second derivatives and squares take them twice. A few are within
/// the digits to spare.
unsigned spread_of(unsigned largest_decades);

/// Of the variances of a model.
unsigned decades(const Model& model);

/// Throws Error(accuracy) with what was reached.
Answers evaluate_real(const std::function<Outcomes<Real>()>& compute, const Accuracy& accuracy);

/// compute.template operator()<T>() gives Outcomes<T> for T = TrackedDouble and Real; both list the same names.
template <class Compute>
Answers evaluate(const Compute& compute, const Accuracy& accuracy) {
  if (accuracy.digits <= 15) {
    try {
      if (auto answers = accept_double(compute.template operator()<TrackedDouble>(), accuracy)) return *answers;
    } catch (const Error&) {
      // What fails in double alone (overflow, an undecided sign) is settled by multiprecision; a real error comes
      // again.
    }
  }
  return evaluate_real([&compute] { return compute.template operator()<Real>(); }, accuracy);
}

}  // namespace widegeo::cli
