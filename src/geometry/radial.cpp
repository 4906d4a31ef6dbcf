#include "geometry/radial.hpp"

#include <utility>

#include "geometry/radial_body.hpp"
#include "kernel/radial_recursion.hpp"

namespace widegeo {

template <class T>
RadialMetric<T> radial_metric(const Model& model, const Expectations<T>& source, const T& t, unsigned long dimension,
                              unsigned order) {
  model.validate();
  if (order == 0) throw Error(ErrorCode::input, "the order of the radial metric is 0", "order");
  RadialJets<T> r = radial_recursion(model, source, t, dimension, order);
  return {std::move(r.A), std::move(r.B), std::move(r.q), std::move(r.defect), std::move(r.variance)};
}

template <class T>
RadialGeometry<T> radial_geometry(const RadialMetric<T>& metric, const T& t, unsigned long dimension) {
  if (dimension == 0) throw Error(ErrorCode::input, "the dimension is 0", "dimension");
  if (metric.A.size() < 3 || metric.B.size() < 2)
    throw Error(ErrorCode::input, "curvature needs the metric to second order in t", "order");
  const T two(2);
  RadialGeometry<T> g;
  g.A = metric.A.coefficient(0);
  g.dA = metric.A.coefficient(1);
  g.ddA = two * metric.A.coefficient(2);
  g.B = metric.B.coefficient(0);
  g.dB = metric.B.coefficient(1);
  const T defect = metric.defect ? metric.defect->coefficient(0) : g.B - two * g.dA;
  const T d_defect = metric.defect ? metric.defect->coefficient(1) : g.dB - two * g.ddA;
  if (metric.q) g.preactivation_variance = metric.q->value();
  if (metric.variance) g.variance = metric.variance->value();
  radial_detail::complete_geometry(g, t, defect, d_defect, dimension);
  return g;
}

template <class T>
ConformalFactor<T> conformal_factor(const Model& model, const RadialMetric<T>& metric) {
  if (model.depth != 1 || model.read_out != ReadOut::post)
    throw Error(ErrorCode::input,
                "Omega exists only at depth 1: deeper metrics are not of the form e^Omega (I + 2 Omega' x x^T)",
                "depth");
  if (metric.A.size() < 3) throw Error(ErrorCode::input, "Omega needs the metric to second order in t", "order");
  T A = metric.A.coefficient(0);
  require_positive(A, A, "A");
  const T w = metric.A.coefficient(1) / A;
  return {log(A), w, T(2) * metric.A.coefficient(2) / A - w * w};
}

#define WIDEGEO_INSTANTIATE(T)                                                                                     \
  template RadialMetric<T> radial_metric(const Model&, const Expectations<T>&, const T&, unsigned long, unsigned); \
  template RadialGeometry<T> radial_geometry(const RadialMetric<T>&, const T&, unsigned long);                     \
  template ConformalFactor<T> conformal_factor(const Model&, const RadialMetric<T>&);
WIDEGEO_INSTANTIATE(TrackedDouble)
WIDEGEO_INSTANTIATE(TrackedBlock)
WIDEGEO_INSTANTIATE(Real)
#undef WIDEGEO_INSTANTIATE

}  // namespace widegeo
