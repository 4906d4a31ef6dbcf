// One input, any depth: variances and the metric as Taylor jets in t = |x|^2. Used by the kernel at coincident inputs
// and by the geometry.
//
//   q_1 = s_1 t + b_1,   q_{l+1} = s_{l+1} V(q_l) + b_{l+1}                     (' is d/dt on all of these, D' = dD/dq)
//   A_l = D(q_l) alpha_l,   B_l = D(q_l) beta_l + 2 D'(q_l) (q_l')^2            g_l = A_l I + B_l x x^T
//   alpha_1 = s_1, beta_1 = 0,   alpha_{l+1} = s_{l+1} A_l, beta_{l+1} = s_{l+1} B_l
//
// At depth 1 the metric is of Hessian type, B = 2A', and curvature depends on B - 2A' at any depth. Since the
// subtraction would lose digits, the recursion carries this defect itself: with gamma = beta - 2 alpha' and delta = q'
// - alpha, both 0 in the first layer,
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

/// The same geometry in logarithmic derivatives, free of cancellation, for enclosures over large boxes (formulas:
/// radial_logarithmic.hpp). theta = t d/dt.
template <class T>
struct LogarithmicRadial {
  Jet<T> tau, theta_tau;  ///< t A'/A = theta log A, and theta of it
  Jet<T> c, theta_c;      ///< t (B - 2A')/A, and theta of it
  Jet<T> e;               ///< (A + B t)/A = 1 + 2 tau + c > 0
};

template <class T>
struct RadialJets {
  Jet<T> A;         ///< to the requested order
  Jet<T> B;         ///< to one order less
  Jet<T> defect;    ///< C = B - 2A', to one order less; exactly 0 at depth 1
  Jet<T> q;         ///< variance of the last pre-activation, to the requested order
  Jet<T> variance;  ///< k(x, x) of the feature map: V(q_L) (post) or q_L (pre), to the requested order
  T dot;            ///< D of the last activation applied; undefined for a linear map (pre, depth 1)
  std::optional<LogarithmicRadial<T>> logarithmic{};  ///< to two orders less; for balls only, where it exists
};

/// order >= 1. T: TrackedDouble, TrackedBlock, Real. `dimension` matters for the fan-in input scale only. Throws
/// Error(input) at a zero-variance point (t = 0, b = 0) where the activation lacks a derivative of the needed order;
/// Error(accuracy) if a number is out of the range of the scalar type (a block marks the lane with an infinite error).
template <class T>
RadialJets<T> radial_recursion(const Model& model, const Expectations<T>& source, const T& t, unsigned long dimension,
                               unsigned order);

/// The continuous parameters of a model as Taylor series in common variables, of which variable 0 is t itself; used for
/// gradients in the variances and the radius, and for enclosures over a box of them. Constants may have the empty
/// shape.
template <class T>
struct RadialParameters {
  Jet<T> t;
  std::vector<Jet<T>> s, b;  ///< of layers 1..L; s[0] is the variance of one weight: for fan-in, already divided by d
};

/// The same recursion with all of t, s_l and b_l as series; derivatives in t are partial derivatives in variable 0. A
/// has the order n >= 1 of parameters.t, B and the defect have order n - 1. `source` must support orders up to n. T:
/// TrackedDouble, Real, Ball (every coefficient then encloses the derivatives over the whole box spanned by the
/// parameters).
template <class T>
RadialJets<T> radial_recursion(ReadOut read_out, const RadialParameters<T>& parameters, const Expectations<T>& source);

}  // namespace widegeo
