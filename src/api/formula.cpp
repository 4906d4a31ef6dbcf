#include "api/formula.hpp"

#include <algorithm>
#include <map>

#include "expr/collect.hpp"
#include "number/error.hpp"

namespace widegeo::api {
namespace {

using expr::Expr;

constexpr unsigned max_depth_printed = 50;
constexpr std::size_t max_nodes_printed = 200;

Expr number(long value) { return Expr::number(value); }
Expr square(const Expr& e) { return Expr::make(expr::Op::power, {e, number(2)}); }

/// s_l and b_l: the numbers when they were given, else the symbols.
struct Symbols {
  const FormulaQuestion& question;
  const PreparedNetwork& network;

  Expr s(unsigned l) const {
    Expr s = question.weights_as_numbers ? Expr::number(network.model.s(l)) : Expr::variable(name("s", l));
    return l == 1 && network.model.input_scale == InputScale::fan_in ? s / Expr::variable("d") : s;
  }
  Expr b(unsigned l) const {
    return question.biases_as_numbers ? Expr::number(network.model.b(l)) : Expr::variable(name("b", l));
  }
  std::string name(const std::string& letter, unsigned l) const {
    return network.model.depth == 1 ? letter : letter + "_" + std::to_string(l);
  }
};

Expr at(const Expr& function_of_q, const Expr& q) { return expr::substitute(function_of_q, {{"q", q}}); }

/// The variables of `e` in the order of `order`.
std::vector<std::string> arguments_of(const Expr& e, const std::vector<std::string>& order) {
  const auto variables = expr::variables_of(e);
  std::vector<std::string> result;
  for (const std::string& name : order) {
    if (variables.contains(name)) result.push_back(name);
  }
  return result;
}

/// (log f)' in q by the shape of f: products, quotients, powers and roots keep their form, so that what follows stays
/// short.
Expr log_derivative(const Expr& f) {
  using expr::Op;
  if (!expr::depends_on(f, "q")) return number(0);
  switch (f.op()) {
    case Op::multiply:
      return log_derivative(f.arg(0)) + log_derivative(f.arg(1));
    case Op::divide:
      return log_derivative(f.arg(0)) - log_derivative(f.arg(1));
    case Op::negate:
      return log_derivative(f.arg(0));
    case Op::sqrt:
      return log_derivative(f.arg(0)) / number(2);
    case Op::exp:
      return expr::derivative(f.arg(0), "q");
    case Op::power:
      if (f.arg(1).is_number()) return f.arg(1) * log_derivative(f.arg(0));
      break;
    default:
      break;
  }
  return expr::derivative(f, "q") / f;
}

std::vector<Equation> shallow(const ClosedForm& form, const PreparedNetwork& network, const Symbols& symbols) {
  const Expr t = Expr::variable("t"), d = Expr::variable("d"), s = symbols.s(1);
  const Expr q = Expr::variable("q"), affine = s * t + symbols.b(1);
  Expr A = s, one_form = number(0), second = number(0);  // `pre`: a linear map
  if (network.model.read_out == ReadOut::post) {
    const Expr slope = log_derivative(form.D);
    A = s * at(form.D, q);
    one_form = s * at(slope, q);                               // Omega'
    second = square(s) * at(expr::derivative(slope, "q"), q);  // Omega''
  }
  const auto scalar_curvature = [&](const Expr& a, const Expr& first, const Expr& other) {
    const Expr bracket = (d + number(2)) * square(first) +
                         number(2) * t * ((d - number(2)) * square(first) * first + number(2) * first * other);
    return -((d - number(1)) / a) * t / square(number(1) + number(2) * t * first) * bracket;
  };
  const std::vector<std::string> order{"t", "q", "s", "b", "d", "A", "dOmega", "ddOmega"};
  std::vector<Equation> equations;
  const auto add = [&](const std::string& name, const Expr& right) {
    // As it stands, or collected in t alone, or with q = s t + b kept as a symbol: whichever is shortest.
    const Expr in_t = expr::collect(at(right, affine)), in_q = expr::collect(right);
    Expr shorter = right;
    for (const Expr& e : {in_q, in_t}) {
      if (e.node_count() <= shorter.node_count()) shorter = e;
    }
    equations.push_back({name, arguments_of(shorter, order), shorter, {}});
    return shorter.node_count();
  };
  add("Omega", Expr::make(expr::Op::log, {A}));
  add("A", A);
  add("dOmega", one_form);
  add("ddOmega", second);
  add("B", number(2) * A * one_form);
  // Written out where that can be read, else in A and the derivatives of Omega.
  if (add("R", scalar_curvature(A, one_form, second)) > max_nodes_printed) {
    equations.pop_back();
    add("R", scalar_curvature(Expr::variable("A"), Expr::variable("dOmega"), Expr::variable("ddOmega")));
  }
  return equations;
}

/// q_l, dq_l = dq_l/dt, A_l and B_l in the quantities of the layer before.
std::vector<Equation> recursion(const ClosedForm& form, const PreparedNetwork& network, const Symbols& symbols) {
  const Expr dV = expr::derivative(form.V, "q"), slope = log_derivative(form.D);  // D' = slope D
  const auto variable = [](const std::string& letter, unsigned l) {
    return Expr::variable(letter + "_" + std::to_string(l));
  };
  std::vector<Equation> equations;
  const auto add = [&](const std::string& letter, unsigned l, const Expr& right) {
    equations.push_back({letter + "_" + std::to_string(l), {}, expr::collect(right), {}});
  };
  const unsigned depth = network.model.depth;
  for (unsigned l = 1; l <= depth; ++l) {
    const Expr s = symbols.s(l), b = symbols.b(l), q = variable("q", l), dq = variable("dq", l);
    Expr alpha = s, beta = number(0);
    if (l == 1) {
      add("q", l, s * Expr::variable("t") + b);
      add("dq", l, s);
    } else {
      const Expr q_before = variable("q", l - 1);
      add("q", l, s * at(form.V, q_before) + b);
      add("dq", l, s * at(dV, q_before) * variable("dq", l - 1));
      alpha = s * variable("A", l - 1);
      beta = s * variable("B", l - 1);
    }
    const bool linear = l == depth && network.model.read_out == ReadOut::pre;
    add("A", l, linear ? alpha : at(form.D, q) * alpha);
    add("B", l, linear ? beta : at(form.D, q) * (beta + number(2) * at(slope, q) * square(dq)));
  }
  return equations;
}

/// sqrt(q^2 u) = q sqrt(u) and atan2(q y, q x) = atan2(y, x) for q > 0, everywhere in e; sums collected where that is
/// shorter.
Expr without_scale(const Expr& e) {
  if (e.args().empty() || e.is_comparison() || e.op() == expr::Op::choose) return e;
  const Expr q = Expr::variable("q");
  std::vector<Expr> args;
  for (const Expr& arg : e.args()) args.push_back(without_scale(arg));
  if (e.op() == expr::Op::sqrt) {
    const Expr u = expr::collect(args[0] / square(q));
    if (expr::depends_on(args[0], "q") && !expr::depends_on(u, "q")) return q * Expr::make(e.op(), {u});
  }
  if (e.op() == expr::Op::atan2) {
    const Expr y = expr::collect(args[0] / q), x = expr::collect(args[1] / q);
    if (!expr::depends_on(y, "q") && !expr::depends_on(x, "q")) args = {y, x};
  }
  const Expr plain = Expr::make(e.op(), args), collected = expr::collect(plain);
  return collected.node_count() < plain.node_count() ? collected : plain;
}

/// K of two inputs of one norm: a = b = q, n = q rho, m = q^2 (1 - rho^2), q > 0.
Expr scalar_kernel(const ClosedForm& form) {
  const Expr q = Expr::variable("q"), rho = Expr::variable("rho");
  const Expr m = square(q) * (number(1) - square(rho));
  return without_scale(expr::substitute(form.K, {{"a", q}, {"b", q}, {"n", q * rho}, {"m", m}}));
}

std::vector<Equation> all_equations(const ClosedForm& form, const PreparedNetwork& network,
                                    const FormulaQuestion& question) {
  std::vector<Equation> equations;
  equations.push_back({"K", arguments_of(form.K, {"a", "b", "n", "m"}), form.K, {}});
  equations.push_back({"Kdot", arguments_of(form.Kdot, {"a", "b", "n", "m"}), form.Kdot, {}});
  equations.push_back({"V", {"q"}, form.V, {}});
  equations.push_back({"D", {"q"}, form.D, {}});
  if (std::ranges::find(question.quantities, "scalar") != question.quantities.end()) {
    const Expr K = scalar_kernel(form);
    equations.push_back({"scalar", arguments_of(K, {"q", "rho"}), K, {}});
  }
  const Symbols symbols{question, network};
  const std::string reason = network.no_metric_reason();
  if (reason.empty()) {
    const auto more = network.model.depth == 1 ? shallow(form, network, symbols) : recursion(form, network, symbols);
    equations.insert(equations.end(), more.begin(), more.end());
  } else {
    for (const char* name : {"Omega", "dOmega", "ddOmega", "A", "B", "R"})
      equations.push_back({name, {}, std::nullopt, reason});
  }
  if (!form.metric_exists) {
    for (Equation& equation : equations) {
      if (equation.quantity == "Kdot" || equation.quantity == "D") {
        equation.right.reset();
        equation.reason = network.no_derivative_reason();
      }
    }
  }
  return equations;
}

/// "A" also asks for A_1, A_2, ... and what they are made of (q_l, dq_l).
bool wanted(const Equation& equation, const std::vector<std::string>& asked) {
  if (asked.empty()) return true;
  const std::size_t mark = equation.quantity.find('_');
  const std::string letter = equation.quantity.substr(0, mark);
  for (const std::string& name : asked) {
    if (name == letter) return true;
    if (mark != std::string::npos && (name == "A" || name == "B") && letter != "A" && letter != "B") return true;
    if (mark != std::string::npos && name == "B" && letter == "A") return true;
  }
  return false;
}

/// The LaTeX of a symbol: letters and accents here, since a prime would collide with powers; indices as in q_2.
std::string symbol_latex(const std::string& name) {
  static const std::map<std::string, std::string> letters{{"Kdot", "\\dot K"},        {"scalar", "K"},
                                                          {"rho", "\\rho"},           {"Omega", "\\Omega"},
                                                          {"dOmega", "\\dot\\Omega"}, {"ddOmega", "\\ddot\\Omega"},
                                                          {"dq", "\\dot q"}};
  const std::size_t mark = name.find('_');
  const auto known = letters.find(name.substr(0, mark));
  const std::string index = mark == std::string::npos ? "" : "_{" + name.substr(mark + 1) + "}";
  return (known == letters.end() ? name.substr(0, mark) : known->second) + index;
}

[[noreturn]] void no_closed_form(const PreparedNetwork& network) {
  throw Error(ErrorCode::input, "'" + network.activation.name + "' has no closed form", "formula",
              "by definition K(a,b,n) = E phi(u)phi(v) and Kdot = E phi'(u)phi'(v) with (u,v) ~ N(0, [[a,n],[n,b]]), "
              "phi(x) = " +
                  expr::to_text(network.activation.phi) + "; widegeo kernel and metric evaluate them by quadrature");
}

}  // namespace

const std::vector<std::string>& formula_quantities() {
  static const std::vector<std::string> names{"K",       "Kdot", "V", "D", "Omega", "dOmega",
                                              "ddOmega", "A",    "B", "R", "scalar"};
  return names;
}

std::vector<Equation> equations(const PreparedNetwork& network, const FormulaQuestion& question) {
  if (!network.closed) no_closed_form(network);
  if (network.model.depth > max_depth_printed) {
    throw Error::about_argument(ErrorCode::input,
                                "the recursion is printed up to depth " + std::to_string(max_depth_printed), "depth");
  }
  for (const std::string& name : question.quantities) {
    if (network.model.depth > 1 && (name == "Omega" || name == "R")) {
      throw Error::about_argument(ErrorCode::input, name + " has an explicit formula at depth 1 only",
                                  "depth " + std::to_string(network.model.depth),
                                  "deeper, curvature follows from A and B: ask for --quantity B");
    }
  }
  std::vector<Equation> result = all_equations(*network.closed, network, question);
  std::erase_if(result, [&](const Equation& equation) { return !wanted(equation, question.quantities); });
  return result;
}

std::string left_text(const Equation& equation) {
  std::string text = equation.quantity;
  if (equation.arguments.empty()) return text;
  text += "(";
  for (std::size_t i = 0; i < equation.arguments.size(); ++i) text += (i == 0 ? "" : ", ") + equation.arguments[i];
  return text + ")";
}

std::string left_latex(const Equation& equation) {
  std::string text = symbol_latex(equation.quantity);
  if (equation.arguments.empty()) return text;
  text += "(";
  for (std::size_t i = 0; i < equation.arguments.size(); ++i) {
    text += (i == 0 ? "" : ", ") + symbol_latex(equation.arguments[i]);
  }
  return text + ")";
}

std::string right_latex(const Expr& right) {
  std::string text = expr::to_latex(right);
  for (const std::string& name : expr::variables_of(right)) {
    if (name != "rho" && (!name.starts_with("d") || name == "d")) continue;
    const std::string printed = expr::to_latex(Expr::variable(name)), wanted = symbol_latex(name);
    for (std::size_t at = text.find(printed); at != std::string::npos; at = text.find(printed, at + wanted.size())) {
      text.replace(at, printed.size(), wanted);
    }
  }
  return text;
}

}  // namespace widegeo::api
