// Reproducible random cases for the theorems: a pure function of (seed, theorem, index).
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"
#include "number/rational.hpp"
#include "number/scalar.hpp"
#include "random/random.hpp"

namespace widegeo::theory {

/// A stream of random cases for one theorem.
class Cases {
 public:
  Cases(std::uint64_t seed, std::string_view theorem);

  double uniform(double low, double high);
  double log_uniform(double low, double high);
  double normal();
  /// 0, ..., count - 1.
  std::size_t index(std::size_t count);
  /// A multiple of 2^-10 in [low, high]: exact in every scalar type.
  Rational rational(double low, double high);

 private:
  RandomAddress address_;
  std::uint64_t next_ = 0;
};

/// A number as printed in `at`, with three significant digits: "0.783".
std::string short_text(double value);

/// Expectations by closed form; Error(input) if there is none. T: TrackedDouble, Real.
template <class T>
std::unique_ptr<Expectations<T>> by_closed_form(const Activation& activation);
template <class T>
std::unique_ptr<Expectations<T>> by_quadrature(const Activation& activation);

}  // namespace widegeo::theory
