// From the options' text to the model, the activation, the route and the wanted accuracy.
#pragma once

#include <memory>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"
#include "cli/program/options.hpp"
#include "closedform/closedform.hpp"
#include "kernel/model.hpp"
#include "report/record.hpp"

namespace widegeo::cli {

enum class Route { automatic, closed, quadrature };

struct Setup {
  Model model;
  Activation activation;
  std::optional<ClosedForm> closed;  ///< present when the route may use it
  Route route = Route::automatic;
  unsigned threads = 1;

  /// Whether expectations come from the closed form in the first place.
  bool use_closed() const { return closed.has_value(); }
  /// Why E phi'(h)^2 is infinite; empty when it is finite as far as the kinks and jumps tell.
  std::string no_derivative_reason() const;
  /// The same for the metric: a linear map (`pre` at depth 1) applies no activation at all.
  std::string no_metric_reason() const;
  /// At |x|^2 = t every unit of the first layer is 0, where phi is not smooth.
  bool units_on_kink(const Rational& t) const;
};

/// What is asked of each number.
struct Accuracy {
  unsigned digits = 12;  ///< right digits asked for
  bool explicit_digits = false;
  unsigned print_digits = 12;  ///< digits printed; 0: the shortest text of the double
  unsigned threads = 1;
  /// Digits that may cancel between the sizes of what is given: multiprecision begins with so many more, lest two
  /// precisions lose the same term.
  unsigned spread = 0;
  /// The averages are wanted to so many more digits, too: what is made of their derivatives may lie that far below
  /// them.
  bool spread_averages = false;
};

/// Reads --model, then the options over it. Throws Error.
Setup make_setup(const Options& options);
Accuracy make_accuracy(const Options& options);
report::Format make_format(const Options& options);
unsigned make_threads(const Options& options);

/// The model as JSON shows it: activation, parameters, depth, variances, scales.
report::Record describe(const Setup& setup);

/// Values of a TOML file for options that the command line left open. Throws Error(io) or Error(input).
void read_model_file(Options& options);

/// `brief`: see ClosedForm::brief.
template <class T>
std::unique_ptr<Expectations<T>> make_source(const Setup& setup, bool closed, bool brief = false);
// Defined for TrackedDouble, TrackedBlock and Real.

report::Value exact(const Rational& value);
report::Value exact_list(const std::vector<Rational>& values);

}  // namespace widegeo::cli
