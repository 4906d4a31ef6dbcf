// Weights of other laws than the Gaussian one share its limit when every layer has a large fan-in, the input included,
// and differ from it by O(1/fan-in) (universality). phi = erf(x), no biases, s = 1.3, x spread evenly: x_a = r/sqrt(d).
//
// With h = W x, q = s r^2, kappa the excess kurtosis of a weight, and F any function, Edgeworth's expansion gives
//     E F(h) = E F(sqrt(q) z) + kappa/(24 d) E He_4(z) F(sqrt(q) z) + O(1/d^2),   He_4 = z^4 - 6 z^2 + 3
// and Taylor's theorem in the one weight W_ia, with Stein's lemma q E f'' = E He_2 f, f = phi'^2,
//     E sum_a W_ia^2 f(h) = s (d E f(h) + (2 + kappa)/2 E He_2(z) f(sqrt(q) z)) + O(1/d).
// So the mean radial eigenvalue E (h/r)^2 f(h) and the mean trace of g are known with their first correction.
//
// Seeds are fixed, so each verdict is decided once; 5 standard errors are exceeded by chance in 6e-7 of about 25
// checks.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>

#include "montecarlo/moments.hpp"
#include "network/explicit_network.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

constexpr double limit = 5, s = 1.3, r = 1;
constexpr std::uint64_t seed = 1905;
const double pi_value = std::acos(-1.0);

struct Law {
  std::string name;
  WeightLaw law;
  double parameter, kappa;  ///< kappa = E w^4 / (E w^2)^2 - 3
};
const Law gaussian_law{"gaussian", WeightLaw::gaussian, 0, 0};
const Law laws[] = {
    gaussian_law,
    {"uniform", WeightLaw::uniform, 0, -6. / 5},
    {"rademacher", WeightLaw::rademacher, 0, -2},
    {"sparse(3/10)", WeightLaw::sparse, 0.3, 7},   // 3/p - 3
    {"student_t(5)", WeightLaw::student_t, 5, 6},  // 6/(nu - 4)
    {"orthogonal", WeightLaw::orthogonal, 0, 0},   // of the order -6/n, see below
};

using Function = std::function<double(double)>;

/// int weight(z) F(z) dz by the trapezoidal rule, whose error is far below 1e-12 for what decays like exp(-z^2/2).
double integral(const Function& weight, const Function& F) {
  double sum = 0;
  const int steps = 400;
  for (int k = -steps; k <= steps; ++k) {
    const double z = 10. * k / steps;
    sum += weight(z) * F(z);
  }
  return sum * 10 / steps;
}
double normal_density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * pi_value); }
double gaussian_mean(const Function& F) { return integral(normal_density, F); }
double he2(double z) { return z * z - 1; }
double he4(double z) { return (z * z - 6) * z * z + 3; }

/// f(z) = phi'(sqrt(q) z)^2 of erf.
double slope(double q, double z) { return 4 / pi_value * std::exp(-2 * q * z * z); }

struct Eigenvalues {
  double radial = 0, trace = 0;  ///< x.g x / |x|^2 and tr g / d
};

struct Measured {
  Eigenvalues mean, error;
};

Measured simulate(const NetworkSpec& spec, std::size_t d, std::size_t samples) {
  const std::vector<double> x(d, r / std::sqrt(static_cast<double>(d)));
  const Eigen::Map<const Eigen::VectorXd> direction(x.data(), static_cast<Eigen::Index>(d));
  const ExplicitSampler sampler(spec, make_activation("erf"), x);
  Moments moments(2);
  const std::size_t count = std::max<std::size_t>(testing::trials(samples), 50);
  for (std::size_t i = 0; i < count; ++i) {
    const FeatureJet f = sampler.draw({seed, 0, static_cast<std::uint32_t>(i)});
    const double values[] = {(f.jacobian * direction).squaredNorm() / (r * r),
                             f.jacobian.squaredNorm() / static_cast<double>(d)};
    moments.add(values);
  }
  const auto error = [&](std::size_t k) { return std::sqrt(moments.variance(k) / static_cast<double>(count)); };
  return {{moments.mean(0), moments.mean(1)}, {error(0), error(1)}};
}

NetworkSpec spec_of(const Law& law, unsigned depth, std::uint64_t width) {
  return {.depth = depth,
          .width = {width},
          .weight_variance = {s},
          .weight_law = law.law,
          .weight_parameter = law.parameter};
}

/// Depth 1 without biases; d -> infinity with kappa = 0 and d given are both of interest.
Eigenvalues first_order(double kappa, double d) {
  const double q = s * r * r;
  const Function f = [q](double z) { return slope(q, z); };
  const auto corrected = [&](const Function& F) {
    return gaussian_mean(F) + kappa / (24 * d) * gaussian_mean([&](double z) { return he4(z) * F(z); });
  };
  return {s * corrected([&](double z) { return z * z * f(z); }),
          s * (corrected(f) + (2 + kappa) / (2 * d) * gaussian_mean([&](double z) { return he2(z) * f(z); }))};
}

