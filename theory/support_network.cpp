#include "theory/support_network.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "expr/tape/tape.hpp"
#include "parallel/parallel.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {

const char* const statistical_reason =
    "5 standard errors over independent networks: exceeded by chance with probability 5.7e-7 in each comparison";

SmallNetwork small_network(Cases& cases, const std::string& activation, unsigned dimension,
                           std::vector<unsigned> widths) {
  SmallNetwork r{make_activation(activation), dimension, std::move(widths), {}, {}};
  unsigned inputs = dimension;
  for (const unsigned n : r.widths) {
    std::vector<Real>&w = r.weights.emplace_back(), &c = r.biases.emplace_back();
    for (unsigned i = 0; i < n * inputs; ++i) w.push_back(Real(cases.normal()));
    for (unsigned i = 0; i < n; ++i) c.push_back(Real(cases.normal()) / 4);
    inputs = n;
  }
  return r;
}

std::vector<Jet<Real>> features(const SmallNetwork& network, const std::vector<Rational>& point, unsigned order) {
  const expr::Tape phi(std::span<const expr::Expr>(&network.activation.phi, 1), {"x"});
  expr::Tape::Workspace<Jet<Real>> workspace;
  std::vector<Jet<Real>> state = coordinates(point, order);
  for (std::size_t l = 0; l < network.widths.size(); ++l) {
    const Real root = sqrt(Real(network.widths[l]));
    std::vector<Jet<Real>> next;
    for (unsigned i = 0; i < network.widths[l]; ++i) {
      Jet<Real> h = Jet<Real>::constant(state[0].shape(), network.biases[l][i]), value;
      for (std::size_t j = 0; j < state.size(); ++j) h += network.weights[l][i * state.size() + j] * state[j];
      phi.evaluate<Jet<Real>>(std::span<const Jet<Real>>(&h, 1), std::span<Jet<Real>>(&value, 1), workspace);
      next.push_back(value / root);
    }
    state = std::move(next);
  }
  return state;
}

std::vector<Jet<Real>> pullback(const std::vector<Jet<Real>>& features, unsigned d) {
  std::vector<Jet<Real>> slopes, g;
  for (const Jet<Real>& f : features)
    for (unsigned a = 0; a < d; ++a) slopes.push_back(partial(f, a));
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b) {
      Jet<Real> sum(0);
      for (std::size_t i = 0; i < features.size(); ++i) sum += slopes[i * d + a] * slopes[i * d + b];
      g.push_back(std::move(sum));
    }
  return g;
}

std::string place_of(const SmallNetwork& network) {
  std::string r = network.activation.name + ", d = " + std::to_string(network.dimension) + ", widths";
  for (const unsigned n : network.widths) r += " " + std::to_string(n);
  return r;
}

Moments simulate(std::uint64_t samples, unsigned threads, std::size_t size, const std::function<Measure()>& make) {
  constexpr std::uint64_t blocks = 32;  // a constant: the sums must not depend on the number of threads
  std::vector<Moments> parts(blocks, Moments(size));
  parallel_for_ordered(blocks, threads, [&](std::size_t block) {
    const Measure measure = make();
    std::vector<double> values(size);
    for (std::uint64_t i = block * samples / blocks; i < (block + 1) * samples / blocks; ++i) {
      measure(static_cast<std::uint32_t>(i), values);
      parts[block].add(values);
    }
  });
  Moments all(size);
  for (const Moments& part : parts) all.merge(part);
  return all;
}

void compare_mean(Evidence& evidence, const std::string& at, const Moments& moments, std::size_t i, double exact) {
  const double error = std::sqrt(moments.variance(i) / static_cast<double>(moments.count()));
  evidence.statistical(at, moments.mean(i), exact, error, quantile_of_alarms);
}

double gaussian_mean(const std::function<double(double)>& F) {
  constexpr int per_unit = 40, reach = 12;
  double sum = 0;
  for (int k = -reach * per_unit; k <= reach * per_unit; ++k) {
    const double z = static_cast<double>(k) / per_unit;
    sum += std::exp(-z * z / 2) * F(z);
  }
  return sum / (per_unit * std::sqrt(2 * std::numbers::pi));
}

}  // namespace widegeo::theory
