#include "activation/parameters.hpp"

#include <array>

#include "number/error.hpp"

namespace widegeo {

using expr::Expr;
using expr::Op;

namespace {

Real value_of_constant(const Expr& e) {
  const expr::Tape tape(std::array{e}, {});
  expr::Tape::Workspace<Real> workspace;
  std::array<Real, 1> out;
  tape.evaluate<Real>({}, out, workspace);
  return out[0];
}

}  // namespace

Expr parse_constant(const std::string& name, const std::string& text) {
  const Expr e = expr::stabilise(expr::parse(text));
  const std::set<std::string> free = expr::variables_of(e);
  if (!free.empty()) {
    throw Error(
        ErrorCode::input,
        "the value '" + text + "' of parameter '" + name + "' is not a constant: it contains '" + *free.begin() + "'",
        "parameter " + name, "give a number or an expression of numbers and pi");
  }
  const PrecisionScope precision(30);
  if (!isfinite(value_of_constant(e))) {
    throw Error(ErrorCode::input, "the value '" + text + "' of parameter '" + name + "' is not a finite number",
                "parameter " + name, "give a finite number");
  }
  return e;
}

void check_range(const ParameterRange& range, const Expr& value, const std::string& text) {
  const PrecisionScope precision(30);
  const Real number = value_of_constant(value);
  std::string must;
  switch (range.kind) {
    case ParameterRange::Kind::positive:
      if (number <= 0) must = "be positive";
      break;
    case ParameterRange::Kind::nonzero:
      if (number == 0) must = "differ from 0";
      break;
    case ParameterRange::Kind::integer:
      if (!value.is_number() || value.value().get_den() != 1 || number < range.low || number > range.high) {
        must = "be an integer from " + std::to_string(range.low) + " to " + std::to_string(range.high);
      }
      break;
  }
  if (!must.empty()) {
    throw Error(ErrorCode::input, "parameter '" + range.name + "' must " + must + ", not '" + text + "'",
                "parameter " + range.name, "see `widegeo activations`");
  }
}

std::vector<Expr> parse_list(const std::string& name, const std::string& text) {
  std::vector<Expr> list;
  std::string item;
  int depth = 0;  // commas inside parentheses separate arguments, not items
  const auto finish = [&] {
    if (item.find_first_not_of(" \t") == std::string::npos) {
      throw Error(ErrorCode::input, "the list '" + text + "' of parameter '" + name + "' has an empty item",
                  "parameter " + name, "separate the numbers by single commas");
    }
    if (list.size() == max_coefficients) {
      throw Error(ErrorCode::input,
                  "the list of parameter '" + name + "' has more than " + std::to_string(max_coefficients) + " items",
                  "parameter " + name, "use a polynomial of lower degree");
    }
    list.push_back(parse_constant(name, item));
    item.clear();
  };
  for (const char c : text) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == ',' && depth == 0) {
      finish();
    } else {
      item += c;
    }
  }
  finish();
  return list;
}

Expr polynomial_tree(const std::vector<Expr>& coefficients) {
  const Expr x = Expr::variable("x");
  Expr sum = coefficients.back();
  for (std::size_t k = coefficients.size() - 1; k-- > 0;) sum = coefficients[k] + x * sum;
  return sum;
}

Expr hermite_tree(long degree) {
  const Expr x = Expr::variable("x");
  // Coefficients of x^degree, x^(degree-2), ...: each from the one before.
  std::vector<mpz_class> coefficients{1};
  for (long j = 1; 2 * j <= degree; ++j) {
    const mpz_class product = coefficients.back() * (degree - 2 * j + 2) * (degree - 2 * j + 1);
    coefficients.push_back(-product / (2 * j));
  }
  const Expr square = Expr::make(Op::power, {x, Expr::number(2)});
  Expr sum = Expr::number(Rational(coefficients.front()));
  for (std::size_t j = 1; j < coefficients.size(); ++j) sum = Expr::number(Rational(coefficients[j])) + square * sum;
  if (degree % 2 == 1) sum = x * sum;
  mpz_class factorial;
  mpz_fac_ui(factorial.get_mpz_t(), static_cast<unsigned long>(degree));
  return sum / Expr::make(Op::sqrt, {Expr::number(Rational(factorial))});
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace widegeo
