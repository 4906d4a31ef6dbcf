// An activation of a statement with its Gaussian expectations, shared by all choices that use it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "expr/tape/tape.hpp"
#include "number/ball/ball.hpp"
#include "number/real.hpp"
#include "route/expectations.hpp"

namespace widegeo::statement {

class Sources {
 public:
  explicit Sources(const std::string& activation);

  const Activation& activation() const { return routed_.activation; }
  const std::optional<ClosedForm>& closed_form() const { return routed_.closed; }
  /// (a, b, n, m) -> (K, Kdot) of the closed form, m = ab - n^2.
  const expr::Tape& pair_tape() const { return pair_tape_; }

  /// expectations_of<T>(), made when they are first asked for. Thread-safe.
  template <class T>
  const Expectations<T>& expectations() const {
    auto& made = std::get<Made<T>>(made_);
    std::call_once(made.once, [&] { made.value = expectations_of<T>(routed_); });
    return *made.value;
  }

 private:
  template <class T>
  struct Made {
    std::once_flag once;
    std::unique_ptr<const Expectations<T>> value;
  };
  RoutedActivation routed_;
  expr::Tape pair_tape_;
  mutable std::tuple<Made<TrackedDouble>, Made<Real>, Made<Ball>> made_;
};

}  // namespace widegeo::statement
