// An activation of a statement with its Gaussian expectations, shared by all choices that use it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"
#include "closedform/closedform.hpp"
#include "expr/tape/tape.hpp"
#include "number/ball/ball.hpp"
#include "number/real.hpp"

namespace widegeo::statement {

class Sources {
 public:
  explicit Sources(const std::string& activation);

  const Activation& activation() const { return activation_; }
  const std::optional<ClosedForm>& closed_form() const { return closed_; }
  /// (a, b, n, m) -> (K, Kdot) of the closed form, m = ab - n^2.
  const expr::Tape& pair_tape() const { return pair_tape_; }

  /// The closed form if there is one; without one, or where it does not reach the digits (TrackedDouble, Real),
  /// quadrature (TrackedDouble, Real) or rigorous integration (Ball). Thread-safe.
  template <class T>
  std::shared_ptr<const Expectations<T>> expectations() const;

 private:
  Activation activation_;
  std::optional<ClosedForm> closed_;
  expr::Tape pair_tape_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Expectations<TrackedDouble>> in_double_;
  mutable std::shared_ptr<const Expectations<Real>> in_real_;
  mutable std::shared_ptr<const Expectations<Ball>> in_balls_;
};

template <>
std::shared_ptr<const Expectations<TrackedDouble>> Sources::expectations<TrackedDouble>() const;
template <>
std::shared_ptr<const Expectations<Real>> Sources::expectations<Real>() const;
template <>
std::shared_ptr<const Expectations<Ball>> Sources::expectations<Ball>() const;

}  // namespace widegeo::statement
