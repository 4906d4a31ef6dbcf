#include "report/number.hpp"

#include <algorithm>
#include <cmath>

#include "report/decimal.hpp"

namespace widegeo::report {
namespace {

/// In more digits than this a JSON number would not keep what is promised.
constexpr unsigned most_number_digits = 17;

}  // namespace

Value number(double value, double error, ErrorKind kind, unsigned print_digits) {
  if (print_digits == 0) return Number{shortest(value), error_text(error, shortest_error(value)), kind, false};
  return Number{decimal(value, print_digits), error_text(error, print_error(value, print_digits)), kind, false};
}

Value number(const Real& value, const Real& error, ErrorKind kind, unsigned print_digits) {
  const PrecisionScope scope(std::max(value.precision(), print_digits) + 2);
  if (print_digits == 0) {
    const double nearest = value.to_double();
    if (std::isnormal(nearest) || value == 0) {
      // Both readers are served: of the decimal as it stands, and of the double that a program makes of it.
      const std::string text = shortest(nearest);
      const Real off = std::max<Real>(abs(value - Real(nearest)), abs(value - Real(text)));
      return Number{text, error_text(Real(error + off)), kind, false};
    }
    return Number{decimal(value, most_number_digits), error_text(Real(error + print_error(value, most_number_digits))),
                  kind, false};
  }
  const Real total = error + print_error(value, print_digits);
  return Number{decimal(value, print_digits), error_text(total), kind, print_digits > most_number_digits};
}

Value value_of(const Answer& answer, unsigned print_digits) {
  struct Visitor {
    unsigned digits;
    Value operator()(const Estimate<double>& e) const { return number(e.value, e.error, e.kind, digits); }
    Value operator()(const Estimate<Real>& e) const { return number(e.value, e.error, e.kind, digits); }
    Value operator()(const Missing& missing) const { return Null{missing.reason}; }
  };
  return std::visit(Visitor{print_digits}, answer.value);
}

}  // namespace widegeo::report
