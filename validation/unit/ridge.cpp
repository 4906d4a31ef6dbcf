// Ridge regression against exact rational elimination, within the bounds that it states.
#include "learning/ridge.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "number/error.hpp"
#include "number/rational.hpp"

using namespace widegeo;
using namespace widegeo::learning;

namespace {

using Exact = std::vector<std::vector<Rational>>;

int effort(int trials) {
  const char* text = std::getenv("WIDEGEO_TEST_EFFORT");
  return std::max(1, static_cast<int>(trials * (text == nullptr ? 1.0 : std::atof(text))));
}

/// A^-1 Y by Gauss and Jordan, exactly.
Exact solve(Exact A, Exact Y) {
  const std::size_t n = A.size();
  for (std::size_t p = 0; p < n; ++p) {
    std::size_t pivot = p;
    while (A[pivot][p] == 0) ++pivot;
    std::swap(A[p], A[pivot]);
    std::swap(Y[p], Y[pivot]);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == p) continue;
      const Rational factor = A[i][p] / A[p][p];
      for (std::size_t j = p; j < n; ++j) A[i][j] -= factor * A[p][j];
      for (std::size_t c = 0; c < Y[i].size(); ++c) Y[i][c] -= factor * Y[p][c];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (Rational& value : Y[i]) value /= A[i][i];
  }
  return Y;
}

/// Products of integer features: a kernel of small whole numbers, exact in double.
struct Problem {
  std::size_t n, m, outputs;
  Exact K, k, Y;
  std::vector<double> train, test, targets, test_diagonal;
};

Problem make_problem(std::mt19937_64& random, std::size_t features) {
  Problem p;
  p.n = 3 + random() % 8;
  p.m = 1 + random() % 4;
  p.outputs = 1 + random() % 3;
  std::vector<std::vector<int>> F(p.n + p.m, std::vector<int>(features));
  for (auto& row : F) {
    for (int& f : row) f = static_cast<int>(random() % 9) - 4;
    row[0] = 1 + static_cast<int>(random() % 4);
  }
  const auto product = [&](std::size_t i, std::size_t j) {
    int sum = 0;
    for (std::size_t f = 0; f < features; ++f) sum += F[i][f] * F[j][f];
    return sum;
  };
  p.K.resize(p.n);
  p.k.resize(p.m);
  p.Y.resize(p.n);
  for (std::size_t i = 0; i < p.n + p.m; ++i) {
    for (std::size_t j = 0; j < p.n; ++j) {
      (i < p.n ? p.K[i] : p.k[i - p.n]).emplace_back(product(i, j));
      (i < p.n ? p.train : p.test).push_back(product(i, j));
    }
    if (i >= p.n) p.test_diagonal.push_back(product(i, i));
  }
  for (std::size_t i = 0; i < p.n; ++i) {
    for (std::size_t c = 0; c < p.outputs; ++c) {
      p.Y[i].emplace_back(static_cast<int>(random() % 7) - 3);
      p.targets.push_back(p.Y[i].back().get_d());
    }
  }
  return p;
}

Exact exact_prediction(const Problem& p, const Rational& jitter) {
  Exact A = p.K;
  for (std::size_t i = 0; i < p.n; ++i) A[i][i] += jitter;
  const Exact alpha = solve(A, p.Y);
  Exact prediction(p.m, std::vector<Rational>(p.outputs, 0));
  for (std::size_t i = 0; i < p.m; ++i) {
    for (std::size_t j = 0; j < p.n; ++j) {
      for (std::size_t c = 0; c < p.outputs; ++c) prediction[i][c] += p.k[i][j] * alpha[j][c];
    }
  }
  return prediction;
}

}  // namespace

