// Module-internal: the coefficients of one pair and of one point for gram/derivatives/derivatives.hpp, for every
// scalar type.
#pragma once

#include <array>
#include <vector>

#include "gram/derivatives/derivatives.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/rational.hpp"

namespace widegeo::gram {

/// value, g[0], g[1], identity, h[0..3]; those not requested are 0.
template <class T>
using PairNumbers = std::array<T, 8>;

/// Values at one point: k(x, x) = f(t) and f'(t), the metric A I + B x x^T, theta(x, x) and its derivative in t.
///   theta_1 = q_1,  theta_{l+1} = q_{l+1} + s_{l+1} D(q_l) theta_l
struct PointNumbers {
  TrackedDouble kernel, slope, A, B, theta, theta_slope;
};

/// For pairs p != q, by nngp and ntk. T: TrackedDouble, TrackedBlock, Real; Real also allows equal rows.
template <class T>
PairNumbers<T> pair_numbers(const Model& model, const Expectations<T>& source, const InputPair<T>& inputs,
                            const DerivativeRequest& request);

/// At most Block::width pairs at once. A lane that fails gets infinite errors.
std::vector<PairNumbers<TrackedDouble>> block_numbers(const Model& model, const Expectations<TrackedBlock>& source,
                                                      const std::vector<InputPair<TrackedDouble>>& inputs,
                                                      const DerivativeRequest& request);

/// Converts coefficients on (p, q) and (x, y), as in kernel.hpp, to those on (w, q) and (w, y) of derivatives.hpp.
template <class T>
PairNumbers<T> regrouped(const PairNumbers<T>& n, int sign) {
  const T s(sign);
  PairNumbers<T> r = n;
  r[2] = n[2] + s * n[1];
  r[5] = n[5] + s * n[4];
  r[6] = n[6] + s * n[4];
  r[7] = n[4] + n[7] + s * (n[5] + n[6]);
  return r;
}

PairNumbers<TrackedDouble> coincident_numbers(const PointNumbers& point, const DerivativeRequest& request);

/// For all points of a set: in blocks where there is a source for them, and in multiprecision where double is not
/// accurate enough. Throws Error(input) naming the row.
std::vector<PointNumbers> point_numbers(const Model& model,
                                        const std::function<std::unique_ptr<Expectations<TrackedBlock>>()>& block,
                                        const std::function<std::unique_ptr<Expectations<TrackedDouble>>()>& single,
                                        const std::function<std::unique_ptr<Expectations<Real>>()>& exact,
                                        const Points& points, bool ntk, unsigned threads);

struct ExactPair {
  Rational xx, yy, xy;
  std::size_t dimension = 1;
  bool equal = false;
  InputPair<Real> at_working_precision(bool exchange) const;
};
ExactPair exact_pair(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace widegeo::gram
