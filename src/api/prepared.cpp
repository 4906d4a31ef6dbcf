#include "api/prepared.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "number/error.hpp"
#include "number/escalation.hpp"

namespace widegeo::api {

PreparedNetwork prepare(const std::string& activation, const std::map<std::string, std::string>& parameters,
                        const Model& model, Route route, unsigned threads) {
  model.validate();
  Activation phi = make_activation(activation, parameters);
  if (!phi.analysis.undefined_where.empty())
    throw Error(ErrorCode::input, "the activation is undefined on part of the real line",
                phi.name + " where " + phi.analysis.undefined_where);
  for (const expr::SpecialPoint& point : phi.analysis.points) {
    if (point.value_integrable) continue;
    throw Error(
        ErrorCode::input,
        fmt::format("E phi(h)^2 is infinite: the activation is not square integrable near {:.6g}", point.approximate),
        phi.name);
  }
  return {route_to(std::move(phi), route, threads), model};
}

std::string PreparedNetwork::no_derivative_reason() const {
  for (const expr::SpecialPoint& point : activation.analysis.points) {
    if (point.derivative_integrable) continue;
    return point.kind == expr::SpecialPoint::Kind::jump ? "the activation jumps, so E phi'(h)^2 is infinite"
                                                        : "phi' is not square integrable, so E phi'(h)^2 is infinite";
  }
  if (closed && !closed->metric_exists) return "the activation jumps, so E phi'(h)^2 is infinite";
  return {};
}

std::string PreparedNetwork::no_metric_reason() const {
  if (model.read_out == ReadOut::pre && model.depth == 1) return {};
  return no_derivative_reason();
}

void PreparedNetwork::require_ntk(const std::string& kind) const {
  const std::string reason = no_metric_reason();
  if (!reason.empty())
    throw Error::about_argument(ErrorCode::input, "the neural tangent kernel does not exist: " + reason,
                                "kind " + kind);
}

bool PreparedNetwork::units_on_kink(const Rational& t) const {
  const auto at_zero = [](const expr::SpecialPoint& point) {
    return point.exact ? *point.exact == 0 : point.approximate == 0;
  };
  const bool activated = model.depth > 1 || model.read_out == ReadOut::post;
  return activated && t == 0 && model.b(1) == 0 && std::ranges::any_of(activation.analysis.points, at_zero);
}

unsigned decades(const Model& model) {
  unsigned most = 0;
  for (const auto* list : {&model.weight_variance, &model.bias_variance}) {
    for (const Rational& variance : *list) most = std::max(most, widegeo::decades(variance));
  }
  return most;
}

}  // namespace widegeo::api
