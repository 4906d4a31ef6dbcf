// Closed forms of the Gaussian expectations, as data in the expression language.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"

namespace widegeo {

/// K and Kdot in the variables a, b, n and m = ab - n^2 (kept separate so that near-parallel inputs lose no digits); V and D in q.
struct ClosedForm {
  expr::Expr K, Kdot, V, D;
  std::string source;            ///< paper and equation, or "derived: docs/math/closed-forms.md"
  bool smooth_at_coincidence;    ///< K's formula is analytic at m = 0 (false for kinked activations)
  bool metric_exists = true;     ///< false for sign, step: Kdot and D do not exist
};

/// The closed form of a catalogue activation (parameters substituted), or nullopt. An expression that is structurally a
/// catalogue entry's (x*Phi(x)) is recognised.
std::optional<ClosedForm> find_closed_form(const Activation& activation);

/// T: TrackedDouble, TrackedBlock (one-point only), Real.
template <class T>
std::unique_ptr<Expectations<T>> closed_form_expectations(const ClosedForm& form);

}  // namespace widegeo
