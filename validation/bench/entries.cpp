// How fast are the entries of a layer by closed forms? For every activation: ns for one entry with K, and with K and
// Kdot, and the ratio to one vector arc-cosine; and what the functions behind them cost alone.
#include "closedform/entries/entries.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "simd/vector_math.hpp"

namespace {

using namespace widegeo;

constexpr std::size_t many = 512;  // the width of a tile

struct Row {
  PointBatch batch;
  std::vector<double> n, m;
};

Row row_of(const EntryLayer& layer) {
  std::mt19937_64 generator(1);
  const auto uniform = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(generator() >> 11) * 0x1p-53;
  };
  Row row;
  for (std::size_t i = 0; i < many; ++i) row.batch.variance.push_back(uniform(0.5, 1.5));
  layer.prepare(row.batch);
  for (std::size_t i = 0; i < many; ++i) {
    const double s = std::sqrt(row.batch.variance[0] * row.batch.variance[i]), angle = uniform(0.1, 3);
    row.n.push_back(s * std::cos(angle));
    row.m.push_back(std::pow(s * std::sin(angle), 2));
  }
  return row;
}

void entries(benchmark::State& state, const std::string& name, bool gap, bool dot) {
  const auto form = find_closed_form(make_activation(name));
  EntryNeed need;
  need.dot = dot;
  const auto layer = closed_form_entries(*form)->layer(0.5, 1.5, need);
  const Row row = row_of(*layer);
  std::vector<double> K(many), Kdot(many), distance(many);
  const EntryValues out{K.data(), dot ? Kdot.data() : nullptr, gap ? distance.data() : nullptr, nullptr, nullptr};
  for (auto _ : state) {
    layer->evaluate({&row.batch, 0, &row.batch, 0, many, row.n.data(), row.m.data()}, out);
    benchmark::ClobberMemory();
  }
  state.counters["entries/s"] = benchmark::Counter(
      static_cast<double>(many * static_cast<std::size_t>(state.iterations())), benchmark::Counter::kIsRate);
}

template <class Run>
void function(benchmark::State& state, const Run& run) {
  std::mt19937_64 generator(1);
  std::vector<double> x(many), y(many), out(many);
  for (std::size_t i = 0; i < many; ++i) {
    x[i] = 2 * static_cast<double>(generator() >> 11) * 0x1p-53 - 1;
    y[i] = std::sqrt(1 - x[i] * x[i]);
  }
  for (auto _ : state) {
    run(x.data(), y.data(), out.data());
    benchmark::ClobberMemory();
  }
  state.counters["entries/s"] = benchmark::Counter(
      static_cast<double>(many * static_cast<std::size_t>(state.iterations())), benchmark::Counter::kIsRate);
}

class Table : public benchmark::ConsoleReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Aggregate) continue;
      const auto rate = run.counters.find("entries/s");
      if (rate == run.counters.end()) continue;
      double& best = ns_[run.benchmark_name()];
      const double ns = 1e9 / rate->second.value;
      if (best == 0 || ns < best) best = ns;
    }
  }
  void Finalize() override {
    const double acos = ns_["function/acos"];
    fmt::print("{:<40}{:>12}{:>10}\n", "", "ns an entry", "/ acos");
    for (const auto& [name, ns] : ns_) fmt::print("{:<40}{:>12.2f}{:>10.2f}\n", name, ns, ns / acos);
  }

 private:
  std::map<std::string, double> ns_;
};

}  // namespace

int main(int argc, char** argv) {
  const VectorFunctions& f = vector_functions();
  const auto binary = [](auto g) { return [g](const double* x, const double* y, double* out) { g(y, x, out, many); }; };
  const auto unary = [](auto g) { return [g](const double* x, const double*, double* out) { g(x, out, many); }; };
  const auto add = [](const std::string& name, auto run) {
    benchmark::RegisterBenchmark(("function/" + name).c_str(), [run](benchmark::State& s) { function(s, run); });
  };
  add("acos", unary(f.acos));
  add("atan2", binary(f.atan2));
  add("exp", unary(f.exp));
  add("expm1", unary(f.expm1));
  add("log", unary(f.log));
  add("sinh", unary(f.sinh));
  add("cosh", unary(f.cosh));
  add("normal_cdf", unary(f.normal_cdf));
  for (const std::string name : {"relu", "leaky-relu", "abs", "erf", "gelu", "sin", "snake", "rbf", "gaussian", "exp",
                                 "relu-power", "sign", "elu", "hard-tanh"}) {
    for (const bool dot : {false, true})
      for (const bool gap : {false, true}) {
        const std::string title = name + "/K" + (dot ? "+Kdot" : "") + (gap ? "+gap" : "");
        benchmark::RegisterBenchmark(title.c_str(), [=](benchmark::State& s) { entries(s, name, gap, dot); });
      }
  }
  benchmark::Initialize(&argc, argv);
  Table table;
  benchmark::RunSpecifiedBenchmarks(&table);
  return 0;
}
