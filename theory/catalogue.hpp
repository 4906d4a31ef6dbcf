// One function per theorem, each in a file of its own.
#pragma once

#include "theory/theorem.hpp"

namespace widegeo::theory {

// kernels and expectations
Theorem closed_forms_equal_quadrature();
Theorem kernel_dot_is_derivative();
Theorem parseval();
Theorem heat_equation();
Theorem erf_closed_forms();
Theorem arc_cosine_kernels();
Theorem fixed_points();
Theorem positive_definite_kernel();
Theorem zero_variance_limits();
Theorem ordered_phase_decay();
Theorem ntk_metric_exists();
Theorem sigmoidal_metric_decreases();
Theorem bell_metric_unimodal();
Theorem erf_curvature_monotone();
Theorem correlation_map_slope();

// the metric and its curvature
Theorem metric_from_mixed_hessian();
Theorem depth_one_is_hessian();
Theorem depth_two_is_not_hessian();
Theorem omega_metric();
Theorem omega_volume();
Theorem omega_ricci();
Theorem ricci_published_coefficient();
Theorem flat_piecewise_linear();
Theorem homogeneous_homothety();
Theorem sectional_tangential_nonpositive_depth_one();
Theorem sectional_tangential_positive_depth_two();
Theorem conformally_flat();
Theorem radial_curvatures_equal_tensor_calculus();
Theorem bianchi_identities();
Theorem gauss_bonnet_on_discs();
Theorem radial_length();
Theorem rotation_invariance_exact();
Theorem flat_space_sign_test();
Theorem erf_scalar_curvature_negative();

// finite networks and statistics
Theorem gauss_equation();
Theorem depth_one_tensor_formula();
Theorem depth_one_symmetric_tensor();
Theorem relu_piecewise_flat();
Theorem mean_metric_depth_one();
Theorem metric_variance_depth_one();
Theorem rotation_broken_by_finite_networks();
Theorem he_relu_fourth_moment();
Theorem conditional_sampler_same_law();
Theorem first_order_correction();
Theorem universality_of_weights();

}  // namespace widegeo::theory
