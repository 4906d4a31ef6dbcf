#include "geometry/tensor.hpp"

#include <cmath>
#include <utility>

#include "number/error.hpp"

namespace widegeo {

namespace {

/// Gauss-Jordan elimination with partial pivoting (d is small here).
template <class T>
std::vector<T> inverse_of(std::vector<T> m, unsigned d) {
  std::vector<T> r(d * d, T(0));
  for (unsigned i = 0; i < d; ++i) r[i * d + i] = T(1);
  for (unsigned k = 0; k < d; ++k) {
    unsigned pivot = k;
    for (unsigned i = k + 1; i < d; ++i)
      if (abs(m[i * d + k]) > abs(m[pivot * d + k])) pivot = i;
    const T p = m[pivot * d + k];
    if (!(abs(p) > T(0))) throw Error(ErrorCode::input, "the metric is degenerate here");
    for (unsigned j = 0; j < d; ++j) {
      std::swap(m[k * d + j], m[pivot * d + j]);
      std::swap(r[k * d + j], r[pivot * d + j]);
    }
    for (unsigned j = 0; j < d; ++j) {
      m[k * d + j] = m[k * d + j] / p;
      r[k * d + j] = r[k * d + j] / p;
    }
    for (unsigned i = 0; i < d; ++i) {
      if (i == k) continue;
      const T factor = m[i * d + k];
      for (unsigned j = 0; j < d; ++j) {
        m[i * d + j] = m[i * d + j] - factor * m[k * d + j];
        r[i * d + j] = r[i * d + j] - factor * r[k * d + j];
      }
    }
  }
  return r;
}

template <class T>
void christoffel_symbols(const MetricJet<T>& m, Curvature<T>& r) {
  const unsigned d = m.dimension;
  const T two(2);
  r.christoffel_lower.assign(d * d * d, T(0));
  r.christoffel = r.christoffel_lower;
  for (unsigned k = 0; k < d; ++k)
    for (unsigned a = 0; a < d; ++a)
      for (unsigned b = 0; b < d; ++b)
        r.christoffel_lower[(k * d + a) * d + b] = (m.first(a, k, b) + m.first(b, k, a) - m.first(k, a, b)) / two;
  for (unsigned k = 0; k < d; ++k)
    for (unsigned i = 0; i < d; ++i)
      for (unsigned ab = 0; ab < d * d; ++ab)
        r.christoffel[k * d * d + ab] =
            r.christoffel[k * d * d + ab] + r.inverse[k * d + i] * r.christoffel_lower[i * d * d + ab];
}

template <class T>
void riemann_tensor(const MetricJet<T>& m, Curvature<T>& r) {
  const unsigned d = m.dimension;
  const T two(2);
  r.riemann.resize(d * d * d * d);
  const auto lower = [&](unsigned k, unsigned a, unsigned b) -> const T& {
    return r.christoffel_lower[(k * d + a) * d + b];
  };
  const auto upper = [&](unsigned k, unsigned a, unsigned b) -> const T& { return r.christoffel[(k * d + a) * d + b]; };
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b)
      for (unsigned c = 0; c < d; ++c)
        for (unsigned e = 0; e < d; ++e) {
          T sum = (m.second(b, c, a, e) + m.second(a, e, b, c) - m.second(b, e, a, c) - m.second(a, c, b, e)) / two;
          for (unsigned k = 0; k < d; ++k)
            sum = sum + (lower(k, b, c) * upper(k, a, e) - lower(k, b, e) * upper(k, a, c));
          r.riemann[((a * d + b) * d + c) * d + e] = sum;
        }
}

template <class T>
void contractions(const MetricJet<T>& m, Curvature<T>& r) {
  const unsigned d = m.dimension;
  r.ricci.assign(d * d, T(0));
  for (unsigned b = 0; b < d; ++b)
    for (unsigned e = 0; e < d; ++e)
      for (unsigned a = 0; a < d; ++a)
        for (unsigned c = 0; c < d; ++c)
          r.ricci[b * d + e] = r.ricci[b * d + e] + r.inverse[a * d + c] * r.riemann_at(a, b, c, e);
  r.scalar = T(0);
  for (unsigned i = 0; i < d * d; ++i) r.scalar = r.scalar + r.inverse[i] * r.ricci[i];
}

template <class T>
void weyl_tensor(const MetricJet<T>& m, Curvature<T>& r) {
  const unsigned d = m.dimension;
  r.weyl.assign(d * d * d * d, T(0));
  if (d < 3) return;
  const T first(static_cast<int>(d - 2)), second(static_cast<int>((d - 1) * (d - 2)));
  const auto g = [&](unsigned a, unsigned b) -> const T& { return m.metric(a, b); };
  const auto ricci = [&](unsigned a, unsigned b) -> const T& { return r.ricci[a * d + b]; };
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b)
      for (unsigned c = 0; c < d; ++c)
        for (unsigned e = 0; e < d; ++e)
          r.weyl[((a * d + b) * d + c) * d + e] =
              r.riemann_at(a, b, c, e) -
              (g(a, c) * ricci(b, e) - g(a, e) * ricci(b, c) - g(b, c) * ricci(a, e) + g(b, e) * ricci(a, c)) / first +
              r.scalar * (g(a, c) * g(b, e) - g(a, e) * g(b, c)) / second;
}

}  // namespace

