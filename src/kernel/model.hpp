// The network model of docs/math/kernels.md, "Definition": depth, variances, scales. All numbers are exact until
// converted at a working precision.
#pragma once

#include <vector>

#include "number/rational.hpp"
#include "number/scalar.hpp"

namespace widegeo {

enum class InputScale { one, fan_in };  ///< W1 ~ N(0, s_1) or N(0, s_1 / d)
enum class Layer { post, pre };         ///< Phi = phi(h_L)/sqrt(n_L) or h_L/sqrt(n_L)

struct Model {
  unsigned depth = 1;                        ///< hidden layers L, 1..100000
  std::vector<Rational> weight_variance{1};  ///< s_l = sigma_l^2 > 0: one for all layers, or L values
  std::vector<Rational> bias_variance{0};    ///< b_l = zeta_l^2 >= 0: one for all layers, or L values
  InputScale input_scale = InputScale::one;
  Layer layer = Layer::post;

  /// Throws Error(input): depth 0, wrong number of variances, negative variance, zero weight variance.
  void validate() const;
  const Rational& s(unsigned l) const;  ///< l = 1..L
  const Rational& b(unsigned l) const;
};

/// The parameters as numbers of a recursion, or as Taylor series. s[l - 1] and b[l - 1] belong to layer l; s[0] is the
/// variance of one weight: a fan-in is already divided by d.
template <class T>
struct LayerVariances {
  Layer layer = Layer::post;
  std::vector<T> s, b;

  unsigned depth() const { return static_cast<unsigned>(s.size()); }
  unsigned activations() const { return layer == Layer::post ? depth() : depth() - 1; }
};

/// s_1, divided by the dimension for the fan-in scale.
Rational first_weight_variance(const Model& model, unsigned long dimension);

template <class T>
LayerVariances<T> layer_variances(const Model& model, unsigned long dimension) {
  LayerVariances<T> r{model.layer, {}, {}};
  for (unsigned l = 1; l <= model.depth; ++l) {
    r.s.push_back(from_rational<T>(l == 1 ? first_weight_variance(model, dimension) : model.s(l)));
    r.b.push_back(from_rational<T>(model.b(l)));
  }
  return r;
}

}  // namespace widegeo
