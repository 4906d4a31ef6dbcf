// The derivatives of explicit networks against difference quotients of the feature map at 50 digits.
#include <doctest/doctest.h>

#include <algorithm>

#include "network/explicit_network.hpp"
#include "random/random.hpp"
#include "testing/networks.hpp"

using namespace widegeo;

namespace {

using Point = std::vector<Real>;

/// Phi(x) by the definition (docs/math/explicit-networks.md, "Definition"). The weights are the numbers in double that
/// the network uses.
class RealNetwork {
 public:
  RealNetwork(const testing::NetworkCase& c, const Activation& activation) : case_(c), tape_(activation.tape) {
    std::size_t fan_in = c.x.size();
    for (unsigned l = 1; l <= c.spec.depth; ++l) {
      std::vector<std::vector<double>>& layer = weights_.emplace_back();
      for (std::size_t i = 0; i < c.spec.n(l); ++i) {
        const RandomAddress unit{c.id.seed, c.id.campaign, c.id.index, l, static_cast<std::uint32_t>(i)};
        std::vector<double>& row = layer.emplace_back(fan_in);
        fill_normals(unit, 0, row);
        row.push_back(normal(unit, RandomAddress::max_entry));
      }
      fan_in = c.spec.n(l);
    }
  }

  Point operator()(const Point& x) const {
    Point below = x;
    for (unsigned l = 1; l <= case_.spec.depth; ++l) {
      const double fan = l > 1 || case_.spec.input_fan_in ? static_cast<double>(below.size()) : 1;
      const Real sigma = sqrt(Real(case_.spec.s(l)) / Real(fan)), zeta = sqrt(Real(case_.spec.b(l)));
      Point here;
      for (const std::vector<double>& row : weights_[l - 1]) {
        Real sum = 0;
        for (std::size_t j = 0; j < below.size(); ++j) sum += Real(row[j]) * below[j];
        here.push_back(sigma * sum + zeta * Real(row.back()));
      }
      below = here;
      if (l < case_.spec.depth || case_.spec.activate_last)
        for (Real& h : below) h = activated(h);
    }
    for (Real& v : below) v = v / sqrt(Real(static_cast<double>(below.size())));
    return below;
  }

 private:
  Real activated(const Real& h) const {
    Real out[2];
    tape_.evaluate<Real>({&h, 1}, out, workspace_);
    return out[0];
  }

  const testing::NetworkCase& case_;
  const expr::Tape& tape_;
  mutable expr::Tape::Workspace<Real> workspace_;
  std::vector<std::vector<std::vector<double>>> weights_;  ///< layer, unit, entry; the bias is the last entry
};

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double v : values) result = std::max(result, std::abs(v));
  return result;
}

/// Largest difference over the units and the derivatives, relative to the largest expected derivative.
double relative_difference(const Eigen::MatrixXd& got, const std::vector<Point>& expected) {
  std::vector<double> values, differences;
  for (Eigen::Index k = 0; k < got.cols(); ++k)
    for (Eigen::Index i = 0; i < got.rows(); ++i) {
      const Real& value = expected[static_cast<std::size_t>(k)][static_cast<std::size_t>(i)];
      values.push_back(value_of(value));
      differences.push_back(value_of(Real(Real(got(i, k)) - value)));
    }
  // Derivatives that vanish identically come out of the quotients as noise of 10^-26.
  return largest(differences) / std::max(largest(values), 1e-9);
}

}  // namespace

TEST_CASE("network: Phi, d Phi and dd Phi agree with difference quotients at 50 digits") {
  const PrecisionScope precision(50);
  auto rng = testing::generator_of_test("network derivatives");
  const std::string names[] = {"tanh", "erf", "relu",     "gelu",      "silu", "elu",
                               "abs",  "sin", "softplus", "exp(-x^2)", "x^3/9"};
  double worst = 0;
  std::size_t trial = 0;
  for (const std::string& name : names)
    for (std::size_t repetition = 0; repetition < testing::trials(4); ++repetition, ++trial) {
      testing::NetworkCase c = testing::random_network(rng, 20, false);
      c.x.resize(std::min<std::size_t>(c.x.size(), 3));
      const Activation phi = make_activation(name);
      CAPTURE(name);
      CAPTURE(trial);
      const FeatureJet got = feature_jet(c.spec, phi, c.id, c.x, 2);
      const RealNetwork network(c, phi);
      // Central differences: the truncation h^2 and the rounding 10^-50 / h^2 are both about 10^-24 of derivatives of
      // order up to 4. A kink within 10^-12 of a preactivation would show; it has probability 10^-9 and a fixed seed.
      const Real h = Real(1) / pow_int(Real(10), 12);
      const std::size_t d = c.x.size();
      Point x(c.x.begin(), c.x.end());
      const auto shifted = [&](std::size_t a, const Real& da, std::size_t b, const Real& db) {
        Point y = x;
        y[a] = y[a] + da;
        y[b] = y[b] + db;
        return network(y);
      };
      const Point here = network(x);
      std::vector<Point> first, second;
      for (std::size_t a = 0; a < d; ++a) {
        const Point up = shifted(a, h, a, Real(0)), down = shifted(a, -h, a, Real(0));
        Point& column = first.emplace_back();
        for (std::size_t i = 0; i < up.size(); ++i) column.push_back((up[i] - down[i]) / (Real(2) * h));
        for (std::size_t b = a; b < d; ++b) {
          const Point pp = shifted(a, h, b, h), mm = shifted(a, -h, b, -h);
          const Point pm = shifted(a, h, b, -h), mp = shifted(a, -h, b, h);
          Point& pair = second.emplace_back();
          for (std::size_t i = 0; i < pp.size(); ++i)
            pair.push_back((pp[i] - pm[i] - mp[i] + mm[i]) / (Real(4) * h * h));
        }
      }
      // Rounding in double: sums of at most 20 terms and the condition of the activations, amplified by at most 4
      // layers, stay below 1e-11 of the largest entry.
      const double difference =
          std::max({relative_difference(got.value, {here}), relative_difference(got.jacobian, first),
                    relative_difference(got.hessian, second)});
      CHECK(difference < 1e-11);
      worst = std::max(worst, difference);
    }
  MESSAGE(trial, " networks, worst relative difference ", worst);
}
