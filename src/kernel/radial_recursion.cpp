#include "kernel/radial_recursion.hpp"

#include <utility>
#include <vector>

#include "kernel/layer_variances.hpp"
#include "kernel/radial_recursion_body.hpp"

namespace widegeo {

template <class T>
RadialJets<T> radial_recursion(const Model& model, const Expectations<T>& source, const T& t, unsigned long dimension,
                               unsigned order) {
  if (dimension == 0) throw Error(ErrorCode::input, "the dimension is 0", "dimension");
  const JetShape& shape = JetShape::get(1, order);
  const auto [read_out, s, b] = layer_variances<T>(model, dimension);
  std::vector<T> linear(order + 1, T(0));
  linear[0] = s[0] * t + b[0];
  linear[1] = s[0];
  return radial_detail::recursion(read_out, Jet<T>::from_coefficients(shape, std::move(linear)),
                                  Jet<T>::constant(shape, s[0]), std::span<const T>(s), std::span<const T>(b), source);
}

template RadialJets<TrackedDouble> radial_recursion(const Model&, const Expectations<TrackedDouble>&,
                                                    const TrackedDouble&, unsigned long, unsigned);
template RadialJets<TrackedBlock> radial_recursion(const Model&, const Expectations<TrackedBlock>&, const TrackedBlock&,
                                                   unsigned long, unsigned);
template RadialJets<Real> radial_recursion(const Model&, const Expectations<Real>&, const Real&, unsigned long,
                                           unsigned);

}  // namespace widegeo
