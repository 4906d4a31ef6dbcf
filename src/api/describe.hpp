// What a question was about, as its answers show it.
#pragma once

#include <vector>

#include "api/prepared.hpp"
#include "report/record.hpp"

namespace widegeo::api {

/// The model as JSON shows it: activation, parameters, depth, variances, scales.
report::Record describe(const PreparedNetwork& network);

bool has_closed_form(const CatalogueEntry& entry);

report::Value exact(const Rational& value);
report::Value exact_list(const std::vector<Rational>& values);

}  // namespace widegeo::api
