// How far are Gram matrices from the limit of the machine? The limit is what no program that forms x.y and one angle a
// layer goes below: the product X X^T, and one vector arc-cosine for each entry and layer. Medians of rounds in which
// every job runs once, so that a change of the machine's speed meets all of them. The product and the kernels are
// written into memory that is there already.
//   bench_gram [--rows N] [--rounds R] [--scaling]
// Counts of work: the limit is taken over all N^2 entries, as X X^T by a general product does, and over the half that a
// symmetric matrix needs. Eigen is compiled as it comes, for the baseline processor (two lanes, no fused product): the
// same product by our kernel, which takes the widest set of instructions, is the harder limit and stands beside it.
#include "gram/gram.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "closedform/entries/entries.hpp"
#include "gram/products/products.hpp"
#include "parallel/parallel.hpp"
#include "simd/vector_math.hpp"
#include "storage/array/array_rows.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace {

using namespace widegeo;
using namespace widegeo::gram;
using Clock = std::chrono::steady_clock;
using Job = std::function<void()>;

constexpr std::size_t dimension = 64;
constexpr unsigned depth = 3;
constexpr std::size_t tile = 256;

/// With one thread the time of the processor: what else runs on the machine does not count.
double seconds_of(const Job& job, unsigned threads) {
  const auto start = Clock::now();
  const std::clock_t processor = std::clock();
  job();
  if (threads == 1) return static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Medians of the jobs, which take turns.
std::vector<double> medians(const std::vector<Job>& jobs, unsigned threads, int rounds) {
  std::vector<std::vector<double>> times(jobs.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t k = 0; k < jobs.size(); ++k) times[k].push_back(seconds_of(jobs[k], threads));
  std::vector<double> result;
  for (std::vector<double>& t : times) {
    std::nth_element(t.begin(), t.begin() + rounds / 2, t.end());
    result.push_back(t[static_cast<std::size_t>(rounds) / 2]);
  }
  return result;
}

std::vector<double> normal_rows(std::size_t n, std::size_t d, double mean) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal(mean, 1);
  std::vector<double> x(n * d);
  for (double& v : x) v = normal(generator);
  return x;
}

// Fused products in registers alone, sixteen chains: products for one second of work, whatever the set.
constexpr long peak_steps = 4'000'000;
constexpr std::size_t chains = 16;

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx512f"))) void peak_avx512() {
  __m512d sum[chains];
  for (std::size_t c = 0; c < chains; ++c) sum[c] = _mm512_set1_pd(static_cast<double>(c));
  const __m512d factor = _mm512_set1_pd(0.999), term = _mm512_set1_pd(1e-3);
  for (long k = 0; k < peak_steps; ++k)
#pragma GCC unroll 16
    for (std::size_t c = 0; c < chains; ++c) sum[c] = _mm512_fmadd_pd(sum[c], factor, term);
  for (std::size_t c = 1; c < chains; ++c) sum[0] = _mm512_add_pd(sum[0], sum[c]);
  double out[8];
  _mm512_storeu_pd(out, sum[0]);
  benchmark::DoNotOptimize(out);
}
__attribute__((target("avx2,fma"))) void peak_avx2() {
  constexpr std::size_t fewer = 12;  // registers
  __m256d sum[fewer];
  for (std::size_t c = 0; c < fewer; ++c) sum[c] = _mm256_set1_pd(static_cast<double>(c));
  const __m256d factor = _mm256_set1_pd(0.999), term = _mm256_set1_pd(1e-3);
  for (long k = 0; k < peak_steps * 4 / 3; ++k)
#pragma GCC unroll 16
    for (std::size_t c = 0; c < fewer; ++c) sum[c] = _mm256_fmadd_pd(sum[c], factor, term);
  for (std::size_t c = 1; c < fewer; ++c) sum[0] = _mm256_add_pd(sum[0], sum[c]);
  double out[4];
  _mm256_storeu_pd(out, sum[0]);
  benchmark::DoNotOptimize(out);
}
#endif

/// Name, loop and lanes of the widest set.
struct Peak {
  const char* name = "none";
  Job run = [] {};
  double products = 0;
};

Peak peak_of_machine() {
#if defined(__x86_64__) && defined(__GNUC__)
  const double steps = static_cast<double>(peak_steps) * chains;
  if (__builtin_cpu_supports("avx512f")) return {"avx512", &peak_avx512, 8 * steps};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {"avx2", &peak_avx2, 4 * steps};
#endif
  return {};
}

