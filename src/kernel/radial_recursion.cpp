#include "kernel/radial_recursion.hpp"

#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "kernel/checks.hpp"

namespace widegeo {

namespace {

/// Taylor coefficients of d^shift f from the derivatives f^(k), to `order`.
template <class T>
std::vector<T> taylor(const std::vector<T>& derivatives, unsigned shift, unsigned order) {
  std::vector<T> c;
  c.reserve(order + 1);
  int factorial = 1;
  for (unsigned k = 0; k <= order; ++k) {
    if (k > 1) factorial *= static_cast<int>(k);
    c.push_back(factorial == 1 ? derivatives[k + shift] : derivatives[k + shift] / T(factorial));
  }
  return c;
}

template <class T>
Jet<T> outer_at(const std::vector<T>& derivatives, unsigned shift, const Jet<T>& q) {
  const std::vector<T> c = taylor(derivatives, shift, q.shape().order());
  return compose(std::span<const T>(c), q);
}

/// f', one order less.
template <class T>
Jet<T> derivative_of(const Jet<T>& f) {
  const unsigned order = f.shape().order() - 1;
  std::vector<T> c;
  for (unsigned k = 0; k <= order; ++k) c.push_back(f.coefficient(k + 1) * T(static_cast<int>(k + 1)));
  return Jet<T>::from_coefficients(JetShape::get(1, order), std::move(c));
}

template <class T>
void check_source(const OnePoint<T>& e, const T& q, unsigned layer) {
  bool finite = true;
  for (const T& v : e.V) finite = finite && is_usable(v);
  for (const T& v : e.D) finite = finite && is_usable(v);
  if (finite) return;
  if (is_zero(q))
    throw Error(ErrorCode::input, "a zero-variance point (x = 0 without bias) where the metric has no smooth limit",
                "layer " + std::to_string(layer), "choose x != 0 or a positive bias variance");
  throw Error(ErrorCode::accuracy, "a Gaussian expectation is not finite at this precision",
              "layer " + std::to_string(layer), "ask for more digits");
}

}  // namespace

Rational first_weight_variance(const Model& model, unsigned long dimension) {
  Rational s = model.s(1);
  if (model.input_scale == InputScale::fan_in) s /= Rational(dimension);
  return s;
}

template <class T>
RadialJets<T> radial_recursion(const Model& model, const Expectations<T>& source, const T& t, unsigned long dimension,
                               unsigned order) {
  if (dimension == 0) throw Error(ErrorCode::input, "the dimension is 0", "dimension");
  const JetShape& shape = JetShape::get(1, order);
  const JetShape& lower = JetShape::get(1, order - 1);
  const T s1 = from_rational<T>(first_weight_variance(model, dimension));

  std::vector<T> linear(order + 1, T(0));
  const T b1 = from_rational<T>(model.b(1));
  linear[0] = s1 * t + b1;
  linear[1] = s1;
  Jet<T> q = Jet<T>::from_coefficients(shape, std::move(linear));
  Jet<T> alpha = Jet<T>::constant(shape, s1);
  Jet<T> gamma = Jet<T>::constant(lower, T(0)), delta = gamma;
  Jet<T> variance = q;
  T dot(1);

  const unsigned activations = model.layer == Layer::post ? model.depth : model.depth - 1;
  for (unsigned l = 1; l <= activations; ++l) {
    if (l > 1) {
      const T s = from_rational<T>(model.s(l)), b = from_rational<T>(model.b(l));
      q = s * variance + b;
      alpha = s * alpha;
      gamma = s * gamma;
      delta = s * delta;
    }
    require_in_range(q.value(), "the variance", l);
    const OnePoint<T> e = source.one_point(q.value(), order);
    check_source(e, q.value(), l);

    const Jet<T> low_q = truncated(q, order - 1);
    const Jet<T> low_alpha = truncated(alpha, order - 1);
    const Jet<T> D = outer_at(e.D, 0, q);
    const Jet<T> low_D = truncated(D, order - 1);
    const Jet<T> slope_D = outer_at(e.D, 1, low_q);
    const Jet<T> slope_V = outer_at(e.V, 1, low_q);

    gamma = low_D * gamma + slope_D * derivative_of(q) * delta * 2;
    delta = slope_V * delta + (slope_V - low_D) * low_alpha;
    alpha = D * alpha;
    require_in_range(alpha.value(), "the metric", l);
    variance = outer_at(e.V, 0, q);
    dot = e.D[0];
  }
  if (activations < model.depth && model.depth > 1) {
    const T s = from_rational<T>(model.s(model.depth)), b = from_rational<T>(model.b(model.depth));
    q = variance = s * variance + b;
    alpha = s * alpha;
    gamma = s * gamma;
  }
  for (std::size_t i = 0; i < alpha.size(); ++i) require_finite(alpha.coefficient(i), "the metric", model.depth);
  for (std::size_t i = 0; i < gamma.size(); ++i) require_finite(gamma.coefficient(i), "the metric", model.depth);
  RadialJets<T> result;
  result.B = gamma + 2 * derivative_of(alpha);
  result.A = std::move(alpha);
  result.defect = std::move(gamma);
  result.q = std::move(q);
  result.variance = std::move(variance);
  result.dot = dot;
  return result;
}

template RadialJets<TrackedDouble> radial_recursion(const Model&, const Expectations<TrackedDouble>&,
                                                    const TrackedDouble&, unsigned long, unsigned);
template RadialJets<TrackedBlock> radial_recursion(const Model&, const Expectations<TrackedBlock>&, const TrackedBlock&,
                                                   unsigned long, unsigned);
template RadialJets<Real> radial_recursion(const Model&, const Expectations<Real>&, const Real&, unsigned long,
                                           unsigned);

}  // namespace widegeo
