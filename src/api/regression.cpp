#include "api/regression.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "parallel/parallel.hpp"

namespace widegeo::api {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Of every matrix: rows to learn from with themselves, rows to predict with those, and the diagonal of the latter.
struct Kernels {
  std::vector<std::vector<double>> train, test, test_diagonal;
};

Kernels make_kernels(const gram::GramEngine& engine, std::size_t n, std::size_t m, unsigned threads) {
  constexpr std::size_t block = 64;
  const std::size_t matrices = engine.matrices().size();
  Kernels kernels;
  kernels.train.assign(matrices, std::vector<double>(n * n));
  kernels.test.assign(matrices, std::vector<double>(m * n));
  kernels.test_diagonal.assign(matrices, std::vector<double>(m));
  const std::size_t train_bands = (n + block - 1) / block, test_bands = (m + block - 1) / block;
  parallel_for_ordered(train_bands + test_bands, threads, [&](std::size_t band) {
    const auto workspace = engine.make_workspace();
    const bool learn = band < train_bands;
    const std::size_t first = (learn ? band : band - train_bands) * block;
    const std::size_t count = std::min(block, (learn ? n : m) - first);
    for (std::size_t column = 0; column < n; column += block) {
      std::vector<double*> out;
      for (auto& matrix : learn ? kernels.train : kernels.test) out.push_back(matrix.data() + first * n + column);
      engine.tile(learn ? first : n + first, count, column, std::min(block, n - column), out, n, *workspace);
    }
    if (learn) return;
    for (std::size_t i = first; i < first + count; ++i) {
      std::vector<double*> out;
      for (auto& matrix : kernels.test_diagonal) out.push_back(&matrix[i]);
      engine.tile(n + i, 1, n + i, 1, out, 1, *workspace);
    }
  });
  return kernels;
}

}  // namespace

RegressionAnswer regress(const PreparedNetwork& network, const gram::GramRequest& request, const RegressionData& data,
                         double ridge, unsigned threads, const Watch* watch) {
  RegressionAnswer answer;
  auto start = std::chrono::steady_clock::now();
  const GramKernel kernel(network, request, data.rows, nullptr, threads, watch);
  const gram::GramEngine& engine = kernel.engine();
  Kernels kernels = make_kernels(engine, data.train, data.test, threads);
  answer.kernel_seconds = seconds_since(start);
  answer.kind = engine.kind();
  answer.closed = kernel.closed();
  for (std::size_t k = 0; k < engine.matrices().size(); ++k) {
    check(watch);
    start = std::chrono::steady_clock::now();
    Regression regression;
    regression.ntk = engine.matrices()[k].ntk;
    regression.kernel_error = engine.error_bound(k);
    regression.fit = learning::ridge_regression(kernels.train[k], kernels.test[k], data.targets, data.outputs, ridge,
                                                {regression.kernel_error, kernels.test_diagonal[k]});
    regression.solve_seconds = seconds_since(start);
    const auto finite = [](double x) { return std::isfinite(x); };
    if (!std::ranges::all_of(regression.fit.prediction, finite) || !std::ranges::all_of(regression.fit.error, finite) ||
        !finite(regression.fit.residual))
      throw Error(ErrorCode::accuracy, "the regression leaves the range of double precision", "targets",
                  "scale the targets down");
    answer.fits.push_back(std::move(regression));
    kernels.train[k] = {};
    kernels.test[k] = {};
  }
  return answer;
}

}  // namespace widegeo::api
