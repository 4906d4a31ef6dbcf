// The geometry of finite networks by Gauss's equation against the general tensors, against known submanifolds, and
// against the identities that every curvature obeys.
#include "network/pullback/pullback.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <array>
#include <cstdio>
#include <string>

#include "network/explicit_network.hpp"
#include "number/error.hpp"
#include "testing/immersion.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using Eigen::Index;
using Eigen::MatrixXd;

namespace {

using Jets = std::vector<Jet<double>>;
using JetSpan = std::span<const Jet<double>>;

/// A network with weights of its own, over jets: shares the activation's tree with the library and nothing else.
JetMap jet_network(std::mt19937_64& random, const std::string& activation, std::vector<Index> sizes) {
  const std::array<expr::Expr, 1> phi{make_activation(activation).phi};
  const expr::Tape tape(phi, {"x"});
  std::vector<MatrixXd> weights;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l)
    weights.push_back(normal_matrix(random, sizes[l + 1], sizes[l]) /
                      (l == 0 ? 1 : std::sqrt(static_cast<double>(sizes[l]))));
  return [tape, weights](JetSpan x) {
    Jets state(x.begin(), x.end());
    for (const MatrixXd& w : weights) {
      Jets next;
      for (Index i = 0; i < w.rows(); ++i) {
        Jet<double> h(0.3);
        for (Index j = 0; j < w.cols(); ++j) h += w(i, j) * state[static_cast<std::size_t>(j)];
        next.push_back(tape(h));
      }
      state = std::move(next);
    }
    return state;
  };
}

std::vector<double> random_point(std::mt19937_64& random, unsigned d) {
  std::vector<double> x(d);
  for (double& v : x) v = uniform(random, -1, 1);
  return x;
}

/// Every number of the Gauss route against geometry/tensor.hpp, whose curvature needs third derivatives of the map.
/// Tolerances: sums of at most n d^2 rounded products, each with g^{-1} (twice in the comparison).
void compare_with_tensors(const Immersion& both) {
  const auto& f = both.features;
  const Index d = f.jacobian.cols(), n = f.value.size();
  const PullbackCurvature ours = pullback_curvature(gram_of(f), true);
  const Curvature<double> tensor = curvature(both.metric);
  const RoundingScale scale = rounding_scale(f);
  const double terms = static_cast<double>(4 * n * d * d), tolerance = scale.tolerance(terms);
  CHECK(std::fabs(ours.scalar - tensor.scalar) <= tolerance);
  CHECK(std::fabs(scalar_curvature(f) - tensor.scalar) <= tolerance);
  const double g = (f.jacobian.transpose() * f.jacobian).norm();
  double christoffel = 0, upper = 0, size = 0, riemann = 0, ricci = 0;
  for (const double v : tensor.christoffel) size = std::fmax(size, std::fabs(v));
  for (std::size_t i = 0; i < tensor.christoffel.size(); ++i) {
    christoffel = std::fmax(christoffel, std::fabs(ours.christoffel_lower[i] - tensor.christoffel_lower[i]));
    upper = std::fmax(upper, std::fabs(ours.christoffel[i] - tensor.christoffel[i]));
  }
  for (std::size_t i = 0; i < tensor.riemann.size(); ++i)
    riemann = std::fmax(riemann, std::fabs(ours.riemann[i] - tensor.riemann[i]));
  for (Index b = 0; b < d; ++b)
    for (Index e = 0; e < d; ++e)
      ricci = std::fmax(ricci, std::fabs(ours.ricci(b, e) - tensor.ricci[static_cast<std::size_t>(b * d + e)]));
  CHECK(christoffel <= terms * 0x1p-52 * g * size);
  CHECK(upper <= terms * 0x1p-52 * scale.condition * size);
  CHECK(riemann <= tolerance * g * g);
  CHECK(ricci <= tolerance * g);
}

FeatureJet sphere_graph(const Eigen::VectorXd& x, double radius) {
  const Index d = x.size();
  const double f = std::sqrt(radius * radius - x.squaredNorm());
  FeatureJet r{Eigen::VectorXd(d + 1), MatrixXd::Zero(d + 1, d), MatrixXd::Zero(d + 1, pair_count(d))};
  r.value << x, f;
  r.jacobian.topRows(d).setIdentity();
  r.jacobian.row(d) = -x.transpose() / f;
  for (Index a = 0; a < d; ++a)
    for (Index b = a; b < d; ++b) r.hessian(d, pair_index(d, a, b)) = -(a == b ? 1 / f : 0) - x(a) * x(b) / (f * f * f);
  return r;
}

