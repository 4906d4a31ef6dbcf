#include "theory/support_tensor.hpp"

#include <span>
#include <utility>

#include "number/error.hpp"

namespace widegeo::theory {
namespace {

using J = Jet<Real>;

J lowered(const J& f, unsigned order) { return f.shape().order() > order ? truncated(f, order) : f; }

std::vector<J> lowered(const std::vector<J>& tensor, unsigned order) {
  std::vector<J> r;
  for (const J& f : tensor) r.push_back(lowered(f, order));
  return r;
}

/// Positive definite: no pivoting is needed.
std::vector<J> inverse_of(std::vector<J> m, unsigned d) {
  std::vector<J> r(d * d, J(0));
  for (unsigned i = 0; i < d; ++i) r[i * d + i] = J::constant(m[0].shape(), Real(1));
  for (unsigned k = 0; k < d; ++k) {
    const J p = m[k * d + k];
    for (unsigned j = 0; j < d; ++j) {
      m[k * d + j] = m[k * d + j] / p;
      r[k * d + j] = r[k * d + j] / p;
    }
    for (unsigned i = 0; i < d; ++i) {
      if (i == k) continue;
      const J factor = m[i * d + k];
      for (unsigned j = 0; j < d; ++j) {
        m[i * d + j] = m[i * d + j] - factor * m[k * d + j];
        r[i * d + j] = r[i * d + j] - factor * r[k * d + j];
      }
    }
  }
  return r;
}

}  // namespace

TensorFields tensor_fields(std::vector<J> metric, unsigned d, int products_sign) {
  if (metric.size() != static_cast<std::size_t>(d) * d || metric[0].shape().order() < 2)
    throw Error(ErrorCode::input, "a metric needs d x d series of order 2", "theory");
  const unsigned n = metric[0].shape().order();
  TensorFields f;
  f.dimension = d;
  f.metric = std::move(metric);
  f.inverse = inverse_of(f.metric, d);

  std::vector<J> slope;  // d_c g_ab at [(c d + a) d + b]
  for (unsigned c = 0; c < d; ++c)
    for (unsigned ab = 0; ab < d * d; ++ab) slope.push_back(partial(f.metric[ab], c));
  const auto dg = [&](unsigned c, unsigned a, unsigned b) -> const J& { return slope[(c * d + a) * d + b]; };
  const std::vector<J> up = lowered(f.inverse, n - 1);
  for (unsigned k = 0; k < d; ++k)
    for (unsigned a = 0; a < d; ++a)
      for (unsigned b = 0; b < d; ++b) {
        J sum(0);
        for (unsigned m = 0; m < d; ++m) sum += up[k * d + m] * (dg(a, m, b) + dg(b, m, a) - dg(m, a, b));
        f.christoffel.push_back(sum / 2);
      }

  const std::vector<J> G = lowered(f.christoffel, n - 2), g = lowered(f.metric, n - 2), inv = lowered(f.inverse, n - 2);
  const auto at = [d](unsigned k, unsigned a, unsigned b) { return (k * d + a) * d + b; };
  std::vector<J> mixed;  // R^k_bce
  for (unsigned k = 0; k < d; ++k)
    for (unsigned b = 0; b < d; ++b)
      for (unsigned c = 0; c < d; ++c)
        for (unsigned e = 0; e < d; ++e) {
          J products(0);
          for (unsigned m = 0; m < d; ++m)
            products += G[at(k, c, m)] * G[at(m, e, b)] - G[at(k, e, m)] * G[at(m, c, b)];
          mixed.push_back(partial(f.christoffel[at(k, e, b)], c) - partial(f.christoffel[at(k, c, b)], e) +
                          products * products_sign);
        }
  const unsigned d3 = d * d * d;
  f.riemann.assign(mixed.size(), J(0));
  for (unsigned a = 0; a < d; ++a)
    for (unsigned k = 0; k < d; ++k)
      for (unsigned i = 0; i < d3; ++i) f.riemann[a * d3 + i] += g[a * d + k] * mixed[k * d3 + i];
  f.ricci.assign(d * d, J(0));
  for (unsigned b = 0; b < d; ++b)
    for (unsigned e = 0; e < d; ++e)
      for (unsigned a = 0; a < d; ++a) f.ricci[b * d + e] += mixed[((a * d + b) * d + a) * d + e];
  for (unsigned i = 0; i < d * d; ++i) f.scalar += inv[i] * f.ricci[i];
  return f;
}

std::vector<J> covariant_derivative(const TensorFields& f, const std::vector<J>& tensor, unsigned rank,
                                    bool with_connection) {
  const unsigned d = f.dimension, order = tensor[0].shape().order() - 1;
  const std::vector<J> G = lowered(f.christoffel, order), low = lowered(tensor, order);
  std::vector<J> r;
  for (unsigned c = 0; c < d; ++c)
    for (unsigned i = 0; i < tensor.size(); ++i) {
      J sum = partial(tensor[i], c);
      unsigned stride = 1;
      for (unsigned slot = 0; slot < rank && with_connection; ++slot, stride *= d) {
        const unsigned a = (i / stride) % d;
        for (unsigned m = 0; m < d; ++m) sum -= G[(m * d + c) * d + a] * low[i - a * stride + m * stride];
      }
      r.push_back(std::move(sum));
    }
  return r;
}

std::vector<J> coordinates(const std::vector<Rational>& point, unsigned order) {
  const JetShape& shape = JetShape::get(static_cast<unsigned>(point.size()), order);
  std::vector<J> x;
  for (unsigned i = 0; i < point.size(); ++i) x.push_back(J::variable(shape, i, to_real(point[i])));
  return x;
}

std::vector<J> network_metric(const ClosedCase& c, const Model& model, const std::vector<Rational>& point,
                              unsigned order) {
  const unsigned d = static_cast<unsigned>(point.size());
  const auto source = closed_form_expectations<Real>(c.form);
  const Real at = to_real(squared_length(point));
  const RadialJets<Real> radial = radial_recursion(model, *source, at, d, order + 1);
  const std::vector<J> x = coordinates(point, order);
  J t(0);
  for (const J& xi : x) t += xi * xi;
  const auto of_t = [&](const J& f) {
    std::vector<Real> outer;
    for (std::size_t k = 0; k < f.size(); ++k) outer.push_back(f.coefficient(k));
    while (outer.size() < order + 1) outer.push_back(Real(0));
    return compose(std::span<const Real>(outer), t);
  };
  const J A = of_t(radial.A), B = of_t(radial.B);
  std::vector<J> g;
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b) g.push_back(a == b ? A + B * x[a] * x[b] : B * x[a] * x[b]);
  return g;
}

