// The covariance of one unit at two inputs, layer by layer, with its derivatives in the inputs as coefficients on x and
// y.
#pragma once

#include "kernel/kernel.hpp"

namespace widegeo {

/// A function of the pair: value, gradients and mixed Hessian in the coordinates of PairKernel.
template <class T>
struct PairField {
  T value, gx[2], gy[2], identity, h[4];
};

/// s f + b.
template <class T>
PairField<T> affine(const PairField<T>& f, const T& s, const T& b);

/// f g by the product rule, with up to `derivatives` derivatives.
template <class T>
PairField<T> product(const PairField<T>& f, const PairField<T>& g, unsigned derivatives);

/// Covariance of the pre-activations at one layer. d_m a = ax x_m, d_n b = by y_n.
template <class T>
struct PairState {
  T a, b, ax, by;
  PairField<T> n;
  T minor;  ///< ab - n^2 >= 0
};

template <class T>
PairState<T> first_layer(const T& s, const T& b, const InputPair<T>& inputs);

/// E f(u) f(v) as a field, where `e` is the TwoPoint of f (formulas: kernel.hpp).
template <class T>
PairField<T> feature_kernel(const PairState<T>& state, const TwoPoint<T>& e, unsigned derivatives);

/// E f'(u) f'(v) with gradients only, from the TwoPoint of f: radial, mixed and normal determine the derivatives of
/// Kdot(a, b, n). Throws Error(input) for parallel inputs, where they do not.
template <class T>
PairField<T> slope_kernel_gradients(const PairState<T>& state, const TwoPoint<T>& e);

/// The next layer's state, from V and V' at a and at b and the feature kernel. Its minor is a sum of two numbers that
/// are not negative,
///   a'b' - n'^2 = s (s (V(a) V(b) - K^2) + b (V(a) + V(b) - 2 K)),
/// where the only differences left are those of the features: a large bias takes no digits.
template <class T>
PairState<T> next_layer(const PairState<T>& state, const PairField<T>& feature, const OnePoint<T>& at_a,
                        const OnePoint<T>& at_b, const T& s, const T& b, unsigned derivatives);

}  // namespace widegeo
