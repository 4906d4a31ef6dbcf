// The network model of docs/math/kernels.md, "Definition": depth, variances, scales. All numbers are exact until
// converted at a working precision.
#pragma once

#include <vector>

#include "number/rational.hpp"

namespace widegeo {

enum class InputScale { one, fan_in };  ///< W1 ~ N(0, s_1) or N(0, s_1 / d)
enum class ReadOut { post, pre };       ///< Phi = phi(h_L)/sqrt(n_L) or h_L/sqrt(n_L)

struct Model {
  unsigned depth = 1;                        ///< hidden layers L, 1..100000
  std::vector<Rational> weight_variance{1};  ///< s_l = sigma_l^2 > 0: one for all layers, or L values
  std::vector<Rational> bias_variance{0};    ///< b_l = zeta_l^2 >= 0: one for all layers, or L values
  InputScale input_scale = InputScale::one;
  ReadOut read_out = ReadOut::post;

  /// Throws Error(input): depth 0, wrong number of variances, negative variance, zero weight variance.
  void validate() const;
  const Rational& s(unsigned l) const;  ///< l = 1..L
  const Rational& b(unsigned l) const;
};

}  // namespace widegeo
