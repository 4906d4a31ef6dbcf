// Is the cheaper source taken? For typical small data sets: processor seconds of the kernels of single pairs, of tables
// and of the quadrature layer by layer, what the estimates said, and the chosen one over the best. Each is stopped
// after
// --seconds (60). The constants of gaussian/table/entry_cost.cpp and gaussian/table/angle_table.cpp come from this
// table.
//   bench_gram_choice [--seconds S]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "gaussian/gaussian.hpp"
#include "gaussian/table/entries.hpp"
#include "gaussian/table/entry_cost.hpp"
#include "gaussian/table/pair_entries.hpp"
#include "gram/gram.hpp"
#include "gram/single_pairs.hpp"
#include "number/error.hpp"
#include "testing/gram_in_memory.hpp"

namespace {

using namespace widegeo;
using namespace widegeo::gram;
using testing::gram_in_memory;

constexpr std::size_t dimension = 16;

double processor() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Input {
  const char* activation;
  std::size_t rows;
  unsigned depth;
  bool ntk;
  double least_norm, largest_norm;
};

std::vector<double> rows_of(const Input& input) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  std::vector<double> x(input.rows * dimension);
  for (std::size_t i = 0; i < input.rows; ++i) {
    double square = 0;
    for (std::size_t k = 0; k < dimension; ++k) {
      x[i * dimension + k] = normal(generator);
      square += x[i * dimension + k] * x[i * dimension + k];
    }
    const double part = input.rows > 1 ? static_cast<double>(i) / static_cast<double>(input.rows - 1) : 1;
    const double norm = input.least_norm * std::pow(input.largest_norm / input.least_norm, part);
    for (std::size_t k = 0; k < dimension; ++k) x[i * dimension + k] *= norm / std::sqrt(square);
  }
  return x;
}

InputPair<TrackedDouble> pair_of(const double* u, const double* v) {
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t k = 0; k < dimension; ++k) {
    xx += u[k] * u[k];
    yy += v[k] * v[k];
    xy += u[k] * v[k];
  }
  InputPair<TrackedDouble> p;
  p.xx = TrackedDouble(xx);
  p.yy = TrackedDouble(yy);
  p.xy = TrackedDouble(xy);
  p.minor = TrackedDouble(std::max(0.0, xx * yy - xy * xy));
  p.coincident = u == v;
  p.dimension = dimension;
  return p;
}

/// Seconds until it ended, negative where it failed; the limit where it was stopped.
double seconds_of(double limit, const std::function<void(const Watch&)>& job) {
  const double start = processor();
  const Watch watch([=] { return processor() - start > limit; });
  try {
    job(watch);
  } catch (const Stopped&) {
    return limit;
  } catch (const Error&) {
    return -1;
  }
  return processor() - start;
}

std::string text(double seconds, double limit) {
  return seconds < 0 ? "refused" : seconds >= limit ? fmt::format("> {:.0f}", limit) : fmt::format("{:.3f}", seconds);
}

}  // namespace

int main(int argc, char** argv) {
  const double limit = argc == 3 && std::string(argv[1]) == "--seconds" ? std::atof(argv[2]) : 60;
  fmt::print("{:<16}{:>6}{:>6}{:>5}{:>14}{:>10}{:>10}{:>10}{:>12}{:>12}{:>8}{:>15}\n", "activation", "rows", "depth",
             "ntk", "norms", "single", "tables", "layers", "est. single", "est. tables", "taken", "taken / best");
  for (const Input& input : std::vector<Input>{{"tanh", 2, 3, false, 8, 8.2},
                                               {"tanh", 2, 1, false, 30, 70},
                                               {"tanh", 10, 1, false, 1, 1},
                                               {"tanh", 10, 3, true, 1, 4},
                                               {"tanh", 60, 1, false, 0.2, 19},
                                               {"tanh", 1000, 1, false, 1, 2},
                                               {"silu", 10, 1, true, 0.2, 19},
                                               {"silu", 60, 1, true, 1, 2},
                                               {"softplus", 60, 3, false, 1, 3},
                                               {"softplus", 1000, 1, false, 1, 1},
                                               {"relu(x-1)", 10, 1, false, 1, 2},
                                               {"relu(x-1)", 60, 1, false, 1, 1}}) {
    const std::vector<double> x = rows_of(input);
    const auto reader = rows_in_memory(x.data(), input.rows, dimension);
    const Points points(*reader, 1);
    const Activation activation = make_activation(input.activation);
    Model model;
    model.depth = input.depth;
    GramRequest request;
    request.nngp = !input.ntk;
    request.ntk = input.ntk;
    SinglePairSources sources;
    sources.fast = [&] { return quadrature_expectations<TrackedDouble>(activation); };
    sources.inputs = [&](RowOf i, RowOf j) { return pair_of(&x[i.index * dimension], &x[j.index * dimension]); };
    sources.refined = [](RowOf, RowOf, double*, double*, double*) {
      throw Error(ErrorCode::accuracy, "more digits", "");
    };
    const double single = seconds_of(limit, [&](const Watch& watch) {
      const GramEngine engine(model, sources, request, points, nullptr, 1, &watch);
    });
    const auto by_layers = [&](bool pairs) {
      return seconds_of(limit, [&](const Watch& watch) {
        const auto source = pairs ? pair_entries(activation, &watch) : series_entries(activation, 1, &watch);
        const GramEngine engine(model, *source, request, points, nullptr, {}, 1, {}, &watch);
        (void)gram_in_memory(engine, 1);
      });
    };
    const double tables = by_layers(false), layers = by_layers(true);
    EntryNeed need;
    need.dot = input.ntk;
    // Of the first layer, which is the dearest.
    const double low = points.squared_norm(0), high = points.squared_norm(input.rows - 1);
    const double pairs = 0.5 * static_cast<double>(input.rows * (input.rows - 1));
    const double for_single = pairs * input.depth * cost_of_pair(activation),
                 for_tables = cost_of_tables(activation, low, high, need);
    const bool take_single = for_single < for_tables;
    double taken = take_single ? single : tables < 0 ? layers : tables, best = HUGE_VAL;
    for (const double t : {single, tables, layers})
      if (t >= 0) best = std::min(best, t);
    fmt::print("{:<16}{:>6}{:>6}{:>5}{:>14}{:>10}{:>10}{:>10}{:>12.3f}{:>12.3f}{:>8}{:>15.2f}\n", input.activation,
               input.rows, input.depth, input.ntk ? "yes" : "no",
               fmt::format("{}..{}", input.least_norm, input.largest_norm), text(single, limit), text(tables, limit),
               text(layers, limit), for_single, for_tables, take_single ? "single" : "layers", taken / best);
    std::fflush(stdout);
  }
}