/// Tiles of products of the first n rows, nothing kept.
void products(const ProductRoutines& routines, const Points& points, std::size_t n, unsigned threads) {
  parallel_for_ordered((n + tile - 1) / tile, threads, [&](std::size_t band) {
    thread_local TileProducts out;  // as engines keep it: its pages are touched once
    const std::size_t first = band * tile, rows = std::min(tile, n - first);
    for (std::size_t column = 0; column < n; column += tile)
      tile_products_by(routines, points, first, rows, points, column, std::min(tile, n - column), out);
  });
}

void report_products(int rounds) {
  const Peak peak = peak_of_machine();
  fmt::print("Products of tiles of {} x {}: dot, minor and distance of 2048 rows, one thread\n", tile, tile);
  fmt::print("{:<8}{:>8}{:>6}{:>12}{:>14}{:>16}{:>14}\n", "set", "d", "mean", "ns a pair", "fma a ns", "of the peak",
             "done again");
  for (const double mean : {0.0, 4.0, 100.0})
    for (const std::size_t d : {8, 64, 256, 1024}) {
      const std::size_t n = 2048;
      const std::vector<double> x = normal_rows(n, d, mean);
      const auto reader = rows_in_memory(x.data(), n, d);
      const Points points(*reader, 1);
      for (const ProductRoutines* routines : all_product_routines()) {
        // Fused products in software take some hundred times longer: the smaller piece is enough.
        const std::size_t part = routines == &products_plain ? tile : n;
        const std::vector<double> time = medians({peak.run, [&] { products(*routines, points, part, 1); }}, 1,
                                                 routines == &products_plain ? 1 : rounds);
        TileProducts one;
        tile_products_by(*routines, points, 0, tile, points, tile, tile, one);
        const double pairs = static_cast<double>(part * part), work = pairs * static_cast<double>(d);
        fmt::print("{:<8}{:>8}{:>6}{:>12.2f}{:>14.2f}{:>15.1f}%{:>13.1f}%\n", routines->instruction_set, d, mean,
                   1e9 * time[1] / pairs, 1e-9 * work / time[1], 100 * (work / time[1]) / (peak.products / time[0]),
                   100 * static_cast<double>(one.redone) / static_cast<double>(tile * tile));
      }
    }
  fmt::print("peak: {} fused products in registers alone, in the same rounds\n", peak.name);
}

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void eigen_products(const RowMatrix& x, RowMatrix& out, unsigned threads) {
  parallel_for_ordered(threads, threads, [&](std::size_t t) {
    const Eigen::Index n = x.rows(), begin = n * static_cast<Eigen::Index>(t) / static_cast<Eigen::Index>(threads);
    const Eigen::Index end = n * static_cast<Eigen::Index>(t + 1) / static_cast<Eigen::Index>(threads);
    out.middleRows(begin, end - begin).noalias() = x.middleRows(begin, end - begin) * x.transpose();
  });
}

/// One arc-cosine for every entry, from and to the cache.
void angles(std::size_t n, unsigned threads) {
  constexpr std::size_t many = 2048;
  std::vector<double> in(many);
  for (std::size_t i = 0; i < many; ++i) in[i] = -0.99 + 1.98 * static_cast<double>(i) / many;
  parallel_for_ordered(threads, threads, [&](std::size_t) {
    std::vector<double> out(many);
    const std::size_t runs = n * n / many / threads;
    for (std::size_t run = 0; run < runs; ++run) {
      vector_functions().acos(in.data(), out.data(), many);
      benchmark::DoNotOptimize(out.data());
      benchmark::ClobberMemory();
    }
  });
}

