#include "kernel/radial_recursion.hpp"

#include <utility>
#include <vector>

#include "kernel/radial_recursion_body.hpp"

namespace widegeo {

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
  std::vector<T> s{from_rational<T>(first_weight_variance(model, dimension))}, b{from_rational<T>(model.b(1))};
  for (unsigned l = 2; l <= model.depth; ++l) {
    s.push_back(from_rational<T>(model.s(l)));
    b.push_back(from_rational<T>(model.b(l)));
  }
  std::vector<T> linear(order + 1, T(0));
  linear[0] = s[0] * t + b[0];
  linear[1] = s[0];
  return radial_detail::recursion(model.layer, Jet<T>::from_coefficients(shape, std::move(linear)),
                                  Jet<T>::constant(shape, s[0]), std::span<const T>(s), std::span<const T>(b), source);
}

template RadialJets<TrackedDouble> radial_recursion(const Model&, const Expectations<TrackedDouble>&,
                                                    const TrackedDouble&, unsigned long, unsigned);
template RadialJets<TrackedBlock> radial_recursion(const Model&, const Expectations<TrackedBlock>&, const TrackedBlock&,
                                                   unsigned long, unsigned);
template RadialJets<Real> radial_recursion(const Model&, const Expectations<Real>&, const Real&, unsigned long,
                                           unsigned);

}  // namespace widegeo
