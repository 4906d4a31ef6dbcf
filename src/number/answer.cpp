#include "number/answer.hpp"

#include <algorithm>
#include <cmath>

#include "number/error.hpp"
#include "number/functions.hpp"

namespace widegeo {

const Answer& Answers::operator[](std::string_view name) const {
  const auto found = std::ranges::find(*this, name, &Answer::name);
  if (found == end()) {
    std::vector<std::string> names;
    for (const Answer& answer : *this) names.push_back(answer.name);
    const std::string near = nearest_name(std::string(name), names);
    throw Error(ErrorCode::input, "no answer is named '" + std::string(name) + "'", "",
                near.empty() ? "" : "did you mean '" + near + "'?");
  }
  return *found;
}

namespace {

void require_value(const Answer& answer) {
  if (const auto* missing = std::get_if<Missing>(&answer.value))
    throw Error(ErrorCode::input, answer.name + " does not exist: " + missing->reason);
}

}  // namespace

Estimate<double> in_double(const Answer& answer) {
  require_value(answer);
  if (const auto* number = std::get_if<Estimate<double>>(&answer.value)) return *number;
  const auto& [value, error, kind] = std::get<Estimate<Real>>(answer.value);
  const double nearest = value.to_double();
  const PrecisionScope scope(value.precision() + 2);
  const Real whole = error + abs(value - Real(nearest));
  return {nearest, whole == 0 ? 0 : std::nextafter(whole.to_double(), HUGE_VAL), kind};
}

Estimate<Real> in_multiprecision(const Answer& answer) {
  require_value(answer);
  if (const auto* number = std::get_if<Estimate<Real>>(&answer.value)) return *number;
  const auto& number = std::get<Estimate<double>>(answer.value);
  return {Real(number.value), Real(number.error), number.kind};
}

std::optional<ErrorKind> kind_of(const Answer& answer) {
  if (const auto* number = std::get_if<Estimate<double>>(&answer.value)) return number->kind;
  if (const auto* number = std::get_if<Estimate<Real>>(&answer.value)) return number->kind;
  return std::nullopt;
}

}  // namespace widegeo
