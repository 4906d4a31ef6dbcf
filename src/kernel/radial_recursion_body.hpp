// Module-internal: the radial recursion (formulas in radial_recursion.hpp), shared by numeric variances and
// variances that are Taylor series.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kernel/checks.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/error.hpp"

namespace widegeo::radial_detail {

/// Taylor coefficients of d^shift f from the derivatives f^(k), to `order`.
template <class T>
std::vector<T> taylor(const std::vector<T>& derivatives, unsigned shift, unsigned order) {
  std::vector<T> c;
  c.reserve(order + 1);
  T factorial(1);  // 13! does not fit an int
  for (unsigned k = 0; k <= order; ++k) {
    if (k > 1) factorial = factorial * T(static_cast<int>(k));
    c.push_back(k < 2 ? derivatives[k + shift] : derivatives[k + shift] / factorial);
  }
  return c;
}

/// (d^shift f)(q) to `order` from the powers of q.
template <class T>
Jet<T> at_powers(const std::vector<T>& derivatives, unsigned shift, const JetPowers<T>& q, unsigned order) {
  const std::vector<T> c = taylor(derivatives, shift, order);
  return q.compose(std::span<const T>(c), order);
}

template <class T>
void check_source(const OnePoint<T>& e, const T& q, unsigned layer) {
  bool finite = true;
  for (const T& v : e.V) finite = finite && is_usable(v);
  for (const T& v : e.D) finite = finite && is_usable(v);
  if (finite) return;
  if (is_zero(q))
    throw Error(ErrorCode::input, "the metric has no smooth limit at a point of zero variance (x = 0 without bias)",
                "layer " + std::to_string(layer), "choose x != 0 or a positive bias variance");
  throw Error(ErrorCode::accuracy, "a Gaussian expectation is not finite at this precision",
              "layer " + std::to_string(layer), "ask for more digits");
}

template <class T>
const T& of_order(const T& number, unsigned) {
  return number;
}
template <class T>
Jet<T> of_order(const Jet<T>& series, unsigned order) {
  return truncated(series, order);
}

/// q = s_1 t + b_1 and alpha = s_1 of the first layer, of the full shape; s and b of layers 1..L, T or Jet<T>.
template <class T, class P>
RadialJets<T> recursion(ReadOut read_out, Jet<T> q, Jet<T> alpha, std::span<const P> s, std::span<const P> b,
                        const Expectations<T>& source) {
  const unsigned order = q.shape().order(), depth = static_cast<unsigned>(s.size());
  Jet<T> gamma = Jet<T>::constant(JetShape::get(q.shape().variables(), order - 1), T(0)), delta = gamma;
  Jet<T> variance = q;
  T dot(1);

  const unsigned activations = read_out == ReadOut::post ? depth : depth - 1;
  for (unsigned l = 1; l <= activations; ++l) {
    if (l > 1) {
      const P& weight = s[l - 1];
      q = variance * weight + b[l - 1];
      alpha = alpha * weight;
      if (l > 2) gamma = gamma * of_order(weight, order - 1);
      delta = delta * of_order(weight, order - 1);
    }
    require_in_range(q.value(), "the variance", l);
    const OnePoint<T> e = source.one_point(q.value(), order);
    check_source(e, q.value(), l);

    const JetPowers<T> powers(q);
    const Jet<T> D = at_powers(e.D, 0, powers, order);
    // gamma and delta are 0 in the first layer and gamma also in the second; delta is not needed after the last.
    const Jet<T> low_D = l > 2 || l < activations ? truncated(D, order - 1) : D;
    if (l > 1) {
      Jet<T> source_of_gamma = at_powers(e.D, 1, powers, order - 1) * partial(q, 0) * delta * 2;
      gamma = l > 2 ? low_D * gamma + source_of_gamma : std::move(source_of_gamma);
    }
    if (l < activations) {
      const Jet<T> slope_V = at_powers(e.V, 1, powers, order - 1);
      Jet<T> source_of_delta = (slope_V - low_D) * truncated(alpha, order - 1);
      delta = l > 1 ? slope_V * delta + source_of_delta : std::move(source_of_delta);
    }
    alpha = D * alpha;
    require_in_range(alpha.value(), "the metric", l);
    variance = at_powers(e.V, 0, powers, order);
    dot = e.D[0];
  }
  if (activations < depth && depth > 1) {
    const P& weight = s[depth - 1];
    q = variance = variance * weight + b[depth - 1];
    alpha = alpha * weight;
    gamma = gamma * of_order(weight, order - 1);
  }
  for (std::size_t i = 0; i < alpha.size(); ++i) require_finite(alpha.coefficient(i), "the metric", depth);
  for (std::size_t i = 0; i < gamma.size(); ++i) require_finite(gamma.coefficient(i), "the metric", depth);
  RadialJets<T> result;
  result.B = gamma + 2 * partial(alpha, 0);
  result.A = std::move(alpha);
  result.defect = std::move(gamma);
  result.q = std::move(q);
  result.variance = std::move(variance);
  result.dot = dot;
  return result;
}

}  // namespace widegeo::radial_detail
