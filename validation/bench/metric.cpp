// How fast is the metric with its curvature and error bounds? Each benchmark prints points per second on one core and a
// ratio measured in the same run:
//   closed_form    against `libm_limit`: only the transcendental calls which the same points need, one by one
//   quadrature     against closed_form of a formula of similar length
//   interpolant    against quadrature
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <vector>

#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "geometry/interpolant.hpp"
#include "geometry/radial.hpp"

namespace {

using namespace widegeo;

Model depth_three() {
  Model m;
  m.depth = 3;
  m.weight_variance = {Rational(3, 2)};
  m.bias_variance = {Rational(1, 10)};
  return m;
}

double t_of(std::size_t i, std::size_t n) {
  const double r = 0.1 + 4.9 * static_cast<double>(i) / static_cast<double>(n);
  return r * r;
}

template <class Metric>
double sum_of_curvatures(std::size_t points, unsigned long dimension, const Metric& metric) {
  double sum = 0;
  for (std::size_t i = 0; i < points; i += Block::width) {
    Block t;
    for (std::size_t j = 0; j < Block::width; ++j) t.lane[j] = t_of(i + j, points);
    const auto g = radial_geometry<TrackedBlock>(metric(t), TrackedBlock(t), dimension);
    for (std::size_t j = 0; j < Block::width; ++j) sum += g.scalar_curvature.value.lane[j] + g.log_volume.error.lane[j];
  }
  return sum;
}

constexpr std::size_t many = 1 << 16, few = 1 << 10;

void report(benchmark::State& state, std::size_t points) {
  state.counters["points/s"] = benchmark::Counter(
      static_cast<double>(points * static_cast<std::size_t>(state.iterations())), benchmark::Counter::kIsRate);
}

void libm_limit(benchmark::State& state) {
  for (auto _ : state) {
    double sum = 0;
    for (std::size_t i = 0; i < many; ++i) {
      double q = 1.5 * t_of(i, many) + 0.1;
      for (int layer = 0; layer < 3; ++layer) {
        q = 1.5 * (2 / M_PI) * std::atan2(2 * q, std::sqrt(1 + 4 * q)) + 0.1;
        sum += q;
      }
      sum += std::log(q) + std::log1p(q);
    }
    benchmark::DoNotOptimize(sum);
  }
  report(state, many);
}
BENCHMARK(libm_limit)->Unit(benchmark::kMillisecond);

void closed_form(benchmark::State& state, const char* name) {
  const Model model = depth_three();
  const auto form = find_closed_form(make_activation(name));
  const auto source = closed_form_expectations<TrackedBlock>(*form);
  for (auto _ : state)
    benchmark::DoNotOptimize(sum_of_curvatures(
        many, 3, [&](const Block& t) { return radial_metric<TrackedBlock>(model, *source, TrackedBlock(t), 3); }));
  report(state, many);
}
BENCHMARK_CAPTURE(closed_form, erf, "erf")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(closed_form, gelu, "gelu")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(closed_form, relu, "relu")->Unit(benchmark::kMillisecond);

void quadrature(benchmark::State& state, const char* name) {
  const Model model = depth_three();
  const auto source = quadrature_expectations<TrackedBlock>(make_activation(name));
  for (auto _ : state)
    benchmark::DoNotOptimize(sum_of_curvatures(
        few, 3, [&](const Block& t) { return radial_metric<TrackedBlock>(model, *source, TrackedBlock(t), 3); }));
  report(state, few);
}
BENCHMARK_CAPTURE(quadrature, tanh, "tanh")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(quadrature, silu, "silu")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(quadrature, elu, "elu")->Unit(benchmark::kMillisecond);

void interpolant(benchmark::State& state, const char* name) {
  const Model model = depth_three();
  const auto source = quadrature_expectations<TrackedDouble>(make_activation(name));
  const RadialInterpolant metric(
      [&](double t) { return radial_metric<TrackedDouble>(model, *source, TrackedDouble(t), 3); }, t_of(0, 1), 25.0);
  for (auto _ : state) benchmark::DoNotOptimize(sum_of_curvatures(many, 3, metric));
  report(state, many);
  state.counters["error"] = metric.certified_error();
  state.counters["panels"] = static_cast<double>(metric.panel_count());
}
BENCHMARK_CAPTURE(interpolant, tanh, "tanh")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(interpolant, silu, "silu")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(interpolant, elu, "elu")->Unit(benchmark::kMillisecond);

void interpolant_set_up(benchmark::State& state, const char* name) {
  const Model model = depth_three();
  const auto source = quadrature_expectations<TrackedDouble>(make_activation(name));
  for (auto _ : state) {
    const RadialInterpolant metric(
        [&](double t) { return radial_metric<TrackedDouble>(model, *source, TrackedDouble(t), 3); }, t_of(0, 1), 25.0);
    benchmark::DoNotOptimize(metric.panel_count());
  }
}
BENCHMARK_CAPTURE(interpolant_set_up, tanh, "tanh")->Unit(benchmark::kMillisecond);

/// Collects points per second by name and prints the ratios promised at the head of this file.
class Ratios : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    benchmark::ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const auto rate = run.counters.find("points/s");
      if (rate != run.counters.end()) rate_[run.benchmark_name()] = rate->second.value;
    }
  }
  void Finalize() override {
    fmt::print("\nratios of points per second, one core, depth 3, with error bounds\n");
    ratio("closed_form/erf", "libm_limit");
    ratio("closed_form/gelu", "libm_limit");
    ratio("closed_form/relu", "libm_limit");
    ratio("quadrature/tanh", "closed_form/erf");
    ratio("interpolant/tanh", "quadrature/tanh");
    ratio("interpolant/silu", "quadrature/silu");
    ratio("interpolant/elu", "quadrature/elu");
    ratio("interpolant/tanh", "closed_form/erf");
  }

 private:
  void ratio(const char* name, const char* against) const {
    const auto a = rate_.find(name), b = rate_.find(against);
    if (a == rate_.end() || b == rate_.end()) return;
    fmt::print("  {:<18} {:>10.3g} points/s = {:>8.3g} x {}\n", name, a->second, a->second / b->second, against);
  }
  std::map<std::string, double> rate_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  Ratios reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
