#include "gram/scalar/scalar_series.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "jet/jet.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gram {

template <class T>
std::vector<T> power_series(const Model& model, const Expectations<T>& source, const TaylorOfKernel<T>& taylor,
                            const T& t, unsigned long dimension, bool ntk, unsigned order) {
  if (order > max_power_order)
    throw Error(ErrorCode::input, "power series go up to order " + std::to_string(max_power_order));
  const JetShape& shape = JetShape::get(1, order == 0 ? 1 : order);
  const unsigned working_order = shape.order();
  const T first = from_rational<T>(first_weight_variance(model, dimension)) * t, b1 = from_rational<T>(model.b(1));
  std::vector<T> line(working_order + 1, T(0));
  line[0] = b1;
  line[1] = first;
  T q = first + b1;
  Jet<T> n = Jet<T>::from_coefficients(shape, line), theta = n;
  const unsigned activations = model.read_out == ReadOut::post ? model.depth : model.depth - 1;
  for (unsigned l = 1; l <= activations; ++l) {
    const std::vector<T> outer = taylor(q, n.value(), working_order + (ntk ? 1 : 0));
    const Jet<T> feature = compose(std::span<const T>(outer.data(), working_order + 1), n);
    if (ntk) {
      std::vector<T> slope;
      for (unsigned j = 0; j <= working_order; ++j) slope.push_back(T(static_cast<int>(j + 1)) * outer[j + 1]);
      theta = compose(std::span<const T>(slope), n) * theta;
    }
    if (l == model.depth) {
      n = feature;
      break;
    }
    const T s = from_rational<T>(model.s(l + 1)), b = from_rational<T>(model.b(l + 1));
    n = s * feature + b;
    if (ntk) theta = n + s * theta;
    q = s * source.one_point(q, 0).V[0] + b;
  }
  const Jet<T>& result = ntk ? theta : n;
  std::vector<T> coefficients;
  for (unsigned k = 0; k <= order; ++k) coefficients.push_back(k < result.size() ? result.coefficient(k) : T(0));
  return coefficients;
}

template std::vector<TrackedDouble> power_series(const Model&, const Expectations<TrackedDouble>&,
                                                 const TaylorOfKernel<TrackedDouble>&, const TrackedDouble&,
                                                 unsigned long, bool, unsigned);
template std::vector<Real> power_series(const Model&, const Expectations<Real>&, const TaylorOfKernel<Real>&,
                                        const Real&, unsigned long, bool, unsigned);

namespace {

Real whole(unsigned long n) { return Real(n); }

/// sum c_k T_k(v) by Clenshaw's recurrence.
Real sum_at(const std::vector<Real>& c, const Real& v) {
  Real b1(0), b2(0);
  for (std::size_t k = c.size() - 1; k >= 1; --k) {
    Real b = 2 * v * b1 - b2 + c[k];
    b2 = b1;
    b1 = b;
  }
  return v * b1 - b2 + c[0];
}

}  // namespace

double chebyshev_tail_norm(unsigned n) { return 0.7 + 0.41 * std::log(static_cast<double>(n)); }

ChebyshevSeries chebyshev_series(const ChebyshevSampler& f, SeriesVariable variable, const Real& tolerance,
                                 unsigned max_degree, unsigned threads) {
  using Sample = std::pair<Real, Real>;
  std::vector<Sample> samples;
  for (unsigned n = 16; n <= max_degree; n *= 2) {
    const bool nested = !samples.empty();
    // cos(pi k / n), k = 0..2n - 1; exact where it is -1, 0 or 1.
    std::vector<Real> cosine(2 * n);
    for (unsigned k = 0; k <= n / 2; ++k) {
      cosine[k] = k == 0 ? Real(1) : 2 * k == n ? Real(0) : cos(pi<Real>() * whole(k) / whole(n));
      cosine[n - k] = -cosine[k];
      cosine[n + k] = -cosine[k];
      if (k > 0) cosine[2 * n - k] = cosine[k];
    }
    std::vector<Sample> now(n + 1);
    for (unsigned j = 0; nested && j <= n; j += 2) now[j] = samples[j / 2];
    parallel_for_ordered(nested ? n / 2 : n + 1, threads, [&](std::size_t i) {
      const std::size_t j = nested ? 2 * i + 1 : i;
      now[j] = f(cosine[j]);
    });
    samples = std::move(now);

    ChebyshevSeries series;
    Real node_error(0), size(0), tail(0), dropped(0);
    for (const Sample& s : samples) {
      node_error = max(node_error, s.second);
      size = max(size, Real(abs(s.first)));
    }
    node_error += whole(8 * n) * pow(Real(10), Real(-static_cast<int>(working_digits()))) * size;
    for (unsigned k = 0; k <= n; ++k) {
      Real sum = (samples[0].first + (k % 2 == 0 ? samples[n].first : Real(-samples[n].first))) / 2;
      for (unsigned j = 1; j < n; ++j)
        multiply_add(sum, samples[j].first, cosine[static_cast<unsigned long>(k) * j % (2 * n)]);
      series.coefficient.push_back(sum * (k == 0 || k == n ? 1 : 2) / whole(n));
      if (k > 3 * n / 4) tail += abs(series.coefficient.back());
    }
    while (series.coefficient.size() > 2 && dropped + abs(series.coefficient.back()) <= tolerance / 16) {
      dropped += abs(series.coefficient.back());
      series.coefficient.pop_back();
    }
    const Real lebesgue(static_cast<int>(3 + std::ceil(std::log(n + 1.0))));  // above 1 + Lambda_n
    const Real rest = variable == SeriesVariable::correlation
                          ? Real(chebyshev_rest(n) * (tail + chebyshev_tail_norm(n) * node_error))
                          : Real(2 * tail);
    series.coefficient_error = 2 * node_error + rest;
    series.truncation = rest + dropped + lebesgue * node_error;
    if (series.truncation > tolerance) continue;
    bool holds = true;
    for (const int thousandths : {-977, -551, 31, 623, 989}) {
      const Real v = Real(thousandths) / 1000;
      const Sample exact = f(v);
      if (!(abs(sum_at(series.coefficient, v) - exact.first) <= series.truncation + exact.second)) holds = false;
    }
    if (holds) return series;
  }
  throw Error(ErrorCode::accuracy, "the Chebyshev series does not reach its tolerance",
              "degree " + std::to_string(max_degree), "ask for fewer digits, or for a table");
}

}  // namespace widegeo::gram
