// How fast are random numbers? Each benchmark prints numbers per second on one core and a ratio measured in the same
// run:
//   normals          against `one_by_one`, Random123 and the standard library a pair at a time, and against the
//   uniforms units            normals of many units in arrays, against normals other laws       against normals
//   activation/NAME  normals and then phi of each, against normals alone: at least 0.5 is asked for
#include "random/random.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "activation/activation.hpp"
#include "number/block.hpp"

namespace {

using namespace widegeo;

constexpr std::size_t many = 1 << 12;  // numbers at a time: they stay in the cache

template <class Fill>
void measure(benchmark::State& state, const Fill& fill) {
  std::vector<double> out(many);
  RandomAddress address{1, 0, 0, 0, 0};
  for (auto _ : state) {
    fill(address, out);
    ++address.unit;
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.counters["numbers/s"] = benchmark::Counter(
      static_cast<double>(many * static_cast<std::size_t>(state.iterations())), benchmark::Counter::kIsRate);
}

void one_by_one(benchmark::State& state) {
  measure(state, [](const RandomAddress& a, std::vector<double>& out) {
    for (std::size_t i = 0; i < out.size(); i += 2) {
      const auto word = philox4x32_10({static_cast<std::uint32_t>(i / 2), a.unit, a.network, a.layer}, {1, 0});
      const auto uniform = [&](std::size_t k) {
        const std::uint64_t bits = (std::uint64_t{word[k + 1]} << 32 | word[k]) >> 12;
        return static_cast<double>(2 * bits + 1) * 0x1p-53;
      };
      const double radius = std::sqrt(-2 * std::log(uniform(0))), angle = 2 * M_PI * uniform(2);
      out[i] = radius * std::cos(angle);
      out[i + 1] = radius * std::sin(angle);
    }
  });
}
BENCHMARK(one_by_one);

void uniforms(benchmark::State& state) {
  measure(state, [](const RandomAddress& a, std::vector<double>& out) { fill_uniforms(a, 0, out); });
}
BENCHMARK(uniforms);

void normals(benchmark::State& state) {
  measure(state, [](const RandomAddress& a, std::vector<double>& out) { fill_normals(a, 0, out); });
}
BENCHMARK(normals);

void units(benchmark::State& state) {
  measure(state, [](const RandomAddress& a, std::vector<double>& out) {
    fill_normals_of_units(a, many / 4, 4, many / 4, out);
  });
}
BENCHMARK(units);

void student_t(benchmark::State& state) {
  measure(state, [](const RandomAddress& a, std::vector<double>& out) { fill_student_t(a, 0, 3.5, out); });
}
BENCHMARK(student_t);

void sparse(benchmark::State& state) {
  measure(state, [](const RandomAddress& a, std::vector<double>& out) { fill_sparse(a, 0, 0.1, out); });
}
BENCHMARK(sparse);

void rademacher(benchmark::State& state) {
  measure(state, [](const RandomAddress& a, std::vector<double>& out) { fill_rademacher(a, 0, out); });
}
BENCHMARK(rademacher);

void activation(benchmark::State& state, const char* name) {
  const expr::Tape tape(std::array{make_activation(name).phi}, {"x"});
  expr::Tape::Workspace<Block> workspace;
  measure(state, [&](const RandomAddress& a, std::vector<double>& out) {
    fill_normals(a, 0, out);
    Block x, y;
    for (std::size_t i = 0; i < out.size(); i += Block::width) {
      std::copy_n(out.data() + i, Block::width, x.lane.data());
      tape.evaluate<Block>({&x, 1}, {&y, 1}, workspace);
      std::copy_n(y.lane.data(), Block::width, out.data() + i);
    }
  });
}
BENCHMARK_CAPTURE(activation, erf, "erf");
BENCHMARK_CAPTURE(activation, tanh, "tanh");
BENCHMARK_CAPTURE(activation, relu, "relu");
BENCHMARK_CAPTURE(activation, gelu, "gelu");
BENCHMARK_CAPTURE(activation, sigmoid, "sigmoid");
BENCHMARK_CAPTURE(activation, sin, "sin");

/// Collects numbers per second by name and prints the ratios promised at the head of this file.
class Ratios : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    benchmark::ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const auto rate = run.counters.find("numbers/s");
      if (rate != run.counters.end()) rate_[run.benchmark_name()] = rate->second.value;
    }
  }
  void Finalize() override {
    fmt::print("\nratios of numbers per second, one core\n");
    ratio("normals", "one_by_one");
    ratio("normals", "uniforms");
    for (const char* name : {"units", "student_t", "sparse", "rademacher", "activation/erf", "activation/tanh",
                             "activation/relu", "activation/gelu", "activation/sigmoid", "activation/sin"})
      ratio(name, "normals");
  }

 private:
  void ratio(const char* name, const char* against) const {
    const auto a = rate_.find(name), b = rate_.find(against);
    if (a == rate_.end() || b == rate_.end()) return;
    fmt::print("  {:<18} {:>10.3g} numbers/s = {:>8.3g} x {}\n", name, a->second, a->second / b->second, against);
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
