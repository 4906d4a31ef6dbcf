#include "api/prepared.hpp"

#include <algorithm>
#include <cstdio>

#include "gaussian/gaussian.hpp"
#include "number/error.hpp"
#include "number/escalation.hpp"

namespace widegeo::api {
namespace {

/// Names of the entries that have a closed form, for the hint of the closed route.
std::string names_with_closed_form() {
  std::string names;
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.list_parameter || !find_closed_form(make_activation(entry.name))) continue;
    names += (names.empty() ? "" : ", ") + entry.name;
  }
  return names;
}

}  // namespace

PreparedNetwork prepare(const std::string& activation, const std::map<std::string, std::string>& parameters,
                        const Model& model, Route route, unsigned threads) {
  PreparedNetwork network;
  network.model = model;
  network.model.validate();
  network.threads = threads;
  network.route = route;
  network.activation = make_activation(activation, parameters);
  const std::string& name = network.activation.name;
  if (const std::string& where = network.activation.analysis.undefined_where; !where.empty())
    throw Error(ErrorCode::input, "the activation is undefined on part of the line", name + " where " + where);
  for (const expr::SpecialPoint& point : network.activation.analysis.points) {
    if (point.value_integrable) continue;
    char place[32];
    std::snprintf(place, sizeof place, "%.6g", point.approximate);
    throw Error(ErrorCode::input,
                std::string("E phi(h)^2 is infinite: the activation is not square integrable near ") + place, name);
  }
  if (route != Route::quadrature) network.closed = find_closed_form(network.activation);
  if (route == Route::closed && !network.closed) {
    throw Error::about_argument(ErrorCode::input, "'" + name + "' has no closed form", "route closed",
                                "closed forms are known for " + names_with_closed_form());
  }
  return network;
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

template <class T>
std::unique_ptr<Expectations<T>> make_source(const PreparedNetwork& network, bool closed, bool brief) {
  if (closed) {
    ClosedForm form = *network.closed;
    form.brief = brief;
    return closed_form_expectations<T>(form);
  }
  GaussianOptions options;
  options.threads = network.threads;
  return quadrature_expectations<T>(network.activation, options);
}

template std::unique_ptr<Expectations<TrackedDouble>> make_source<TrackedDouble>(const PreparedNetwork&, bool, bool);
template std::unique_ptr<Expectations<TrackedBlock>> make_source<TrackedBlock>(const PreparedNetwork&, bool, bool);
template std::unique_ptr<Expectations<Real>> make_source<Real>(const PreparedNetwork&, bool, bool);

unsigned decades(const Model& model) {
  unsigned most = 0;
  for (const auto* list : {&model.weight_variance, &model.bias_variance}) {
    for (const Rational& variance : *list) most = std::max(most, widegeo::decades(variance));
  }
  return most;
}

}  // namespace widegeo::api
