#include "gaussian/table/series_grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace widegeo::gaussian {
namespace {

constexpr std::size_t n = VarianceGrid::per_panel;
using std::numbers::pi;

/// Chebyshev points of the first kind, and their barycentric weights (-1)^j sin((2j+1) pi / 2n).
struct Chebyshev {
  std::array<double, n> point, weight;
  Chebyshev() {
    for (std::size_t j = 0; j < n; ++j) {
      const double angle = static_cast<double>(2 * j + 1) * pi / static_cast<double>(2 * n);
      point[j] = -std::cos(angle);
      weight[j] = (j % 2 == 0 ? 1 : -1) * std::sin(angle);
    }
  }
};

const Chebyshev& chebyshev() {
  static const Chebyshev points;
  return points;
}

}  // namespace

VarianceGrid::VarianceGrid(double low, double high)
    : low_(low), high_(high), single_(low == high), logarithmic_(low > 0) {
  ends_ = {coordinate(low), coordinate(high)};
}

double VarianceGrid::coordinate(double q) const { return logarithmic_ ? std::log(q) : std::sqrt(q); }

double VarianceGrid::variance(double s) const { return std::clamp(logarithmic_ ? std::exp(s) : s * s, low_, high_); }

std::vector<double> VarianceGrid::nodes(std::size_t panel) const {
  if (single_) return {low_};
  std::vector<double> out;
  const double a = ends_[panel], b = ends_[panel + 1];
  for (const double x : chebyshev().point) out.push_back(variance(0.5 * (a + b) + 0.5 * (b - a) * x));
  return out;
}

std::vector<double> VarianceGrid::checks(std::size_t panel) const {
  if (single_) return {};
  // The node polynomial T_n is largest at the ends and at cos(j pi / n).
  std::vector<double> out;
  const double a = ends_[panel], b = ends_[panel + 1];
  for (const double j : {0.0, 1.0, 4.0, 9.0, 13.0, 19.0, 20.0}) {
    const double q = variance(0.5 * (a + b) + 0.5 * (b - a) * -std::cos(j * pi / static_cast<double>(n)));
    if (q > 0) out.push_back(q);
  }
  return out;
}

std::vector<double> VarianceGrid::nodes() const {
  std::vector<double> out;
  for (std::size_t p = 0; p < panels(); ++p)
    for (const double q : nodes(p)) out.push_back(q);
  return out;
}

void VarianceGrid::split(std::size_t panel) {
  const auto at = ends_.begin() + static_cast<std::ptrdiff_t>(panel);
  const double middle = 0.5 * (at[0] + at[1]);
  ends_.insert(at + 1, middle);
}

void VarianceGrid::divide() {
  constexpr double half_decade = 1.151292546497022842;  // log(10) / 2
  constexpr double slack = 0.3;                         // of a piece
  if (single_ || !logarithmic_ || panels() != 1) return;
  const double low = ends_.front(), high = ends_.back();
  const double pieces = std::max(1.0, std::ceil((high - low) / half_decade - slack));
  ends_.clear();
  for (double k = 0; k < pieces; ++k) ends_.push_back(low + (high - low) * k / pieces);
  ends_.push_back(high);
}

std::size_t VarianceGrid::weights(double q, double* weight) const {
  if (single_) {
    weight[0] = 1;
    return 0;
  }
  const double s = coordinate(q);
  const auto above = std::upper_bound(ends_.begin() + 1, ends_.end() - 1, s);
  const auto panel = static_cast<std::size_t>(above - ends_.begin()) - 1;
  const double a = ends_[panel], b = ends_[panel + 1];
  const double x = std::clamp((s - 0.5 * (a + b)) / (0.5 * (b - a)), -1.0, 1.0);
  const Chebyshev& c = chebyshev();
  double sum = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const double distance = x - c.point[j];
    if (distance == 0) {
      std::fill(weight, weight + n, 0.0);
      weight[j] = 1;
      return panel * n;
    }
    weight[j] = c.weight[j] / distance;
    sum += weight[j];
  }
  for (std::size_t j = 0; j < n; ++j) weight[j] /= sum;
  return panel * n;
}

}  // namespace widegeo::gaussian
