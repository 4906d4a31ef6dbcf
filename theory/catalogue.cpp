#include "theory/catalogue.hpp"

namespace widegeo::theory {

const std::vector<Theorem>& catalogue() {
  // One theorem per line.
  // clang-format off
  static const std::vector<Theorem> all{
      // kernels and expectations
      closed_forms_equal_quadrature(),
      kernel_dot_is_derivative(),
      parseval(),
      heat_equation(),
      erf_closed_forms(),
      arc_cosine_kernels(),
      fixed_points(),
      positive_definite_kernel(),
      zero_variance_limits(),
      ordered_phase_decay(),
      sigmoidal_metric_decreases(),
      bell_metric_unimodal(),
      erf_curvature_monotone(),
      ntk_metric_exists(),

      // the metric and its curvature
      metric_from_mixed_hessian(),
      depth_one_is_hessian(),
      depth_two_is_not_hessian(),
      omega_metric(),
      omega_volume(),
      omega_ricci(),
      ricci_published_coefficient(),
      flat_piecewise_linear(),
      homogeneous_homothety(),
      sectional_tangential_nonpositive_depth_one(),
      sectional_tangential_positive_depth_two(),
      conformally_flat(),
      radial_curvatures_equal_tensor_calculus(),
      bianchi_identities(),
      gauss_bonnet_on_discs(),
      radial_length(),
      rotation_invariance_exact(),
      flat_space_sign_test(),
      erf_scalar_curvature_negative(),

      // finite networks and statistics
      gauss_equation(),
      depth_one_tensor_formula(),
      depth_one_symmetric_tensor(),
      relu_piecewise_flat(),
      mean_metric_depth_one(),
      metric_variance_depth_one(),
      rotation_broken_by_finite_networks(),
      he_relu_fourth_moment(),
      conditional_sampler_same_law(),
      first_order_correction(),
      universality_of_weights(),
  };
  // clang-format on
  return all;
}

}  // namespace widegeo::theory
