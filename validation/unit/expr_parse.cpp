// The parser: what it accepts, and that every other text ends in one clear line.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "expr/tape/tape.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::expr;

namespace {

double value_at(const std::string& text, double x) {
  const Expr e = parse(text);
  return Tape(std::span<const Expr>(&e, 1), {"x"})(x);
}

struct Refused {
  std::string text, problem, hint;
  std::size_t position;
};

Refused refuse(const std::string& text, const std::set<std::string>& variables = {"x"}) {
  try {
    parse(text, variables);
  } catch (const ParseError& e) {
    CHECK(e.code() == ErrorCode::input);
    CHECK(std::string(e.what()).find('\n') == std::string::npos);
    return {text, e.summary(), e.hint(), e.position()};
  }
  FAIL("accepted: " << text.substr(0, 80));
  return {};
}

std::string repeated(const std::string& piece, std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) text += piece;
  return text;
}

}  // namespace

TEST_CASE("parse: precedence and associativity are those of the guide") {
  CHECK(value_at("-x^2", 3) == -9);
  CHECK(value_at("2^3^2", 0) == 512);
  CHECK(value_at("2^-x", 2) == 0.25);
  CHECK(value_at("10-4-3", 0) == 3);
  CHECK(value_at("16/4/2", 0) == 2);
  CHECK(value_at("1+2*x^2", 3) == 19);
  CHECK(value_at("-2*-x", 3) == 6);
  CHECK(value_at("x--3", 1) == 4);
  CHECK(value_at("+x", 5) == 5);
  CHECK(value_at("(1+x)*2", 3) == 8);
  CHECK(value_at("if(x <= 2, 1, 0)", 2) == 1);
  CHECK(value_at("if(x != 2, 1, 0)", 2) == 0);
  CHECK(value_at("x < 2", 1) == 1);
  CHECK(value_at("(x >= 2)", 1) == 0);
}

TEST_CASE("parse: numbers are exact") {
  CHECK(parse("0.1") == Expr::number(Rational(1, 10)));
  CHECK(parse("1e-3") == Expr::number(Rational(1, 1000)));
  CHECK(parse(".5") == Expr::number(Rational(1, 2)));
  CHECK(parse("2.") == Expr::number(2));
  CHECK(parse("1.5E+2") == Expr::number(150));
  CHECK(parse("1/3") == Expr::number(Rational(1, 3)));
  CHECK(parse("0.1+0.2-0.3").is_number(0));
  CHECK(parse("2^10") == Expr::number(1024));
  CHECK(parse("sqrt(4/9)") == Expr::number(Rational(2, 3)));
  CHECK(parse("1/0").op() == Op::divide);  // an error only where it is evaluated
}

TEST_CASE("parse: a division by zero anywhere in a product prints and reads back as the same tree") {
  for (const char* text : {"1/0", "0/0", "-3/0", "2*x/0/7", "(1/0)*(x/0)", "-(x/0)", "x/(1/0)", "7/(x/0)*3",
                           "(x/0)^2/0", "x/3/p-0/0*q*67/x", "-67/7*1/(p*q)/0*x-(1/q/0*x+x/q/0)/p/7"}) {
    const Expr e = parse(text);
    CHECK_MESSAGE(parse(to_text(e)) == e, text << " gives " << to_text(e));
    CHECK(e.is_number() == false);
  }
}

TEST_CASE("parse: every function of the language is read by its name and takes its number of arguments") {
  for (unsigned i = static_cast<unsigned>(Op::choose); i <= static_cast<unsigned>(Op::sinc); ++i) {
    const Op op = static_cast<Op>(i);
    const std::string name(name_of(op));
    const std::string good = op == Op::choose    ? name + "(x < 1, x, 2)"
                             : arity_of(op) == 2 ? name + "(x, 2)"
                                                 : name + "(x)";
    CHECK_MESSAGE(parse(good).op() == op, good);
    CHECK(refuse(name + "()").problem.find("wrong number of arguments of " + name) != std::string::npos);
    refuse(good.substr(0, good.size() - 1) + ", x)");
    refuse(name);
    refuse(name + "(");
  }
}

