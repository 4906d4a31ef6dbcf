// Trees to LaTeX: fractions, roots, powers, cases; brackets only where they help the reader.
#include "expr/expr_node.hpp"

namespace widegeo::expr {
namespace {

std::string_view macro_of(Op op) {
  switch (op) {
    case Op::exp:
      return "\\exp";
    case Op::log:
      return "\\log";
    case Op::sin:
      return "\\sin";
    case Op::cos:
      return "\\cos";
    case Op::tan:
      return "\\tan";
    case Op::sinh:
      return "\\sinh";
    case Op::cosh:
      return "\\cosh";
    case Op::tanh:
      return "\\tanh";
    case Op::asin:
      return "\\arcsin";
    case Op::acos:
      return "\\arccos";
    case Op::atan:
      return "\\arctan";
    case Op::min:
      return "\\min";
    case Op::max:
      return "\\max";
    case Op::atan2:
      return "\\operatorname{atan2}";
    case Op::asinh:
      return "\\operatorname{arsinh}";
    case Op::erf:
      return "\\operatorname{erf}";
    case Op::erfc:
      return "\\operatorname{erfc}";
    case Op::normal_cdf:
      return "\\Phi";
    case Op::normal_pdf:
      return "\\varphi";
    case Op::owens_t:
      return "T";
    case Op::sign:
      return "\\operatorname{sgn}";
    case Op::step:
      return "\\Theta";
    case Op::relu:
      return "\\operatorname{relu}";
    case Op::sigmoid:
      return "\\sigma";
    case Op::softplus:
      return "\\operatorname{softplus}";
    case Op::sinc:
      return "\\operatorname{sinc}";
    default:
      return {};
  }
}

std::string_view relation_of(Op op) {
  switch (op) {
    case Op::less:
      return " < ";
    case Op::less_equal:
      return " \\le ";
    case Op::greater:
      return " > ";
    case Op::greater_equal:
      return " \\ge ";
    case Op::equal:
      return " = ";
    default:
      return " \\ne ";
  }
}

bool is_greek(std::string_view name) {
  static constexpr std::string_view greek[] = {
      "alpha", "beta",  "gamma", "delta",  "epsilon", "zeta",  "eta",     "theta", "iota", "kappa", "lambda",
      "mu",    "nu",    "xi",    "rho",    "sigma",   "tau",   "upsilon", "phi",   "chi",  "psi",   "omega",
      "Gamma", "Delta", "Theta", "Lambda", "Xi",      "Sigma", "Upsilon", "Psi",   "Omega"};
  for (const std::string_view g : greek)
    if (g == name) return true;
  return false;
}

std::string word(std::string_view name) {
  if (is_greek(name)) return "\\" + std::string(name);
  if (name.size() == 1) return name == "_" ? "\\_" : std::string(name);
  std::string text = "\\mathrm{";
  for (const char c : name) text += c == '_' ? "\\_" : std::string(1, c);
  return text + "}";
}

bool all_digits(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

// alpha_1 and x12 get indices: \alpha_{1}, x_{12}; other names stand upright.
std::string variable_text(const std::string& name) {
  const std::size_t underscore = name.find('_');
  if (underscore != std::string::npos && underscore > 0 && underscore + 1 < name.size())
    if (const std::string_view head(name.data(), underscore); head.size() == 1 || is_greek(head)) {
      const std::string_view index = std::string_view(name).substr(underscore + 1);
      return word(head) + "_{" + (all_digits(index) ? std::string(index) : word(index)) + "}";
    }
  const std::size_t digits = name.find_first_of("0123456789");
  if (digits != std::string::npos && all_digits(std::string_view(name).substr(digits)))
    if (const std::string_view head(name.data(), digits); head.size() == 1 || is_greek(head))
      return word(head) + "_{" + name.substr(digits) + "}";
  return word(name);
}

// Only ratios of short numbers are clearer than their decimals.
bool as_fraction(const Rational& value) {
  return value.get_den() != 1 &&
         (value.get_den() <= 1000 || to_text(Expr::number(value)).find('/') != std::string::npos);
}

// 1.5e-7 -> 1.5 \cdot 10^{-7}
std::string decimal_text(const Rational& value) {
  std::string text = to_text(Expr::number(value));
  if (const std::size_t e = text.find('e'); e != std::string::npos)
    text = (text.substr(0, e) == "1" ? "" : text.substr(0, e) + " \\cdot ") + "10^{" + text.substr(e + 1) + "}";
  return text;
}

class Writer {
 public:
  std::string out;

  void write(const Expr& e, Tightness needed) {
    if (level_of(e) >= needed) return piece(e);
    out += "\\left(";
    piece(e);
    out += "\\right)";
  }

 private:
  static Tightness level_of(const Expr& e) {
    switch (e.op()) {
      case Op::number: {
        const Rational magnitude = abs(e.value());
        const bool plain = !as_fraction(magnitude) && decimal_text(magnitude).find('\\') == std::string::npos;
        if (e.value() < 0) return unary_level;
        return plain ? atom_level : power_level;  // a fraction or a power of ten cannot be a base without brackets
      }
      case Op::add:
      case Op::subtract:
        return sum_level;
      case Op::negate:
        return unary_level;
      case Op::multiply:
        return product_level;
      case Op::divide:
        return e.arg(0).is_number() && e.arg(0).value() < 0 ? unary_level : power_level;
      case Op::power:
      case Op::expm1:
        return e.op() == Op::power ? power_level : sum_level;
      default:
        return e.is_comparison() ? comparison_level : atom_level;
    }
  }

  void group(const Expr& e) {
    out += '{';
    write(e, comparison_level);
    out += '}';
  }

  void number(const Rational& value) {
    if (value < 0) out += '-';
    const Rational magnitude = abs(value);
    if (as_fraction(magnitude))
      out += "\\frac{" + magnitude.get_num().get_str() + "}{" + magnitude.get_den().get_str() + "}";
    else
      out += decimal_text(magnitude);
  }

  void divide(const Expr& e) {
    const Expr &a = e.arg(0), &b = e.arg(1);
    if (a.is_number() && !b.is_number()) {
      // (3/7)/x is 3/(7x)
      Rational c = a.value();
      if (c < 0) out += '-';
      c = abs(c);
      out += "\\frac{" + (as_fraction(c) ? c.get_num().get_str() : decimal_text(c)) + "}{";
      scaled_part(as_fraction(c) ? Rational(c.get_den()) : Rational(1), b);
      out += '}';
      return;
    }
    out += "\\frac";
    group(a);
    group(b);
  }

  // What follows a numeric factor: juxtaposed, with a dot where a digit would follow a digit.
  void factor(const Rational& before, const Expr& e) {
    const Tightness needed = e.op() == Op::multiply ? product_level : unary_level;
    const bool bracketed = level_of(e) < needed || e.op() == Op::negate;
    const std::size_t begin = out.size();
    write(e, e.op() == Op::negate ? power_level : needed);
    const char first = out[begin];
    if (bracketed) return;
    const bool power_of_ten = decimal_text(abs(before)).find('\\') != std::string::npos;
    const bool digit = (first >= '0' && first <= '9') || (out.compare(begin, 5, "\\frac") == 0);
    out.insert(begin, digit || power_of_ten ? " \\cdot " : " ");
  }

  void scaled_part(const Rational& c, const Expr& e) {
    if (c == 1) return write(e, comparison_level);
    out += decimal_text(c);
    factor(c, e);
  }

  void multiply(const Expr& e) {
    const Expr &a = e.arg(0), &b = e.arg(1);
    if (a.is_number() && b.op() == Op::divide) {  // (2/3)*(x/y) is 2x/(3y)
      const Rational c = abs(a.value());
      if (a.value() < 0) out += '-';
      out += "\\frac{";
      scaled_part(as_fraction(c) ? Rational(c.get_num()) : c, b.arg(0));
      out += "}{";
      scaled_part(as_fraction(c) ? Rational(c.get_den()) : Rational(1), b.arg(1));
      out += '}';
      return;
    }
    if (a.is_number()) {
      number(a.value());
      return factor(a.value(), b);
    }
    write(a, product_level);
    factor(1, b);
  }

  void power(const Expr& e) {
    const Expr &base = e.arg(0), &exponent = e.arg(1);
    const bool small_integer = exponent.is_number() && exponent.value() > 0 && exponent.value().get_den() == 1;
    const std::string_view macro = base.args().size() == 1 ? macro_of(base.op()) : std::string_view();
    if (small_integer && !macro.empty() && base.op() != Op::exp) {  // \sin^{2}(x)
      out += macro;
      out += "^{" + exponent.value().get_num().get_str() + "}";
      return arguments(base);
    }
    if (base.op() == Op::exp) {  // never e^{x}^{2}
      out += "\\left(";
      piece(base);
      out += "\\right)";
    } else {
      write(base, atom_level);
    }
    out += '^';
    group(exponent);
  }

  void arguments(const Expr& e) {
    out += "\\left(";
    for (std::size_t i = 0; i < e.args().size(); ++i) {
      if (i > 0) out += ", ";
      write(e.arg(i), comparison_level);
    }
    out += "\\right)";
  }

  void wrapped(const char* before, const Expr& e, const char* after) {
    out += before;
    write(e, comparison_level);
    out += after;
  }

  // Nested ifs in the "else" place are further rows of the same cases.
  void cases(const Expr& e) {
    out += "\\begin{cases} ";
    const Expr* rest = &e;
    while (rest->op() == Op::choose) {
      write(rest->arg(1), comparison_level);
      out += " & ";
      write(rest->arg(0), comparison_level);
      out += " \\\\ ";
      rest = &rest->arg(2);
    }
    write(*rest, comparison_level);
    out += " & \\text{otherwise} \\end{cases}";
  }

  void piece(const Expr& e) {
    switch (e.op()) {
      case Op::number:
        return number(e.value());
      case Op::pi:
        out += "\\pi";
        return;
      case Op::variable:
        out += variable_text(e.name());
        return;
      case Op::add:
      case Op::subtract:
        write(e.arg(0), sum_level);
        out += e.op() == Op::add ? " + " : " - ";
        return write(e.arg(1), e.arg(1).op() == Op::negate ? power_level : product_level);
      case Op::negate:
        out += '-';
        return write(e.arg(0), e.arg(0).op() == Op::negate ? atom_level : product_level);
      case Op::multiply:
        return multiply(e);
      case Op::divide:
        return divide(e);
      case Op::power:
        return power(e);
      case Op::choose:
        return cases(e);
      case Op::abs:
        return wrapped("\\left|", e.arg(0), "\\right|");
      case Op::sqrt:
        return wrapped("\\sqrt{", e.arg(0), "}");
      case Op::log1p:
        return wrapped("\\log\\left(1 + ", e.arg(0), "\\right)");
      case Op::expm1:
        return wrapped("e^{", e.arg(0), "} - 1");
      case Op::exp:
        if (e.arg(0).depth() <= 5) return wrapped("e^{", e.arg(0), "}");
        break;
      default:
        break;
    }
    if (e.is_comparison()) {
      write(e.arg(0), sum_level);
      out += relation_of(e.op());
      return write(e.arg(1), sum_level);
    }
    out += macro_of(e.op());
    arguments(e);
  }
};

}  // namespace

std::string to_latex(const Expr& e) {
  if (e.node_count() > 20 * max_nodes) throw Error(ErrorCode::input, "the expression is too long to print");
  Writer writer;
  writer.write(e, comparison_level);
  return std::move(writer.out);
}

}  // namespace widegeo::expr
