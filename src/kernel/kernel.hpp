// Kernels of deep networks for a pair of inputs: the depth recursion over any source of Gaussian expectations.
#pragma once

#include <optional>
#include <string>

#include "activation/expectations.hpp"
#include "kernel/model.hpp"

namespace widegeo {

/// xx = |x|^2, yy = |y|^2, xy = x.y, minor = |x|^2|y|^2 - (x.y)^2 as a sum of 2x2 minors (no cancellation).
template <class T>
struct InputPair {
  T xx, yy, xy, minor;
  bool coincident = false;  ///< x = y exactly
  unsigned long dimension = 1;
};

/// A vector field or matrix built from x and y has d-independent coefficients:
///   gradient_x = gx[0] x + gx[1] y,  gradient_y = gy[0] x + gy[1] y,
///   mixed_hessian (rows: d/dx, columns: d/dy) = identity I + h[0] x x^T + h[1] x y^T + h[2] y x^T + h[3] y y^T.
template <class T>
struct PairKernel {
  T kernel;
  std::optional<T> kernel_dot;           ///< E phi'phi' of the last activation applied; none for a linear map (pre, depth 1)
  std::string kernel_dot_reason;         ///< why kernel_dot is none
  T gx[2], gy[2], identity, h[4];        ///< filled as far as `derivatives` asks (1: gradients, 2: all)
};

/// NNGP kernel. derivatives 0, 1 or 2.
template <class T>
PairKernel<T> nngp(const Model& model, const Expectations<T>& source, const InputPair<T>& inputs, unsigned derivatives);

/// NTK: Theta_1 = K_1(pre), Theta_{l+1} = K_{l+1}(pre) + s_{l+1} Kdot_l Theta_l; `post` is Kdot_L Theta_L (no read-out weights).
template <class T>
PairKernel<T> ntk(const Model& model, const Expectations<T>& source, const InputPair<T>& inputs, unsigned derivatives);

}  // namespace widegeo
