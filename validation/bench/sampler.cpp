// How fast is one network? Each benchmark measures a ratio in one run, on one core:
//   against_explicit       conditional sampling against explicit weights, width 4096, depth 3, d = 2, metric only
//   per_unit               time of a unit of a layer over widths 10^3 to 10^6, and the largest over the smallest
//   normals_and_phi        normals and activation against an array filled with as many normals
//   controls               a draw with control variates against one without
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>
#include <string>
#include <vector>

#include "network/activation_jet.hpp"
#include "network/conditional/conditional_sampler.hpp"
#include "network/explicit_network.hpp"
#include "random/random.hpp"

namespace {

using namespace widegeo;

NetworkSpec spec_of(unsigned depth, std::uint64_t width) {
  NetworkSpec spec;
  spec.depth = depth;
  spec.width = {width};
  spec.weight_variance = {1.5};
  spec.bias_variance = {0.1};
  return spec;
}

/// Processor seconds of one call: the best of `rounds`, each of `calls` calls; other load on the machine counts little.
template <class Work>
double seconds(int rounds, int calls, const Work& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < calls; ++i) work(static_cast<std::uint32_t>(i));
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / calls);
  }
  return best;
}

struct Conditional {
  ConditionalSampler sampler;
  ConditionalSampler::Workspace workspace{};
  FeatureGram gram{};
  std::vector<double> controls;

  Conditional(const NetworkSpec& spec, const char* activation, std::size_t dimension, bool with_controls = false)
      : sampler(spec, make_activation(activation), std::vector<double>(dimension, 0.5)),
        controls(with_controls ? sampler.control_count() : 0) {}
  void operator()(std::uint32_t i) {
    sampler.draw({1, 0, i}, gram, controls, workspace);
    benchmark::DoNotOptimize(gram.gram.data());
  }
};

void against_explicit(benchmark::State& state, const char* activation) {
  const NetworkSpec spec = spec_of(3, 4096);
  const ExplicitSampler weights(spec, make_activation(activation), std::vector<double>(2, 0.5));
  Conditional conditional(spec, activation, 2);
  double slow = 0, fast = 0;
  for (auto _ : state) {
    slow = seconds(3, 1, [&](std::uint32_t i) { benchmark::DoNotOptimize(weights.draw({1, 0, i}).value.data()); });
    fast = seconds(5, 50, [&](std::uint32_t i) { conditional(i); });
  }
  state.counters["explicit_ms"] = 1e3 * slow;
  state.counters["conditional_us"] = 1e6 * fast;
  state.counters["ratio"] = slow / fast;
}

void per_unit(benchmark::State& state, const char* activation, std::size_t dimension) {
  constexpr std::array<int, 4> widths{1'000, 10'000, 100'000, 1'000'000};
  std::array<double, 4> nanoseconds{};
  for (auto _ : state)
    for (std::size_t k = 0; k < widths.size(); ++k) {
      Conditional conditional(spec_of(3, static_cast<std::uint64_t>(widths[k])), activation, dimension);
      nanoseconds[k] = 1e9 * seconds(5, std::max(1, 200'000 / widths[k]), [&](std::uint32_t i) { conditional(i); }) /
                       (3. * widths[k]);
    }
  for (std::size_t k = 0; k < widths.size(); ++k) state.counters["ns@" + std::to_string(widths[k])] = nanoseconds[k];
  const auto [least, most] = std::ranges::minmax(nanoseconds);
  state.counters["spread"] = most / least;
}

void normals_and_phi(benchmark::State& state, const char* activation) {
  constexpr std::size_t units = 512, entries = 4;
  const ActivationJet jet(make_activation(activation), 1);
  ActivationJet::Workspace workspace;
  std::vector<double> z(units * entries), phi(units), slope(units);
  const auto fill = [&](std::uint32_t i) {
    fill_normals_of_units({1, 0, i, 1, 0}, units, entries, units, z);
    benchmark::DoNotOptimize(z.data());
  };
  double normals = 0, both = 0;
  for (auto _ : state) {
    normals = seconds(7, 500, fill);
    both = seconds(7, 500, [&](std::uint32_t i) {
      fill(i);
      jet.evaluate(std::span(z).first(units), {std::span(phi), std::span(slope), std::span<double>()}, workspace);
      benchmark::DoNotOptimize(phi.data());
    });
  }
  state.counters["ns_a_normal"] = 1e9 * normals / static_cast<double>(units * entries);
  state.counters["share"] = normals / both;
}

void controls(benchmark::State& state, const char* activation, std::size_t dimension) {
  Conditional plain(spec_of(3, 10'000), activation, dimension),
      controlled(spec_of(3, 10'000), activation, dimension, true);
  double without = 0, with = 0;
  for (auto _ : state) {
    without = seconds(7, 20, [&](std::uint32_t i) { plain(i); });
    with = seconds(7, 20, [&](std::uint32_t i) { controlled(i); });
  }
  state.counters["ratio"] = with / without;
}

void wide_and_deep(benchmark::State& state) {
  Conditional conditional(spec_of(10, 1'000'000), "erf", 2);
  std::uint32_t i = 0;
  for (auto _ : state) conditional(i++);
}

BENCHMARK_CAPTURE(against_explicit, erf, "erf")->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(against_explicit, relu, "relu")->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(per_unit, erf_d2, "erf", std::size_t{2})->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(per_unit, relu_d10, "relu", std::size_t{10})->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(normals_and_phi, erf, "erf")->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(normals_and_phi, relu, "relu")->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(normals_and_phi, gelu, "gelu")->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(controls, erf_d2, "erf", std::size_t{2})->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(controls, relu_d2, "relu", std::size_t{2})->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(controls, gelu_d10, "gelu", std::size_t{10})->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(wide_and_deep)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
