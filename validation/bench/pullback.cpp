// The Ricci scalar of one shallow network of n units on a 40 x 40 grid of R^2 against the sum over triples of
// hidden units (wanted: 1000 times faster, in O(n d^2) memory), and the cost of the curvature of one network.
//
// The sum over triples. With h_j = w_j x + c_j, a_j = phi'(h_j)^2 / n, e_j = 2 phi'(h_j) phi''(h_j) / n and the minors
// m_jk = w_j1 w_k2 - w_j2 w_k1 of the weights,
//     det g = (1/2) sum_jk a_j a_k m_jk^2
//     R = -1/(4 det(g)^2) sum_ijk a_k e_i e_j m_ij^2 m_ki m_kj
// which follows from R = (|T|^2 - |tr T|^2)/4, T_abc = sum_j e_j w_ja w_jb w_jc, and det(g) u g^{-1} v =
// sum_k a_k (w_k x u)(w_k x v). Written as formulas of the kind are in NumPy: whole matrices, the inner sum over k a
// product of two n x n matrices (2 n^3 operations, the fastest form it has), memory O(n^2). It is timed at one point of
// the grid with all n units; a point of the grid costs the same as any other, so the grid takes 1600 times that.
#include "network/pullback/pullback.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <Eigen/Core>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

#include "network/explicit_network.hpp"

namespace {

using namespace widegeo;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int grid = 40;

NetworkSpec shallow(std::uint64_t width) {
  NetworkSpec spec;
  spec.width = {width};
  spec.weight_variance = {1.5};
  spec.bias_variance = {0.1};
  return spec;
}

ExplicitNetwork network(std::uint64_t width, unsigned dimension) {
  return {shallow(width), make_activation("erf"), {1, 0, 0}, dimension};
}

/// The same sum is one over the gradients v_j = d Phi_j = phi'(h_j) w_j / sqrt(n): with d_ab Phi_j = lambda_j v_ja v_jb
/// it has minors of v, a_j = 1 and e_j = 2 lambda_j.
struct Units {
  MatrixXd w;  ///< n x 2
  VectorXd a, e;
};

Units units_of(const FeatureJet& f) {
  Units u{f.jacobian, VectorXd::Ones(f.jacobian.rows()), VectorXd(f.jacobian.rows())};
  for (Index j = 0; j < u.w.rows(); ++j) {
    const double p = u.w(j, 0), q = u.w(j, 1), norm = p * p + q * q;
    const double lambda =
        (p * p * f.hessian(j, 0) + 2 * p * q * f.hessian(j, 1) + q * q * f.hessian(j, 2)) / (norm * norm);
    u.e(j) = 2 * lambda;
  }
  return u;
}

double sum_over_triples(const Units& u) {
  const MatrixXd minors = u.w.col(0) * u.w.col(1).transpose() - u.w.col(1) * u.w.col(0).transpose();
  const MatrixXd squares = minors.cwiseAbs2();
  const double det = u.a.dot(squares * u.a) / 2;
  const MatrixXd inner = minors.transpose() * u.a.asDiagonal() * minors;
  return -u.e.dot(inner.cwiseProduct(squares) * u.e) / (4 * det * det);
}

double ricci_on_grid(const ExplicitNetwork& net) {
  double sum = 0;
  for (int i = 0; i < grid; ++i)
    for (int j = 0; j < grid; ++j) {
      const std::array<double, 2> x{-2 + 4.0 * i / (grid - 1), -2 + 4.0 * j / (grid - 1)};
      sum += scalar_curvature(net.at(x, 2));
    }
  return sum;
}

double seconds_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void compare_with_sum(std::uint64_t width) {
  const ExplicitNetwork net = network(width, 2);
  const std::array<double, 2> x{0.6, -0.4};
  const FeatureJet features = net.at(x, 2);
  const Units units = units_of(features);
  double naive = 0;
  const double point = seconds_of([&] { naive = sum_over_triples(units); });
  double all = 0;
  const double ours = seconds_of([&] { all = ricci_on_grid(net); });
  benchmark::DoNotOptimize(all);
  const double exact = scalar_curvature(features);
  fmt::print("width {}, {} x {} grid: {:.3g} s, evaluation of the network included\n", width, grid, grid, ours);
  fmt::print(
      "  sum over triples: {:.3g} s for one point (measured at this width), so {:.3g} s for the grid: {:.3g} x\n",
      point, point * grid * grid, point * grid * grid / ours);
  fmt::print("  both routes at ({}, {}): {:.15g} and {:.15g}\n", x[0], x[1], exact, naive);
  fmt::print("  memory: {:.3g} MB (features and derivatives) against {:.3g} MB (three n x n matrices)\n",
             static_cast<double>(width) * 6 * 8e-6 * 2, static_cast<double>(width * width) * 3 * 8e-6);
}

void curvature_of_gram(benchmark::State& state) {
  const auto d = static_cast<unsigned>(state.range(0));
  const ExplicitNetwork net = network(4 * d + 1000, d);
  const std::vector<double> x(d, 0.3);
  const FeatureGram gram = gram_of(net.at(x, 2));
  for (auto _ : state) benchmark::DoNotOptimize(ricci_curvature(gram).scalar);
}
BENCHMARK(curvature_of_gram)->Arg(2)->Arg(3)->Arg(10)->Arg(64)->Unit(benchmark::kMicrosecond);

void curvature_of_features(benchmark::State& state) {
  const auto d = static_cast<unsigned>(state.range(0));
  const ExplicitNetwork net = network(1000, d);
  const std::vector<double> x(d, 0.3);
  const FeatureJet features = net.at(x, 2);
  for (auto _ : state) benchmark::DoNotOptimize(scalar_curvature(features));
}
BENCHMARK(curvature_of_features)->Arg(2)->Arg(3)->Arg(10)->Arg(64)->Unit(benchmark::kMicrosecond);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  compare_with_sum(2000);
  return 0;
}
