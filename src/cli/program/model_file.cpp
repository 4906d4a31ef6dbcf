// --model FILE.toml: the model's options under their own names (weight_variance or weight-variance).
#include <cmath>

#include "cli/program/setup.hpp"
#include "cli/program/toml_reader.hpp"
#include "number/error.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

std::string place(const std::string& path, const toml::node& node) {
  return path + ", line " + std::to_string(node.source().begin.line);
}

/// The text of a number or a string; an array becomes a comma-separated list. 0.1 means one tenth, as on the command
/// line.
std::string text_of(const toml::node& node, const std::string& path) {
  if (const auto value = node.value_exact<std::string>()) return *value;
  if (const auto value = node.value_exact<std::int64_t>()) return std::to_string(*value);
  if (const auto value = node.value_exact<double>()) {
    if (!std::isfinite(*value)) throw Error(ErrorCode::input, "a number is not finite", place(path, node));
    return report::shortest(*value);
  }
  if (const toml::array* array = node.as_array()) {
    std::string list;
    for (const toml::node& item : *array) list += (list.empty() ? "" : ",") + text_of(item, path);
    return list;
  }
  throw Error(ErrorCode::input, "expected a number, a string or a list", place(path, node));
}

}  // namespace

void read_model_file(Options& options) {
  const std::string path = *options.model_file;
  const toml::table table = parse_toml(path, "the model file");
  const std::vector<std::pair<std::string, Text*>> known{
      {"activation", &options.activation},           {"depth", &options.depth},
      {"weight_variance", &options.weight_variance}, {"bias_variance", &options.bias_variance},
      {"input_scale", &options.input_scale},         {"layer", &options.layer}};
  for (const auto& [key, node] : table) {
    std::string name(key.str());
    for (char& c : name) c = c == '-' ? '_' : c;
    if (name == "param" || name == "parameters") {
      const toml::table* parameters = node.as_table();
      if (parameters == nullptr)
        throw Error(ErrorCode::input, "parameters must be a table: { alpha = 0.2 }", place(path, node));
      for (const auto& [parameter, value] : *parameters) {
        const std::string prefix = std::string(parameter.str()) + "=";
        bool overridden = false;
        for (const std::string& given : options.parameters) overridden = overridden || given.starts_with(prefix);
        if (!overridden) options.parameters.push_back(prefix + text_of(value, path));
      }
      continue;
    }
    Text* target = nullptr;
    std::vector<std::string> names{"param"};
    for (const auto& [candidate, text] : known) {
      names.push_back(candidate);
      if (candidate == name) target = text;
    }
    if (target == nullptr) {
      const std::string near = nearest_name(name, names);
      throw Error(ErrorCode::input, "unknown key '" + name + "'", place(path, node),
                  near.empty() ? "known: activation, param, depth, weight_variance, bias_variance, input_scale, layer"
                               : "did you mean '" + near + "'?");
    }
    if (!*target) *target = text_of(node, path);
  }
}

}  // namespace widegeo::cli
