#include "gram/scalar/scalar_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <tuple>

#include "gram/scalar/scalar_evaluate.hpp"
#include "gram/scalar/scalar_series.hpp"
#include "gram/scalar/scalar_source.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"
#include "number/escalation.hpp"
#include "parallel/parallel.hpp"
#include "simd/clones.hpp"
#include "simd/vector_math.hpp"

namespace widegeo::gram {

namespace {

constexpr unsigned first_degree = 16, single_degree = 128, panel_degree = 32;
constexpr std::size_t max_panels = 128, chunk = 512;
constexpr unsigned most_digits = 128;
/// A kernel that needs more samples is refused: what thirty panels do not resolve is a power law at an end.
constexpr std::size_t max_samples = 1500;

/// Longer single series than this are slower than panels of shorter ones.
constexpr std::size_t longest_single = 80;

/// cos(pi k / n), the argument reduced exactly.
double cosine(unsigned long k, unsigned long n) {
  k %= 2 * n;
  if (k > n) k = 2 * n - k;  // cos is even about pi
  const bool negative = 2 * k > n;
  if (negative) k = n - k;
  const double angle = std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
  const double c = 2 * k == n ? 0 : std::cos(angle);
  return negative ? -c : c;
}

/// sum_k c[k] T_k(x).
double sum_at(const std::vector<double>& c, double x) {
  double b1 = 0, b2 = 0;
  for (std::size_t k = c.size() - 1; k >= 1; --k) {
    const double b = std::fma(2 * x, b1, c[k] - b2);
    b2 = b1;
    b1 = b;
  }
  return std::fma(x, b1, c[0] - b2);
}

template <class T>
PairKernel<T> kernel_of(const Model& model, const Expectations<T>& source, bool ntk_kind, const InputPair<T>& inputs) {
  return ntk_kind ? ntk(model, source, inputs, 0) : nngp<T>(model, WithoutSlope<T>(source), inputs, 0);
}

/// The two variables of the series: exact doubles.
template <class T>
InputPair<T> at_correlation(double t, double rho, unsigned long dimension) {
  const T r(rho), one(1);
  return pair_of_one_norm<T>(T(t), r, (one - r) * (one + r), one - r, dimension);
}

template <class T>
InputPair<T> at_angle(double t, double theta, unsigned long dimension) {
  const T angle(theta), half = sin(angle / T(2)), sine = sin(angle);
  InputPair<T> pair = pair_of_one_norm<T>(T(t), cos(angle), sine * sine, T(2) * half * half, dimension);
  pair.coincident = theta == 0;
  return pair;
}

[[noreturn]] void too_rough() {
  throw Error(ErrorCode::accuracy, "the kernel as a function of the correlation does not reach its tolerance", {},
              "ask for a larger tolerance");
}

/// A sample by two working precisions: by higher ones while they differ by more than `absolute`. At theta = pi as a
/// double, sin^2(theta) = 1.5e-32: 32 digits lose the ab - n^2 of the layers above altogether, 64 do not.
template <class Pair>
TrackedDouble refined_sample(const Model& model, const Expectations<Real>& source, bool ntk_kind, double absolute,
                             const Pair& pair) {
  const auto value = [&](unsigned digits) {
    const PrecisionScope scope(digits);
    return kernel_of<Real>(model, source, ntk_kind, pair()).kernel;
  };
  TrackedDouble sample(0.0, HUGE_VAL);
  for (unsigned digits = 32; digits <= most_digits && !(sample.error <= absolute); digits *= 2) {
    const Real low = value(digits), high = value(digits + digits / 2);
    const PrecisionScope scope(digits + digits / 2);
    sample = of_two_runs(low, high);
    if (sample.error <= 4 * unit_roundoff * std::fabs(sample.value)) break;
  }
  return sample;
}

/// sum |d_k| of the derivative of sum c_k T_k: d_{k-1} = d_{k+1} + 2 k c_k, d_0 halved.
double derivative_bound(const std::vector<double>& c) {
  double sum = 0, above = 0, next = 0;  // d_{k+1}, d_k
  for (std::size_t k = c.size() - 1; k >= 1; --k) {
    const double d = above + 2 * static_cast<double>(k) * c[k];
    sum += std::fabs(d) * (k == 1 ? 0.5 : 1);
    above = next;
    next = d;
  }
  return sum;
}

WIDEGEO_CLONES void square_roots(std::size_t n, const double* __restrict in, double* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = std::sqrt(in[i]);
}

/// [low, high] to [-1, 1].
WIDEGEO_CLONES void to_panel(std::size_t n, double low, double high, const double* __restrict in,
                             double* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = ((in[i] - low) - (high - in[i])) / (high - low);
}

}  // namespace

template <class T>
InputPair<T> pair_of_one_norm(const T& t, const T& rho, const T& sine_squared, const T& one_minus,
                              unsigned long dimension) {
  InputPair<T> pair;
  pair.xx = pair.yy = t;
  pair.xy = t * rho;
  pair.minor = t * t * sine_squared;
  pair.distance_squared = T(2) * t * one_minus;
  pair.coincident = !(one_minus < T(0)) && !(one_minus > T(0));
  pair.dimension = dimension;
  return pair;
}

template InputPair<TrackedDouble> pair_of_one_norm(const TrackedDouble&, const TrackedDouble&, const TrackedDouble&,
                                                   const TrackedDouble&, unsigned long);
template InputPair<Real> pair_of_one_norm(const Real&, const Real&, const Real&, const Real&, unsigned long);

bool ScalarKernel::fit(const Sampler& sampler, double tolerance, unsigned first, unsigned last, unsigned threads,
                       Panel& panel) {
  const double centre = (panel.low + panel.high) / 2, half = (panel.high - panel.low) / 2;
  const auto at = [&](double x) { return x == 1 ? panel.high : x == -1 ? panel.low : centre + half * x; };
  // The error of the variable as evaluate() computes it, and of the nodes, in the units of the panel: 3 * 2^-52 of the
  // angle by atan2 and 1 - rho^2, then the map to [-1, 1]. The correlation is taken as it is.
  const double size = std::max(std::fabs(panel.low), std::fabs(panel.high));
  const double node_shift = 2 + 2 * size / half, shift = in_angle_ ? 8 * size / half + 4 : 0;

  std::vector<TrackedDouble> f;
  for (unsigned n = first; n <= last; n *= 2) {
    // Half of the nodes of degree n are those of n / 2.
    std::vector<TrackedDouble> nodes(n + 1);
    const bool nested = !f.empty();
    for (unsigned j = 0; nested && j <= n; j += 2) nodes[j] = f[j / 2];
    parallel_for_ordered(nested ? n / 2 : n + 1, threads, [&](std::size_t i) {
      const unsigned j = static_cast<unsigned>(nested ? 2 * i + 1 : i);
      nodes[j] = sampler(at(cosine(j, n)));
    });
    samples_ += nested ? n / 2 : n + 1;
    f = std::move(nodes);

    std::vector<double>& c = panel.coefficients;
    c.assign(n + 1, 0);
    double node_error = 0;
    for (const TrackedDouble& s : f) node_error = std::max(node_error, s.error);
    for (unsigned k = 0; k <= n; ++k) {
      double sum = (f[0].value + (k % 2 == 0 ? f[n].value : -f[n].value)) / 2;
      for (unsigned j = 1; j < n; ++j) sum += f[j].value * cosine(static_cast<unsigned long>(k) * j, n);
      c[k] = sum * (k == 0 || k == n ? 1 : 2) / n;
    }
    double tail = 0, magnitude = 0, slope = 0;
    for (unsigned k = 0; k <= n; ++k) {
      magnitude += std::fabs(c[k]);
      slope += static_cast<double>(k) * k * std::fabs(c[k]);
      if (k > 3 * n / 4) tail += std::fabs(c[k]);
    }
    const double lebesgue = 1 + 2 / std::numbers::pi * std::log(n + 1.0);
    // No smaller panel helps against the errors of the samples.
    if (in_angle_ && (1 + lebesgue) * node_error > tolerance) too_rough();
    const double noise = node_error + node_shift * unit_roundoff * slope + 4 * unit_roundoff * magnitude;
    const double beyond = in_angle_ ? 2 * tail : chebyshev_rest(n) * (tail + chebyshev_tail_norm(n) * noise);
    // Trailing coefficients that cost little are not worth their time.
    double dropped = 0;
    while (c.size() > 2 && dropped + std::fabs(c.back()) <= tolerance / 8) {
      dropped += std::fabs(c.back());
      c.pop_back();
    }
    const double terms = static_cast<double>(c.size());
    panel.error = beyond + dropped + (1 + lebesgue) * noise + unit_roundoff * (4 * terms * magnitude + shift * slope);
    if (panel.error <= tolerance) {
      if (last == single_degree && c.size() > longest_single) return false;
      // Off the nodes, near the ends and inside: the bound must hold there too.
      for (const double x : {-0.99983, -0.5501, 0.0317, 0.6203, 0.99971}) {
        const double v = at(x);
        const TrackedDouble exact = sampler(v);
        ++samples_;
        const double p = sum_at(c, ((v - panel.low) - (panel.high - v)) / (panel.high - panel.low));
        if (!(std::fabs(p - exact.value) <= panel.error + exact.error)) return false;
      }
      return true;
    }
    // What decays like a power only is left to the angle, or to smaller panels.
    if (n >= 32 && tail > std::sqrt(tolerance) * magnitude * 0.1) return false;
  }
  return false;
}

ScalarKernel::ScalarKernel(const Model& model, const Expectations<TrackedDouble>& source, double t,
                           unsigned long dimension, bool ntk_kind, double tolerance, unsigned threads,
                           const Expectations<Real>* refined) {
  if (!(t > 0 && std::isfinite(t)))
    throw Error(ErrorCode::input, "the squared norm of the inputs must be a finite number above 0");
  const auto sample_within = [&](double absolute, const auto& pair) {
    TrackedDouble value(0.0, HUGE_VAL);
    try {
      value = kernel_of<TrackedDouble>(model, source, ntk_kind, pair.template operator()<TrackedDouble>()).kernel;
    } catch (const Error& error) {
      if (!refined || error.code() != ErrorCode::accuracy) throw;
    }
    if (!refined || value.error <= absolute) return value;
    return refined_sample(model, *refined, ntk_kind, absolute, [&] { return pair.template operator()<Real>(); });
  };
  const auto same = [&]<class T>() { return at_correlation<T>(t, 1, dimension); };
  TrackedDouble one = sample_within(HUGE_VAL, same);
  if (one.error > tolerance / 32 * std::fabs(one.value)) one = sample_within(0, same);
  one_ = one.value;
  const double absolute = tolerance * std::fabs(one_), of_fit = absolute * 7 / 8;  // the rest is for the shift at 1
  const auto sample = [&](const auto& pair) { return sample_within(absolute / (in_angle_ ? 32 : 128), pair); };
  const Sampler by_correlation = [&](double rho) {
    return sample([&]<class T>() { return at_correlation<T>(t, rho, dimension); });
  };
  const Sampler by_angle = [&](double theta) {
    return sample([&]<class T>() { return at_angle<T>(t, theta, dimension); });
  };

  Panel whole;
  whole.low = -1;
  whole.high = 1;
  if (fit(by_correlation, of_fit, first_degree, single_degree, threads, whole)) {
    panels_.push_back(std::move(whole));
  } else {
    in_angle_ = true;
    whole.low = 0;
    whole.high = std::numbers::pi;
    if (fit(by_angle, of_fit, first_degree, single_degree, threads, whole)) {
      panels_.push_back(std::move(whole));
    } else {
      std::vector<std::pair<double, double>> pending{{0, std::numbers::pi / 2},
                                                     {std::numbers::pi / 2, std::numbers::pi}};
      while (!pending.empty()) {
        Panel panel;
        std::tie(panel.low, panel.high) = pending.back();
        pending.pop_back();
        if (fit(by_angle, of_fit, first_degree, panel_degree, threads, panel)) {
          panels_.push_back(std::move(panel));
          continue;
        }
        const double middle = (panel.low + panel.high) / 2;
        if (panels_.size() + pending.size() >= max_panels || samples_ >= max_samples ||
            panel.high - panel.low < 0x1p-20)
          too_rough();
        pending.emplace_back(panel.low, middle);
        pending.emplace_back(middle, panel.high);
      }
    }
  }
  std::sort(panels_.begin(), panels_.end(), [](const Panel& a, const Panel& b) { return a.low < b.low; });
  for (const Panel& panel : panels_) {
    ends_.push_back(panel.high);
    error_ = std::max(error_, panel.error);
  }
  error_ = std::max(error_, one.error);
  if (!(error_ <= absolute)) too_rough();
  Panel& near = in_angle_ ? panels_.front() : panels_.back();
  const double shift = one_ - sum_at(near.coefficients, in_angle_ ? -1 : 1);
  const double shifted = near.error + std::fabs(shift) + unit_roundoff * std::fabs(one_);
  if (!(shifted <= absolute)) return;
  near.coefficients[0] += shift;
  error_ = std::max(error_, shifted);
}

double ScalarKernel::slope() const {
  double steepest = 0;
  for (const Panel& panel : panels_)
    steepest = std::max(steepest, 2 * derivative_bound(panel.coefficients) / (panel.high - panel.low));
  return steepest;
}

unsigned ScalarKernel::degree() const {
  std::size_t terms = 1;
  for (const Panel& panel : panels_) terms = std::max(terms, panel.coefficients.size());
  return static_cast<unsigned>(terms - 1);
}

void ScalarKernel::evaluate(std::span<const double> rho, std::span<const double> sine_squared,
                            std::span<double> out) const {
  if (rho.size() != out.size() || (in_angle_ && sine_squared.size() != out.size()))
    throw Error(ErrorCode::input, "the arrays of correlations and kernels differ in length");
  const Clenshaw sum = clenshaw();
  const auto atan2 = vector_functions().atan2;
  using Buffer = std::array<double, chunk + clenshaw_padding>;
  Buffer x{}, value{}, sorted{};
  std::array<unsigned, chunk> panel_of{}, place{};
  for (std::size_t begin = 0; begin < out.size(); begin += chunk) {
    const std::size_t n = std::min(chunk, out.size() - begin);
    if (!in_angle_) {
      std::copy_n(rho.data() + begin, n, x.data());
      sum(panels_[0].coefficients.data(), panels_[0].coefficients.size(), x.data(), value.data(), n);
      std::copy_n(value.data(), n, out.data() + begin);
      continue;
    }
    square_roots(n, sine_squared.data() + begin, x.data());
    atan2(x.data(), rho.data() + begin, value.data(), n);
    if (panels_.size() == 1) {
      const Panel& p = panels_[0];
      to_panel(n, p.low, p.high, value.data(), x.data());
      sum(p.coefficients.data(), p.coefficients.size(), x.data(), value.data(), n);
      std::copy_n(value.data(), n, out.data() + begin);
      continue;
    }
    // The pairs of a panel are brought together: each panel is one loop without look-ups.
    std::array<unsigned, max_panels + 1> start{};
    for (std::size_t i = 0; i < n; ++i) {
      const auto position = std::lower_bound(ends_.begin(), ends_.end() - 1, value[i]) - ends_.begin();
      panel_of[i] = static_cast<unsigned>(position);
      ++start[panel_of[i] + 1];
    }
    for (std::size_t k = 0; k < panels_.size(); ++k) start[k + 1] += start[k];
    auto next = start;
    for (std::size_t i = 0; i < n; ++i) {
      const Panel& p = panels_[panel_of[i]];
      place[i] = next[panel_of[i]]++;
      x[place[i]] = ((value[i] - p.low) - (p.high - value[i])) / (p.high - p.low);
    }
    for (std::size_t k = 0; k < panels_.size(); ++k) {
      const std::size_t count = start[k + 1] - start[k];
      if (count == 0) continue;
      const auto& c = panels_[k].coefficients;
      sum(c.data(), c.size(), x.data() + start[k], sorted.data() + start[k], count);
    }
    for (std::size_t i = 0; i < n; ++i) out[begin + i] = sorted[place[i]];
  }
}

}  // namespace widegeo::gram
