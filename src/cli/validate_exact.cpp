// The exact side: the engine's answers, as numbers with their bounds.
#include <cmath>
#include <cstdlib>
#include <map>

#include "cli/kernel_pair.hpp"
#include "cli/metric_fields.hpp"
#include "cli/metric_point.hpp"
#include "cli/validate_plan.hpp"

namespace widegeo::cli {
namespace {

ExactValue exact_value(const report::Value& value) {
  ExactValue result;
  if (const auto* null = std::get_if<report::Null>(&value.data)) {
    result.reason = null->reason;
    return result;
  }
  const auto& number = std::get<report::Number>(value.data);
  result.value = std::strtod(number.value.c_str(), nullptr);
  result.error = std::strtod(number.error.c_str(), nullptr);
  result.kind = number.kind;
  result.scale = std::abs(*result.value);
  return result;
}

std::size_t position(const std::string& name) {
  std::size_t k = 0;
  while (k < quantity_count && name != quantity_names[k]) ++k;
  return k;
}

class ExactSide {
 public:
  explicit ExactSide(const Accuracy& accuracy) : accuracy_(accuracy) { accuracy_.print_digits = 0; }

  std::vector<ExactValue> of(const Case& c) {
    std::vector<ExactValue> values;
    for (const Quantity& quantity : c.quantities) values.push_back(of(c, quantity));
    return values;
  }

 private:
  ExactValue of(const Case& c, const Quantity& quantity) {
    if (quantity.observable == Observable::kernel)
      return exact_value(kernel_answers(c.setup, {}, c.x, c.x, accuracy_)[0].value);
    const std::size_t d = c.x.size();
    if (quantity.observable == Observable::metric_entry) {
      const Answers& answers = metric(c, true);
      const auto entry = [&](std::size_t i, std::size_t j) {
        return exact_value(answers[quantity_count + i * d + j].value);
      };
      ExactValue result = entry(quantity.i, quantity.j);
      const ExactValue ii = entry(quantity.i, quantity.i), jj = entry(quantity.j, quantity.j);
      if (result.value && ii.value && jj.value) result.scale = std::sqrt(std::abs(*ii.value * *jj.value));
      return result;
    }
    ExactValue result = exact_value(metric(c, false)[position(quantity.name())].value);
    if (quantity.observable == Observable::log_volume) result.scale = 1;
    return result;
  }

  const Answers& metric(const Case& c, bool matrix) {
    MetricPoint point;
    point.t = c.t();
    point.dimension = c.x.size();
    std::string key = model_label(c.setup, Effort{}) + "|" + to_text(point.t) + "|" + std::to_string(point.dimension);
    if (matrix) {
      point.x = c.x;
      for (const Rational& value : c.x) key += "," + to_text(value);
    }
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
    return known_.emplace(key, metric_answers(c.setup, point, accuracy_)).first->second;
  }

  Accuracy accuracy_;
  std::map<std::string, Answers> known_;
};

}  // namespace

std::vector<std::vector<ExactValue>> exact_values(const Plan& plan, const Accuracy& accuracy) {
  ExactSide side(accuracy);
  std::vector<std::vector<ExactValue>> values;
  for (const Case& c : plan.cases) values.push_back(side.of(c));
  return values;
}

}  // namespace widegeo::cli
