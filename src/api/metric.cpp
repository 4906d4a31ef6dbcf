#include "api/metric.hpp"

#include <algorithm>

#include "api/metric_fields.hpp"

namespace widegeo::api {
namespace {

std::string entry_name(std::size_t i, std::size_t j) {
  return "metric[" + std::to_string(i + 1) + "," + std::to_string(j + 1) + "]";
}

struct MetricComputation {
  const PreparedNetwork& network;
  const MetricPoint& point;

  template <class T>
  Outcomes<T> operator()() const {
    return by_route(network, [&](bool closed) {
      return outcomes(*make_expectations<T>(network, closed, network.route == Route::automatic));
    });
  }

  template <class T>
  Outcomes<T> outcomes(const Expectations<T>& source) const {
    const T t = from_rational<T>(point.t);
    const RadialMetric<T> metric = radial_metric(network.model, source, t, point.dimension);
    Outcomes<T> result;
    result.kind = source.kind();
    try {
      const RadialGeometry<T> g = radial_geometry(metric, t, point.dimension);
      for (std::size_t k = 0; k < quantity_count; ++k) {
        const std::string reason = meaningless(k, point.dimension);
        if (reason.empty()) {
          result.add(quantity_names[k], quantity(g, k));
        } else {
          result.none(quantity_names[k], reason);
        }
      }
    } catch (const Error& error) {
      // The matrix A I + B x x^T stands, but it is no metric: no volume, no curvature.
      if (error.code() != ErrorCode::input) throw;
      const T A = metric.A.value(), B = metric.B.value();
      result.add(quantity_names[0], A);
      result.add(quantity_names[1], B);
      result.add(quantity_names[2], A + B * t);
      if (point.dimension == 1) {
        result.none(quantity_names[3], meaningless(3, 1));
      } else {
        result.add(quantity_names[3], A);
      }
      for (std::size_t k = 4; k < quantity_count; ++k) result.none(quantity_names[k], error.summary());
    }
    add_matrix(metric.A.value(), metric.B.value(), result);
    return result;
  }

  template <class T>
  void add_matrix(const T& A, const T& B, Outcomes<T>& result) const {
    std::vector<T> x;
    for (const Rational& value : point.x) x.push_back(from_rational<T>(value));
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < x.size(); ++j) {
        const T product = B * x[i] * x[j];
        result.add(entry_name(i, j), i == j ? A + product : product);
      }
    }
  }
};

}  // namespace

Answers no_metric(const MetricPoint& point, const std::string& reason) {
  Answers answers;
  for (const char* name : quantity_names) answers.push_back({name, Missing{reason}});
  for (std::size_t i = 0; i < point.x.size(); ++i) {
    for (std::size_t j = 0; j < point.x.size(); ++j) answers.push_back({entry_name(i, j), Missing{reason}});
  }
  return answers;
}

Answers metric_answers(const PreparedNetwork& network, const MetricPoint& point, const Accuracy& accuracy) {
  const std::string reason = network.no_metric_reason();
  if (!reason.empty()) return no_metric(point, reason);
  const unsigned spread = spread_of(std::max(decades(network.model), widegeo::decades(point.t)));
  return evaluate(MetricComputation{network, point}, accuracy, {spread, true});
}

}  // namespace widegeo::api
