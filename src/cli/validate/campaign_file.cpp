#include "cli/validate/campaign_file.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "cli/program/commands.hpp"
#include "cli/program/parse.hpp"
#include "cli/program/toml_reader.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

const std::vector<std::string> top_keys{"name", "description", "seed", "false_alarm", "experiment"};
const std::vector<std::string> experiment_keys{
    "activation",      "parameters",      "depth",         "dimension",   "radius",     "point",
    "width",           "weight_variance", "bias_variance", "input_scale", "layer",      "quantities",
    "samples",         "target_error",    "max_samples",   "sampler",     "weight_law", "weight_parameter",
    "control_variates"};

constexpr unsigned long max_dimension = 1000, max_matrix_dimension = 64;

struct NamedActivation {
  std::string name;
  std::vector<std::string> parameters;  ///< NAME=VALUE
};

class ExperimentReader {
 public:
  ExperimentReader(const TomlReader& reader, const toml::table& table, const Options& options)
      : reader_(reader), table_(table), options_(options) {
    reader_.check_keys(table_, experiment_keys);
  }

  void append_to(ValidationPlan& plan) const {
    const auto points = read_points();
    const auto quantities = read_quantities();
    const Effort effort = read_effort();
    std::vector<WeightLaw> laws{effort.law};
    if (const toml::node* node = get("weight_law"); node != nullptr && !options_.weight_law) {
      laws.clear();
      for (const toml::node* item : reader_.items(*node, "weight_law"))
        laws.push_back(parse_weight_law(reader_.scalar(*item, "weight_law"), reader_.place(*item)));
    }
    const bool has_value = get("weight_parameter") != nullptr || options_.weight_parameter;
    if (has_value && std::none_of(laws.begin(), laws.end(), has_parameter)) {
      throw Error(ErrorCode::input, "only the laws sparse and student-t have a parameter: weight_parameter",
                  "experiment at " + reader_.place(table_), "give a weight_law too");
    }
    std::vector<std::uint64_t> depths{1};
    if (const toml::node* node = get("depth")) depths = reader_.counts(*node, "depth", 1, 100000);
    for (const NamedActivation& activation : read_activations()) {
      for (const WeightLaw law : laws) {
        for (const std::uint64_t depth : depths) {
          const PreparedNetwork network = make_case_setup(activation, depth);
          for (const auto& x : points) {
            Case c{network, x, {}, effort, {}};
            c.effort.law = law;
            c.label = model_label(network, c.effort);
            add_quantities(c, quantities);
            guarded([&c] { check_case(c); });
            plan.cases.push_back(std::move(c));
          }
        }
      }
    }
  }

 private:
  const toml::node* get(const std::string& key) const { return TomlReader::find(table_, key); }

  const toml::node& need(const std::string& key) const {
    const toml::node* node = get(key);
    if (node == nullptr) reader_.fail("an experiment has no '" + key + "'", table_);
    return *node;
  }

