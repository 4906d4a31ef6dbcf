// The language of claims: what binds how, what calls become, and where errors are said to be.
#include <doctest/doctest.h>
#include <pthread.h>

#include <string>
#include <vector>

#include "number/error.hpp"
#include "statement/claim/cancel.hpp"
#include "statement/claim/claim.hpp"
#include "statement/claim/names.hpp"
#include "statement/evaluation/plan.hpp"
#include "statement/statement.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::statement;

namespace {

/// The tree with brackets around everything, comparisons by number.
std::string shape(const Formula& f) {
  if (f.kind == Formula::Kind::comparison) return std::to_string(f.comparison);
  if (f.kind == Formula::Kind::negation) return "!" + shape(f.parts.front());
  std::string text = "(";
  for (std::size_t i = 0; i < f.parts.size(); ++i)
    text += (i == 0 ? "" : f.kind == Formula::Kind::conjunction ? "&" : "|") + shape(f.parts[i]);
  return text + ")";
}
std::string shape(const std::string& text) { return shape(parse_claim(text).formula); }

struct Failure {
  std::size_t position = 0;
  std::string message;
};
Failure failure_of(const std::string& text) {
  try {
    parse_claim(text);
  } catch (const expr::ParseError& e) {
    CHECK(e.code() == ErrorCode::input);
    return {e.position(), e.what()};
  }
  FAIL("parsed: ", text);
  return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("claims: not binds tightest, then and, or, implies; implies to the right") {
  CHECK(shape("A < 1 or A < 2 and A < 3") == "(0|(1&2))");
  CHECK(shape("A < 1 and A < 2 or A < 3") == "((0&1)|2)");
  CHECK(shape("not A < 1 and A < 2") == "(!0&1)");
  CHECK(shape("not not A < 1") == "0");
  CHECK(shape("not (A < 1 and A < 2)") == "!(0&1)");
  CHECK(shape("A < 1 implies A < 2 implies A < 3") == "(!0|(!1|2))");
  CHECK(shape("(A < 1 implies A < 2) implies A < 3") == "(!(!0|1)|2)");
  CHECK(shape("A < 1 or A < 2 implies A < 3 and A < 4") == "(!(0|1)|(2&3))");
  CHECK(shape("((A < 1))") == "0");
}

TEST_CASE("claims: a chain of comparisons is their conjunction") {
  const Claim claim = parse_claim("0 < A <= 2*B != 3");
  CHECK(shape(claim.formula) == "(0&1&2)");
  REQUIRE(claim.comparisons.size() == 3);
  CHECK(claim.comparisons[0].op == expr::Op::less);
  CHECK(claim.comparisons[1].op == expr::Op::less_equal);
  CHECK(claim.comparisons[2].op == expr::Op::not_equal);
  CHECK(claim.comparisons[1].left == claim.comparisons[0].right);
  CHECK(claim.comparisons[1].text == "A <= 2*B");
}

TEST_CASE("claims: a bracket opens a claim exactly when a comparison stands in it outside of calls") {
  CHECK(shape("(A+1)*2 < 3") == "0");
  CHECK(shape("((A+1))*2 < (3) and (A < 1)") == "(0&1)");
  CHECK(shape("(if(A < 1, 2, 3)) < 4") == "0");
  CHECK(shape("if(A < 1, 2, 3) < 4 or not (exp((A)) > 2)") == "(0|!1)");
  CHECK(parse_claim("(A+1)*2 < 3").comparisons[0].left == expr::parse("(A+1)*2"));
}

TEST_CASE("claims: calls become variables, arguments before the calls that use them") {
  const Claim claim = parse_claim("derivative(V(2*derivative(A)), 3) + V(2*derivative(A)) < K(1, q, D(q)/2)");
  REQUIRE(claim.calls.size() == 5);
  CHECK(claim.calls[0].function == "derivative");
  CHECK(claim.calls[0].order == 1);
  CHECK(claim.calls[1].function == "V");
  CHECK(claim.calls[2].order == 3);
  CHECK(claim.calls[3].function == "D");
  CHECK(claim.calls[4].function == "K");
  for (std::size_t i = 0; i < claim.calls.size(); ++i)
    for (const expr::Expr& argument : claim.calls[i].arguments)
      for (std::size_t j = i; j < claim.calls.size(); ++j)
        CHECK_FALSE(expr::depends_on(argument, claim.calls[j].variable));
  CHECK(expr::depends_on(claim.comparisons[0].left, claim.calls[1].variable));
  CHECK(claim.calls[1].text == "V(2*derivative(A))");
}

TEST_CASE("claims: numbers are exact") {
  CHECK(parse_claim("A < 0.1").comparisons[0].right == expr::Expr::number(Rational(1, 10)));
  CHECK(parse_claim("A < 1e-3").comparisons[0].right == expr::Expr::number(Rational(1, 1000)));
}

TEST_CASE("claims: an error stands at its place in the text of the user") {
  CHECK(failure_of("A = B").position == 2);
  CHECK(contains(failure_of("A = B").message, "write =="));
  CHECK(contains(failure_of("A + 1").message, "a claim without a comparison"));
  CHECK(contains(failure_of("A < 1 and B").message, "a claim without a comparison: 'B'"));
  CHECK(failure_of("A < 1 and B").position == 10);
  CHECK(failure_of("V(1) < 2x").position == 8);
  CHECK(failure_of("V(A) + K(1,2,3)*sqrt(1,2) < 2").position == 16);
  CHECK(failure_of("0 < V(1 + )").position == 10);
  CHECK(failure_of("1 < 2 && 2 < 3").position == 6);
  CHECK(contains(failure_of("1 < 2 && 2 < 3").message, "write and"));
  CHECK(failure_of("derivative(A, 0) < 1").position == 13);
  CHECK(failure_of("1 < kernal(1, 2, 3)").position == 4);
  CHECK(contains(failure_of("1 < kernal(1, 2, 3)").message, "did you mean kernel"));
  CHECK(contains(failure_of("1 < D").message, "write D(q)"));
  CHECK(failure_of("(A < 1) + 1 < 3").position == 8);
  CHECK(failure_of("(A < 1").position == 0);
  CHECK(failure_of("A < 1)").position == 5);
  CHECK(failure_of("A < 1 A < 2").position == 6);
  CHECK(failure_of("K(1, 2) < 3").position == 0);
  CHECK(failure_of("A < (B and C)").position == 7);
  CHECK(failure_of("__0 < 1").position == 0);
  CHECK(failure_of("A < 1 or").position == 8);
  CHECK(failure_of("").position == 0);
}

TEST_CASE("claims: hostile text ends in an error, never otherwise") {
  auto generator = testing::generator_of_test("hostile claims");
  const std::vector<std::string> pieces{"(",  ")",   "A",       "<",  "==",          "and", "not", "implies", "or",
                                        "V(", "1/2", "if(",     ",",  "derivative(", "-",   "^",   "=",       " ",
                                        "B",  "!",   "kernel(", "\t", "\xc3\xa9",    "1e",  ".",   ">="};
  std::size_t parsed = 0;
  const std::size_t n = testing::trials(20000);
  for (std::size_t i = 0; i < n; ++i) {
    std::string text;
    const std::size_t length = 1 + generator() % 12;
    for (std::size_t k = 0; k < length; ++k) text += pieces[generator() % pieces.size()];
    try {
      const Claim claim = parse_claim(text);
      CHECK_FALSE(claim.comparisons.empty());
      ++parsed;
    } catch (const expr::ParseError& e) {
      CHECK(e.position() <= text.size());
    }
  }
  CHECK(parsed > 0);
  CHECK_THROWS_AS(parse_claim(std::string(3000, '(') + "A < 1" + std::string(3000, ')')), const Error&);
  std::string nested = "A";
  for (int i = 0; i < 3000; ++i) nested = "V(" + nested + ")";
  CHECK_THROWS_AS(parse_claim(nested + " < 1"), const Error&);
}

TEST_CASE("claims: truth is three-valued and margins are min, max and minus") {
  const Claim claim = parse_claim("A < 1 and B < 2 implies not t < 3");  // !(0 & 1) | !2
  const auto truth = [&](Truth a, Truth b, Truth c) { return truth_of(claim.formula, std::vector<Truth>{a, b, c}); };
  constexpr Truth holds = Truth::holds, fails = Truth::fails, open = Truth::undecided;
  CHECK(truth(holds, holds, holds) == fails);
  CHECK(truth(fails, open, holds) == holds);
  CHECK(truth(open, holds, holds) == open);
  CHECK(truth(open, open, fails) == holds);
  CHECK(margin_of(claim.formula, std::vector<double>{3, 2, 5}) == -2);
  CHECK(margin_of(claim.formula, std::vector<double>{3, -2, 5}) == 2);
}

TEST_CASE("statements: domains that make no sense are refused by name") {
  const auto refused = [](const std::string& variable, const std::vector<std::string>& items, const std::string& part) {
    try {
      parse_domain(variable, items);
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::input);
      CHECK_MESSAGE(contains(e.what(), part), e.what());
      return;
    }
    FAIL("accepted: ", variable);
  };
  refused("radius", {"10:0.1"}, "empty");
  refused("radius", {"-1:2"}, "negative");
  refused("radius", {}, "has no values");
  refused("radius", {"1", "2:3"}, "range among other values");
  refused("radius", {"one"}, "not an exact number");
  refused("radius", {"0:1e400"}, "too large or too small");
  refused("radius", {"1e-200:1"}, "too large or too small");
  refused("c", {"-1e151"}, "too large or too small");
  refused("depth", {"0"}, "whole number");
  refused("depth", {"1:3"}, "cannot run over a range");
  refused("dimension", {"2.5"}, "whole number");
  refused("weight_variance_2", {"0"}, "not positive");
  refused("bias_variance", {"-1"}, "negative");
  refused("A", {"1"}, "is a quantity");
  refused("exp", {"1"}, "word of the language");
  refused("and", {"1"}, "word of the language");
  refused("2x", {"1"}, "not a name");
  CHECK(parse_domain("radius", {"2:2"}).values == std::vector<Rational>{2});
  CHECK(parse_domain("c", {" 0.5 : 3/2 "}).range->second == Rational(3, 2));
}

TEST_CASE("statements: choices run through all lists, the last one fastest; ranges stay apart") {
  Statement s{.id = "s", .claim = "A < 1", .hypothesis = "", .forall = {}};
  s.forall = {parse_domain("activation", {"erf", "relu"}), parse_domain("radius", {"1:2"}),
              parse_domain("depth", {"1", "3"}), parse_domain("bias_variance", {"0", "0.5"})};
  s.validate();
  const std::vector<Choice> choices = choices_of(s);
  REQUIRE(choices.size() == 8);
  CHECK(describe(choices[0]) == "erf, depth 1, bias_variance = 0");
  CHECK(describe(choices[1]) == "erf, depth 1, bias_variance = 0.5");
  CHECK(describe(choices[2]) == "erf, depth 3, bias_variance = 0");
  CHECK(describe(choices[7]) == "relu, depth 3, bias_variance = 0.5");
  REQUIRE(ranges_of(s).size() == 1);
  s.forall.push_back(parse_domain("t", {"1"}));
  CHECK_THROWS_AS(s.validate(), const Error&);
  s.forall.back() = parse_domain("depth", {"1"});
  CHECK_THROWS_AS(s.validate(), const Error&);
  s.forall.back() = parse_domain("weight_variance_4", {"1"});
  CHECK_THROWS_AS(s.validate(), const Error&);
}

TEST_CASE("claims: what must exist is read before anything is simplified") {
  const auto broken = [](const std::string& text) {
    std::vector<std::string> all;
    for (const Condition& c : parse_claim(text).conditions) all.push_back(c.broken);
    return all;
  };
  using List = std::vector<std::string>;
  CHECK(broken("x + 2*y^3 - exp(x)/3 < 1").empty());
  CHECK(broken("0*(1/x) == 0") == List{"a division by 0"});
  CHECK(broken("(1/x)^0 == 1") == List{"a division by 0"});
  CHECK(broken("1/x - 1/x == 0") == List{"a division by 0"});
  CHECK(broken("1/(x - x) == 0") == List{"a division by 0"});
  CHECK(broken("0*A == 0") == List{"a quantity that does not exist"});
  CHECK(broken("log(x)*0 < sqrt(x)") ==
        List{"a logarithm of a number that is not positive", "a square root of a negative number"});
  CHECK(broken("V(x) > 0") == List{"a negative variance", "a quantity that does not exist"});
  CHECK(broken("K(x, x, x) > 0").size() == 2);
  CHECK(broken("K(x, y, z) > 0").size() == 4);
  CHECK(broken("abs(x) > 0").empty());
  CHECK(broken("derivative(abs(t)) > 0").size() == 2);
  CHECK(broken("derivative(abs(x)) > 0").size() == 1);  // no function of t
  // A branch needs what it needs where it is taken.
  const Claim choice = parse_claim("if(x > 0, log(x), 1/(x - 1)) > 0");
  REQUIRE(choice.conditions.size() == 2);
  CHECK(choice.conditions[0].value == expr::parse("if(x > 0, x, 1)"));
  CHECK(choice.conditions[1].value == expr::parse("if(x > 0, 1, x - 1)"));
  CHECK(choice.sides() == 3);
  CHECK(choice.op(0) == expr::Op::greater);
  CHECK(choice.op(2) == expr::Op::not_equal);
}

TEST_CASE("claims: equal terms of both sides cancel, exactly") {
  const auto text = [](const std::string& sum) { return expr::to_text(cancelled(expr::parse(sum))); };
  CHECK(text("A + t*B - A") == "t*B");
  CHECK(text("(1e30 + x) - 1e30") == "x");
  CHECK(text("2*(x + y) - 2*y - x") == "x");
  CHECK(text("x/3 - x/3 + y") == "y");
  CHECK(text("x - y") == "x-y");
  Statement s;
  CHECK(in_A_and_B(expr::parse("radial_eigenvalue - A"), s) == expr::parse("A + t*B - A"));
  CHECK(in_A_and_B(expr::parse("radial_eigenvalue - 1"), s) == expr::parse("radial_eigenvalue - 1"));
  s.forall.emplace_back();
  s.forall.back().variable = "B";
  CHECK(in_A_and_B(expr::parse("radial_eigenvalue - A"), s) == expr::parse("radial_eigenvalue - A"));
}

TEST_CASE("claims: texts from files are printed as one line that a terminal does not act on") {
  CHECK(printable("plain text, \xC3\xA9 and \xE2\x82\xAC") == "plain text, \xC3\xA9 and \xE2\x82\xAC");
  CHECK(printable("a\x1b[31mb\nc\t\x7f") == "a\\x1b[31mb\\x0ac\\x09\\x7f");
  CHECK(printable("\xE2\x80\xAEgnp.exe") == "\\u202egnp.exe");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\x9b31m");
  CHECK(printable("\xFF\xC0\xAF\xE2\x80") == "\\xff\\xc0\\xaf\\xe2\\x80");
}

namespace {

/// What parse_claim says on a stack of so many bytes; empty where it reads the text.
std::string said_on_a_stack_of(std::size_t bytes, const std::string& text) {
  struct Job {
    std::string text, said;
  } job{text, {}};
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
  pthread_t thread{};
  const auto run = [](void* argument) -> void* {
    Job& one = *static_cast<Job*>(argument);
    try {
      (void)parse_claim(one.text);
    } catch (const Error& error) {
      one.said = error.what();
    }
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run, &job) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  pthread_attr_destroy(&attributes);
  return job.said;
}

}  // namespace

TEST_CASE("claims: brackets deeper than the stack are refused") {
  const auto nested = [](const std::string& open, std::size_t n, const std::string& inside, const std::string& end) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += open;
    return text + inside + std::string(n, ')') + end;
  };
  const std::size_t kib = 1024;
  for (const std::size_t size : {128 * kib, 256 * kib, 512 * kib, 8192 * kib})
    for (const std::string& text : {nested("(", 390, "x > 0", ""), nested("(", 390, "x", " > 0"),
                                    nested("tanh(", 390, "x", " > 0"), nested("V(", 390, "x", " > 0")}) {
      const std::string said = said_on_a_stack_of(size, text);
      CAPTURE(said);
      CHECK((said.empty() || said.find("too deep for the stack") != std::string::npos));
      if (size == 8192 * kib) CHECK(said.empty());
    }
    // What is not deep is read on a small stack; the frames of sanitizers are several times as large.
#ifdef __SANITIZE_ADDRESS__
  const std::size_t small = 1024 * kib;
#else
  const std::size_t small = 128 * kib;
#endif
  CHECK(said_on_a_stack_of(small, nested("tanh(", 10, "x", " > 0")).empty());
}
