// Text and LaTeX of trees.
#include <doctest/doctest.h>

#include "expr_random.hpp"

using namespace widegeo;
using namespace widegeo::expr;

TEST_CASE("print: parse(to_text(e)) == e for random trees, their derivatives and stable forms") {
  testing::RandomTrees random(testing::generator_of_test("print round trip"));
  std::size_t done = 0, longest = 0;
  for (std::size_t i = 0; i < testing::trials(20'000); ++i) {
    const Expr e = random.tree(1 + random.below(6));
    for (const Expr& tree : {e, derivative(e, "x"), stabilise(e)}) {
      const std::string text = to_text(tree);
      if (text.size() > 20'000) continue;
      const Expr again = parse(text);
      if (!(again == tree)) FAIL_CHECK("not the same tree: " << text << " and " << to_text(again));
      ++done;
      longest = std::max(longest, text.size());
    }
  }
  MESSAGE(done << " trees, longest text " << longest);
  CHECK(done > 3 * testing::trials(20'000) / 2);
}

TEST_CASE("make: rebuilding a tree from its own nodes gives the same tree") {
  testing::RandomTrees random(testing::generator_of_test("make rebuild"));
  for (std::size_t i = 0; i < testing::trials(5'000); ++i) {
    const Expr e = random.tree(5);
    for (const Expr& node : post_order(e))
      if (!node.args().empty()) {
        const Expr again = Expr::make(node.op(), {node.args().begin(), node.args().end()});
        if (!(again == node)) FAIL_CHECK(to_text(node) << " became " << to_text(again));
      }
  }
}

TEST_CASE("print: texts are what a person would write") {
  const std::pair<const char*, const char*> cases[] = {{"((x))+(-2)", "x-2"},
                                                       {"x*2", "2*x"},
                                                       {"2*(x*y)", "2*x*y"},
                                                       {"x/(2/3)", "1.5*x"},
                                                       {"-(x-y)", "y-x"},
                                                       {"(x^2)^3", "x^6"},
                                                       {"x*x*x", "x^3"},
                                                       {"x^0.5", "sqrt(x)"},
                                                       {"x^-1", "1/x"},
                                                       {"1e-9*x", "1e-9*x"},
                                                       {"0.0001+x", "0.0001+x"},
                                                       {"1000000000*x", "1e9*x"},
                                                       {"x-(y-(z-1))", "x-(y-(z-1))"},
                                                       {"(-2)^x", "(-2)^x"},
                                                       {"(1/3)^x", "(1/3)^x"},
                                                       {"sin(-x)", "-sin(x)"},
                                                       {"0*y+1*x", "x"},
                                                       {"if(1<2,x,y)", "x"},
                                                       {"x/y/z", "x/y/z"},
                                                       {"x/(y/z)", "x/(y/z)"},
                                                       {"sqrt(x^2)", "abs(x)"},
                                                       {"x - -3", "x+3"},
                                                       {"(2*x)^y*(x+1)", "(2*x)^y*(x+1)"}};
  for (const auto& [text, wanted] : cases) CHECK(to_text(parse(text)) == wanted);
}

TEST_CASE("latex: fractions, roots, powers, cases, names") {
  const std::pair<const char*, const char*> cases[] = {
      {"x/2", "\\frac{x}{2}"},
      {"x^2*sqrt(y)", "x^{2} \\sqrt{y}"},
      {"1/(3*x)", "\\frac{1}{3 x}"},
      {"-2/3*x/y", "-\\frac{2 x}{3 y}"},
      {"2*3^x", "2 \\cdot 3^{x}"},
      {"(1/2)^x", "\\left(\\frac{1}{2}\\right)^{x}"},
      {"(-x)^y", "\\left(-x\\right)^{y}"},
      {"x-(y-z)", "x - \\left(y - z\\right)"},
      {"(x+1)*y", "\\left(x + 1\\right) y"},
      {"sin(x)^2", "\\sin^{2}\\left(x\\right)"},
      {"exp(-x^2/2)", "e^{-\\frac{x^{2}}{2}}"},
      {"exp(x)^y", "\\left(e^{x}\\right)^{y}"},
      {"erf(x)*Phi(y)", "\\operatorname{erf}\\left(x\\right) \\Phi\\left(y\\right)"},
      {"abs(x)", "\\left|x\\right|"},
      {"1e-7*x", "10^{-7} x"},
      {"alpha*omega_0*foo_bar", "\\alpha \\omega_{0} \\mathrm{foo\\_bar}"},
      {"A1*K_rad", "A_{1} K_{\\mathrm{rad}}"},
      {"if(x < 0, exp(x)-1, if(x >= 2, 2, x))",
       "\\begin{cases} e^{x} - 1 & x < 0 \\\\ 2 & x \\ge 2 \\\\ x & \\text{otherwise} \\end{cases}"},
      {"R != 0", "R \\ne 0"}};
  for (const auto& [text, wanted] : cases) CHECK(to_latex(parse(text)) == wanted);
}

TEST_CASE("latex: braces and brackets of random trees are balanced") {
  testing::RandomTrees random(testing::generator_of_test("latex balance"));
  for (std::size_t i = 0; i < testing::trials(3'000); ++i) {
    const std::string text = to_latex(random.tree(5));
    int braces = 0, sides = 0;
    for (std::size_t k = 0; k < text.size(); ++k) {
      braces += text[k] == '{' ? 1 : text[k] == '}' ? -1 : 0;
      sides += text.compare(k, 5, "\\left") == 0 ? 1 : text.compare(k, 6, "\\right") == 0 ? -1 : 0;
      if (braces < 0 || sides < 0) break;
    }
    if (braces != 0 || sides != 0) FAIL_CHECK(text);
    if (text.find("--") != std::string::npos || text.find("^{}") != std::string::npos) FAIL_CHECK(text);
  }
}
