// Kernels of deep networks for a pair of inputs: the recursion over layers with any source of Gaussian expectations.
#pragma once

#include <optional>
#include <string>

#include "activation/expectations.hpp"
#include "kernel/layer_variances.hpp"

namespace widegeo {

/// xx = |x|^2, yy = |y|^2, xy = x.y, minor = |x|^2|y|^2 - (x.y)^2 as a sum of 2x2 minors (no cancellation).
template <class T>
struct InputPair {
  T xx, yy, xy, minor;
  bool coincident = false;  ///< x = y exactly
  unsigned long dimension = 1;
  std::optional<T> distance_squared{};  ///< |x - y|^2 from differences; else xx + yy - 2 xy (cancels near y = x)
};

/// Vector fields and matrices built from x and y have d-independent coefficients:
///   gradient_x = gx[0] x + gx[1] y,  gradient_y = gy[0] x + gy[1] y,
///   mixed_hessian (rows: d/dx, columns: d/dy) = identity I + h[0] x x^T + h[1] x y^T + h[2] y x^T + h[3] y y^T.
template <class T>
struct PairKernel {
  T kernel;
  std::optional<T> kernel_dot;     ///< E phi'phi' of the last activation; absent for a linear map (pre, depth 1)
  std::string kernel_dot_reason;   ///< why kernel_dot is absent
  T gx[2], gy[2], identity, h[4];  ///< filled up to `derivatives` (1: gradients, 2: all)
};

/// NNGP kernel with 0, 1 or 2 derivatives. For one layer, with u = h(x), v = h(y), a = Var u, b = Var v, n = Cov(u, v)
/// and minor = ab - n^2:
///   d_m K = Ka d_m a + Kdot d_m n
///   d_m d_n' K = Kdot d_m d_n' n + radial c1 e1 + mixed (c1 e2 + c2 e1) + normal c2 e2
/// where c and e are the regression coefficients of d_m h(x) and d_n h(y) on z1 = u/sqrt(a), z2 = (v - (n/a)
/// u)/sqrt(minor/a):
///   c1 = d_m a / (2 sqrt a),  c2 = (d_m n - (n/a) d_m a/2)/sqrt(minor/a),
///   e1 = d_n n / sqrt a,      e2 = (d_n b/2 - (n/a) d_n n)/sqrt(minor/a)
/// Parallel inputs (minor = 0): the terms with c2 and e2 vanish. Coincident inputs: the one-point recursion, which is
/// unaffected by kinks: gradient_x = V'(q) q' x, mixed Hessian A I + B x x^T. Derivatives at x = 0 with y != 0 follow
/// by exchanging x and y.
template <class T>
PairKernel<T> nngp(const Model& model, const Expectations<T>& source, const InputPair<T>& inputs, unsigned derivatives);

/// NTK: Theta_1 = K_1(pre), Theta_{l+1} = K_{l+1}(pre) + s_{l+1} Kdot_l Theta_l; `post` is Kdot_L Theta_L (no read-out
/// weights). Kdot of phi is K of phi', so with `slope_source`, the expectations of the activation phi', all derivatives
/// are available everywhere (it throws if E phi''^2 diverges). Without it: only gradients for inputs that are not
/// parallel, from the TwoPoint of phi; anything else throws Error(input).
template <class T>
PairKernel<T> ntk(const Model& model, const Expectations<T>& source, const InputPair<T>& inputs, unsigned derivatives,
                  const Expectations<T>* slope_source = nullptr);

/// The values of both, with the variances of the layers as numbers. T also: Jet<TrackedDouble>, Jet<Real>, Jet<Ball>,
/// for inputs and variances that are Taylor series in the same variables; `source` then takes and gives series.
template <class T>
T nngp_value(const LayerVariances<T>& variances, const Expectations<T>& source, const InputPair<T>& inputs);
template <class T>
T ntk_value(const LayerVariances<T>& variances, const Expectations<T>& source, const InputPair<T>& inputs);

}  // namespace widegeo
