// Every catalogue entry that has a closed form, at its default parameters, and some at others.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "closedform/closedform.hpp"

namespace widegeo::testing {

struct ClosedFormEntry {
  std::string label, name;
  std::map<std::string, std::string> parameters;
  bool grows = false;  ///< contains exponentials: large variances need very many digits
  Activation make() const { return make_activation(name, parameters); }
};

inline std::vector<ClosedFormEntry> closed_form_entries() {
  std::vector<ClosedFormEntry> list;
  const auto growing = [](const std::string& name) {
    for (const char* n : {"exp", "exp-normalized", "soft-exponential", "sinh", "cosh", "elu", "celu", "selu"})
      if (name == n) return true;
    return false;
  };
  for (const CatalogueEntry& entry : catalogue()) {
    if (find_closed_form(make_activation(entry.name)))
      list.push_back({entry.name, entry.name, {}, growing(entry.name)});
  }
  const std::vector<std::pair<std::string, std::map<std::string, std::string>>> others{
      {"erf", {{"a", "-0.7"}, {"b", "1.3"}, {"c", "0.2"}}},
      {"sin", {{"a", "1.2"}, {"b", "0.8"}, {"c", "0.4"}}},
      {"cos", {{"a", "-0.5"}, {"b", "1.5"}, {"c", "-1"}}},
      {"snake", {{"alpha", "0.4"}}},
      {"gaussian", {{"a", "2"}, {"b", "-0.3"}}},
      {"exp", {{"a", "0.3"}, {"b", "-0.6"}}},
      {"affine", {{"a", "2"}, {"b", "-0.3"}}},
      {"polynomial", {{"coefficients", "0.5,-1,0.3,0.25"}}},
      {"monomial", {{"degree", "5"}}},
      {"hermite", {{"degree", "5"}}},
      {"relu-power", {{"k", "5"}}},
      {"rectified-monomial", {{"degree", "0"}}},
      {"abrelu", {{"a", "-0.4"}, {"b", "0.7"}}},
      {"elu", {{"alpha", "0.6"}}},
      {"celu", {{"alpha", "0.5"}}},
      {"shifted-relu", {{"theta", "-0.5"}}},
      {"soft-shrink", {{"lambda", "1.5"}}},
      {"threshold", {{"theta", "0"}}},
      {"laplace-cdf", {{"mu", "-0.3"}, {"sigma", "1.1"}}},
      {"laplace-cdf", {{"mu", "0"}, {"sigma", "0.5"}}},
  };
  for (const auto& [name, parameters] : others) {
    std::string label = name;
    for (const auto& [key, value] : parameters) label += " " + key + "=" + value;
    list.push_back({label, name, parameters, growing(name)});
  }
  return list;
}

}  // namespace widegeo::testing
