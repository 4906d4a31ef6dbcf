// The catalogue: one function per theorem, each in a file of its own, in the order in which they are listed. A new
// theorem is a file and a line here.
#pragma once

#include "theory/theorem.hpp"

namespace widegeo::theory {

// clang-format off
#define WIDEGEO_THEOREMS(X) \
  /* kernels and expectations */ \
  X(closed_forms_equal_quadrature) \
  X(kernel_dot_is_derivative) \
  X(parseval) \
  X(heat_equation) \
  X(erf_closed_forms) \
  X(arc_cosine_kernels) \
  X(fixed_points) \
  X(positive_definite_kernel) \
  X(zero_variance_limits) \
  X(ordered_phase_decay) \
  X(sigmoidal_metric_decreases) \
  X(bell_metric_unimodal) \
  X(erf_curvature_monotone) \
  X(ntk_metric_exists) \
  /* the metric and its curvature */ \
  X(metric_from_mixed_hessian) \
  X(depth_one_is_hessian) \
  X(depth_two_is_not_hessian) \
  X(omega_metric) \
  X(omega_volume) \
  X(omega_ricci) \
  X(ricci_published_coefficient) \
  X(flat_piecewise_linear) \
  X(homogeneous_homothety) \
  X(sectional_tangential_nonpositive_depth_one) \
  X(sectional_tangential_positive_depth_two) \
  X(conformally_flat) \
  X(radial_curvatures_equal_tensor_calculus) \
  X(bianchi_identities) \
  X(gauss_bonnet_on_discs) \
  X(radial_length) \
  X(rotation_invariance_exact) \
  X(flat_space_sign_test) \
  X(erf_scalar_curvature_negative) \
  /* finite networks and statistics */ \
  X(gauss_equation) \
  X(depth_one_tensor_formula) \
  X(depth_one_symmetric_tensor) \
  X(relu_piecewise_flat) \
  X(mean_metric_depth_one) \
  X(metric_variance_depth_one) \
  X(rotation_broken_by_finite_networks) \
  X(he_relu_fourth_moment) \
  X(conditional_sampler_same_law) \
  X(first_order_correction) \
  X(universality_of_weights)
// clang-format on

#define WIDEGEO_DECLARE(f) Theorem f();
WIDEGEO_THEOREMS(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE

}  // namespace widegeo::theory