NetworkSpec network(unsigned depth, std::uint64_t width) {
  NetworkSpec spec;
  spec.depth = depth;
  spec.width = {width};
  spec.weight_variance = {1.5};
  spec.bias_variance = {0.1};
  return spec;
}

}  // namespace

TEST_CASE("pullback: Gauss's equation gives the curvature tensors of networks of depth 1 and 2 in dimension 2 to 4") {
  auto random = generator_of_test("pullback tensors");
  for (std::size_t trial = 0; trial < trials(2); ++trial)
    for (const std::string activation : {"erf", "tanh", "gelu", "sin", "x^3/3+x"})
      for (unsigned d = 2; d <= 4; ++d)
        for (const bool deep : {false, true}) {
          const Index n = 8 + static_cast<Index>(random() % 13);
          const auto sizes = deep ? std::vector<Index>{d, 7, n} : std::vector<Index>{d, n};
          CAPTURE(activation);
          CAPTURE(d);
          CAPTURE(deep);
          compare_with_tensors(immersion(jet_network(random, activation, sizes), random_point(random, d)));
        }
}

TEST_CASE("pullback: the curvature of one explicit network is that of its metric by finite differences") {
  // Central differences of order 6 with step h: truncation h^6 f^(8) / 140 of f, about 1e-8 at h = 0.01 with f^(8) ~
  // 1e6 (two layers of erf with slopes up to 4); rounding eps / h^2 ~ 2e-12, both times the condition number of g,
  // below 100 here. Allowed: 1e-6 of the size of the second derivatives.
  constexpr double h = 0.01;
  constexpr std::array<double, 7> first{-1. / 60, 3. / 20, -3. / 4, 0, 3. / 4, -3. / 20, 1. / 60};
  constexpr std::array<double, 7> second{1. / 90, -3. / 20, 3. / 2, -49. / 18, 3. / 2, -3. / 20, 1. / 90};
  for (unsigned d = 2; d <= 3; ++d)
    for (unsigned depth = 1; depth <= 2; ++depth) {
      CAPTURE(d);
      CAPTURE(depth);
      const ExplicitNetwork net(network(depth, 20), make_activation("erf"), {7, 0, depth}, d);
      const std::vector<double> x{0.3, -0.2, 0.4};
      const auto metric_at = [&](unsigned c, int i, unsigned e, int j) {
        std::vector<double> y(x.begin(), x.begin() + d);
        y[c] += i * h;
        y[e] += j * h;
        const MatrixXd jacobian = net.at(y).jacobian;
        return MatrixXd(jacobian.transpose() * jacobian);
      };
      MetricJet<double> jet(d);
      for (unsigned c = 0; c < d; ++c)
        for (unsigned e = 0; e < d; ++e) {
          MatrixXd g = MatrixXd::Zero(d, d), dg = g, ddg = g;
          for (int i = -3; i <= 3; ++i) {
            const auto wi = static_cast<std::size_t>(i + 3);
            if (c == e) {
              const MatrixXd value = metric_at(c, i, e, 0);
              if (i == 0) g = value;
              dg += first[wi] / h * value;
              ddg += second[wi] / (h * h) * value;
            } else {
              for (int j = -3; j <= 3; ++j)
                ddg += first[wi] * first[static_cast<std::size_t>(j + 3)] / (h * h) * metric_at(c, i, e, j);
            }
          }
          for (unsigned a = 0; a < d; ++a)
            for (unsigned b = 0; b < d; ++b) {
              jet.ddg[((c * d + e) * d + a) * d + b] = ddg(a, b);
              if (c != e) continue;
              jet.g[a * d + b] = g(a, b);
              jet.dg[(c * d + a) * d + b] = dg(a, b);
            }
        }
      const FeatureJet features = net.at({x.data(), d}, 2);
      const Curvature<double> tensor = curvature(jet);
      const PullbackCurvature ours = pullback_curvature(gram_of(features));
      const RoundingScale scale = rounding_scale(features);
      CHECK(std::fabs(ours.scalar - tensor.scalar) < 1e-6 * scale.curvature);
      for (std::size_t i = 0; i < ours.christoffel.size(); ++i)
        CHECK(std::fabs(ours.christoffel[i] - tensor.christoffel[i]) < 1e-6 * std::sqrt(scale.curvature));
    }
}

