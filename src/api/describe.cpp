#include "api/describe.hpp"

namespace widegeo::api {

bool has_closed_form(const CatalogueEntry& entry) { return find_closed_form(make_activation(entry.name)).has_value(); }

report::Value exact(const Rational& value) { return report::Exact{to_text(value)}; }

report::Value exact_list(const std::vector<Rational>& values) {
  report::List list;
  for (const Rational& value : values) list.push_back(exact(value));
  return list;
}

report::Record describe(const PreparedNetwork& network) {
  report::Record record;
  record.emplace_back("activation", network.activation.name);
  report::List parameters;
  for (const auto& [name, value] : network.activation.parameters)
    parameters.push_back(name + "=" + expr::to_text(value));
  record.emplace_back("parameters", parameters);
  record.emplace_back("depth", static_cast<long long>(network.model.depth));
  record.emplace_back("weight_variance", exact_list(network.model.weight_variance));
  record.emplace_back("bias_variance", exact_list(network.model.bias_variance));
  record.emplace_back("input_scale", network.model.input_scale == InputScale::one ? "one" : "fan-in");
  record.emplace_back("layer", network.model.read_out == ReadOut::post ? "post" : "pre");
  record.emplace_back("route", network.use_closed() ? "closed" : "quadrature");
  return record;
}

}  // namespace widegeo::api