  /// Options in a message as the keys they are in a file: --input-scale as input_scale.
  static std::string with_keys(const std::string& text) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
      std::size_t end = at;
      if (text.compare(at, 2, "--") == 0)
        for (end = at + 2;
             end < text.size() && (std::islower(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-');)
          ++end;
      std::string key = text.substr(at, end - at).substr(end > at ? 2 : 0);
      std::replace(key.begin(), key.end(), '-', '_');
      if (key == "param") key = "parameters";
      if (std::find(experiment_keys.begin(), experiment_keys.end(), key) != experiment_keys.end()) {
        out += key;
        at = end;
      } else {
        out += text[at++];
      }
    }
    return out;
  }

  /// Errors of a case name the experiment's line.
  template <class F>
  auto guarded(const F& f) const -> decltype(f()) {
    try {
      return f();
    } catch (const Error& error) {
      throw Error(error.code(),
                  with_keys(error.summary() + (error.where().empty()       ? ""
                                               : error.where_is_argument() ? ": --" + error.where()
                                                                           : ": " + error.where())),
                  "experiment at " + reader_.place(table_), with_keys(error.hint()));
    }
  }

  std::vector<std::string> parameters_of(const toml::node& node) const {
    const toml::table* table = node.as_table();
    if (table == nullptr) reader_.fail("parameters must be a table: { alpha = 0.2 }", node);
    std::vector<std::string> result;
    for (const auto& [name, value] : *table)
      result.push_back(std::string(name.str()) + "=" + reader_.scalar(value, std::string(name.str())));
    return result;
  }

  /// Names or expressions, or tables { name = ..., parameters = { ... } }; `parameters` of the experiment go to all of
  /// those without their own.
  std::vector<NamedActivation> read_activations() const {
    std::vector<std::string> common;
    if (const toml::node* node = get("parameters")) common = parameters_of(*node);
    std::vector<NamedActivation> result;
    for (const toml::node* item : reader_.items(need("activation"), "activation")) {
      if (const toml::table* table = item->as_table()) {
        reader_.check_keys(*table, {"name", "parameters"});
        const toml::node* name = TomlReader::find(*table, "name");
        if (name == nullptr) reader_.fail("an activation has no 'name'", *item);
        const toml::node* parameters = TomlReader::find(*table, "parameters");
        result.push_back({reader_.scalar(*name, "name"), parameters == nullptr ? common : parameters_of(*parameters)});
      } else {
        if (!item->is_string()) reader_.fail("an activation must be a string or a table", *item);
        result.push_back({reader_.scalar(*item, "activation"), common});
      }
    }
    return result;
  }

  std::vector<std::vector<Rational>> read_points() const {
    std::vector<std::vector<Rational>> points;
    if (const toml::node* node = get("point")) {
      if (get("radius") != nullptr || get("dimension") != nullptr)
        reader_.fail("'point' cannot be combined with 'radius' or 'dimension'", *node, "give one or the other");
      const toml::array* array = node->as_array();
      if (array == nullptr) reader_.fail("'point' must be a list of coordinates, or a list of such lists", *node);
      if (array->empty()) reader_.fail("the grid is empty: 'point' has no entry", *node);
      std::vector<const toml::node*> rows{node};
      if (array->get(0)->is_array()) rows = reader_.items(*node, "point");
      for (const toml::node* row : rows) {
        if (!row->is_array()) reader_.fail("'point' mixes numbers and lists", *row);
        std::vector<Rational> x;
        for (const std::string& text : reader_.texts(*row, "point"))
          x.push_back(parse_number(text, reader_.place(*row)));
        if (x.size() > max_dimension) reader_.fail("more than 1000 dimensions", *row);
        points.push_back(std::move(x));
      }
      return points;
    }
    const toml::node& radii = need("radius");
    for (const std::uint64_t d : reader_.counts(need("dimension"), "dimension", 1, max_dimension)) {
      for (const std::string& text : reader_.texts(radii, "radius")) {
        const Rational radius = parse_number(text, reader_.place(radii));
        if (radius < 0) reader_.fail("a radius is negative", radii);
        points.push_back(generic_point(radius, d));
      }
    }
    return points;
  }

  std::vector<std::string> read_quantities() const {
    const toml::node* node = get("quantities");
    return node == nullptr ? std::vector<std::string>{"radial_eigenvalue", "tangential_eigenvalue"}
                           : reader_.texts(*node, "quantities");
  }

  /// The tangential eigenvalue has no meaning in dimension 1 and is left out there; other quantities are asked for by
  /// name and must exist.
  void add_quantities(Case& c, const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      if (name == "metric" && c.x.size() > max_matrix_dimension)
        reader_.fail("all entries of a metric in more than 64 dimensions", table_, "ask for the eigenvalues");
      if (name == "tangential_eigenvalue" && c.x.size() == 1 && get("quantities") == nullptr) continue;
      for (const Quantity& quantity : guarded([&] { return parse_quantity(name, c.x.size()); })) {
        if (std::find(c.quantities.begin(), c.quantities.end(), quantity) == c.quantities.end())
          c.quantities.push_back(quantity);
      }
    }
  }

