// Closed forms and what follows from them, as text, JSON or LaTeX.
#include "api/formula.hpp"
#include "cli/program/command.hpp"
#include "cli/program/parse.hpp"
#include "number/error.hpp"

namespace widegeo::cli {

Result formula_command(const Options& options) {
  FormulaQuestion question;
  for (const std::string& names : options.quantities) {
    for (const std::string& name : split(names, ','))
      question.quantities.push_back(formula_quantities()[parse_choice(name, "--quantity", formula_quantities())]);
  }
  question.weights_as_numbers = options.weight_variance.has_value();
  question.biases_as_numbers = options.bias_variance.has_value();
  const report::Format format = make_format(options);
  const PreparedNetwork network = make_network(options);
  std::vector<report::Record> rows;
  if (format == report::Format::latex) refuse_option(options.fields, "--fields", "LaTeX is the formulas alone");
  std::string latex;
  for (const Equation& equation : equations(network, question)) {
    if (format == report::Format::latex) {
      latex += equation.right ? left_latex(equation) + " = " + right_latex(*equation.right) + "\n"
                              : "% " + equation.quantity + " does not exist: " + equation.reason + "\n";
      continue;
    }
    report::Record row{{"quantity", format == report::Format::json ? equation.quantity : left_text(equation)}};
    if (format == report::Format::json) {
      report::List arguments;
      for (const std::string& name : equation.arguments) arguments.emplace_back(name);
      row.emplace_back("arguments", arguments);
    }
    if (equation.right) {
      row.emplace_back("formula", expr::to_text(*equation.right));
      if (format == report::Format::json) row.emplace_back("latex", right_latex(*equation.right));
    } else {
      row.emplace_back("formula", report::Null{equation.reason});
      if (format == report::Format::json) row.emplace_back("latex", report::Null{equation.reason});
    }
    rows.push_back(std::move(row));
  }
  Result result;
  if (format == report::Format::latex) result.raw = latex;
  result.document.schema = "widegeo/formula/1";
  result.document.model = describe(network);
  result.document.notes = {
      "a = E u^2, b = E v^2, n = E u v of the arguments, m = a*b - n^2; V and D in the variance q; source: " +
      network.closed->source};
  if (format != report::Format::json) {
    result.document.notes.push_back(
        "t = |x|^2, q = s*t + b, s and b the variances of weights and biases, d the dimension; "
        "dOmega, ddOmega: derivatives of Omega = log A in t");
  }
  result.document.set_rows(std::move(rows));
  return result;
}

namespace {

void declare_formula(OptionTable& t, Options& o) {
  declare_model(t, o);
  t.group("Quantity");
  t.value("--quantity", o.quantities, "K|Kdot|V|D|Omega|dOmega|ddOmega|A|B|R|scalar",
          "(repeatable; default all but scalar)");
  declare_output(t, o);
}

std::string formula_fields() {
  return R"(quantity   the left side
arguments  the variables of the formula
formula    the right side in the language of expressions
latex      the right side in LaTeX
)";
}

}  // namespace

namespace command {
extern const Command formula;
const Command formula{.name = "formula",
                      .help = "closed forms and the depth recursion, symbolically",
                      .example = "Example:\n  widegeo formula --activation erf --quantity K --format latex",
                      .fields = formula_fields,
                      .declare = declare_formula,
                      .run = formula_command};
}  // namespace command

}  // namespace widegeo::cli
