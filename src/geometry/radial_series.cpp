#include "geometry/radial_body.hpp"
#include "number/ball/ball.hpp"

namespace widegeo {

template <class T>
RadialGeometry<Jet<T>> radial_geometry_series(const RadialJets<T>& jets, const Jet<T>& t, unsigned long dimension) {
  if (dimension == 0) throw Error(ErrorCode::input, "the dimension is 0", "dimension");
  const JetShape& shape = jets.A.shape();
  if (shape.variables() == 0 || shape.order() < 2)
    throw Error(ErrorCode::input, "curvature needs the metric to second order in t", "order");
  const unsigned order = shape.order() - 2;
  const auto slope = [&](const Jet<T>& f) { return truncated(partial(f, 0), order); };
  const Jet<T> dA = partial(jets.A, 0);
  RadialGeometry<Jet<T>> g;
  g.A = truncated(jets.A, order);
  g.dA = truncated(dA, order);
  g.ddA = slope(dA);
  g.B = truncated(jets.B, order);
  g.dB = slope(jets.B);
  g.preactivation_variance = truncated(jets.q, order);
  g.variance = truncated(jets.variance, order);
  const LogarithmicRadial<Ball>* logarithmic = nullptr;
  if constexpr (std::is_same_v<T, Ball>) logarithmic = jets.logarithmic ? &*jets.logarithmic : nullptr;
  radial_detail::complete_geometry(g, truncated(t, order), truncated(jets.defect, order), slope(jets.defect), dimension,
                                   logarithmic);
  return g;
}

#define WIDEGEO_INSTANTIATE(T) \
  template RadialGeometry<Jet<T>> radial_geometry_series(const RadialJets<T>&, const Jet<T>&, unsigned long);
WIDEGEO_INSTANTIATE(TrackedDouble)
WIDEGEO_INSTANTIATE(Real)
WIDEGEO_INSTANTIATE(Ball)
#undef WIDEGEO_INSTANTIATE

}  // namespace widegeo