/// All matrices into memory that is there already, as the product's is, by the same steps as a job's into its files.
void fill(const GramEngine& engine, unsigned threads, std::vector<std::vector<double>>& matrices) {
  const std::size_t n = engine.rows();
  parallel_for_ordered((n + tile - 1) / tile, threads, [&](std::size_t band) {
    const auto workspace = engine.make_workspace();
    thread_local std::vector<double> buffer;
    const std::size_t count = engine.matrices().size(), first = band * tile, rows = std::min(tile, n - first);
    buffer.resize(count * tile * tile);
    std::vector<double*> out;
    for (std::size_t k = 0; k < count; ++k) out.push_back(&buffer[k * tile * tile]);
    for (std::size_t column = first; column < n; column += tile) {
      const std::size_t columns = std::min(tile, n - column);
      engine.tile(first, rows, column, columns, out, tile, *workspace);
      for (std::size_t k = 0; k < count; ++k) {
        storage::store_rows(rows, columns, out[k], tile, false, &matrices[k][first * n + column], n);
        if (column != first)
          storage::store_rows(columns, rows, out[k], tile, true, &matrices[k][column * n + first], n);
      }
    }
  });
}

void report_matrices(std::size_t n, unsigned threads, int rounds) {
  const std::vector<double> x = normal_rows(n, dimension, 0);
  const auto reader = rows_in_memory(x.data(), n, dimension);
  const Points points(*reader, threads);
  Model model;
  model.depth = depth;
  model.input_scale = InputScale::fan_in;
  const Eigen::Index rows = static_cast<Eigen::Index>(n);
  const RowMatrix matrix = Eigen::Map<const RowMatrix>(x.data(), rows, dimension);
  RowMatrix out = RowMatrix::Zero(rows, rows);
  std::vector<std::vector<double>> kernels(2, std::vector<double>(n * n));
  std::vector<Job> jobs{[&] { eigen_products(matrix, out, threads); },
                        [&] { products(*all_product_routines().back(), points, n, threads); },
                        [&] { angles(n, threads); }};
  std::vector<std::string> names;
  for (const char* activation : {"relu", "erf", "gelu"})
    for (const bool ntk : {false, true}) {
      names.push_back(fmt::format("{} {}", activation, ntk ? "NNGP + NTK" : "NNGP"));
      jobs.push_back([&, activation, ntk] {
        GramRequest request;
        request.ntk = ntk;
        const auto source = closed_form_entries(*find_closed_form(make_activation(activation)));
        const GramEngine engine(model, *source, request, points, nullptr, {}, threads);
        fill(engine, threads, kernels);
        benchmark::DoNotOptimize(kernels.data());
      });
    }
  const std::vector<double> time = medians(jobs, threads, rounds);
  fmt::print("\nN = {}, d = {}, depth {}, {} thread{}; Eigen compiled for {}\n", n, dimension, depth, threads,
             threads == 1 ? "" : "s", Eigen::SimdInstructionSetsInUse());
  fmt::print("X X^T by Eigen {:.1f} ms, products of tiles {:.1f} ms, one pass of acos ({}) {:.1f} ms\n", 1e3 * time[0],
             1e3 * time[1], vector_functions().instruction_set, 1e3 * time[2]);
  const double limit = time[0] + depth * time[2], harder = time[1] + depth * time[2];
  fmt::print("limit X X^T + {} acos: {:.1f} ms with Eigen, {:.1f} ms with our products; the triangle is half of it\n",
             depth, 1e3 * limit, 1e3 * harder);
  fmt::print("{:<18}{:>10}{:>12}{:>16}{:>16}{:>18}\n", "whole matrix", "ms", "ns/entry", "time / limit", "/ half of it",
             "/ half, ours");
  for (std::size_t k = 0; k < names.size(); ++k) {
    const double t = time[k + 3];
    fmt::print("{:<18}{:>10.1f}{:>12.2f}{:>16.2f}{:>16.2f}{:>18.2f}\n", names[k], 1e3 * t,
               1e9 * t / static_cast<double>(n * n), t / limit, 2 * t / limit, 2 * t / harder);
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t rows = 4000;
  int rounds = 5;
  bool scaling = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--scaling")
      scaling = true;
    else if (argument == "--rows" && i + 1 < argc)
      rows = std::max(1UL, std::strtoul(argv[++i], nullptr, 10));
    else if (argument == "--rounds" && i + 1 < argc)
      rounds = std::max(1, std::atoi(argv[++i]));
    else
      return fmt::print(stderr, "bench_gram [--rows N] [--rounds R] [--scaling]\n"), 2;
  }
  report_products(rounds);
  for (const unsigned threads : {1U, 2U}) report_matrices(rows, threads, rounds);
  if (scaling)
    for (const std::size_t n : {1000, 2000, 8000}) report_matrices(n, 1, std::min(rounds, 3));
}