TEST_CASE("pullback: at depth 1, R = (|T|^2 - |tr T|^2)/4, and at depth 2 that is wrong") {
  for (const std::string activation : {"erf", "tanh", "gelu", "sin"})
    for (const Index d : {2, 3, 10})
      for (std::uint32_t index = 0; index < trials(3); ++index) {
        CAPTURE(activation);
        CAPTURE(d);
        CAPTURE(index);
        std::vector<double> x(static_cast<std::size_t>(d), 0.4);
        x[1] = -0.7;
        const auto compare = [&](unsigned depth) {
          const FeatureJet f = feature_jet(network(depth, 60), make_activation(activation), {3, 0, index}, x, 2);
          const double gauss = scalar_curvature(f), hessian = scalar_curvature_hessian_metric(gram_of(f));
          const RoundingScale scale = rounding_scale(f);
          const double terms = static_cast<double>(4 * 60 * d * d);
          CHECK(std::fabs(gauss - ricci_curvature(gram_of(f)).scalar) <= scale.tolerance(terms));
          if (depth == 1) CHECK(std::fabs(gauss - hessian) <= scale.tolerance(terms));
          if (depth == 2) CHECK(relative_difference(gauss, hessian) > 0.01);
        };
        compare(1);
        compare(2);
      }
}

TEST_CASE(
    "pullback: spheres, tori, saddles, products and flat space in curved coordinates have their known curvature") {
  auto random = generator_of_test("pullback submanifolds");
  const auto scalar = [](const JetMap& map, const std::vector<double>& x, double expected) {
    const Immersion both = immersion(map, x);
    const double tolerance = rounding_scale(both.features).tolerance(static_cast<double>(100 * x.size() * x.size()));
    CHECK(std::fabs(ricci_curvature(gram_of(both.features)).scalar - expected) <= tolerance);
    CHECK(std::fabs(scalar_curvature(both.features) - expected) <= tolerance);
    compare_with_tensors(both);
  };
  for (std::size_t trial = 0; trial < trials(5); ++trial) {
    const std::vector<double> x = random_point(random, 2), y = random_point(random, 4);
    scalar([](JetSpan u) { return Jets{u[0] + u[1] * u[1], u[1] + u[0] * u[0] * u[0]}; }, x, 0);
    scalar([](JetSpan u) { return Jets{u[0] + u[1] * u[1], u[1] + u[0] * u[0] * u[0], Jet<double>(2)}; }, x, 0);
    scalar(
        [](JetSpan u) {
          const Jet<double> p = u[0] + u[1] * u[1] / 4, q = u[1] - u[0] * u[0] / 4;
          return Jets{cos(p), sin(p), 2 * cos(q), 2 * sin(q)};
        },
        x, 0);
    const double w = 1 + x[0] * x[0] + x[1] * x[1];  // z = xy: Gauss curvature -1/(1+x^2+y^2)^2
    scalar([](JetSpan u) { return Jets{u[0], u[1], u[0] * u[1]}; }, x, -2 / (w * w));
    // S^2(1) x S^2(1/2) in R^6: 2 + 8.
    scalar(
        [](JetSpan u) {
          const Jet<double> p = 1 + u[0] * u[0] + u[1] * u[1], q = 1 + u[2] * u[2] + u[3] * u[3];
          return Jets{2 * u[0] / p, 2 * u[1] / p, (p - 2) / p, u[2] / q, u[3] / q, (q - 2) / q / 2};
        },
        y, 10);
  }
  for (const Index d : {2, 3, 5, 10, 64}) {
    const double radius = 1.7;
    Eigen::VectorXd x = normal_matrix(random, d, 1);
    x *= 0.8 * radius / x.norm();
    const FeatureJet f = sphere_graph(x, radius);
    const RicciCurvature found = ricci_curvature(gram_of(f));
    const MatrixXd g = f.jacobian.transpose() * f.jacobian;
    const double n = static_cast<double>(d), k = 1 / (radius * radius);
    const double tolerance = rounding_scale(f).tolerance(8 * n);
    CAPTURE(d);
    CHECK(std::fabs(found.scalar - n * (n - 1) * k) <= tolerance);
    CHECK(std::fabs(scalar_curvature(f) - n * (n - 1) * k) <= tolerance);
    CHECK((found.ricci - (n - 1) * k * g).cwiseAbs().maxCoeff() <= tolerance * g.norm());
  }
}

