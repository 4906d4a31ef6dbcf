#include "gaussian/table/angle_series.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace widegeo::gaussian {
namespace {

using std::numbers::pi;

/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi rotations; eigenvector r is column r of `vectors`.
void eigen(std::vector<double> a, std::size_t n, std::vector<double>& values, std::vector<double>& vectors) {
  vectors.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) vectors[i * n + i] = 1;
  for (int sweep = 0; sweep < 30; ++sweep) {
    double off = 0, all = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        all += a[i * n + j] * a[i * n + j];
        if (i != j) off += a[i * n + j] * a[i * n + j];
      }
    if (off <= 1e-34 * all) break;
    for (std::size_t p = 0; p + 1 < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        const double apq = a[p * n + q];
        if (apq == 0) continue;
        const double tau = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        const double t = (tau >= 0 ? 1 : -1) / (std::abs(tau) + std::sqrt(1 + tau * tau));
        const double c = 1 / std::sqrt(1 + t * t), s = t * c;
        for (std::size_t k = 0; k < n; ++k) {
          const double x = a[k * n + p], y = a[k * n + q];
          a[k * n + p] = c * x - s * y;
          a[k * n + q] = s * x + c * y;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double x = a[p * n + k], y = a[q * n + k];
          a[p * n + k] = c * x - s * y;
          a[q * n + k] = s * x + c * y;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double x = vectors[k * n + p], y = vectors[k * n + q];
          vectors[k * n + p] = c * x - s * y;
          vectors[k * n + q] = s * x + c * y;
        }
      }
  }
  values.resize(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = a[i * n + i];
}

}  // namespace

AngleSeries angle_series(const std::vector<std::vector<double>>& values, std::size_t n, double budget, double lebesgue,
                         double& reached) {
  const std::size_t M = values.size() - 1, square = n * n;
  const double spread = lebesgue * lebesgue;
  // f(t_k) with t_k = -cos(k pi / M): the transform in k, with (-1)^m for the turned order.
  std::vector<double> cosine(2 * M);
  for (std::size_t k = 0; k < 2 * M; ++k) cosine[k] = std::cos(static_cast<double>(k) * pi / static_cast<double>(M));
  std::vector<std::vector<double>> coefficient(M + 1, std::vector<double>(square, 0.0));
  std::vector<double> size(M + 1, 0.0);
  for (std::size_t m = 0; m <= M; ++m) {
    for (std::size_t k = 0; k <= M; ++k) {
      const double weight = (k == 0 || k == M ? 1.0 : 2.0) * (m == 0 || m == M ? 0.5 : 1.0) * (m % 2 == 0 ? 1 : -1) /
                            static_cast<double>(M) * cosine[m * k % (2 * M)];
      for (std::size_t i = 0; i < square; ++i) coefficient[m][i] += weight * values[k][i];
    }
    for (const double c : coefficient[m]) size[m] = std::max(size[m], std::abs(c));
  }
  AngleSeries series;
  // Sizes fall off like a power of one number until the samples' noise: what comes after the last is like the largest
  // of the last quarter.
  const double last = *std::max_element(size.end() - static_cast<std::ptrdiff_t>(M / 4 + 1), size.end());
  reached = 8 * last * spread;
  if (reached > budget) return series;

  struct Term {
    double value;
    std::size_t degree, vector;
  };
  std::vector<Term> terms;
  std::vector<std::vector<double>> vectors(M + 1);
  for (std::size_t m = 0; m <= M; ++m) {
    std::vector<double> eigenvalues;
    eigen(coefficient[m], n, eigenvalues, vectors[m]);
    for (std::size_t r = 0; r < n; ++r) terms.push_back({eigenvalues[r], m, r});
  }
  // Terms below a threshold are dropped, and what they sum to at the nodes of angle and variances is measured; between
  // the angles it grows at most by Lebesgue's constant 1 + 2/pi log(M + 1) [Ehlich and Zeller 1966].
  const double between = spread * (1 + 2 / pi * std::log(static_cast<double>(M + 1)));
  double threshold = budget;
  for (int tries = 0;; ++tries, threshold *= 0.5) {
    std::vector<std::vector<double>> dropped(M + 1, std::vector<double>(square, 0.0));
    for (const Term& t : terms) {
      if (std::abs(t.value) > threshold) continue;
      const std::vector<double>& v = vectors[t.degree];
      for (std::size_t i = 0; i < square; ++i)
        dropped[t.degree][i] += t.value * v[i / n * n + t.vector] * v[i % n * n + t.vector];
    }
    double most = 0;
    std::vector<double> sum(square);
    for (std::size_t k = 0; k <= M; ++k) {
      std::fill(sum.begin(), sum.end(), 0.0);
      for (std::size_t m = 0; m <= M; ++m) {
        const double c = (m % 2 == 0 ? 1 : -1) * cosine[m * k % (2 * M)];
        for (std::size_t i = 0; i < square; ++i) sum[i] += c * dropped[m][i];
      }
      for (const double s : sum) most = std::max(most, std::abs(s));
    }
    series.cut = reached + most * between;
    if (most * between <= budget || tries > 40) break;
  }
  std::vector<Term> kept;
  for (const Term& t : terms)
    if (std::abs(t.value) > threshold) kept.push_back(t);
  std::sort(kept.begin(), kept.end(), [](const Term& x, const Term& y) {
    return x.degree != y.degree ? x.degree < y.degree : std::abs(x.value) > std::abs(y.value);
  });
  const std::size_t degrees = kept.empty() ? 1 : kept.back().degree + 1;
  series.rank.assign(degrees, 0);
  for (const Term& t : kept) {
    ++series.rank[t.degree];
    series.sign.push_back(t.value < 0 ? -1 : 1);
  }
  series.table.resize(n * kept.size());
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t k = 0; k < kept.size(); ++k)
      series.table[j * kept.size() + k] =
          std::sqrt(std::abs(kept[k].value)) * vectors[kept[k].degree][j * n + kept[k].vector];
  for (std::size_t m = 0; m < degrees; ++m) series.size += size[m];

  // d/dtheta = (2 / pi) sum m c_m U_{m-1}(t), at the nodes of the variances and a mesh finer than the degree.
  const std::size_t mesh = 4 * degrees;
  for (std::size_t k = 0; k <= mesh; ++k) {
    const double angle = static_cast<double>(k) * pi / static_cast<double>(mesh);
    std::vector<double> sum(square, 0.0);
    double value = 0;
    for (std::size_t m = 0; m < degrees; ++m) value += coefficient[m][0] * std::cos(static_cast<double>(m) * angle);
    series.least = std::min(series.least, value);
    for (std::size_t m = 1; m < degrees; ++m) {
      const double md = static_cast<double>(m), sine = std::sin(angle);
      const double U = k == 0 ? md : k == mesh ? (m % 2 == 1 ? md : -md) : std::sin(md * angle) / sine;
      for (std::size_t i = 0; i < square; ++i) sum[i] += md * U * coefficient[m][i];
    }
    // t = cos(angle), and sin(theta) = cos(pi t / 2); the ends themselves are limits of their neighbours.
    const double along = std::cos(0.5 * pi * std::cos(angle));
    for (const double s : sum) {
      const double slope = 2 / pi * std::abs(s);
      series.slope = std::max(series.slope, slope);
      if (k > 0 && k < mesh) series.cosine_slope = std::max(series.cosine_slope, slope / along);
    }
  }
  return series;
}

}  // namespace widegeo::gaussian
