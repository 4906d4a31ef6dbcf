// The metric at one point to the wanted digits.
#pragma once

#include "api/prepared.hpp"
#include "number/escalation.hpp"

namespace widegeo::api {

/// A point by its coordinates, or by t = |x|^2 and the dimension alone.
struct MetricPoint {
  Rational t = 0;
  unsigned long dimension = 1;
  std::vector<Rational> x;  ///< empty: the d x d matrix is not asked for
};

/// The quantities of metric_fields.hpp, then metric[i][j] row by row when x is given. Everything is null, with the
/// reason, where the metric does not exist; curvatures alone where it is degenerate.
Answers metric_answers(const PreparedNetwork& network, const MetricPoint& point, const Accuracy& accuracy);

/// All nulls.
Answers no_metric(const MetricPoint& point, const std::string& reason);

}  // namespace widegeo::api