template <class T>
Curvature<T> curvature(const MetricJet<T>& metric) {
  if (metric.dimension == 0) throw Error(ErrorCode::input, "the dimension is 0", "dimension");
  Curvature<T> r;
  r.dimension = metric.dimension;
  r.inverse = inverse_of(metric.g, metric.dimension);
  christoffel_symbols(metric, r);
  riemann_tensor(metric, r);
  contractions(metric, r);
  weyl_tensor(metric, r);
  return r;
}

template <class T>
MetricJet<T> metric_jet(std::span<const Jet<T>> entries, unsigned d) {
  if (entries.size() != static_cast<std::size_t>(d) * d)
    throw Error(ErrorCode::input, "a metric needs dimension x dimension entries", "metric");
  MetricJet<T> r(d);
  std::vector<unsigned> k(d, 0);
  for (unsigned ab = 0; ab < d * d; ++ab) {
    const Jet<T>& f = entries[ab];
    r.g[ab] = f.value();
    if (f.shape().variables() == 0) continue;
    if (f.shape().variables() != d || f.shape().order() < 2)
      throw Error(ErrorCode::input, "the entries of a metric must be jets of order 2 in the coordinates", "metric");
    for (unsigned c = 0; c < d; ++c) {
      ++k[c];
      r.dg[c * d * d + ab] = f.derivative(std::span<const unsigned>(k));
      for (unsigned e = 0; e < d; ++e) {
        ++k[e];
        r.ddg[(c * d + e) * d * d + ab] = f.derivative(std::span<const unsigned>(k));
        --k[e];
      }
      --k[c];
    }
  }
  return r;
}

template <class T>
MetricJet<T> metric_jet(const MetricFunction<T>& metric, std::span<const T> point) {
  const unsigned d = static_cast<unsigned>(point.size());
  const JetShape& shape = JetShape::get(d, 2);
  std::vector<Jet<T>> x;
  for (unsigned i = 0; i < d; ++i) x.push_back(Jet<T>::variable(shape, i, point[i]));
  const std::vector<Jet<T>> entries = metric(x);
  return metric_jet<T>(std::span<const Jet<T>>(entries), d);
}

template <class T>
MetricJet<T> metric_from_kernel(const KernelFunction<T>& kernel, std::span<const T> point) {
  const unsigned d = static_cast<unsigned>(point.size());
  const JetShape& shape = JetShape::get(2 * d, 4);
  std::vector<Jet<T>> x, y;
  for (unsigned i = 0; i < d; ++i) {
    x.push_back(Jet<T>::variable(shape, i, point[i]));
    y.push_back(Jet<T>::variable(shape, d + i, point[i]));
  }
  const Jet<T> k = kernel(x, y);
  MetricJet<T> r(d);
  std::vector<unsigned> index(2 * d, 0);
  const auto derivative = [&] { return k.derivative(std::span<const unsigned>(index)); };
  for (unsigned m = 0; m < d; ++m)
    for (unsigned n = 0; n < d; ++n) {
      ++index[m];
      ++index[d + n];
      r.g[m * d + n] = derivative();
      // Each derivative along the diagonal falls on x or on y.
      for (unsigned c = 0; c < 2 * d; ++c) {
        ++index[c];
        T& first = r.dg[((c % d) * d + m) * d + n];
        first = first + derivative();
        for (unsigned e = 0; e < 2 * d; ++e) {
          ++index[e];
          T& second = r.ddg[(((c % d) * d + e % d) * d + m) * d + n];
          second = second + derivative();
          --index[e];
        }
        --index[c];
      }
      --index[m];
      --index[d + n];
    }
  return r;
}

template <class T>
KernelFunction<T> network_kernel(const Model& model, FeatureFunction<T> feature) {
  model.validate();
  return [model, feature = std::move(feature)](std::span<const Jet<T>> x, std::span<const Jet<T>> y) {
    Jet<T> a(0), b(0), n(0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      a = a + x[i] * x[i];
      b = b + y[i] * y[i];
      n = n + x[i] * y[i];
    }
    for (unsigned l = 1;; ++l) {
      Rational s = model.s(l);
      if (l == 1 && model.input_scale == InputScale::fan_in) s /= Rational(x.size());
      const Jet<T> weight(from_rational<T>(s)), bias(from_rational<T>(model.b(l)));
      a = weight * a + bias;
      b = weight * b + bias;
      n = weight * n + bias;
      if (l == model.depth && model.read_out == ReadOut::pre) return n;
      const Jet<T> next = feature(a, b, n);
      if (l == model.depth) return next;
      a = feature(a, a, a);
      b = feature(b, b, b);
      n = next;
    }
  };
}

#define WIDEGEO_INSTANTIATE(T)                                                            \
  template Curvature<T> curvature(const MetricJet<T>&);                                   \
  template MetricJet<T> metric_jet(std::span<const Jet<T>>, unsigned);                    \
  template MetricJet<T> metric_jet(const MetricFunction<T>&, std::span<const T>);         \
  template MetricJet<T> metric_from_kernel(const KernelFunction<T>&, std::span<const T>); \
  template KernelFunction<T> network_kernel(const Model&, FeatureFunction<T>);
WIDEGEO_INSTANTIATE(double)
WIDEGEO_INSTANTIATE(TrackedDouble)
WIDEGEO_INSTANTIATE(Real)
#undef WIDEGEO_INSTANTIATE

}  // namespace widegeo
