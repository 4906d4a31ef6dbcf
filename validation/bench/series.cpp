// How fast are the entries of a layer without a closed form? ns for one entry with K, and with K, gap and Kdot; the
// terms that it sums; and the time to make the table.
#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gaussian/table/entries.hpp"

namespace {

using namespace widegeo;

constexpr std::size_t many = 128;  // a tile's width: its features stay in the second-level cache

struct Setting {
  const char* name;
  double low, high;
};
const std::vector<Setting> settings = {{"tanh", 1, 1},   {"tanh", 0.5, 2}, {"sigmoid", 0.5, 2},   {"softplus", 1, 1},
                                       {"silu", 0.5, 2}, {"sin", 0.1, 10}, {"elu", 1, 1},         {"softsign", 1, 1},
                                       {"relu", 0.5, 2}, {"elu", 0.5, 2},  {"exp(-abs(x))", 1, 1}};

std::unique_ptr<EntryLayer> layer_of(const Setting& s, bool dot) {
  return series_entries(make_activation(s.name), 1)->layer(s.low, s.high, {dot, false, 1e-12});
}

void entries(benchmark::State& state, const Setting& s, bool dot) {
  const auto layer = layer_of(s, dot);
  std::mt19937_64 generator(1);
  const auto uniform = [&] { return static_cast<double>(generator() >> 11) * 0x1p-53; };
  PointBatch batch;
  std::vector<double> n(many), minor(many), K(many), Kdot(many), gap(many);
  for (std::size_t i = 0; i < many; ++i) batch.variance.push_back(s.low + (s.high - s.low) * uniform());
  layer->prepare(batch);
  for (std::size_t i = 0; i < many; ++i) {
    const double rho = 2 * uniform() - 1, ab = batch.variance[0] * batch.variance[i];
    n[i] = rho * std::sqrt(ab);
    minor[i] = (1 - rho) * (1 + rho) * ab;
  }
  for (auto _ : state) {
    layer->evaluate({&batch, 0, &batch, 0, many, n.data(), minor.data()},
                    {K.data(), dot ? Kdot.data() : nullptr, dot ? gap.data() : nullptr});
    benchmark::ClobberMemory();
  }
  const double count = static_cast<double>(many * static_cast<std::size_t>(state.iterations()));
  state.counters["entries/s"] = benchmark::Counter(count, benchmark::Counter::kIsRate);
  state.counters["features"] = static_cast<double>(batch.features.size() / batch.stride);
}

void tables(benchmark::State& state, const Setting& s) {
  for (auto _ : state) benchmark::DoNotOptimize(layer_of(s, true));
}

}  // namespace

int main(int argc, char** argv) {
  for (const Setting& s : settings) {
    const std::string where =
        std::string(s.name) + "/" + std::to_string(s.low).substr(0, 4) + ".." + std::to_string(s.high).substr(0, 4);
    benchmark::RegisterBenchmark((where + "/K").c_str(), [s](benchmark::State& state) { entries(state, s, false); });
    benchmark::RegisterBenchmark((where + "/K,gap,Kdot").c_str(),
                                 [s](benchmark::State& state) { entries(state, s, true); });
    benchmark::RegisterBenchmark((where + "/table").c_str(), [s](benchmark::State& state) { tables(state, s); })
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
