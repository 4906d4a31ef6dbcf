#include "gaussian/angle_samples.hpp"

#include <algorithm>
#include <cmath>

#include "gaussian/gaussian.hpp"
#include "gaussian/sampler.hpp"

namespace widegeo::gaussian {
namespace {

constexpr double pi = 3.14159265358979323846;

/// Nodes and weights of Gauss and Legendre on [0, 1], by Newton's method from Tricomi's approximation; `from_end` is
/// 1 - node without cancellation.
struct Legendre {
  std::vector<double> node, weight;
  explicit Legendre(std::size_t n) : node(n), weight(n) {
    for (std::size_t i = 0; i < n; ++i) {
      const double order = static_cast<double>(n);
      double angle = pi * (static_cast<double>(i) + 0.75) / (order + 0.5), slope = 0;
      for (int step = 0; step < 6; ++step) {
        // P_n and its derivative in the angle: d/dangle P_n(cos) = n (cos P_n - P_{n-1}) / sin.
        const double x = std::cos(angle);
        double before = 1, now = x;
        for (std::size_t k = 1; k < n; ++k) {
          const double kd = static_cast<double>(k);
          const double next = ((2 * kd + 1) * x * now - kd * before) / (kd + 1);
          before = now;
          now = next;
        }
        slope = order * (x * now - before) / std::sin(angle);
        angle -= now / slope;
      }
      const double half = std::sin(angle / 2);
      node[i] = half * half;  // (1 - cos) / 2, near 0 first
      weight[i] = 1 / (slope * slope);
    }
  }
};

/// C += A^T B with rows of `columns` numbers, in groups of `group` rows: one long sum of very many rows would round
/// far more often.
void add_products(const std::vector<double>& A, const std::vector<double>& B, std::size_t rows, std::size_t group,
                  std::size_t columns, std::vector<double>& C) {
  std::vector<double> part(columns * columns);
  for (std::size_t begin = 0; begin < rows; begin += group) {
    std::fill(part.begin(), part.end(), 0.0);
    for (std::size_t s = begin; s < std::min(rows, begin + group); ++s) {
      const double *a = A.data() + s * columns, *b = B.data() + s * columns;
      for (std::size_t i = 0; i < columns; ++i) {
        double* __restrict c = part.data() + i * columns;
        const double factor = a[i];
        for (std::size_t j = 0; j < columns; ++j) c[j] += factor * b[j];
      }
    }
    for (std::size_t i = 0; i < part.size(); ++i) C[i] += part[i];
  }
}

}  // namespace

AngleSampler::AngleSampler(const Activation& activation, double q_high, bool dot)
    : activation_(activation),
      problem_(make_problem<double>(activation_)),
      q_high_(q_high),
      dot_(dot),
      quadrature_(quadrature_expectations<TrackedDouble>(activation_)) {
  using Kind = expr::Growth::Kind;
  const Kind growth = std::max(activation_.analysis.growth.kind, activation_.derivative_analysis.growth.kind);
  polar_ = !problem_.singular && growth != Kind::gaussian && growth != Kind::faster;
  for (const double c : problem_.kinks) polar_ = polar_ && c == 0;
  // exp(-r^2/2) r^8 < 1e-17, and where phi grows like exp(x) the weight is centred at sqrt(q) of each factor.
  reach_ = 10.5 + (growth == Kind::exponential ? 2.5 * std::sqrt(q_high) : 0);
}

TwoPoint<TrackedDouble> AngleSampler::pair(double a, double b, double theta) const {
  const double product = std::sqrt(a) * std::sqrt(b), sine = std::sin(theta);
  const Covariance<TrackedDouble> c{TrackedDouble(a), TrackedDouble(b), TrackedDouble(product * std::cos(theta)),
                                    TrackedDouble(theta >= pi ? 0 : a * b * sine * sine), false};
  return quadrature_->two_point(c, TwoPointNeed::kernel);
}

PairMatrices AngleSampler::in_polar(double theta, const std::vector<double>& variances, std::size_t angles,
                                    std::size_t radii, bool differences) const {
  const std::size_t n = variances.size(), rows = angles * radii;
  const Legendre turn(angles), ray(radii);
  PairMatrices out;
  out.K.assign(n * n, 0.0);
  if (dot_) out.Kdot.assign(n * n, 0.0);
  std::vector<double> x(rows * n), weight(rows), weighted(rows * n), mirrored(rows * n);
  for (const bool same : {false, true}) {
    const double length = same ? pi - theta : theta;
    if (!(length > 0)) continue;
    for (std::size_t j = 0; j < angles; ++j) {
      // cos t at t = theta - pi/2 + length s (uv > 0) or -pi/2 + length s (uv < 0), as a sine of the distance to the
      // nearer end where u = 0.
      const double s = turn.node[j], rest = turn.node[angles - 1 - j];
      const double cosine = !same ? std::sin(theta * s) : std::sin(std::min(theta + length * s, length * rest));
      for (std::size_t i = 0; i < radii; ++i) {
        const double r = reach_ * ray.node[i];
        const std::size_t row = j * radii + i;
        weight[row] = length * turn.weight[j] * reach_ * ray.weight[i] * r * std::exp(-0.5 * r * r) / (2 * pi);
        for (std::size_t p = 0; p < n; ++p) x[row * n + p] = std::sqrt(variances[p]) * r * cosine;
      }
    }
    Samples<double> plus, minus;
    sample<double>(activation_.tape, x, 1, plus);
    for (double& v : x) v = -v;
    sample<double>(activation_.tape, x, 1, minus);
    const auto add = [&](const std::vector<double>& at_plus, const std::vector<double>& at_minus,
                         std::vector<double>& sum) {
      for (const bool sign : {false, true}) {
        const auto& first = sign ? at_minus : at_plus;
        const auto& second = same == sign ? at_minus : at_plus;
        for (std::size_t j = 0; j < angles; ++j)
          for (std::size_t i = 0; i < radii; ++i) {
            const std::size_t row = (j * radii + i) * n, mirror = ((angles - 1 - j) * radii + i) * n;
            for (std::size_t p = 0; p < n; ++p) {
              const double other = second[mirror + p];
              mirrored[row + p] = differences ? first[row + p] - other : other;
              weighted[row + p] = weight[row / n] * (differences ? 0.5 * mirrored[row + p] : first[row + p]);
            }
          }
        add_products(weighted, mirrored, rows, radii, n, sum);
      }
    };
    add(plus.phi, minus.phi, out.K);
    if (dot_) add(plus.dphi, minus.dphi, out.Kdot);
  }
  const auto symmetrise = [n](std::vector<double>& m) {
    for (std::size_t i = 0; i + 1 < n * n; ++i) {
      const std::size_t r = i / n, c = i % n;
      if (r < c) m[i] = m[c * n + r] = 0.5 * (m[i] + m[c * n + r]);
    }
  };
  symmetrise(out.K);
  if (dot_) symmetrise(out.Kdot);
  return out;
}

bool AngleSampler::choose(const std::vector<double>& variances, const std::vector<double>& root_V,
                          const std::vector<double>& root_D, double goal) {
  if (!polar_) {
    // Without a rule that serves everywhere every pair looks for its own.
    for (double h = 0.14; h > 0.03; h *= 0.83) {
      const double steepest = std::max(1.0, std::sqrt(q_high_));
      rule_ = make_rule<double>(h, 11, 1, 2 * steepest, end_nats(problem_.singular, 16), !problem_.kinks.empty());
      NestedIntegrals<double> p;
      bool good = true;
      for (const double theta : {0.002, 0.3, 1.4, 2.8})
        good = good && serves(variances[0], variances.back(), theta, p) && serves(variances[0], variances[0], theta, p);
      if (good) return true;
    }
    return true;
  }
  std::size_t size = 40;
  const std::size_t n = variances.size();
  for (int tries = 0; tries < 5; ++tries, size = size * 3 / 2) {
    double difference = 0;
    for (const double theta : {0.0, 0.03, 0.5, 1.7, 3.0}) {
      const PairMatrices coarse = in_polar(theta, variances, size, size),
                         fine = in_polar(theta, variances, size * 5 / 4, size * 5 / 4 + 1);
      for (std::size_t i = 0; i < n * n; ++i) {
        const std::size_t r = i / n, c = i % n;
        difference = std::max(difference, std::abs(coarse.K[i] - fine.K[i]) / (root_V[r] * root_V[c]));
        if (dot_) difference = std::max(difference, std::abs(coarse.Kdot[i] - fine.Kdot[i]) / (root_D[r] * root_D[c]));
      }
      if (difference > goal) break;
    }
    angles_ = radii_ = size;
    error_ = difference;
    if (difference <= goal) return true;
  }
  return false;
}

double AngleSampler::half_distance(double theta, double q, bool finer) const {
  const std::size_t more = finer ? angles_ / 4 : 0;
  return in_polar(theta, {q}, angles_ + more, radii_ + more, true).K[0];
}

bool AngleSampler::serves(double a, double b, double theta, NestedIntegrals<double>& out) const {
  const double root = std::sqrt(b);
  const PairLaw<double> law{std::sqrt(a), root * std::cos(theta), theta >= pi ? 0 : root * std::sin(theta)};
  if (problem_.jump && law.sigma == 0) return false;
  out = integrate_nested<double>(problem_, rule_, law, 1);
  return out.finite && out.truncation_log < -33 && out.tail_log < -33;
}

std::pair<double, double> AngleSampler::nested(double a, double b, double theta) const {
  NestedIntegrals<double> p;
  // A value that no node has seen is not trusted to be 0.
  if (serves(a, b, theta, p) && p.K.value != 0 && (!dot_ || p.Kdot.value != 0)) return {p.K.value, p.Kdot.value};
  const auto t = pair(a, b, theta);
  return {t.K.value, t.Kdot.value};
}

PairMatrices AngleSampler::operator()(double theta, const std::vector<double>& variances) const {
  if (polar_) return in_polar(theta, variances, angles_, radii_);
  PairMatrices out;
  const std::size_t n = variances.size();
  out.K.resize(n * n);
  if (dot_) out.Kdot.resize(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const auto [K, Kdot] = nested(variances[i], variances[j], theta);
      out.K[i * n + j] = out.K[j * n + i] = K;
      if (dot_) out.Kdot[i * n + j] = out.Kdot[j * n + i] = Kdot;
    }
  return out;
}

}  // namespace widegeo::gaussian
