// The variances of a model as numbers of the recursions.
#pragma once

#include <vector>

#include "kernel/model.hpp"
#include "number/scalar.hpp"

namespace widegeo {

/// The parameters as numbers of a recursion, or as Taylor series. s[l - 1] and b[l - 1] belong to layer l; s[0] is the
/// variance of one weight: a fan-in is already divided by d.
template <class T>
struct LayerVariances {
  ReadOut read_out = ReadOut::post;
  std::vector<T> s, b;

  unsigned depth() const { return static_cast<unsigned>(s.size()); }
  unsigned activations() const { return read_out == ReadOut::post ? depth() : depth() - 1; }
};

/// s_1, divided by the dimension for the fan-in scale.
Rational first_weight_variance(const Model& model, unsigned long dimension);

template <class T>
LayerVariances<T> layer_variances(const Model& model, unsigned long dimension) {
  LayerVariances<T> r{model.read_out, {}, {}};
  for (unsigned l = 1; l <= model.depth; ++l) {
    r.s.push_back(from_rational<T>(l == 1 ? first_weight_variance(model, dimension) : model.s(l)));
    r.b.push_back(from_rational<T>(model.b(l)));
  }
  return r;
}

}  // namespace widegeo