/// W_1 = sqrt(n) times orthonormal columns, so that sqrt(n) times a coordinate of a random unit vector in R^n is the
/// law of h / sqrt(q): density c (1 - z^2/n)^((n-3)/2), and the rest of the unit vector is evenly spread: exact for
/// every n >= d.
Eigenvalues orthogonal_exact(double n, double d) {
  const double q = s * r * r;
  const Function density = [n](double z) { return z * z < n ? std::pow(1 - z * z / n, (n - 3) / 2) : 0; };
  const double norm = integral(density, [](double) { return 1; });
  const double radial = integral(density, [q](double z) { return z * z * slope(q, z); }) / norm;
  const double rest = integral(density, [q, n](double z) { return (n - z * z) / (n - 1) * slope(q, z); }) / norm;
  return {s * radial, s * (radial + (d - 1) * rest) / d};
}

void check(double got, double error, double expected, double allowance) {
  CAPTURE(got);
  CAPTURE(expected);
  CAPTURE(error);
  CHECK(std::abs(got - expected) < limit * error + allowance);
}

}  // namespace

TEST_CASE("universality: at depth 1 each law gives the Gaussian metric with its own first correction in 1/d") {
  const std::size_t d = 64, n = 256;
  const Eigenvalues gauss = first_order(0, 1e300);
  for (const Law& law : laws) {
    const Measured got = simulate(spec_of(law, 1, n), d, 1200);
    const bool orthogonal = law.law == WeightLaw::orthogonal;
    const Eigenvalues expected =
        orthogonal ? orthogonal_exact(n, static_cast<double>(d)) : first_order(law.kappa, static_cast<double>(d));
    // The next terms are (kappa/d)^2 and 1/d^2 of the whole, times constants below 1. Student's t with 5 degrees of
    // freedom has no sixth moment: its characteristic function goes on with -0.35 |k|^5/d^(3/2) after k^4/(4 d), which
    // takes back 1.4 |k|/sqrt(d) of the correction in kappa, at most half of it for the |k| < 3 that matter here.
    const double ratio = law.kappa / static_cast<double>(d), half = law.law == WeightLaw::student_t ? 0.5 : 0;
    const double left_out = orthogonal ? 0 : ratio * ratio + std::pow(static_cast<double>(d), -2);
    const Eigenvalues plain = first_order(0, static_cast<double>(d));
    MESSAGE(law.name, ": radial ", got.mean.radial, " +- ", got.error.radial, ", expected ", expected.radial,
            ", limit ", gauss.radial, "; trace / d ", got.mean.trace, " +- ", got.error.trace, ", expected ",
            expected.trace, ", limit ", gauss.trace);
    check(got.mean.radial, got.error.radial, expected.radial,
          left_out * gauss.radial + half * std::abs(expected.radial - plain.radial));
    check(got.mean.trace, got.error.trace, expected.trace,
          left_out * gauss.trace + half * std::abs(expected.trace - plain.trace));
  }
}

TEST_CASE("universality: few inputs are far from the limit, however wide the layer") {
  // d = 2 and +-1: h = 0 or +-2^(1/2) sqrt(s) r. Exact: each with its probability.
  const NetworkSpec spec = spec_of({"rademacher", WeightLaw::rademacher, 0, -2}, 1, 256);
  const Measured got = simulate(spec, 2, 400);
  const double q = s * r * r, at_0 = slope(q, 0), at_2 = slope(q, std::sqrt(2.0));
  check(got.mean.radial, got.error.radial, s * at_2, 0);  // (h/r)^2 = 0 or 2 s
  check(got.mean.trace, got.error.trace, s * (at_0 + at_2) / 2, 0);
  CHECK(std::abs(got.mean.radial - first_order(0, 1e300).radial) > 20 * got.error.radial);
}

TEST_CASE("universality: at depth 2 every law approaches the Gaussian limit") {
  // docs/math/geometry.md, "The radial recursion", for erf and b = 0: q_1 = s r^2, q_2 = s V(q_1),
  // V(q) = 2/pi asin(2q/(1 + 2q)).
  const auto V = [](double q) { return 2 / pi_value * std::asin(2 * q / (1 + 2 * q)); };
  const auto D = [](double q) { return 4 / (pi_value * std::sqrt(1 + 4 * q)); };
  const auto derivative = [](const auto& f, double q) { return (f(q + 1e-5) - f(q - 1e-5)) / 2e-5; };
  const double q1 = s * r * r, q2 = s * V(q1), slope_q2 = s * derivative(V, q1) * s;
  const double A1 = s * D(q1), B1 = 2 * s * s * derivative(D, q1);
  const double A2 = D(q2) * s * A1, B2 = D(q2) * s * B1 + 2 * derivative(D, q2) * slope_q2 * slope_q2;
  const std::size_t d = 64, n = 96;
  const double radial = A2 + B2 * r * r, trace = A2 + B2 * r * r / static_cast<double>(d);
  for (const Law& law : laws) {
    const Measured got = simulate(spec_of(law, 2, n), d, 600);
    MESSAGE(law.name, ": radial ", got.mean.radial, " +- ", got.error.radial, ", limit ", radial, "; trace / d ",
            got.mean.trace, " +- ", got.error.trace, ", limit ", trace);
    // |E He_4 F| <= sqrt(24 E F^2), so a layer of fan-in m moves an average by at most kappa/m sqrt(E F^2/24), and
    // sqrt(E F^2) < 2 E F here; two layers. The width itself, and the orthogonality of rows, count as kappa = 1.
    const double spread = (1 + std::abs(law.kappa)) * (1. / static_cast<double>(d) + 1. / static_cast<double>(n));
    const double allowance = spread * 2 / std::sqrt(24.0);
    check(got.mean.radial, got.error.radial, radial, allowance * radial);
    check(got.mean.trace, got.error.trace, trace, allowance * trace);
  }
}
