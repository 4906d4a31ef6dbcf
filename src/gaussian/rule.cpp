#include "gaussian/rule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/scalar.hpp"

namespace widegeo::gaussian {
namespace {

using quadrature::Map;

double beside(double end, int side) { return std::nextafter(end, side > 0 ? HUGE_VAL : -HUGE_VAL); }
Real beside(const Real& end, int side) {
  const Real unit = pow(Real(10), -static_cast<int>(working_digits()) + 1) * abs(end);
  return side > 0 ? Real(end + unit) : Real(end - unit);
}

template <class T>
class Builder {
 public:
  Builder(const Rule<T>& rule, const T& mean, const T& sigma, const Layout<T>& layout, Nodes<T>& out)
      : rule_(rule), mean_(mean), sigma_(sigma), centre_(layout.centre), out_(out) {
    scale_ = layout.steepness > T(1) ? T(T(rule.spread) / layout.steepness) : T(rule.spread);
    root_scale_ = sqrt(scale_);
    norm_ = T(1) / sqrt(sqrt(T(2) * pi<T>()));
    doubled_ = layout.symmetric ? T(sqrt(T(2))) : T(1);
  }

  void line(bool half) {
    const long last = rule_.line.last();
    const T reach(rule_.reach);
    for (long j = half ? 0 : rule_.line.first; j <= last; ++j) {
      const auto& node = rule_.line.at(j);
      const T z = centre_ + scale_ * node.delta;
      if (z > reach || -z > reach) continue;
      const bool extreme = j == last || j == rule_.line.first ||
                           centre_ + scale_ * rule_.line.at(j + 1).delta > reach ||
                           (!half && -(centre_ + scale_ * rule_.line.at(j - 1).delta) > reach);
      push(j, z, mean_ + sigma_ * z, node.slope, root_scale_, extreme, half && j == 0 ? T(1) : doubled_);
    }
  }

  void ray(const Split<T>& end, int side) {
    const T reach(rule_.reach);
    const T room = side > 0 ? T(reach - end.z) : T(reach + end.z);
    const long first = rule_.ray.first, last = rule_.ray.last();
    for (long j = first; j <= last; ++j) {
      const auto& node = rule_.ray.at(j);
      const T delta = scale_ * node.delta;
      const bool out_of_room = j < last && scale_ * rule_.ray.at(j + 1).delta > room;
      near_end(j, end, side, delta, node.slope, root_scale_, out_of_room || j == first || j == last);
      if (out_of_room) break;
    }
  }

  void segment(const Split<T>& a, const Split<T>& b) {
    const T length = b.z - a.z;
    const T root_length = sqrt(length);
    const long first = rule_.segment.first, last = rule_.segment.last();
    for (long j = first; j <= last; ++j) {
      const auto& node = rule_.segment.at(j);
      const T delta = length * node.delta;
      near_end(j, j < 0 ? a : b, j < 0 ? 1 : -1, delta, node.slope, root_length, j == first || j == last);
    }
  }

 private:
  void near_end(long j, const Split<T>& end, int side, const T& delta, const T& slope, const T& root_scale,
                bool extreme) {
    const T signed_delta = side > 0 ? delta : T(-delta);
    const T z = end.z + signed_delta;
    T x = end.has_x ? T(end.x + sigma_ * signed_delta) : T(mean_ + sigma_ * z);
    if (end.has_x && x == end.x) x = beside(end.x, side);
    push(j, z, x, slope, root_scale, extreme, doubled_);
  }

  void push(long j, const T& z, const T& x, const T& slope, const T& root_scale, bool extreme, const T& factor) {
    out_.j.push_back(j);
    out_.z.push_back(z);
    out_.x.push_back(x);
    out_.root_weight.push_back(T(sqrt(slope)) * root_scale * norm_ * factor * T(exp(T(-(z * z) / T(4)))));
    out_.at_end.push_back(extreme);
  }

  const Rule<T>& rule_;
  const T &mean_, &sigma_, &centre_;
  Nodes<T>& out_;
  T scale_, root_scale_, norm_, doubled_;
};

}  // namespace

template <class T>
void Nodes<T>::clear() {
  j.clear();
  z.clear();
  x.clear();
  root_weight.clear();
  at_end.clear();
}

template <class T>
Rule<T> make_rule(const T& h, double reach, double spread, double deviation, double end_nats, bool kinked) {
  Rule<T> rule;
  rule.h = h;
  rule.reach = reach;
  rule.spread = spread;
  const double units = reach * std::max(1.0, deviation) / spread;
  rule.line = quadrature::make_node_table<T>(Map::line, h, units, end_nats);
  if (kinked) {
    rule.ray = quadrature::make_node_table<T>(Map::ray, h, 2 * units, end_nats);
    rule.segment = quadrature::make_node_table<T>(Map::segment, h, 1, end_nats);
  }
  return rule;
}

template <class T>
void make_nodes(const Rule<T>& rule, const T& mean, const T& sigma, const std::vector<Split<T>>& splits,
                const Layout<T>& layout, Nodes<T>& out) {
  const bool symmetric = layout.symmetric;
  out.clear();
  Builder<T> builder(rule, mean, sigma, layout, out);
  const T reach(rule.reach);
  std::vector<Split<T>> inside;
  if (symmetric) {
    bool any = false;
    for (const auto& s : splits) any = any || (s.z < reach && -s.z < reach);
    if (any) inside.push_back({T(0), T(0), true});
  }
  for (const auto& s : splits) {
    if (s.z >= reach || -s.z >= reach || (symmetric && s.z <= T(0))) continue;
    if (!inside.empty() && s.z <= inside.back().z) continue;
    inside.push_back(s);
  }
  if (inside.empty()) return builder.line(symmetric);
  if (!symmetric) builder.ray(inside.front(), -1);
  for (std::size_t i = 0; i + 1 < inside.size(); ++i) builder.segment(inside[i], inside[i + 1]);
  builder.ray(inside.back(), 1);
}

template <class T>
std::vector<Split<T>> splits_at(const std::vector<T>& kinks, const T& mean, const T& sigma) {
  std::vector<Split<T>> splits;
  for (const T& c : kinks) splits.push_back({T((c - mean) / sigma), c, true});
  return splits;
}

template struct Nodes<double>;
template struct Nodes<Real>;
template Rule<double> make_rule(const double&, double, double, double, double, bool);
template Rule<Real> make_rule(const Real&, double, double, double, double, bool);
template void make_nodes(const Rule<double>&, const double&, const double&, const std::vector<Split<double>>&,
                         const Layout<double>&, Nodes<double>&);
template void make_nodes(const Rule<Real>&, const Real&, const Real&, const std::vector<Split<Real>>&,
                         const Layout<Real>&, Nodes<Real>&);
template std::vector<Split<double>> splits_at(const std::vector<double>&, const double&, const double&);
template std::vector<Split<Real>> splits_at(const std::vector<Real>&, const Real&, const Real&);

}  // namespace widegeo::gaussian