TEST_CASE("parse: an error says what, where and what to do") {
  const struct {
    const char *text, *problem, *hint;
    std::size_t position;
  } cases[] = {
      {"x*(1+)+2", "unexpected ')'", "expected a number, a name or '('", 5},
      {"2x", "unexpected 'x'", "write 2*x", 1},
      {"2 x", "unexpected 'x'", "write * between factors", 2},
      {"x(x+1)", "unexpected '('", "write x*(...)", 1},
      {"(x)(x)", "unexpected '('", "write * between factors", 3},
      {"x**2", "unexpected '*'", "write ^ for powers", 2},
      {"x=1", "unexpected '='", "write == to compare", 1},
      {"tahn(x)", "unknown function 'tahn'", "did you mean tanh(...)?", 0},
      {"xep(x)", "unknown function 'xep'", "did you mean exp(...)?", 0},
      {"1+exp", "the function 'exp' has no arguments", "write exp(x)", 2},
      {"x+alhpa", "unknown variable 'alhpa'", "did you mean alpha?", 2},
      {"x+q", "unknown variable 'q'", "known here: alpha, x", 2},
      {"e^x", "unknown variable 'e'", "write exp(1)", 0},
      {"", "the expression is empty", "", 0},
      {" \t ", "the expression is empty", "", 3},
      {"(x", "unexpected end", "expected ')'", 2},
      {"x)", "unexpected ')'", "", 1},
      {"min(x)", "wrong number of arguments of min: it takes 2, not 1", "", 0},
      {"if(x, 1, 2)", "the condition of if(...) is not a comparison", "if(x > 0, a, b)", 3},
      {"1+(x<2)", "a comparison cannot be used as a number", "", 2},
      {"0<x<1", "comparisons do not chain", "", 3},
      {"1.2.3", "unexpected '.'", "one decimal point", 3},
      {"1e999999", "the number is out of range", "", 0},
      {"x $ 2", "unexpected '$'", "", 2},
      {"x \xC3\x97 2", "unexpected character", "only letters", 2},
      {"\xFF", "unexpected character", "only letters", 0},
  };
  for (const auto& c : cases) {
    const Refused r = refuse(c.text, {"x", "alpha"});
    CHECK_MESSAGE(r.problem.find(c.problem) != std::string::npos, r.text << ": " << r.problem);
    CHECK_MESSAGE(r.hint.find(c.hint) != std::string::npos, r.text << ": " << r.hint);
    CHECK_MESSAGE(r.position == c.position, r.text << ": " << r.position);
  }
}

TEST_CASE("parse: the caret stands under the position, in long texts and behind wide characters too") {
  const auto caret_of = [](const std::string& text) {
    try {
      parse(text);
    } catch (const ParseError& e) {
      return e.caret_text();
    }
    return std::string();
  };
  CHECK(caret_of("x*(1+)+2") == "x*(1+)+2\n     ^");
  CHECK(caret_of("x+\xC3\xA9") == "x+?\n  ^");
  const std::string text = caret_of(repeated("x+", 1000) + ")" + repeated("+x", 1000));
  const std::size_t line_end = text.find('\n');
  CHECK(line_end < 90);
  CHECK(text[text.size() - 1 - line_end - 1] == ')');
}

TEST_CASE("parse: hostile texts end in an error, not in a crash") {
  refuse(repeated("(", 100'000));
  refuse(repeated("(", 49'000) + "x" + repeated(")", 49'000));
  refuse(repeated("-", 99'999) + "x");
  refuse(repeated("x^", 40'000) + "x");
  refuse(repeated("exp(", 20'000));
  refuse(repeated("if(x<", 10'000));
  refuse(repeated("x+", 49'000) + "x");
  refuse(repeated("x", 100'001));
  refuse(repeated("1", 99'999));
  refuse("1e100000");
  refuse(std::string("x\0y", 3));
  CHECK(parse(repeated("(", 300) + "x" + repeated(")", 300)) == parse("x"));
  CHECK(parse(repeated("1+", 49'000) + "x").node_count() == 3);
  CHECK(parse("9^9^9^9").op() == Op::power);  // not computed: the number would not fit anywhere
  CHECK(parse(repeated("99999^9999*", 900) + "1").op() != Op::number);
}

TEST_CASE("make: deep trees end in an error and are freed without recursion") {
  Expr e = parse("x");
  CHECK_THROWS_AS(for (std::size_t i = 0; i < 2 * max_tree_depth; ++i) e = Expr::make(Op::sin, {e + Expr::number(1)}),
                  Error);
  CHECK(e.depth() > max_tree_depth - 2);
  e = parse("y");
  CHECK_THROWS_AS(Expr::make(Op::exp, {}), Error);
  CHECK_THROWS_AS(Expr::make(Op::add, {parse("x<1"), parse("x")}), Error);
  CHECK_THROWS_AS(Expr::make(Op::choose, {parse("x"), parse("x"), parse("x")}), Error);
  CHECK_THROWS_AS(Expr::make(Op::number, {}), Error);
  CHECK_THROWS_AS(Expr::variable("pi"), Error);
  CHECK_THROWS_AS(Expr::variable("2x"), Error);
}
