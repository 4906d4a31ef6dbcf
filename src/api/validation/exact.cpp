// The exact side: the engine's answers, as numbers with their bounds.
#include <cmath>
#include <map>

#include "api/kernel.hpp"
#include "api/metric.hpp"
#include "api/metric_fields.hpp"
#include "api/validation/plan.hpp"
#include "gaussian/one_point/squares.hpp"

namespace widegeo::api {
namespace {

ExactValue exact_value(const Answer& answer) {
  ExactValue result;
  if (const auto* missing = std::get_if<Missing>(&answer.value)) {
    result.reason = missing->reason;
    return result;
  }
  const Estimate<double> number = in_double(answer);
  if (!std::isfinite(number.value)) {
    result.reason = "the exact value, " + in_multiprecision(answer).value.text(17) + ", is beyond the range of double";
    return result;
  }
  result.value = number.value;
  result.error = number.error;
  result.kind = number.kind;
  result.scale = std::abs(number.value);
  return result;
}

std::size_t position(const std::string& name) {
  std::size_t k = 0;
  while (k < quantity_count && name != quantity_names[k]) ++k;
  return k;
}

class ExactSide {
 public:
  explicit ExactSide(const Accuracy& accuracy) : accuracy_(accuracy) {}

  std::vector<ExactValue> of(const Case& c) {
    std::vector<ExactValue> values;
    for (const Quantity& quantity : c.quantities) values.push_back(of(c, quantity));
    return values;
  }

 private:
  ExactValue of(const Case& c, const Quantity& quantity) {
    if (quantity.observable == Observable::kernel)
      return exact_value(kernel_answers(c.network, {}, c.x, c.x, accuracy_)[0]);
    const std::size_t d = c.x.size();
    if (quantity.observable == Observable::metric_entry) {
      const Answers& answers = metric(c, true);
      const auto entry = [&](std::size_t i, std::size_t j) { return exact_value(answers[quantity_count + i * d + j]); };
      ExactValue result = entry(quantity.i, quantity.j);
      const ExactValue ii = entry(quantity.i, quantity.i), jj = entry(quantity.j, quantity.j);
      if (result.value && ii.value && jj.value) result.scale = std::sqrt(std::abs(*ii.value * *jj.value));
      return result;
    }
    ExactValue result = exact_value(metric(c, false)[position(quantity.name())]);
    if (quantity.observable == Observable::log_volume) result.scale = 1;
    return result;
  }

  const Answers& metric(const Case& c, bool matrix) {
    MetricPoint point;
    point.t = c.t();
    point.dimension = c.x.size();
    std::string key = model_label(c.network, Effort{}) + "|" + to_text(point.t) + "|" + std::to_string(point.dimension);
    if (matrix) {
      point.x = c.x;
      for (const Rational& value : c.x) key += "," + to_text(value);
    }
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
    return known_.emplace(key, metric_answers(c.network, point, accuracy_)).first->second;
  }

  Accuracy accuracy_;
  std::map<std::string, Answers> known_;
};

/// Variances of the units of the layers whose activations are taken, where they differ; no more than so many.
std::vector<double> unit_variances(const Case& c) {
  constexpr std::size_t most = 32;
  const Model& model = c.network.model;
  const double inputs = model.input_scale == InputScale::fan_in ? static_cast<double>(c.x.size()) : 1;
  const unsigned activated = model.depth - (model.read_out == ReadOut::post ? 0 : 1);
  std::unique_ptr<Expectations<TrackedDouble>> source;
  std::vector<double> variances;
  double q = nearest_double(model.s(1)) * nearest_double(c.t()) / inputs + nearest_double(model.b(1));
  for (unsigned l = 1; l <= activated && variances.size() < most; ++l) {
    if (variances.empty() || std::abs(q - variances.back()) > 1e-3 * q) variances.push_back(q);
    if (l == activated || !(q > 0)) break;
    if (!source) source = make_expectations<TrackedDouble>(c.network);
    q = nearest_double(model.s(l + 1)) * source->one_point(TrackedDouble(q), 0).V[0].value +
        nearest_double(model.b(l + 1));
  }
  return variances;
}

}  // namespace

RareValues rare_values(const Case& c, std::uint64_t width, std::uint64_t samples, double level) {
  const double draws = static_cast<double>(width) * static_cast<double>(samples);
  RareValues found;
  try {
    for (const double q : unit_variances(c)) {
      if (!(q > 0) || !std::isfinite(q)) continue;
      LawOfSquares law = law_of_squares(c.network.activation, q);
      found.metric = std::max(found.metric, found.kernel);  // an earlier layer's variance moves all that follows
      found.kernel = std::max(found.kernel, deviation_by_rare_values(std::move(law.value), draws, level));
      for (auto* derivatives : {&law.slope, &law.radial})
        found.metric = std::max(found.metric, deviation_by_rare_values(std::move(*derivatives), draws, level));
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::accuracy) throw;
  }
  return found;
}

std::vector<std::vector<ExactValue>> exact_values(const ValidationPlan& plan, const Accuracy& accuracy) {
  ExactSide side(accuracy);
  std::vector<std::vector<ExactValue>> values;
  for (const Case& c : plan.cases) values.push_back(side.of(c));
  return values;
}

}  // namespace widegeo::api
