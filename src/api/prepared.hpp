// A network made ready for questions: the activation analysed, its closed form found, the route chosen. Making one
// costs milliseconds, a question microseconds; ask many of one.
#pragma once

#include <map>
#include <string>

#include "kernel/model.hpp"
#include "route/expectations.hpp"

namespace widegeo::api {

struct PreparedNetwork : RoutedActivation {
  Model model;

  /// Why E phi'(h)^2 is infinite; empty when it is finite as far as the kinks and jumps tell.
  std::string no_derivative_reason() const;
  /// The same for the metric: a linear map (`pre` at depth 1) applies no activation at all.
  std::string no_metric_reason() const;
  /// Throws Error(input) about the argument `kind` where the neural tangent kernel does not exist.
  void require_ntk(const std::string& kind = "ntk") const;
  /// At |x|^2 = t every unit of the first layer is 0, where phi is not smooth.
  bool units_on_kink(const Rational& t) const;
};

/// `activation`: a name of the catalogue or an expression in x; `parameters`: texts by name. Throws Error(input) for
/// what cannot be understood, for an activation that is undefined on part of the line or not square integrable, and
/// where the closed form is asked for and none is known.
PreparedNetwork prepare(const std::string& activation, const std::map<std::string, std::string>& parameters,
                        const Model& model, Route route = Route::automatic, unsigned threads = 1);

/// Decades between the variances of a model and 1, at most; see decades() of a number.
unsigned decades(const Model& model);

}  // namespace widegeo::api