  Effort read_effort() const {
    Effort effort;
    effort.widths = reader_.counts(need("width"), "width", 1, 100'000'000);
    const toml::node* target = get("target_error");
    const toml::node* most = get("max_samples");
    if (target != nullptr) {
      for (const std::string& text : reader_.texts(*target, "target_error"))
        effort.target_error.push_back(parse_fraction(text, "target_error at " + reader_.place(*target)));
      if (get("samples") != nullptr)
        reader_.fail("'samples' cannot be combined with 'target_error'", *target, "give max_samples");
      effort.samples = {100'000'000};
      if (most != nullptr) effort.samples = reader_.counts(*most, "max_samples", 2, 4'294'967'295UL);
    } else {
      if (most != nullptr) reader_.fail("'max_samples' needs 'target_error'", *most);
      effort.samples = reader_.counts(need("samples"), "samples", 2, 4'294'967'295UL);
    }
    if (const toml::node* node = get("sampler"))
      effort.sampler = parse_sampler(reader_.scalar(*node, "sampler"), reader_.place(*node));
    if (const toml::node* node = get("weight_parameter")) {
      const auto value = parse_number(reader_.scalar(*node, "weight_parameter"), reader_.place(*node));
      effort.law_parameter = nearest_double(value);
    }
    if (const toml::node* node = get("control_variates")) {
      const auto value = node->value_exact<bool>();
      if (!value) reader_.fail("'control_variates' must be true or false", *node);
      effort.control_variates = *value;
    }
    apply_effort_options(options_, effort);
    return effort;
  }

  PreparedNetwork make_case_setup(const NamedActivation& activation, std::uint64_t depth) const {
    Options model;
    model.command = options_.command;
    model.activation = activation.name;
    model.parameters = activation.parameters;
    model.depth = std::to_string(depth);
    model.threads = options_.threads;
    model.route = options_.route;
    const std::vector<std::pair<std::string, Text*>> texts{{"weight_variance", &model.weight_variance},
                                                           {"bias_variance", &model.bias_variance},
                                                           {"input_scale", &model.input_scale},
                                                           {"layer", &model.layer}};
    for (const auto& [key, text] : texts) {
      const toml::node* node = get(key);
      if (node == nullptr) continue;
      std::string list;
      for (const std::string& item : reader_.texts(*node, key)) list += (list.empty() ? "" : ",") + item;
      *text = list;
    }
    return guarded([&model] { return make_network(model); });
  }

  const TomlReader& reader_;
  const toml::table& table_;
  const Options& options_;
};

void refuse_model_options(const Options& options) {
  const std::string why = "the campaign file gives the models and points";
  refuse_option(options.activation, "--activation", why);
  refuse_option(options.depth, "--depth", why);
  refuse_option(options.weight_variance, "--weight-variance", why);
  refuse_option(options.bias_variance, "--bias-variance", why);
  refuse_option(options.input_scale, "--input-scale", why);
  refuse_option(options.layer, "--layer", why);
  refuse_option(options.model_file, "--model", why);
  refuse_option(options.x, "--x", why);
  refuse_option(options.width, "--width", why);
  refuse_option(options.validate_quantities, "--quantities", why);
  if (!options.parameters.empty()) refuse_option(options.parameters.front(), "--param", why);
}

}  // namespace

std::vector<Rational> generic_point(const Rational& radius, unsigned long dimension) {
  double norm = 0;
  for (unsigned long i = 1; i <= dimension; ++i) norm += static_cast<double>(i) * static_cast<double>(i);
  norm = std::sqrt(norm);
  std::vector<Rational> x;
  for (unsigned long i = 1; i <= dimension; ++i)
    x.emplace_back(nearest_double(radius) * (static_cast<double>(i) / norm));
  return x;
}

ValidationPlan plan_of_file(const Options& options) {
  refuse_model_options(options);
  const std::string& path = *options.campaign;
  const toml::table table = parse_toml(path);
  const TomlReader reader(path);
  reader.check_keys(table, top_keys);
  ValidationPlan plan;
  const toml::node* name = TomlReader::find(table, "name");
  plan.name = name == nullptr ? path : reader.scalar(*name, "name");
  if (const toml::node* node = TomlReader::find(table, "seed"))
    plan.seed = parse_count(reader.scalar(*node, "seed"), reader.place(*node), 0, ~0UL);
  if (const toml::node* node = TomlReader::find(table, "false_alarm"))
    plan.false_alarm = parse_fraction(reader.scalar(*node, "false_alarm"), reader.place(*node));
  if (options.seed) plan.seed = parse_count(*options.seed, "--seed", 0, ~0UL);
  if (options.false_alarm) plan.false_alarm = parse_fraction(*options.false_alarm, "--false-alarm");

  const toml::node* experiments = TomlReader::find(table, "experiment");
  const toml::array* list = experiments == nullptr ? nullptr : experiments->as_array();
  if (list == nullptr || list->empty()) throw Error(ErrorCode::input, "the campaign has no [[experiment]]", path);
  for (const toml::node& node : *list) {
    const toml::table* experiment = node.as_table();
    if (experiment == nullptr) reader.fail("an experiment must be a table: [[experiment]]", node);
    ExperimentReader(reader, *experiment, options).append_to(plan);
  }
  return plan;
}

}  // namespace widegeo::cli
