#include "statement/proof/verify_route.hpp"

#include <optional>

#include "gaussian/gaussian.hpp"
#include "geometry/read_quantity.hpp"
#include "number/error.hpp"
#include "statement/claim/names.hpp"

namespace widegeo::statement {
namespace {

using Values = std::map<std::string, Rational>;

/// The model at a point: variables of all layers, or of single ones.
Model model_of(const Statement& statement, unsigned depth, const Values& values) {
  Model model;
  model.depth = depth;
  model.weight_variance.assign(depth, Rational(1));
  model.bias_variance.assign(depth, Rational(0));
  for (const bool one_layer : {false, true})
    for (const auto& [name, value] : values) {
      if (!is_weight_variance(name) && !is_bias_variance(name)) continue;
      const unsigned l = layer_of(name);
      if ((l > 0) != one_layer || l > depth) continue;
      std::vector<Rational>& to = is_weight_variance(name) ? model.weight_variance : model.bias_variance;
      if (l == 0)
        to.assign(depth, value);
      else
        to[l - 1] = value;
    }
  model.input_scale = statement.input_scale;
  model.read_out = statement.read_out;
  return model;
}

std::optional<TrackedDouble> quantity(const std::string& name, const RadialGeometry<TrackedDouble>& g,
                                      unsigned long dimension) {
  const std::optional<GeometricQuantity> q = quantity_of(name);
  if (!q || !no_dimension_reason(*q, dimension).empty()) return std::nullopt;
  return read_quantity(g, *q);
}

}  // namespace

SecondRoute::SecondRoute(const Statement& statement) : statement_(statement), claim_(parse_claim(statement.claim)) {
  if (!claim_.calls.empty() || (statement.find("radius") == nullptr && statement.find("t") == nullptr)) return;
  std::set<std::string> names;
  std::vector<expr::Expr> outputs;
  for (const Comparison& comparison : claim_.comparisons) {
    outputs.push_back(comparison.left - comparison.right);
    names.merge(expr::variables_of(outputs.back()));
  }
  names_.assign(names.begin(), names.end());
  tape_ = expr::Tape(outputs, names_);
  exists_ = true;
}

const Expectations<TrackedDouble>& SecondRoute::source(const std::string& activation) const {
  auto& source = sources_[activation];
  if (!source) source = quadrature_expectations<TrackedDouble>(make_activation(activation));
  return *source;
}

std::vector<TrackedDouble> SecondRoute::differences(const Choice& choice, const std::vector<Rational>& ranges) const {
  Values values(choice.values.begin(), choice.values.end());
  const std::vector<Domain> domains = ranges_of(statement_);
  for (std::size_t i = 0; i < domains.size(); ++i) values[domains[i].variable] = ranges.at(i);
  const auto radius = values.find("radius"), t_given = values.find("t");
  if (radius == values.end() && t_given == values.end()) return {};
  const Rational t = radius != values.end() ? Rational(radius->second * radius->second) : t_given->second;
  if (radius == values.end() && statement_.claim.find("radius") != std::string::npos) return {};
  values["t"] = t;
  const unsigned long dimension = choice.dimension > 0 ? choice.dimension : 3;
  try {
    const auto t_in_double = from_rational<TrackedDouble>(t);
    const Model model = model_of(statement_, choice.depth, values);
    const auto metric = radial_metric<TrackedDouble>(model, source(choice.activation), t_in_double, dimension);
    const auto geometry = radial_geometry(metric, t_in_double, dimension);
    std::vector<TrackedDouble> in, out(tape_.output_count());
    for (const std::string& name : names_) {
      const auto value = values.find(name);
      std::optional<TrackedDouble> number;
      if (value != values.end())
        number = from_rational<TrackedDouble>(value->second);
      else if (name == "depth")
        number = TrackedDouble(static_cast<int>(choice.depth));
      else if (name == "dimension")
        number = from_rational<TrackedDouble>(Rational(choice.dimension));
      else
        number = quantity(name, geometry, dimension);
      if (!number) return {};
      in.push_back(*number);
    }
    expr::Tape::Workspace<TrackedDouble> workspace;
    tape_.evaluate(std::span<const TrackedDouble>(in), std::span<TrackedDouble>(out), workspace);
    for (const TrackedDouble& x : out)
      if (!is_finite(x) || !std::isfinite(x.error)) return {};
    return out;
  } catch (const Error&) {
    return {};
  }
}

}  // namespace widegeo::statement
