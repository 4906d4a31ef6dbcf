// What does one scalar function of the angle save on data of one norm? Nanoseconds an entry of evaluate() at several
// degrees beside one arc-cosine, and of whole tiles by it and layer by layer. Medians of rounds that take turns.
//   bench_scalar [--rounds R]
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "closedform/closedform.hpp"
#include "closedform/entries/entries.hpp"
#include "gaussian/gaussian.hpp"
#include "gaussian/table/entries.hpp"
#include "gram/gram.hpp"
#include "gram/scalar/scalar_kernel.hpp"
#include "simd/vector_math.hpp"

namespace {

using namespace widegeo;
using namespace widegeo::gram;
using Job = std::function<void()>;

double seconds_of(const Job& job) {
  const std::clock_t start = std::clock();
  job();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

std::vector<double> medians(const std::vector<Job>& jobs, int rounds) {
  std::vector<std::vector<double>> times(jobs.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t k = 0; k < jobs.size(); ++k) times[k].push_back(seconds_of(jobs[k]));
  std::vector<double> result;
  for (std::vector<double>& t : times) {
    std::nth_element(t.begin(), t.begin() + rounds / 2, t.end());
    result.push_back(t[static_cast<std::size_t>(rounds) / 2]);
  }
  return result;
}

Model model_of(unsigned depth) {
  Model m;
  m.depth = depth;
  m.weight_variance = {Rational(9, 5)};
  m.bias_variance = {Rational(1, 10)};
  return m;
}

struct Setting {
  Activation activation;
  std::unique_ptr<EntrySource> entries;
  OneNormSources single;

  explicit Setting(const std::string& name) : activation(make_activation(name)) {
    const auto form = find_closed_form(activation);
    if (form) {
      entries = closed_form_entries(*form);
      single = {closed_form_expectations<TrackedDouble>(*form), closed_form_expectations<Real>(*form)};
    } else {
      entries = series_entries(activation, 1);
      single = {quadrature_expectations<TrackedDouble>(activation), nullptr};
    }
    single.least_layers = 1;
    single.least_pairs = 1;
  }
};

void report_evaluate(int rounds) {
  constexpr std::size_t many = 4096, repeats = 64;
  std::mt19937_64 generator(1);
  std::vector<double> rho(many), sine(many), out(many);
  for (std::size_t i = 0; i < many; ++i) {
    rho[i] = 2 * static_cast<double>(generator() >> 11U) * 0x1p-53 - 1;
    sine[i] = (1 - rho[i]) * (1 + rho[i]);
  }
  struct Made {
    std::string name;
    ScalarKernel kernel;
  };
  std::vector<Made> made;
  for (const auto& [name, depth, tolerance] :
       {std::tuple{"relu", 3U, 1e-5}, std::tuple{"relu", 3U, 1e-12}, std::tuple{"gelu", 3U, 1e-6},
        std::tuple{"gelu", 3U, 1e-12}, std::tuple{"erf", 5U, 1e-12}, std::tuple{"erf", 10U, 1e-12}}) {
    const Setting s(name);
    made.push_back({fmt::format("{}, depth {}, {:g}", name, depth, tolerance),
                    ScalarKernel(model_of(depth), *s.single.fast, 1, 1, false, tolerance, 1, s.single.refined.get())});
  }
  std::vector<Job> jobs{[&] {
    for (std::size_t k = 0; k < repeats; ++k) {
      vector_functions().acos(rho.data(), out.data(), many);
      benchmark::ClobberMemory();
    }
  }};
  for (const Made& m : made)
    jobs.push_back([&] {
      for (std::size_t k = 0; k < repeats; ++k) {
        m.kernel.evaluate(rho, sine, out);
        benchmark::ClobberMemory();
      }
    });
  const std::vector<double> time = medians(jobs, rounds);
  const auto ns = [&](std::size_t k) { return 1e9 * time[k] / static_cast<double>(many * repeats); };
  fmt::print("{:<24}{:>8}{:>8}{:>8}{:>10}{:>12}\n", "evaluate()", "in", "degree", "panels", "ns/entry", "/ acos");
  fmt::print("{:<24}{:>8}{:>8}{:>8}{:>10.2f}{:>12.2f}\n", "one arc-cosine", "", "", "", ns(0), 1.0);
  for (std::size_t k = 0; k < made.size(); ++k) {
    const ScalarKernel& f = made[k].kernel;
    fmt::print("{:<24}{:>8}{:>8}{:>8}{:>10.2f}{:>12.2f}\n", made[k].name, f.in_angle() ? "angle" : "rho", f.degree(),
               f.panels(), ns(k + 1), time[k + 1] / time[0]);
  }
}

void report_tiles(int rounds) {
  constexpr std::size_t n = 512, d = 64;
  std::mt19937_64 generator(2);
  std::normal_distribution<double> normal;
  std::vector<double> x(n * d);
  for (std::size_t i = 0; i < n; ++i) {
    double square = 0;
    for (std::size_t k = 0; k < d; ++k) square += (x[i * d + k] = normal(generator)) * x[i * d + k];
    for (std::size_t k = 0; k < d; ++k) x[i * d + k] /= std::sqrt(square);
  }
  const auto reader = rows_in_memory(x.data(), n, d);
  const Points points(*reader, 1);
  fmt::print("\n{:<10}{:>7}{:>7}{:>12}{:>12}{:>8}{:>12}{:>12}{:>12}{:>12}\n", "tiles", "kind", "depth", "ns, layers",
             "ns, angle", "ratio", "bound", "bound", "ms to make", "more, angle");
  for (const char* name : {"relu", "erf", "gelu", "tanh"})
    for (const bool tangent : {false, true})
      for (const unsigned depth : {1U, 2U, 3U, 10U}) {
        const Setting s(name);
        GramRequest request;
        request.nngp = !tangent;
        request.ntk = tangent;
        std::unique_ptr<GramEngine> layers, angle;
        const double first = seconds_of(
            [&] { layers = std::make_unique<GramEngine>(model_of(depth), *s.entries, request, points, nullptr); });
        const double second = seconds_of([&] {
          angle = std::make_unique<GramEngine>(model_of(depth), *s.entries, request, points, nullptr, RefinedPair{}, 1U,
                                               s.single);
        });
        const auto job = [&](const GramEngine& engine) {
          return Job([&] {
            const auto workspace = engine.make_workspace();
            std::vector<double> out(n * n);
            for (std::size_t i = 0; i < n; i += 128)
              for (std::size_t j = i; j < n; j += 128)
                engine.tile(i, 128, j, 128, {out.data() + i * n + j}, n, *workspace);
            benchmark::DoNotOptimize(out.data());
          });
        };
        const std::vector<double> time = medians({job(*layers), job(*angle)}, rounds);
        const double pairs = n * (n + 1) / 2.0;
        fmt::print("{:<10}{:>7}{:>7}{:>12.2f}{:>12.2f}{:>8.2f}{:>12.1e}{:>12.1e}{:>12.1f}{:>12.1f}{}\n", name,
                   tangent ? "ntk" : "nngp", depth, 1e9 * time[0] / pairs, 1e9 * time[1] / pairs, time[0] / time[1],
                   layers->error_bound(0), angle->error_bound(0), 1e3 * first, 1e3 * (second - first),
                   angle->by_angle() ? "" : "  (layers: not reached)");
        std::fflush(stdout);
      }
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 15;
  if (argc == 3 && std::string(argv[1]) == "--rounds")
    rounds = std::max(1, std::atoi(argv[2]));
  else if (argc != 1)
    return fmt::print(stderr, "bench_scalar [--rounds R]\n"), 2;
  report_evaluate(rounds);
  report_tiles(rounds);
}
