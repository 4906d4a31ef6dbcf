#include "geometry/interpolant.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "number/error.hpp"

namespace widegeo {

namespace {

constexpr unsigned n = RadialInterpolant::degree;
constexpr unsigned count = RadialInterpolant::function_count;
using Values = std::array<double, count>;

/// A, A', A'', C = B - 2A', C' and their errors.
struct Sample {
  Values value, error;
};

Sample sample_at(const RadialInterpolant::Sampler& sampler, double t) {
  const RadialMetric<TrackedDouble> m = sampler(t);
  const Jet<TrackedDouble>& defect = m.defect.value();
  const TrackedDouble f[count] = {m.A.derivative(0), m.A.derivative(1), m.A.derivative(2), defect.derivative(0),
                                  defect.derivative(1)};
  Sample s;
  for (unsigned k = 0; k < count; ++k) {
    s.value[k] = f[k].value;
    s.error[k] = f[k].error;
  }
  return s;
}

/// Powers of 1/t in the natural size of A, A', A'', C, C'.
constexpr unsigned weight[count] = {0, 1, 2, 1, 2};

/// All functions at x in [-1, 1] by Clenshaw's recurrence.
void clenshaw(const double (&c)[n + 1][count], double x, Values& out) {
  Values b1{}, b2{};
  for (unsigned k = n; k >= 1; --k)
    for (unsigned f = 0; f < count; ++f) {
      const double b = c[k][f] + 2 * x * b1[f] - b2[f];
      b2[f] = b1[f];
      b1[f] = b;
    }
  for (unsigned f = 0; f < count; ++f) out[f] = c[0][f] + x * b1[f] - b2[f];
}

}  // namespace

bool RadialInterpolant::fit(const Sampler& sampler, double tolerance, Panel& panel) {
  using std::numbers::pi;
  const double centre = (panel.low + panel.high) / 2, half = (panel.high - panel.low) / 2;
  std::array<Sample, n + 1> nodes;
  for (unsigned j = 0; j <= n; ++j) nodes[j] = sample_at(sampler, centre + half * std::cos(pi * (j + 0.5) / (n + 1)));
  samples_ += n + 1;

  for (unsigned k = 0; k <= n; ++k)
    for (unsigned f = 0; f < count; ++f) {
      double sum = 0;
      for (unsigned j = 0; j <= n; ++j) sum += nodes[j].value[f] * std::cos(pi * k * (j + 0.5) / (n + 1));
      panel.coefficient[k][f] = sum * (k == 0 ? 1.0 : 2.0) / (n + 1);
    }

  Values size{};
  for (const Sample& s : nodes)
    for (unsigned f = 0; f < count; ++f)
      size[f] = std::max({size[f], std::fabs(s.value[f]), std::fabs(s.value[0]) / std::pow(panel.high, weight[f])});

  // Bounds of the header, and rounding of Clenshaw's recurrence: at most about n eps sum |c_k|.
  const double lebesgue = 1 + 2 / pi * std::log(n + 1.0);
  bool accepted = true;
  double worst = 0;
  for (unsigned f = 0; f < count; ++f) {
    double node_error = 0, magnitude = 0;
    for (const Sample& s : nodes) node_error = std::max(node_error, s.error[f]);
    for (unsigned k = 0; k <= n; ++k) magnitude += std::fabs(panel.coefficient[k][f]);
    const double tail = std::fabs(panel.coefficient[n - 2][f]) + std::fabs(panel.coefficient[n - 1][f]) +
                        std::fabs(panel.coefficient[n][f]);
    panel.error[f] = 4 * tail + (1 + lebesgue) * node_error + n * 0x1p-53 * magnitude;
    if (!(panel.error[f] <= tolerance * size[f])) accepted = false;
    if (size[f] > 0) worst = std::max(worst, panel.error[f] / size[f]);
  }
  if (!accepted) return false;

  // Off the nodes, near the ends and inside: the bound must hold there too.
  for (const double x : {-0.9997, -0.55, 0.03, 0.62, 0.9997}) {
    const Sample exact = sample_at(sampler, centre + half * x);
    ++samples_;
    Values p;
    clenshaw(panel.coefficient, x, p);
    for (unsigned f = 0; f < count; ++f)
      if (std::fabs(p[f] - exact.value[f]) > panel.error[f] + exact.error[f]) return false;
  }
  worst_ = std::max(worst_, worst);
  return true;
}

RadialInterpolant::RadialInterpolant(const Sampler& sampler, double t_low, double t_high, double relative_tolerance)
    : low_(t_low), high_(t_high) {
  if (!(t_low >= 0 && t_high > t_low && std::isfinite(t_high)))
    throw Error(ErrorCode::input, "the range of an interpolant must be finite and not empty");
  std::vector<std::pair<double, double>> pending{{t_low, t_high}};
  while (!pending.empty()) {
    const auto [low, high] = pending.back();
    pending.pop_back();
    Panel panel{};
    panel.low = low;
    panel.high = high;
    if (fit(sampler, relative_tolerance, panel)) {
      panels_.push_back(panel);
      continue;
    }
    // Geometric splitting where a panel spans orders of magnitude: the metric varies on the scale of t.
    const double middle = high > 16 * low ? std::max(high / 16, (low + high) / 64) : (low + high) / 2;
    if (panels_.size() + pending.size() >= max_panels || !(middle > low && middle < high))
      throw Error(ErrorCode::accuracy, "the radial interpolant does not reach its tolerance", {},
                  "the metric is too rough for the accuracy of the quadrature on this range");
    pending.emplace_back(middle, high);
    pending.emplace_back(low, middle);
  }
  std::sort(panels_.begin(), panels_.end(), [](const Panel& a, const Panel& b) { return a.low < b.low; });
  for (const Panel& p : panels_) ends_.push_back(p.high);
}

RadialMetric<TrackedBlock> RadialInterpolant::operator()(const Block& t) const {
  std::array<TrackedBlock, count> f;
  for (std::size_t i = 0; i < Block::width; ++i) {
    const double ti = t.lane[i];
    if (!(ti >= low_ && ti <= high_)) throw Error(ErrorCode::input, "a point lies outside of the interpolant's range");
    const auto position = std::lower_bound(ends_.begin(), ends_.end(), ti) - ends_.begin();
    const Panel& p = panels_[static_cast<std::size_t>(position)];
    Values value;
    clenshaw(p.coefficient, ((ti - p.low) - (p.high - ti)) / (p.high - p.low), value);
    for (unsigned k = 0; k < count; ++k) {
      f[k].value.lane[i] = value[k];
      f[k].error.lane[i] = p.error[k];
    }
  }
  using J = Jet<TrackedBlock>;
  const TrackedBlock two(2), half(Block(0.5));
  const JetShape &second = JetShape::get(1, 2), &first = JetShape::get(1, 1);
  const J A = J::from_coefficients(second, {f[0], f[1], f[2] * half});
  const J C = J::from_coefficients(first, {f[3], f[4]});
  const J B = J::from_coefficients(first, {f[3] + two * f[1], f[4] + two * f[2]});
  return {A, B, {}, C};
}

}  // namespace widegeo
