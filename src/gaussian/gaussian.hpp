// Gaussian expectations by quadrature and Hermite series, for any activation, with an a-posteriori error bound.
#pragma once

#include <memory>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"

namespace widegeo {

struct GaussianOptions {
  double relative_tolerance = 1e-15;  ///< double route; Real aims at the working precision minus `guard_digits`
  unsigned guard_digits = 8;
  unsigned threads = 1;  ///< used by the multiprecision route only
};

/// T: TrackedDouble, TrackedBlock (one-point only), Real. The activation is copied. one_point and two_point throw
/// Error(input) if the integral does not exist and Error(accuracy) if the tolerance was not reached. Where phi jumps
/// (or phi'^2 is not integrable) D is +infinity: one_point of order 0 then returns V and an infinite D, higher orders
/// throw; two_point returns K and Kdot (+infinity for parallel inputs), but no derivatives.
template <class T>
std::unique_ptr<Expectations<T>> quadrature_expectations(const Activation& activation,
                                                         const GaussianOptions& options = {});

}  // namespace widegeo
