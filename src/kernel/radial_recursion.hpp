// One input, any depth: variances and the metric as Taylor jets in t = |x|^2. Shared by the kernel at coincident inputs
// and by the geometry.
//
//   q_1 = s_1 t + b_1,   q_{l+1} = s_{l+1} V(q_l) + b_{l+1}                     (' is d/dt on all of these, D' = dD/dq)
//   A_l = D(q_l) alpha_l,   B_l = D(q_l) beta_l + 2 D'(q_l) (q_l')^2            g_l = A_l I + B_l x x^T
//   alpha_1 = s_1, beta_1 = 0,   alpha_{l+1} = s_{l+1} A_l, beta_{l+1} = s_{l+1} B_l
//
// The metric is the Hessian type B = 2A' at depth 1, and curvature lives on B - 2A'. Forming it by subtraction loses
// digits, so the recursion carries the defect itself: with gamma = beta - 2 alpha' and delta = q' - alpha, both 0 in
// the first layer,
//
//   C_l = B_l - 2 A_l' = D(q_l) gamma_l + 2 D'(q_l) q_l' delta_l,   gamma_{l+1} = s_{l+1} C_l
//   delta_{l+1} = s_{l+1} [ V'(q_l) delta_l + (V' - D)(q_l) alpha_l ]
#pragma once

#include <optional>
#include <vector>

#include "activation/expectations.hpp"
#include "jet/jet.hpp"
#include "kernel/model.hpp"

namespace widegeo {

/// The same geometry through logarithmic derivatives, where nothing cancels: what an enclosure over a large box is
/// computed with (radial_logarithmic.hpp has the formulas). theta = t d/dt.
template <class T>
struct LogarithmicRadial {
  Jet<T> tau, theta_tau;  ///< t A'/A = theta log A, and theta of it
  Jet<T> c, theta_c;      ///< t (B - 2A')/A, and theta of it
  Jet<T> e;               ///< (A + B t)/A = 1 + 2 tau + c > 0
};

template <class T>
struct RadialJets {
  Jet<T> A;         ///< to the asked order
  Jet<T> B;         ///< to one order less
  Jet<T> defect;    ///< C = B - 2A', to one order less; exactly 0 at depth 1
  Jet<T> q;         ///< variance of the last preactivation, to the asked order
  Jet<T> variance;  ///< k(x, x) of the feature map: V(q_L) (post) or q_L (pre), to the asked order
  T dot;            ///< D of the last activation applied; meaningless for a linear map (pre, depth 1)
  std::optional<LogarithmicRadial<T>> logarithmic{};  ///< to two orders less; of balls alone, where it exists
};

/// order >= 1. T: TrackedDouble, TrackedBlock, Real. `dimension` matters for the fan-in input scale alone.
/// Throws Error(input) at a zero-variance point (t = 0, b = 0) where the activation has no derivative of the needed
/// order; Error(accuracy) when a number leaves the range of the scalar (a block marks the lane with an infinite error).
template <class T>
RadialJets<T> radial_recursion(const Model& model, const Expectations<T>& source, const T& t, unsigned long dimension,
                               unsigned order);

/// The continuous parameters of a model as Taylor series in the same variables, of which variable 0 is t itself: what a
/// gradient in the variances and the radius, or an enclosure over a box of them, is computed with. Constants may be of
/// the empty shape.
template <class T>
struct RadialParameters {
  Jet<T> t;
  std::vector<Jet<T>> s, b;  ///< of layers 1..L; s[0] is the variance of one weight: a fan-in is already divided by d
};

/// The same recursion with all of t, s_l and b_l as series; derivatives in t are partial derivatives in variable 0. A
/// has the order n >= 1 of parameters.t, B and the defect have n - 1. `source` must accept orders up to n. T:
/// TrackedDouble, Real, Ball (where every coefficient encloses the derivatives over the whole box that the parameters'
/// values span).
template <class T>
RadialJets<T> radial_recursion(Layer layer, const RadialParameters<T>& parameters, const Expectations<T>& source);

}  // namespace widegeo
