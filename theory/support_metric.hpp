// Shared by the theorems about the metric: random models and points, activations with a closed form, and a kernel as a
// function of two points over jets.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "closedform/closedform.hpp"
#include "geometry/radial.hpp"
#include "geometry/tensor.hpp"
#include "theory/support_cases.hpp"
#include "theory/theorem.hpp"

namespace widegeo::theory {

/// s_l in [1/2, 3/2], b_l in [1/20, 1/2], drawn independently for each layer.
Model random_model(Cases& cases, unsigned depth);
/// Coordinates of absolute value 1/10 to 9/10.
std::vector<Rational> random_point(Cases& cases, unsigned dimension);

/// A catalogue activation with its default parameters and its closed form.
struct ClosedCase {
  Activation activation;
  ClosedForm form;
};
/// All closed forms whose metric exists, in the order of the catalogue.
const std::vector<ClosedCase>& closed_cases();
/// Those among them that are analytic at coincident inputs.
const std::vector<const ClosedCase*>& smooth_cases();
const ClosedCase& closed_case(const std::string& name);
/// True for polynomials and exponentials, whose numbers leave every range at depth 3.
bool grows_fast(const ClosedCase& c);

/// K(a, b, n) of the closed form, evaluated over jets by the tape.
FeatureFunction<Real> feature_of(const ClosedForm& form);

/// Squared length of a point and its coordinates in multiprecision.
Rational squared_length(const std::vector<Rational>& point);
std::vector<Real> real_point(const std::vector<Rational>& point);

/// The radial recursion with the closed forms V(q) and D(q), and the resulting geometry.
struct RadialRoute {
  RadialMetric<Real> metric;
  RadialGeometry<Real> geometry;
};
RadialRoute radial_route(const ClosedCase& c, const Model& model, const Rational& t, unsigned dimension);

/// g_mn = d/dx_m d/dy_n k at y = x without its derivatives, from a jet of order 2 in 2d variables; row-major.
std::vector<Real> mixed_hessian(const KernelFunction<Real>& kernel, const std::vector<Real>& x);

/// g(v, v) = lim |Phi(x + h v) - Phi(x - h v)|^2 / (4 h^2) from values of the kernel alone, which kinks do not affect.
/// The error is twice the change on halving h (it falls at least like h), plus rounding.
struct Limit {
  Real value, error;
};
Limit chord_metric(const ClosedCase& c, const Model& model, const std::vector<Real>& x, const std::vector<Real>& v);

/// The same by the mixed Hessian at x - h v and x + h v, using two-dimensional quadrature, for activations without
/// closed form: u^T g u of its symmetric part, which is even in h. The error is the change on halving h, plus those of
/// the integrals.
TrackedDouble separated_metric(const Expectations<TrackedDouble>& source, const Model& model,
                               const std::vector<double>& x, const std::vector<double>& u);
/// Analytic activations that have no closed form.
const std::vector<std::string>& quadrature_names();

/// Omega = log(s D(s t + b)) as a tree, and its derivatives in t by the rules of the language.
struct OmegaValues {
  Real omega, d_omega, dd_omega;
};
OmegaValues omega_values(const ClosedForm& form, const Model& model, const Rational& t);

/// `text` with the first occurrence of `from` replaced: used by mutations to break a printed formula.
std::string replaced(const std::string& text, const std::string& from, const std::string& to);

/// "erf, depth 2, d = 3, t = 0.78, s = 1.2 0.9, b = 0.1 0.2"
std::string place_of(const std::string& activation, const Model& model, unsigned dimension, const Rational& t);

}  // namespace widegeo::theory