TEST_CASE("pullback: Riemann has its symmetries, Bianchi's identity holds, Ricci and scalar are its traces") {
  auto random = generator_of_test("pullback symmetries");
  for (Index d = 2; d <= 5; ++d) {
    const FeatureJet f = random_features(random, 12, d);
    const FeatureGram gram = gram_of(f);
    const PullbackCurvature c = pullback_curvature(gram, true);
    const double bound = rounding_scale(f).tolerance(50) * gram.metric().squaredNorm();
    const auto r = [&](Index i, Index j, Index k, Index l) {
      return c.riemann[static_cast<std::size_t>(((i * d + j) * d + k) * d + l)];
    };
    double worst = 0, size = 0;
    MatrixXd ricci = MatrixXd::Zero(d, d);
    const MatrixXd inverse = MatrixXd(gram.metric()).inverse();
    for (Index i = 0; i < d; ++i)
      for (Index j = 0; j < d; ++j)
        for (Index k = 0; k < d; ++k)
          for (Index l = 0; l < d; ++l) {
            worst = std::fmax(worst, std::fabs(r(i, j, k, l) + r(j, i, k, l)));
            worst = std::fmax(worst, std::fabs(r(i, j, k, l) + r(i, j, l, k)));
            worst = std::fmax(worst, std::fabs(r(i, j, k, l) - r(k, l, i, j)));
            worst = std::fmax(worst, std::fabs(r(i, j, k, l) + r(i, k, l, j) + r(i, l, j, k)));
            size = std::fmax(size, std::fabs(r(i, j, k, l)));
            ricci(j, l) += inverse(i, k) * r(i, j, k, l);
          }
    CHECK(size > 1e6 * bound);
    CHECK(worst <= bound);
    CHECK((ricci - c.ricci).cwiseAbs().maxCoeff() <= bound);
    CHECK(std::fabs(inverse.cwiseProduct(ricci).sum() - c.scalar) <= bound);
    CHECK((ricci - ricci_curvature(gram).ricci).cwiseAbs().maxCoeff() <= bound);
  }
}

TEST_CASE("pullback: an isometry of the features changes nothing, a linear change of coordinates acts as on tensors") {
  auto random = generator_of_test("pullback invariance");
  for (const Index d : {2, 3, 4, 7}) {
    CAPTURE(d);
    const Index n = 30;
    const FeatureJet f = random_features(random, n, d);
    const MatrixXd turn = random_orthogonal(random, n);
    const FeatureJet turned{turn * f.value, turn * f.jacobian, turn * f.hessian};
    const MatrixXd axes =
        MatrixXd::Identity(d, d) + normal_matrix(random, d, d) / (3 * std::sqrt(static_cast<double>(d)));
    const FeatureJet moved = along_axes(f, axes);
    const RicciCurvature a = ricci_curvature(gram_of(f)), b = ricci_curvature(gram_of(turned)),
                         c = ricci_curvature(gram_of(moved));
    const double tolerance =
        rounding_scale(f).tolerance(static_cast<double>(n)) + rounding_scale(moved).tolerance(static_cast<double>(n));
    const double g = (f.jacobian.transpose() * f.jacobian).norm();
    CHECK(std::fabs(a.scalar) > 1e6 * tolerance);
    CHECK(std::fabs(a.scalar - b.scalar) <= tolerance);
    CHECK(std::fabs(a.scalar - c.scalar) <= tolerance);
    CHECK(std::fabs(scalar_curvature(f) - scalar_curvature(moved)) <= tolerance);
    CHECK((a.ricci - b.ricci).cwiseAbs().maxCoeff() <= tolerance * g);
    CHECK((axes.transpose() * a.ricci * axes - c.ricci).cwiseAbs().maxCoeff() <= tolerance * g * axes.squaredNorm());
    const PullbackMetric before = pullback_metric(f), after = pullback_metric(moved);
    CHECK(std::fabs(after.log_volume - before.log_volume - std::log(std::fabs(axes.determinant()))) < 1e-12);
  }
}
