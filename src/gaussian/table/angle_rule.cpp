#include "gaussian/table/angle_rule.hpp"

#include <cmath>
#include <numbers>

namespace widegeo::gaussian {
namespace {

using std::numbers::pi;
constexpr double smooth_steepness = 2;

/// Gauss-Legendre nodes and weights on [0, 1], by Newton's method from Tricomi's approximation; node i equals 1 minus
/// node n - 1 - i without cancellation.
UnitRule legendre(std::size_t n) {
  UnitRule rule;
  rule.node.resize(n);
  rule.weight.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double order = static_cast<double>(n);
    double angle = pi * (static_cast<double>(i) + 0.75) / (order + 0.5), slope = 0;
    for (int step = 0; step < 6; ++step) {
      // P_n and its derivative in the angle: d/dangle P_n(cos) = n (cos P_n - P_{n-1}) / sin.
      const double x = std::cos(angle);
      double before = 1, now = x;
      for (std::size_t k = 1; k < n; ++k) {
        const double kd = static_cast<double>(k);
        const double next = ((2 * kd + 1) * x * now - kd * before) / (kd + 1);
        before = now;
        now = next;
      }
      slope = order * (x * now - before) / std::sin(angle);
      angle -= now / slope;
    }
    const double half = std::sin(angle / 2);
    rule.node[i] = half * half;  // (1 - cos) / 2, near 0 first
    rule.weight[i] = 1 / (slope * slope);
  }
  return rule;
}

/// Ends of panels from 0 to `end`, doubling.
std::vector<double> panels(double steepness, double end) {
  std::vector<double> ends{0};
  for (double at = 0.5 / steepness; at < 0.7 * end; at *= 2) ends.push_back(at);
  ends.push_back(end);
  return ends;
}

UnitRule composite(const std::vector<double>& ends, std::size_t order) {
  const UnitRule one = legendre(order);
  UnitRule rule;
  for (std::size_t p = 0; p + 1 < ends.size(); ++p)
    for (std::size_t i = 0; i < order; ++i) {
      rule.node.push_back(ends[p] + (ends[p + 1] - ends[p]) * one.node[i]);
      rule.weight.push_back((ends[p + 1] - ends[p]) * one.weight[i]);
    }
  return rule;
}

}  // namespace

UnitRule UnitRule::symmetric(std::size_t order, double steepness) {
  if (!(steepness > smooth_steepness)) return legendre(order);
  UnitRule half = composite(panels(steepness, 0.5), order);
  const std::size_t n = half.size();
  half.node.resize(2 * n);
  half.weight.resize(2 * n);
  for (std::size_t i = 0; i < n; ++i) {
    half.node[2 * n - 1 - i] = 1 - half.node[i];
    half.weight[2 * n - 1 - i] = half.weight[i];
  }
  return half;
}

UnitRule UnitRule::from_zero(std::size_t order, double steepness) {
  return steepness > smooth_steepness ? composite(panels(steepness, 1), order) : legendre(order);
}

}  // namespace widegeo::gaussian
