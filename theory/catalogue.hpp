// One function a theorem, each in a file of its own.
#pragma once

#include "theory/theorem.hpp"

namespace widegeo::theory {

// kernels and expectations
Theorem closed_forms_equal_quadrature();
Theorem kernel_dot_is_derivative();

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

// finite networks and statistics

}  // namespace widegeo::theory
