// Closed forms of the Gaussian expectations, as trees of the expression language.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"

namespace widegeo {

class Ball;

/// K and Kdot in the variables a, b, n and m = ab - n^2 (kept separate so that near-parallel inputs lose no digits); V
/// and D in q.
struct ClosedForm {
  std::string name;  ///< name of the catalogue entry, for messages
  expr::Expr K, Kdot, V, D;
  /// dK/da at fixed b and n, given only where smooth_at_coincidence is false: differentiating such a K would lose half
  /// of the digits for near-parallel inputs. dK/db is the same with a and b exchanged.
  std::optional<expr::Expr> Ka;
  std::string source;                 ///< paper and equation, or "derived: docs/math/closed-forms.md"
  bool smooth_at_coincidence = true;  ///< K's formula is analytic at m = 0 (false for kinked activations)
  bool metric_exists = true;          ///< false where phi jumps (sign, step): Kdot = dK/dn only off coincidence, no D
  /// |x| > 0 of the kink nearest to 0 but not at 0, beyond which the form is a difference of tail probabilities.
  std::optional<expr::Expr> nearest_threshold;
  /// phi(0)^2 where phi jumps at 0: the value of V at q = 0, where its formula gives the limit q -> 0.
  std::optional<expr::Expr> square_at_zero;
  bool kink_at_zero = false;  ///< phi' jumps at 0: K has no derivatives where one variance vanishes
  /// Quadrature is available and in multiprecision faster than Owen's T functions: the form gives up (throws) where
  /// double precision does not suffice or many hundred bits cancel.
  bool brief = false;
  std::optional<expr::Expr> variance_limit;  ///< the expectations exist for variances below this constant only
};

/// The closed form of a catalogue activation (parameters substituted), or nullopt. Expressions that are structurally a
/// catalogue entry (x*Phi(x)) are recognised.
std::optional<ClosedForm> find_closed_form(const Activation& activation);

/// T: TrackedDouble, TrackedBlock (never throws for a single lane: its error is infinite there), Real.
template <class T>
std::unique_ptr<Expectations<T>> closed_form_expectations(const ClosedForm& form);

/// Rigorous enclosures over all variances of the ball, close to the true range even for wide balls. Not finite where
/// the ball reaches variance_limit, or contains 0 when the form divides by the variance.
template <>
std::unique_ptr<Expectations<Ball>> closed_form_expectations<Ball>(const ClosedForm& form);

}  // namespace widegeo
