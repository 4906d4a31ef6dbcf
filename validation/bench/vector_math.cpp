// How fast are the vector functions? For every function and every set of instructions that this processor has: the time
// for one number, and the ratio of numbers per second to the standard library's function called one by one.
#include "simd/vector_math.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "number/functions.hpp"

namespace {

using namespace widegeo;

constexpr std::size_t many = 1 << 10;

struct Function {
  const char* name;
  VectorFunctions::Unary VectorFunctions::*vector;
  double (*libm)(double);
  double low, high;
};

const std::vector<Function> functions = {
    {"exp", &VectorFunctions::exp, &std::exp, -10, 10},
    {"log", &VectorFunctions::log, &std::log, 1e-3, 10},
    {"sin", &VectorFunctions::sin, &std::sin, -10, 10},
    {"cos", &VectorFunctions::cos, &std::cos, -10, 10},
    {"tan", &VectorFunctions::tan, &std::tan, -10, 10},
    {"sinh", &VectorFunctions::sinh, &std::sinh, -5, 5},
    {"cosh", &VectorFunctions::cosh, &std::cosh, -5, 5},
    {"tanh", &VectorFunctions::tanh, &std::tanh, -3, 3},
    {"asin", &VectorFunctions::asin, &std::asin, -1, 1},
    {"acos", &VectorFunctions::acos, &std::acos, -1, 1},
    {"atan", &VectorFunctions::atan, &std::atan, -10, 10},
    {"asinh", &VectorFunctions::asinh, &std::asinh, -10, 10},
    {"erf", &VectorFunctions::erf, &std::erf, -3, 3},
    {"erfc", &VectorFunctions::erfc, &std::erfc, -3, 10},
    {"normal_cdf", &VectorFunctions::normal_cdf, &normal_cdf, -5, 5},
    {"log1p", &VectorFunctions::log1p, &std::log1p, -0.9, 10},
    {"expm1", &VectorFunctions::expm1, &std::expm1, -10, 10},
};

template <class Run>
void measure(benchmark::State& state, const Function& f, const Run& run) {
  std::vector<double> in(many), out(many);
  std::mt19937_64 generator(1);
  for (double& x : in) x = f.low + (f.high - f.low) * static_cast<double>(generator() >> 11) * 0x1p-53;
  for (auto _ : state) {
    run(in, out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.counters["numbers/s"] = benchmark::Counter(
      static_cast<double>(many * static_cast<std::size_t>(state.iterations())), benchmark::Counter::kIsRate);
}

/// Collects numbers per second by name and prints a table at the end.
class Table : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const auto rate = run.counters.find("numbers/s");
      if (rate != run.counters.end()) rate_[run.benchmark_name()] = rate->second.value;
    }
  }
  void Finalize() override {
    fmt::print("\nns for one number, and the ratio of numbers per second to libm\n{:<12}{:>8}", "", "libm");
    for (const VectorFunctions* set : all_vector_functions()) fmt::print("{:>16}", set->instruction_set);
    fmt::print("\n");
    for (const Function& f : functions) {
      const double libm = rate_[std::string(f.name) + "/libm"];
      if (libm == 0) continue;
      fmt::print("{:<12}{:>8.2f}", f.name, 1e9 / libm);
      for (const VectorFunctions* set : all_vector_functions()) {
        const double rate = rate_[std::string(f.name) + "/" + set->instruction_set];
        fmt::print("{:>8.2f} x{:>5.2f} ", 1e9 / rate, rate / libm);
      }
      fmt::print("\n");
    }
  }

 private:
  std::map<std::string, double> rate_;
};

}  // namespace

int main(int argc, char** argv) {
  for (const Function& f : functions) {
    benchmark::RegisterBenchmark((std::string(f.name) + "/libm").c_str(), [&f](benchmark::State& state) {
      measure(state, f, [&f](const std::vector<double>& in, std::vector<double>& out) {
        for (std::size_t i = 0; i < many; ++i) out[i] = f.libm(in[i]);
      });
    });
    for (const VectorFunctions* set : all_vector_functions())
      benchmark::RegisterBenchmark((std::string(f.name) + "/" + set->instruction_set).c_str(),
                                   [&f, set](benchmark::State& state) {
                                     measure(state, f, [&](const std::vector<double>& in, std::vector<double>& out) {
                                       (set->*f.vector)(in.data(), out.data(), many);
                                     });
                                   });
  }
  benchmark::Initialize(&argc, argv);
  Table table;
  benchmark::RunSpecifiedBenchmarks(&table);
  return 0;
}
