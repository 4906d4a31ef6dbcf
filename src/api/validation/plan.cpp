#include "api/validation/plan.hpp"

#include <algorithm>
#include <cmath>

#include "random/random.hpp"
#include "report/decimal.hpp"

namespace widegeo::api {
namespace {

constexpr std::size_t max_matrix_dimension = 64;

bool needs_full_rank(const Quantity& quantity) {
  return quantity.observable == Observable::log_volume || quantity.order() == 2;
}

std::string joined_values(const std::vector<Rational>& values) {
  std::string text;
  for (const Rational& value : values) text += (text.empty() ? "" : ",") + to_text(value);
  return text;
}

unsigned order_of(const std::vector<Quantity>& quantities) {
  unsigned order = 0;
  for (const Quantity& quantity : quantities) order = std::max(order, quantity.order());
  return order;
}

std::vector<double> coordinates(const std::vector<Rational>& x) {
  std::vector<double> result;
  for (const Rational& value : x) result.push_back(nearest_double(value));
  return result;
}

}  // namespace

Rational Case::t() const {
  Rational sum = 0;
  for (const Rational& value : x) sum += value * value;
  return sum;
}

NetworkSpec Case::spec(std::size_t width_index) const {
  NetworkSpec spec;
  spec.depth = network.model.depth;
  spec.width = {effort.widths[width_index]};
  spec.weight_variance.clear();
  spec.bias_variance.clear();
  for (const Rational& value : network.model.weight_variance) spec.weight_variance.push_back(nearest_double(value));
  for (const Rational& value : network.model.bias_variance) spec.bias_variance.push_back(nearest_double(value));
  spec.input_fan_in = network.model.input_scale == InputScale::fan_in;
  spec.activate_last = network.model.read_out == ReadOut::post;
  spec.weight_law = effort.law;
  spec.weight_parameter = effort.law_parameter;
  return spec;
}

bool Case::unbiased(const Quantity& quantity) const {
  if (network.model.depth != 1 || !quantity.linear_in_gram()) return false;
  // A row of a wide orthogonal matrix is Gaussian only in the limit; a linear layer needs the variance alone.
  return effort.law == WeightLaw::gaussian || network.model.read_out == ReadOut::pre;
}

std::string Case::no_theory() const {
  const bool linear = network.model.depth == 1 && network.model.read_out == ReadOut::pre;
  if (linear || effort.law == WeightLaw::gaussian || effort.law == WeightLaw::orthogonal) return {};
  return "W_1 x is a sum of " + std::to_string(x.size()) + " terms of the law " +
         weight_law_names()[static_cast<std::size_t>(effort.law)] +
         ", which is not Gaussian: the theory is the limit of large dimension as well as large width";
}

std::string Case::no_value(const Quantity& quantity, std::size_t width_index) const {
  const std::uint64_t width = effort.widths[width_index];
  if (width >= x.size() || !needs_full_rank(quantity)) return {};
  return "width " + std::to_string(width) + " is below the dimension " + std::to_string(x.size()) +
         ": the metric is degenerate";
}

std::vector<std::string> default_quantities(std::size_t d) {
  constexpr std::size_t max_default_curvature_dimension = 4;
  if (d > max_matrix_dimension) return {"radial_eigenvalue", "tangential_eigenvalue", "log_volume"};
  std::vector<std::string> names{"metric", "log_volume"};
  if (d >= 2 && d <= max_default_curvature_dimension) names.emplace_back("scalar_curvature");
  return names;
}

void set_quantities(Case& c, const std::vector<std::string>& names) {
  constexpr std::size_t max_dimension = 1000;
  const std::size_t d = c.x.size();
  if (d > max_dimension) throw Error::about_argument(ErrorCode::input, "more than 1000 dimensions", "x");
  c.quantities.clear();
  for (const std::string& name : names) {
    if (name == "metric" && d > max_matrix_dimension)
      throw Error::about_argument(ErrorCode::input, "all entries of a metric in more than 64 dimensions", "quantities",
                                  "ask for radial_eigenvalue, tangential_eigenvalue");
    for (const Quantity& quantity : parse_quantity(name, d)) {
      if (std::ranges::find(c.quantities, quantity) == c.quantities.end()) c.quantities.push_back(quantity);
    }
  }
}

std::vector<std::uint64_t> default_widths(const Case& c) {
  const auto biased = [&c](const Quantity& quantity) { return !c.unbiased(quantity); };
  if (std::ranges::none_of(c.quantities, biased)) return {1000};
  // Three widths remove the first two orders of the bias, show whether it falls as it should, and cost a quarter more
  // standard error than the widest alone. Explicit weights take time in proportion to the square of the width.
  if (c.effort.law != WeightLaw::gaussian || c.effort.sampler == Sampler::explicit_weights) return {64, 256, 1024};
  return {1000, 4000, 16000};
}

const std::vector<std::string>& weight_law_names() {
  static const std::vector<std::string> names{"gaussian", "uniform", "rademacher", "orthogonal", "sparse", "student-t"};
  return names;
}

bool has_parameter(WeightLaw law) { return law == WeightLaw::sparse || law == WeightLaw::student_t; }

std::string model_label(const PreparedNetwork& network, const Effort& effort) {
  std::string label = network.activation.name;
  const CatalogueEntry* entry = network.activation.named ? find_entry(network.activation.name) : nullptr;
  std::string parameters;
  for (const auto& [name, value] : network.activation.parameters) {
    const std::string text = expr::to_text(value);
    bool is_default = false;
    if (entry != nullptr) {
      for (const auto& [known, standard] : entry->parameters)
        is_default = is_default || (known == name && standard == text);
    }
    if (!is_default) parameters += (parameters.empty() ? "" : ", ") + name + "=" + text;
  }
  if (!parameters.empty()) label += " (" + parameters + ")";
  label += ", depth " + std::to_string(network.model.depth);
  label += ", weight_variance " + joined_values(network.model.weight_variance);
  label += ", bias_variance " + joined_values(network.model.bias_variance);
  if (network.model.input_scale == InputScale::fan_in) label += ", fan-in";
  if (network.model.read_out == ReadOut::pre) label += ", pre";
  if (effort.law != WeightLaw::gaussian) {
    label += ", " + weight_law_names()[static_cast<std::size_t>(effort.law)] + " weights";
    if (has_parameter(effort.law)) label += " (" + report::shortest(effort.law_parameter) + ")";
  }
  if (effort.sampler == Sampler::explicit_weights && effort.law == WeightLaw::gaussian) label += ", explicit weights";
  return label;
}

namespace {

/// Refuses what no network has a value of.
void check_existence(const Case& c) {
  const bool activated = c.network.model.depth > 1 || c.network.model.read_out == ReadOut::post;
  const bool constant = activated && expr::to_text(c.network.activation.derivative) == "0";
  for (const Quantity& quantity : c.quantities) {
    if (quantity.observable == Observable::B && c.t() == 0)
      throw Error(ErrorCode::input,
                  "B of a finite network is a difference divided by |x|^2, so it does not exist at x = 0", "quantity B",
                  "ask for radial_eigenvalue, tangential_eigenvalue");
    if (constant && needs_full_rank(quantity))
      throw Error(ErrorCode::input,
                  "the activation is constant, so the metric vanishes and there is no " + quantity.name(),
                  c.network.activation.name, "validate only the quantity metric");
  }
}

}  // namespace

void check_case(const Case& c) {
  const std::string reason = c.network.no_metric_reason();
  const bool kernel_alone = std::ranges::all_of(
      c.quantities, [](const Quantity& quantity) { return quantity.observable == Observable::kernel; });
  if (!reason.empty() && !kernel_alone)
    throw Error(ErrorCode::input, "there is no metric to validate: " + reason, c.network.activation.name,
                "validate only the quantity kernel");
  if (c.quantities.empty()) throw Error(ErrorCode::input, "no quantity is asked for", "quantities");
  check_existence(c);
  const Effort& e = c.effort;
  if (has_parameter(e.law) && e.law_parameter == 0) {
    throw Error::about_argument(ErrorCode::input,
                                e.law == WeightLaw::sparse ? "sparse weights need the fraction of nonzero weights"
                                                           : "Student's t weights need more than 2 degrees of freedom",
                                "weight-parameter", e.law == WeightLaw::sparse ? "for example 0.1" : "for example 5");
  }
  if (e.widths.empty()) throw Error(ErrorCode::input, "no width is given", "width");
  if (e.samples.size() != 1 && e.samples.size() != e.widths.size()) {
    throw Error(ErrorCode::input,
                std::to_string(e.samples.size()) + " sample counts for " + std::to_string(e.widths.size()) + " widths",
                "samples", "give one, or one per width");
  }
  if (e.target_error.size() > 1 && e.target_error.size() != e.widths.size()) {
    throw Error(
        ErrorCode::input,
        std::to_string(e.target_error.size()) + " target errors for " + std::to_string(e.widths.size()) + " widths",
        "target error", "give one, or one per width");
  }
  for (std::size_t i = 0; i < e.widths.size(); ++i) {
    if (std::count(e.widths.begin(), e.widths.end(), e.widths[i]) > 1)
      throw Error(ErrorCode::input, "width " + std::to_string(e.widths[i]) + " is given twice", "width");
    std::vector<Quantity> measured;
    for (const Quantity& quantity : c.quantities) {
      if (c.no_value(quantity, i).empty()) measured.push_back(quantity);
    }
    check_simulation(c.spec(i), c.network.activation, coordinates(c.x), order_of(measured));
  }
}

std::vector<PlannedSimulation> plan_simulations(const ValidationPlan& plan) {
  std::vector<PlannedSimulation> planned;
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    const Case& c = plan.cases[k];
    for (std::size_t i = 0; i < c.effort.widths.size(); ++i) {
      PlannedSimulation p;
      p.case_index = k;
      p.width_index = i;
      Simulation& s = p.simulation;
      for (std::size_t j = 0; j < c.quantities.size(); ++j) {
        if (!c.no_value(c.quantities[j], i).empty()) continue;
        p.quantities.push_back(j);
        s.quantities.push_back(c.quantities[j]);
      }
      if (p.quantities.empty()) continue;
      s.spec = c.spec(i);
      s.activation = c.network.activation;
      s.x = coordinates(c.x);
      s.sampler = c.effort.sampler;
      s.control_variates = c.effort.control_variates;
      s.seed = plan.seed;
      s.campaign = static_cast<std::uint32_t>(planned.size());
      s.samples = c.effort.samples[c.effort.samples.size() == 1 ? 0 : i];
      const std::vector<double>& targets = c.effort.target_error;
      if (!targets.empty()) s.target_error = targets[targets.size() == 1 ? 0 : i];
      planned.push_back(std::move(p));
    }
  }
  // No row is tested at a stricter level than if all of them were judged.
  std::size_t tests = 0;
  for (const PlannedSimulation& p : planned) tests += p.quantities.size();
  for (PlannedSimulation& p : planned)
    p.simulation.test_level = plan.false_alarm / static_cast<double>(std::max<std::size_t>(tests, 1));
  if (planned.size() > RandomAddress::max_campaign) {
    throw Error(ErrorCode::input,
                "more than " + std::to_string(RandomAddress::max_campaign) + " simulations in one run", plan.name,
                "split it into several campaigns");
  }
  return planned;
}

void set_error_scales(std::vector<PlannedSimulation>& planned, const std::vector<std::vector<ExactValue>>& exact) {
  for (PlannedSimulation& p : planned) {
    if (!p.simulation.target_error) continue;
    p.simulation.error_scale.clear();
    for (const std::size_t j : p.quantities) {
      const ExactValue& value = exact[p.case_index][j];
      const auto rounded = static_cast<float>(value.value ? value.scale : 0);
      p.simulation.error_scale.push_back(std::isfinite(rounded) ? rounded : 0);
    }
  }
}

}  // namespace widegeo::api
