// Trees to text that parses back to the same tree.
#include "expr/expr_node.hpp"

namespace widegeo::expr {
namespace {

// value = digits * 10^exponent with digits not a multiple of ten; false when the decimal does not end or is long.
bool as_decimal(const Rational& value, mpz_class& digits, long& exponent) {
  mpz_class den = value.get_den();
  const auto twos = mpz_remove(den.get_mpz_t(), den.get_mpz_t(), mpz_class(2).get_mpz_t());
  const auto fives = mpz_remove(den.get_mpz_t(), den.get_mpz_t(), mpz_class(5).get_mpz_t());
  if (den != 1) return false;
  const auto places = std::max(twos, fives);
  mpz_class scale;
  mpz_ui_pow_ui(scale.get_mpz_t(), 10, places);
  digits = value.get_num() * (scale / value.get_den());
  exponent = -static_cast<long>(places);
  const auto zeros = mpz_remove(mpz_class().get_mpz_t(), digits.get_mpz_t(), mpz_class(10).get_mpz_t());
  if (zeros > 0) {
    mpz_class power;
    mpz_ui_pow_ui(power.get_mpz_t(), 10, zeros);
    digits /= power;
    exponent += static_cast<long>(zeros);
  }
  return true;
}

}  // namespace

// The text of a number >= 0; `level` says what kind of text it is.
static std::string magnitude_text(const Rational& value, Tightness& level) {
  mpz_class digits;
  long exponent = 0;
  level = atom_level;
  if (value == 0) return "0";
  if (as_decimal(value, digits, exponent)) {
    std::string text = digits.get_str();
    const long size = static_cast<long>(text.size());
    if (exponent >= 0 && exponent <= 6) return text + std::string(static_cast<std::size_t>(exponent), '0');
    const bool short_enough = value.get_den() == 1 || size <= 17 || value.get_den().get_str().size() > 17;
    if (short_enough && exponent < 0 && -exponent < size)
      return text.insert(static_cast<std::size_t>(size + exponent), ".");
    if (short_enough && exponent < 0 && -exponent <= size + 4)
      return "0." + std::string(static_cast<std::size_t>(-exponent - size), '0') + text;
    if (short_enough) {  // 3.5e20
      if (size > 1) text.insert(1, ".");
      return text + "e" + std::to_string(exponent + size - 1);
    }
  }
  if (value.get_den() == 1) return value.get_num().get_str();
  level = product_level;
  return value.get_num().get_str() + "/" + value.get_den().get_str();
}

namespace {

class Printer {
 public:
  std::string out;

  void print(const Expr& e, Tightness needed) {
    if (level_of(e) < needed) {
      out += '(';
      piece(e);
      out += ')';
    } else {
      piece(e);
    }
  }

 private:
  static Tightness level_of(const Expr& e) {
    switch (e.op()) {
      case Op::number: {
        Tightness level = atom_level;
        if (e.value().get_den() != 1) magnitude_text(abs(e.value()), level);
        if (e.value() < 0 && level == atom_level) return unary_level;
        return level;
      }
      case Op::add:
      case Op::subtract:
        return sum_level;
      case Op::divide:
        // 1/0 and 0/0 are opaque: without brackets their parts would join other factors.
        if (e.arg(1).is_number(0)) return sum_level;
        return product_level;
      case Op::multiply:
        return product_level;
      case Op::power:
      case Op::negate:
        return unary_level;
      default:
        return e.is_comparison() ? comparison_level : atom_level;
    }
  }

  void binary(const Expr& e, Tightness left, const char* symbol, Tightness right) {
    print(e.arg(0), left);
    out += symbol;
    print(e.arg(1), right);
  }

  void piece(const Expr& e) {
    const Op op = e.op();
    switch (op) {
      case Op::number: {
        Tightness level;
        if (e.value() < 0) out += '-';
        out += magnitude_text(abs(e.value()), level);
        return;
      }
      case Op::pi:
        out += "pi";
        return;
      case Op::variable:
        out += e.name();
        return;
      case Op::add:
        return binary(e, sum_level, "+", product_level);
      case Op::subtract:
        return binary(e, sum_level, "-", product_level);
      case Op::multiply:
        // c*(x*y) and c*(x/y) read back from c*x*y and c*x/y: numbers move to the front of products.
        if (e.arg(0).is_number() && bare_product(e.arg(1))) return binary(e, product_level, "*", product_level);
        return binary(e, product_level, "*", atom_or_power(e.arg(1)));
      case Op::divide:
        return binary(e, e.arg(0).is_number() ? unary_level : product_level, "/", atom_or_power(e.arg(1)));
      case Op::negate:
        out += '-';
        return print(e.arg(0), minus_would_bind(e.arg(0)) ? atom_level : product_level);
      case Op::power:
        return binary(e, atom_level, "^", atom_level);
      default:
        break;
    }
    if (e.is_comparison()) return binary(e, sum_level, (" " + std::string(name_of(op)) + " ").c_str(), sum_level);
    out += name_of(op);
    for (std::size_t i = 0; i < e.args().size(); ++i) {
      out += i == 0 ? "(" : ", ";
      print(e.arg(i), comparison_level);
    }
    out += ')';
  }

  // A power needs no brackets as a right factor; a negative number or a negation reads better with them.
  static Tightness atom_or_power(const Expr& e) { return e.op() == Op::power ? unary_level : atom_level; }

  // -(x-y)*z reads as (y-x)*z, and -2*z as (-2)*z.
  static bool minus_would_bind(const Expr& e) {
    const Expr* first = &e;
    while (first->op() == Op::multiply || first->op() == Op::divide) first = &first->arg(0);
    return first->op() == Op::subtract || first->op() == Op::number || first->op() == Op::negate;
  }

  static bool bare_product(const Expr& e) {
    return (e.op() == Op::multiply || e.op() == Op::divide) && !e.arg(0).is_number();
  }
};

}  // namespace

std::string to_text(const Expr& e) {
  if (e.node_count() > 20 * max_nodes) throw Error(ErrorCode::input, "the expression is too long to print");
  Printer printer;
  printer.print(e, comparison_level);
  return std::move(printer.out);
}

}  // namespace widegeo::expr