std::vector<J> random_metric(Cases& cases, unsigned d, unsigned order) {
  const JetShape& shape = JetShape::get(d, order);
  std::vector<J> g(d * d, J(0));
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = a; b < d; ++b) {
      std::vector<Real> coefficients;
      // Below 1/(4d), so that the matrix is dominated by its diagonal.
      for (std::size_t i = 0; i < shape.size(); ++i)
        coefficients.push_back(to_real(cases.rational(-1, 1)) / static_cast<int>(4 * d));
      if (a == b) coefficients[0] += Real(1);
      g[a * d + b] = g[b * d + a] = J::from_coefficients(shape, std::move(coefficients));
    }
  return g;
}

Real bilinear(const std::vector<Real>& form, const std::vector<Real>& u, const std::vector<Real>& v) {
  Real sum(0);
  for (std::size_t a = 0; a < u.size(); ++a)
    for (std::size_t b = 0; b < v.size(); ++b) sum += form[a * u.size() + b] * u[a] * v[b];
  return sum;
}

Real sectional(const MetricJet<Real>& metric, const Curvature<Real>& tensors, const std::vector<Real>& u,
               const std::vector<Real>& v) {
  const unsigned d = tensors.dimension;
  Real sum(0);
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b)
      for (unsigned c = 0; c < d; ++c)
        for (unsigned e = 0; e < d; ++e) sum += tensors.riemann_at(a, b, c, e) * u[a] * v[b] * u[c] * v[e];
  const Real uv = bilinear(metric.g, u, v);
  return sum / (bilinear(metric.g, u, u) * bilinear(metric.g, v, v) - uv * uv);
}

std::vector<std::vector<Real>> normal_vectors(const std::vector<Real>& x) {
  if (x.size() == 2) return {{-x[1], x[0]}};
  std::vector<Real> u(x.size(), Real(0)), v(x.size(), Real(0));
  u[0] = -x[1];
  u[1] = x[0];
  v[1] = -x[2];
  v[2] = x[1];
  return {u, v};
}

Real largest(const std::vector<J>& tensor) {
  Real r(0);
  for (const J& f : tensor) r = max(r, abs(f.value()));
  return r;
}

Real largest(const std::vector<Real>& tensor) {
  Real r(0);
  for (const Real& f : tensor) r = max(r, abs(f));
  return r;
}

}  // namespace widegeo::theory
