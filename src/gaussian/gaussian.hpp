// Gaussian expectations by quadrature and Hermite series, for any activation, with an a-posteriori error.
#pragma once

#include <memory>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"

namespace widegeo {

struct GaussianOptions {
  double relative_tolerance = 1e-15;  ///< double route; Real aims at the working precision less `guard_digits`
  unsigned guard_digits = 8;
  unsigned threads = 1;  ///< only the multiprecision route uses more than one
};

/// T: TrackedDouble, TrackedBlock (one-point only), Real. Keeps a reference to nothing: the activation is copied.
/// one_point / two_point throw Error(input) when the integral does not exist and Error(accuracy) when it was not
/// reached. Where phi jumps (or phi'^2 is not integrable) D is +infinity: one_point of order 0 says so and gives V,
/// higher orders throw; two_point gives K, and Kdot (+infinity for parallel inputs), but no derivatives.
template <class T>
std::unique_ptr<Expectations<T>> quadrature_expectations(const Activation& activation,
                                                         const GaussianOptions& options = {});

}  // namespace widegeo
