// Internal to module and program: a source without E phi'phi', for kernels that do not use it.
#pragma once

#include "activation/expectations.hpp"

namespace widegeo::gram {

/// Activations with jumps have an NNGP kernel, but E phi'(h)^2 is infinite: D and Kdot are replaced by 0.
template <class T>
class WithoutSlope final : public Expectations<T> {
 public:
  explicit WithoutSlope(const Expectations<T>& source) : source_(source) {}
  OnePoint<T> one_point(const T& q, unsigned order) const override {
    OnePoint<T> result = source_.one_point(q, order);
    for (T& d : result.D) d = T(0);
    return result;
  }
  TwoPoint<T> two_point(const Covariance<T>& c, TwoPointNeed need) const override {
    TwoPoint<T> result = source_.two_point(c, need);
    result.Kdot = T(0);
    return result;
  }
  ErrorKind kind() const override { return source_.kind(); }

 private:
  const Expectations<T>& source_;
};

}  // namespace widegeo::gram
