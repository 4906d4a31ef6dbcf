#include "gaussian/table/angle_samples.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gaussian/gaussian.hpp"
#include "gaussian/problem.hpp"
#include "gaussian/sampler.hpp"
#include "gaussian/table/angle_rule.hpp"
#include "simd/clones.hpp"

namespace widegeo::gaussian {
namespace {

using std::numbers::pi;

constexpr double steep_variance = 30;  // above it the rule is graded: one panel resolves sigmoids up to here

/// C += A^T B with rows of `columns` numbers. `part` accumulates these rows separately, because one long sum of very
/// many rows would accumulate more rounding error.
WIDEGEO_CLONES void add_products(const double* __restrict A, const double* __restrict B, std::size_t rows,
                                 std::size_t columns, double* __restrict part, double* __restrict C) {
  std::fill(part, part + columns * columns, 0.0);
  for (std::size_t s = 0; s < rows; ++s) {
    const double *a = A + s * columns, *b = B + s * columns;
    for (std::size_t i = 0; i < columns; ++i) {
      double* __restrict c = part + i * columns;
      const double factor = a[i];
      for (std::size_t j = 0; j < columns; ++j) c[j] += factor * b[j];
    }
  }
  for (std::size_t i = 0; i < columns * columns; ++i) C[i] += part[i];
}

}  // namespace

AngleSampler::AngleSampler(const Activation& activation, double q_high, bool dot)
    : activation_(activation),
      dot_(dot),
      parity_(activation_.analysis.parity),
      quadrature_(quadrature_expectations<TrackedDouble>(activation_)) {
  using Kind = expr::Growth::Kind;
  const Kind growth = std::max(activation_.analysis.growth.kind, activation_.derivative_analysis.growth.kind);
  const Problem<double> problem = make_problem<double>(activation_);
  polar_ = !problem.singular && growth != Kind::gaussian && growth != Kind::faster;
  for (const double c : problem.kinks) polar_ = polar_ && c == 0;
  if (q_high > steep_variance) steepness_ = std::sqrt(q_high);
  // exp(-r^2/2) r^8 < 1e-17, and where phi grows like exp(x) the weight is centred at sqrt(q) of each factor.
  reach_ = 10.5 + (growth == Kind::exponential ? 2.5 * std::sqrt(q_high) : 0);
}

TwoPoint<TrackedDouble> AngleSampler::pair(double a, double b, double theta) const {
  const double product = std::sqrt(a) * std::sqrt(b), sine = std::sin(theta);
  const Covariance<TrackedDouble> c{TrackedDouble(a), TrackedDouble(b), TrackedDouble(product * std::cos(theta)),
                                    TrackedDouble(theta >= pi ? 0 : a * b * sine * sine), false};
  return quadrature_->two_point(c, TwoPointNeed::kernel);
}

/// The nodes of one angle t and all radii: values at (u) and at (-u), by radius and variance.
struct AngleSampler::Slab {
  std::vector<double> x;
  Samples plus, minus;
  double weight = 0;  ///< of the angle
};

void AngleSampler::fill(Slab& slab, double cosine, const std::vector<double>& radius,
                        const std::vector<double>& variances) const {
  const std::size_t n = variances.size();
  slab.x.resize(radius.size() * n);
  for (std::size_t i = 0; i < radius.size(); ++i)
    for (std::size_t p = 0; p < n; ++p) slab.x[i * n + p] = std::sqrt(variances[p]) * radius[i] * cosine;
  sample(activation_.tape, slab.x, {}, slab.plus);
  if (parity_ != expr::Parity::none) return;
  for (double& v : slab.x) v = -v;
  sample(activation_.tape, slab.x, {}, slab.minus);
}

PairMatrices AngleSampler::in_polar(double theta, const std::vector<double>& variances, std::size_t angles,
                                    std::size_t radii, bool differences) const {
  const std::size_t n = variances.size();
  const UnitRule turn = UnitRule::symmetric(angles, steepness_),
                 ray = UnitRule::from_zero(radii, steepness_ > 1 ? steepness_ * reach_ : 1);
  PairMatrices out;
  out.K.assign(n * n, 0.0);
  if (dot_) out.Kdot.assign(n * n, 0.0);
  std::vector<double> radius, ray_weight;
  for (std::size_t i = 0; i < ray.size(); ++i) {
    const double r = reach_ * ray.node[i];
    radius.push_back(r);
    ray_weight.push_back(reach_ * ray.weight[i] * r * std::exp(-0.5 * r * r) / (2 * pi));
  }
  std::vector<double> weighted(radius.size() * n), mirrored(radius.size() * n), part(n * n);
  // Of an odd or even phi the two signs of (u, v) give the same.
  const bool both = parity_ == expr::Parity::none;
  const auto add = [&](const Slab& slab, const Slab& mirror, bool same, bool slope, std::vector<double>& sum) {
    const auto list = [slope](const Samples& s) -> const std::vector<double>& { return slope ? s.dphi : s.phi; };
    const double factor = both ? slab.weight : 2 * slab.weight;
    const double turned = same || both || (parity_ == expr::Parity::even) != slope ? 1 : -1;
    for (const bool sign : {false, true}) {
      if (sign && !both) break;
      const auto& first = list(sign ? slab.minus : slab.plus);
      const auto& second = list(!both || same != sign ? mirror.plus : mirror.minus);
      for (std::size_t i = 0; i < radius.size(); ++i)
        for (std::size_t p = i * n; p < (i + 1) * n; ++p) {
          const double other = turned * second[p];
          mirrored[p] = differences ? first[p] - other : other;
          weighted[p] = factor * ray_weight[i] * (differences ? 0.5 * mirrored[p] : first[p]);
        }
      add_products(weighted.data(), mirrored.data(), radius.size(), n, part.data(), sum.data());
    }
  };
  Slab near, far;
  for (const bool same : {false, true}) {
    const double length = same ? pi - theta : theta;
    if (!(length > 0)) continue;
    const auto fill_at = [&](Slab& slab, std::size_t j) {
      // cos t at t = theta - pi/2 + length s (uv > 0) or -pi/2 + length s (uv < 0), as a sine of the distance to the
      // nearer end where u = 0.
      const double s = turn.node[j], rest = turn.node[turn.size() - 1 - j];
      slab.weight = length * turn.weight[j];
      fill(slab, !same ? std::sin(theta * s) : std::sin(std::min(theta + length * s, length * rest)), radius,
           variances);
    };
    for (std::size_t j = 0; 2 * j < turn.size(); ++j) {
      const std::size_t mirror = turn.size() - 1 - j;
      fill_at(near, j);
      if (mirror != j) fill_at(far, mirror);
      const Slab& other = mirror == j ? near : far;
      for (const bool slope : {false, true}) {
        if (slope && !dot_) break;
        add(near, other, same, slope, slope ? out.Kdot : out.K);
        if (mirror != j) add(far, near, same, slope, slope ? out.Kdot : out.K);
      }
    }
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
  if (!polar_) return true;  // pair by pair
  // Of one panel, or of each of the graded ones.
  std::size_t size = steepness_ > 1 ? 12 : 40;
  const std::size_t n = variances.size();
  for (int tries = 0; tries < 5; ++tries, size = size * 3 / 2) {
    // At the angle 0 the rule gives V and D, whose own rule misses nothing: what this one misses shows there.
    const PairMatrices whole = in_polar(0, variances, size, size);
    double difference = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double V = root_V[i] * root_V[i], D = root_D[i] * root_D[i];
      difference = std::max(difference, std::abs(whole.K[i * n + i] - V) / V);
      if (dot_) difference = std::max(difference, std::abs(whole.Kdot[i * n + i] - D) / D);
    }
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

double AngleSampler::expected_nodes() const {
  const std::size_t order = steepness_ > 1 ? 18 : 60;
  return 2.0 * static_cast<double>(UnitRule::symmetric(order, steepness_).size() *
                                   UnitRule::from_zero(order, steepness_ > 1 ? steepness_ * reach_ : 1).size());
}

double AngleSampler::half_distance(double theta, double q, bool finer) const {
  const std::size_t more = finer ? angles_ / 4 : 0;
  return in_polar(theta, {q}, angles_ + more, radii_ + more, true).K[0];
}

PairMatrices AngleSampler::operator()(double theta, const std::vector<double>& variances) const {
  if (polar_) return in_polar(theta, variances, angles_, radii_);
  PairMatrices out;
  const std::size_t n = variances.size();
  out.K.resize(n * n);
  if (dot_) out.Kdot.resize(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const auto t = pair(variances[i], variances[j], theta);
      const double K = t.K.value, Kdot = t.Kdot.value;
      out.K[i * n + j] = out.K[j * n + i] = K;
      if (dot_) out.Kdot[i * n + j] = out.Kdot[j * n + i] = Kdot;
    }
  return out;
}

}  // namespace widegeo::gaussian
