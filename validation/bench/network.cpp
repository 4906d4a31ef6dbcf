// How fast are finite networks? One core, ratios measured in the same run.
//   explicit_metric         metric of one network of depth 3, d = 2, Gaussian weights drawn one by one: O(n^2)
//   shallow_ricci           Ricci scalar of one shallow network of width 2000 on a 40 x 40 grid: O(n d^2) a point
//   shallow_ricci_triple    the same at one point as the O(n^3) sum over triples of units, plainly with Eigen
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <Eigen/LU>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "network/explicit_network.hpp"
#include "network/pullback/pullback.hpp"

namespace {

using namespace widegeo;

NetworkSpec deep(std::uint64_t width) {
  return {.depth = 3, .width = {width}, .weight_variance = {1.5}, .bias_variance = {0.1}};
}
const std::vector<double> deep_x{0.8, -0.3};

void explicit_metric(benchmark::State& state) {
  const ExplicitSampler sampler(deep(static_cast<std::uint64_t>(state.range(0))), make_activation("erf"), deep_x);
  std::uint32_t index = 0;
  for (auto _ : state) benchmark::DoNotOptimize(gram_of(sampler.draw({1, 0, index++})));
  state.counters["networks/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(explicit_metric)->Arg(1024)->Arg(4096)->Unit(benchmark::kMillisecond);

constexpr int grid = 40;
constexpr std::uint64_t shallow_width = 2000;

std::vector<double> grid_point(int i, int j) { return {-2 + 4. * i / (grid - 1), -2 + 4. * j / (grid - 1)}; }

ExplicitNetwork shallow() {
  return {{.width = {shallow_width}, .bias_variance = {0.3}}, make_activation("erf"), {7, 0, 0}, 2};
}

void shallow_ricci(benchmark::State& state) {
  const ExplicitNetwork network = shallow();
  for (auto _ : state) {
    double sum = 0;
    for (int i = 0; i < grid; ++i)
      for (int j = 0; j < grid; ++j) sum += scalar_curvature(network.at(grid_point(i, j), 2));
    benchmark::DoNotOptimize(sum);
  }
  state.counters["points/s"] =
      benchmark::Counter(grid * grid * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(shallow_ricci)->Unit(benchmark::kMillisecond);

/// d = 2: with a_i = phi' phi''(h_i), b_i = phi'(h_i)^2 and M_ij = W_i1 W_j2 - W_i2 W_j1,
///     R = -1/(n^3 det(g)^2) sum_ijk b_i a_j a_k M_jk^2 M_ij M_ik
/// (from R = (|T|^2 - |tr T|^2)/4 with the inverse of g written as its adjugate over its determinant).
double ricci_by_triples(const Eigen::MatrixXd& W, const Eigen::VectorXd& a, const Eigen::VectorXd& b, double det_g) {
  const Eigen::MatrixXd M = W.col(0) * W.col(1).transpose() - W.col(1) * W.col(0).transpose();
  const Eigen::MatrixXd squares = M.cwiseAbs2();
  double sum = 0;
  for (Eigen::Index i = 0; i < W.rows(); ++i) {
    const Eigen::VectorXd v = M.row(i).transpose().cwiseProduct(a);
    sum += b(i) * v.dot(squares * v);
  }
  return -sum / (std::pow(static_cast<double>(W.rows()), 3) * det_g * det_g);
}

void shallow_ricci_triple(benchmark::State& state) {
  const ExplicitNetwork network = shallow();
  const std::vector<double> x = grid_point(25, 12);
  const FeatureJet f = network.at(x, 2);
  const double n = static_cast<double>(shallow_width);
  // phi'(h) W_a = sqrt(n) d_a Phi and phi''(h) W_a W_b = sqrt(n) d_ab Phi; W from the linear network of these weights.
  const Eigen::MatrixXd W = std::sqrt(n) * ExplicitNetwork({.width = {shallow_width}, .activate_last = false},
                                                           make_activation("x"), {7, 0, 0}, 2)
                                               .at(x)
                                               .jacobian;
  const Eigen::VectorXd slope = std::sqrt(n) * f.jacobian.col(0).cwiseQuotient(W.col(0));
  const Eigen::VectorXd bend = std::sqrt(n) * f.hessian.col(0).cwiseQuotient(W.col(0).cwiseAbs2());
  const double det = (f.jacobian.transpose() * f.jacobian).determinant();
  double R = 0;
  for (auto _ : state) R = ricci_by_triples(W, slope.cwiseProduct(bend), slope.cwiseAbs2(), det);
  state.counters["points/s"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  const double exact = scalar_curvature(f);
  if (!(std::abs(R - exact) < 1e-8 * std::abs(exact))) state.SkipWithError("the two sums differ");
}
BENCHMARK(shallow_ricci_triple)->Unit(benchmark::kMillisecond)->Iterations(1);

/// Collects rates by name and prints the ratios promised at the head of this file.
class Ratios : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    benchmark::ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs)
      for (const auto& [name, counter] : run.counters) rate_[run.benchmark_name()] = counter.value;
  }
  void Finalize() override {
    fmt::print("\nratios of rates, one core\n");
    ratio("shallow_ricci", "shallow_ricci_triple/iterations:1");
  }

 private:
  void ratio(const char* name, const char* against) const {
    const auto a = rate_.find(name), b = rate_.find(against);
    if (a == rate_.end() || b == rate_.end()) return;
    fmt::print("  {:<28} {:>10.3g}/s = {:>8.3g} x {}\n", name, a->second, a->second / b->second, against);
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
