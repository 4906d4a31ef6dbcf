// Module-internal: the radial recursion in logarithmic derivatives, for enclosures over boxes of parameters.
// Where e = 1 + t (2w + c) is small, the terms of radial_recursion.hpp cancel, and their enclosures over a box become
// useless. Here every term of e is >= 0. With theta = t d/dt and functions of q alone, whose ranges follow from their
// end values,
//
//   X = q V'/V,  Y = q D'/D,  U = 1 + 2Y = E[z^2 phi'^2]/D >= 0,  E = V'/D,  F = E - 1,  M = U - X E >= 0
//   (Cauchy-Schwarz)
//
// and per layer the share of the bias in the variance, and logarithmic slopes,
//
//   h_1 = b_1/q_1 (the share),                    h_{l+1} = b_{l+1}/q_{l+1}
//   k_1 = 1 - h_1 = theta log q_1,                k_{l+1} = theta log q_{l+1} = (1 - h_{l+1}) X(q_l) k_l
//   j_1 = h_1 = theta log k_1,                    j_{l+1} = theta log k_{l+1} = j_l + k_l [h_{l+1} X + q X'/X](q_l)
//   p_1 = 1 (t q_l'/(t alpha_l) = 1 + delta_hat), p_{l+1} = E(q_l) p_l
//   delta_hat_{l+1} = E delta_hat_l + F,          theta delta_hat_{l+1} = E theta delta_hat_l + q F' k_l p_l
//   m_1 = h_1,                                    m_{l+1} = m_l + k_l p_l [M + h_{l+1} X E](q_l) >= 0
//
//   tau = sum_l Y k_l,                            theta tau = sum_l k_l [k_l q Y' + j_l Y](q_l)
//   c = sum_l 2 Y k_l delta_hat_l,                theta c = sum_l 2 (theta(Y k_l) delta_hat_l
//                                                           + Y k_l theta delta_hat_l)
//   e = m_L + k_L p_L U(q_L) = 1 + 2 tau + c
//
// m_l = e - k_l p_l before layer l's activation: the part of the radial direction not explained by the variance's
// slope.
#pragma once

#include "kernel/radial_recursion.hpp"
#include "number/ball/ball.hpp"

namespace widegeo {

/// Forwards expectations and records them, to the order that the logarithmic form needs for a result of `order`.
class RecordedSource final : public Expectations<Ball> {
 public:
  RecordedSource(const Expectations<Ball>& source, unsigned order) : source_(source), order_(order) {}
  OnePoint<Ball> one_point(const Ball& q, unsigned order) const override;
  TwoPoint<Ball> two_point(const Covariance<Ball>& c, TwoPointNeed need) const override {
    return source_.two_point(c, need);
  }
  ErrorKind kind() const override { return source_.kind(); }

  const Expectations<Ball>& source() const { return source_; }
  const std::vector<OnePoint<Ball>>& points() const { return points_; }

 private:
  const Expectations<Ball>& source_;
  unsigned order_;
  mutable std::vector<OnePoint<Ball>> points_;  ///< layer by layer; one object serves one recursion in one thread
};

/// nullopt where t, a variance or V reaches 0 over the box, or an expectation is not finite. parameters: to the order
/// of the result; recorded: the expectations used by the recursion at the same parameters.
std::optional<LogarithmicRadial<Ball>> logarithmic_radial(ReadOut read_out, const RadialParameters<Ball>& parameters,
                                                          const RecordedSource& recorded);

}  // namespace widegeo