TEST_CASE("ridge: predictions agree with exact elimination within their bounds") {
  const unsigned long seed = 20261121;
  MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  double loosest = 0;
  for (int trial = 0; trial < effort(200); ++trial) {
    // More features than rows: regular. Fewer: singular without the ridge.
    const Problem p = make_problem(random, trial % 2 == 0 ? 12 : 3);
    const double ridge = std::ldexp(1.0, 12 - static_cast<int>(random() % 32));
    for (const double noise : {0.0, 1e-9}) {
      Problem noisy = p;
      std::uniform_real_distribution<double> uniform(-noise, noise);
      const auto size = [&](std::size_t i) { return i < p.n ? p.train[i * p.n + i] : p.test_diagonal[i - p.n]; };
      for (std::size_t i = 0; i < p.n + p.m; ++i) {
        for (std::size_t j = 0; j < p.n; ++j) {
          if (i < j) continue;
          const double change = uniform(random) * std::sqrt(size(i) * size(j));
          if (i >= p.n) {
            noisy.test[(i - p.n) * p.n + j] += change;
            continue;
          }
          noisy.train[i * p.n + j] += change;
          if (i != j) noisy.train[j * p.n + i] += change;
        }
      }
      const RidgeResult result = ridge_regression(noisy.train, noisy.test, noisy.targets, p.outputs, ridge,
                                                  {noise * 1.000001, p.test_diagonal});
      CHECK(result.residual <= 1e-10);
      const Exact exact = exact_prediction(p, Rational(result.jitter));
      for (std::size_t i = 0; i < p.m; ++i) {
        for (std::size_t c = 0; c < p.outputs; ++c) {
          const std::size_t at = i * p.outputs + c;
          const double error = std::abs(Rational(exact[i][c] - Rational(result.prediction[at])).get_d());
          CAPTURE(trial);
          CAPTURE(noise);
          CHECK(error <= result.error[at]);
          if (noise > 0 && error > 0) loosest = std::max(loosest, error / result.error[at]);
        }
      }
    }
  }
  // The bound is one of norms: it must not be reached, and it must not be so large that it says nothing.
  MESSAGE("largest error over its bound " << loosest);
  CHECK(loosest > 0.01);
}

TEST_CASE("ridge: without test rows of its own it returns the targets as the ridge vanishes") {
  std::mt19937_64 random(5);
  const Problem p = make_problem(random, 14);
  const RidgeResult result = ridge_regression(p.train, p.train, p.targets, p.outputs, 0);
  CHECK(result.jitter == 0);
  for (std::size_t i = 0; i < p.targets.size(); ++i) {
    CHECK(std::abs(result.prediction[i] - p.targets[i]) <= result.error[i]);
    CHECK(result.error[i] < 1e-6);
  }
}

TEST_CASE("ridge: the jitter is the ridge times the mean of the diagonal") {
  const RidgeResult result = ridge_regression({4, 1, 1, 2}, {1, 1}, {1, 2}, 1, 0.5);
  CHECK(result.jitter == 1.5);
  // (4 + 1.5) a + b = 1, a + (2 + 1.5) b = 2
  CHECK(result.prediction.at(0) == doctest::Approx((1.5 + 10.0) / 18.25).epsilon(1e-14));
}

TEST_CASE("ridge: what makes no sense is refused by name") {
  const auto message = [](const std::vector<double>& train, const std::vector<double>& test,
                          const std::vector<double>& targets, std::size_t outputs, double ridge) -> std::string {
    try {
      ridge_regression(train, test, targets, outputs, ridge);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::input);
      return error.summary();
    }
    return "accepted";
  };
  CHECK(message({1, 2, 2, 1}, {1, 1}, {1, 2}, 1, 0).find("not positive definite") != std::string::npos);
  CHECK(message({1, 0, 0, 1}, {1, 1}, {1, 2, 3}, 1, 0).find("4 entries for 3 rows") != std::string::npos);
  CHECK(message({1, 0, 0, 1}, {1, 1, 1}, {1, 2}, 1, 0).find("test rows") != std::string::npos);
  CHECK(message({1, 0, 0, 1}, {1, 1}, {1, 2}, 0, 0).find("whole rows") != std::string::npos);
  CHECK(message({1, 0, 0, 1}, {1, 1}, {1, 2}, 1, -1).find("ridge") != std::string::npos);
  CHECK(message({1, 0, 0, NAN}, {1, 1}, {1, 2}, 1, 0).find("finite") != std::string::npos);
}
