// The one choice of where the Gaussian expectations of an activation come from: its closed form, quadrature, or
// rigorous integration.
#pragma once

#include <memory>
#include <optional>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"
#include "closedform/closedform.hpp"
#include "number/error.hpp"
#include "route/route.hpp"

namespace widegeo {

class Ball;

/// An activation with the closed form that its route may use.
struct RoutedActivation {
  Activation activation;
  std::optional<ClosedForm> closed;  ///< absent where there is none, and where the route leaves it out
  Route route = Route::automatic;
  unsigned threads = 1;  ///< of quadrature in multiprecision

  /// Whether expectations come from the closed form in the first place.
  bool use_closed() const { return closed.has_value(); }
};

/// Throws Error(input) where the closed form is asked for and none is known.
RoutedActivation route_to(Activation activation, Route route = Route::automatic, unsigned threads = 1);

/// By the closed form alone, or by quadrature alone. `brief`: see ClosedForm::brief. T: TrackedDouble, TrackedBlock,
/// Real.
template <class T>
std::unique_ptr<Expectations<T>> make_expectations(const RoutedActivation& routed, bool closed, bool brief = false);

/// By the closed form if there is one, else by quadrature.
template <class T>
std::unique_ptr<Expectations<T>> make_expectations(const RoutedActivation& routed) {
  return make_expectations<T>(routed, routed.use_closed());
}

/// The closed form; without one, or for each expectation that it cannot compute to the digits of T, quadrature.
/// Thread-safe; `routed` is kept by the caller. T: TrackedDouble, Real. For Ball the closed form or rigorous
/// integration, without a fallback.
template <class T>
std::unique_ptr<Expectations<T>> expectations_of(const RoutedActivation& routed);
template <>
std::unique_ptr<Expectations<Ball>> expectations_of<Ball>(const RoutedActivation& routed);

/// A whole answer by one route: ask(true) by the closed form, ask(false) by quadrature. Under `automatic` a closed form
/// that refuses (derivatives of a kinked one at parallel inputs, say) is followed by quadrature.
template <class Ask>
auto by_route(const RoutedActivation& routed, const Ask& ask) {
  if (!routed.use_closed()) return ask(false);
  if (routed.route != Route::automatic) return ask(true);
  std::optional<Error> refusal;
  try {
    return ask(true);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) throw;
    refusal = error;
  }
  try {
    return ask(false);
  } catch (const Error& error) {
    // What the closed form finds beyond the range of numbers is so: quadrature would say less of it.
    const bool both = error.code() == ErrorCode::accuracy && refusal->code() == ErrorCode::accuracy;
    if (both && refusal->hint().empty()) throw *refusal;
    throw;
  }
}

}  // namespace widegeo
