// Expressions that are entries of the catalogue for other values of the parameters, or scaled.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "activation/recognise.hpp"
#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

using Texts = std::map<std::string, std::string>;

std::string random_constant(std::mt19937_64& generator, bool positive) {
  const long k = static_cast<long>(uniform(generator, 5, 150));
  const std::string number = std::to_string(k) + "/100";
  const std::vector<std::string> forms{number, number, "sqrt(" + number + ")", "pi*" + number + "/4"};
  const std::string text = forms[static_cast<std::size_t>(uniform(generator, 0, 4))];
  return !positive && uniform(generator, 0, 1) < 0.5 ? "-" + text : text;
}

/// Near 1: kinks stay where the normal density is not tiny.
std::string random_scale(std::mt19937_64& generator) {
  return "sqrt(" + std::to_string(static_cast<long>(uniform(generator, 50, 400))) + "/100)";
}

/// In the entry's ranges; expectations exist at all variances.
Texts random_parameters(const CatalogueEntry& entry, std::mt19937_64& generator) {
  Texts texts;
  for (const auto& [name, standard] : entry.parameters) {
    if (entry.list_parameter) {
      std::string list = random_constant(generator, false);
      for (int k = 0; k < 4; ++k) list += "," + random_constant(generator, false);
      texts[name] = list;
      continue;
    }
    const auto range = std::ranges::find(entry.ranges, name, &ParameterRange::name);
    if (range == entry.ranges.end()) {
      texts[name] = random_constant(generator, false);
    } else if (range->kind == ParameterRange::Kind::integer) {
      texts[name] = std::to_string(static_cast<long>(uniform(generator, 1, 7)));
    } else {
      texts[name] = random_constant(generator, range->kind == ParameterRange::Kind::positive);
    }
  }
  if (entry.name == "gaussian") texts["b"] = "-" + random_constant(generator, true);
  return texts;
}

Real value(const Activation& activation, const Real& at) {
  const expr::Tape tape(std::vector{activation.phi}, {"x"});
  return tape(at);
}

Real constant(const expr::Expr& e) { return expr::Tape(std::vector{e}, {"x"})(Real(0)); }

/// What was recognised, made by its name: output_scale * entry(input_scale * x).
Real value(const ScaledEntry& found, const Real& at) {
  Texts texts;
  for (const auto& [name, tree] : found.parameters) texts[name] = expr::to_text(tree);
  if (found.entry->list_parameter) {
    std::string list = texts.at("c0");
    for (std::size_t k = 1; k < texts.size(); ++k) list += "," + texts.at("c" + std::to_string(k));
    texts = {{"coefficients", list}};
  }
  return constant(found.output_scale) *
         value(make_activation(found.entry->name, texts), constant(found.input_scale) * at);
}

/// The largest relative difference at points on both sides of 0, less what cancellation costs at 80 digits.
double largest_difference(const Activation& activation, const ScaledEntry& found) {
  const PrecisionScope precision(80);
  double worst = 0;
  for (const char* at : {"-6.1", "-2.3", "-1.01", "-0.37", "-0.001", "0.002", "0.43", "1.07", "2.9", "5.3"}) {
    const Real wanted = value(activation, Real(at)), mine = value(found, Real(at));
    if (abs(Real(wanted - mine)) > Real("1e-60")) worst = std::max(worst, relative_difference(wanted, mine));
  }
  return worst;
}

/// The closed form of an activation against quadrature: |difference| over the sum of both stated errors, the worst of
/// V, D, K and Kdot.
double worst_against_quadrature(const Activation& activation, const ClosedForm& form) {
  const auto closed = closed_form_expectations<TrackedDouble>(form);
  const auto quadrature = quadrature_expectations<TrackedDouble>(activation);
  double worst = 0;
  const auto compare = [&](const TrackedDouble& x, const TrackedDouble& y) {
    worst = std::max(worst, std::fabs(x.value - y.value) / (x.error + y.error + 1e-300));
  };
  const auto exact = [](double x) {
    TrackedDouble result;
    result.value = x;
    return result;
  };
  // Sums of few powers of 2: ab - n^2 is exact.
  const Covariance<TrackedDouble> c{exact(0.75), exact(1.5), exact(-0.5), exact(0.75 * 1.5 - 0.25)};
  const TwoPointNeed need = form.metric_exists ? TwoPointNeed::derivatives : TwoPointNeed::kernel;
  const auto p = closed->two_point(c, need), q = quadrature->two_point(c, need);
  compare(p.K, q.K);
  const auto one = closed->one_point(c.a, 0), other = quadrature->one_point(c.a, 0);
  compare(one.V[0], other.V[0]);
  if (!form.metric_exists) return worst;
  compare(p.Kdot, q.Kdot);
  compare(p.Ka, q.Ka);
  compare(p.Kb, q.Kb);
  compare(one.D[0], other.D[0]);
  return worst;
}

void check_closed_form(const Activation& activation) {
  const auto form = find_closed_form(activation);
  REQUIRE(form.has_value());
  CHECK(worst_against_quadrature(activation, *form) <= 1);
}

}  // namespace

TEST_CASE("recognise: the text of every entry with random parameters is that entry and has its closed form") {
  auto generator = generator_of_test("recognise parameters");
  for (const CatalogueEntry& entry : catalogue()) {
    for (std::size_t trial = 0; trial < (entry.parameters.empty() ? 1 : trials(2)); ++trial) {
      const Texts texts = random_parameters(entry, generator);
      const Activation named = make_activation(entry.name, texts);
      const std::string text = expr::to_text(named.phi);
      CAPTURE(entry.name);
      CAPTURE(text);
      const Activation activation = make_activation(text);
      const auto found = recognise_scaled(activation.phi);
      REQUIRE(found.has_value());
      CHECK(largest_difference(activation, *found) < 1e-45);
      const auto form = find_closed_form(activation);
      CHECK(form.has_value() == find_closed_form(named).has_value());
      if (form) CHECK(worst_against_quadrature(activation, *form) <= 1);
    }
  }
}

TEST_CASE("recognise: scales outside and inside go into the closed form") {
  auto generator = generator_of_test("recognise scales");
  for (const std::string text :
       {"x*Phi(x)", "sinh(x)", "x*cos(x)", "(1 - x^2)*exp(-x^2/2)", "exp(-x^2)*sin(x)", "relu(x - 1)",
        "relu(x - 2) - relu(-x - 2)", "x + sin(x)^2", "min(relu(x), 6)", "relu(x)^3", "if(x < 0, 2*expm1(x), x)"}) {
    const expr::Expr c = expr::parse(random_constant(generator, false)), w = expr::parse(random_scale(generator));
    const expr::Expr scaled = c * expr::substitute(expr::parse(text), {{"x", w * expr::Expr::variable("x")}});
    const Activation activation = make_activation(expr::to_text(scaled));
    CAPTURE(activation.name);
    const auto found = recognise_scaled(activation.phi);
    REQUIRE(found.has_value());
    CHECK(largest_difference(activation, *found) < 1e-45);
    check_closed_form(activation);
  }
}

TEST_CASE("recognise: the ways in which people write activations") {
  struct Case {
    std::string text, entry;
    std::map<std::string, const char*> parameters;
  };
  const std::vector<Case> cases{
      {"sin(2*x)", "sin", {{"a", "1"}, {"b", "2"}, {"c", "0"}}},
      {"sin(x*2)", "sin", {{"b", "2"}}},
      {"sin(1 + 2*x)", "sin", {{"b", "2"}, {"c", "1"}}},
      {"cos(pi*x/2)", "cos", {{"b", "pi/2"}}},
      {"2*erf(x)", "erf", {{"a", "2"}, {"b", "1"}}},
      {"1 - Phi(x)", "erf", {{"a", "-1/2"}, {"c", "1/2"}}},
      {"exp(-x^2/4)", "gaussian", {{"a", "1"}, {"b", "-1/4"}}},
      {"3*pdf(x/2)", "gaussian", {{"b", "-1/8"}}},
      {"exp(x + 1)", "exp", {{"b", "1"}}},
      {"2*x^2 + 1", "quadratic", {{"a", "2"}, {"b", "0"}, {"c", "1"}}},
      {"(x + 1)*(x - 2)", "quadratic", {{"b", "-1"}, {"c", "-2"}}},
      {"x^3 - x", "polynomial", {{"c1", "-1"}, {"c3", "1"}}},
      {"0.5*x*(1 + erf(x/sqrt(2)))", "gelu", {}},
      {"max(x, 0.1*x)", "leaky-relu", {{"alpha", "1/10"}}},
      {"if(x < 0, 0.2*x, x)", "leaky-relu", {{"alpha", "1/5"}}},
      {"if(x >= 0, x, 0.2*x)", "leaky-relu", {{"alpha", "1/5"}}},
      {"-relu(x)", "abrelu", {{"a", "0"}, {"b", "-1"}}},
      {"x + abs(x)", "abrelu", {{"a", "0"}, {"b", "2"}}},
      {"2*relu(x)^2", "star-relu", {{"s", "2"}, {"b", "0"}}},
      {"if(x > 0, x, 2*(exp(x) - 1))", "elu", {{"alpha", "2"}}},
      {"if(x <= 0, 2*exp(x/2) - 2, x)", "celu", {{"alpha", "2"}}},
      {"Phi(2*x - 1)", "laplace-cdf", {{"mu", "1/2"}, {"sigma", "1/2"}}},
      {"if(2 < x, x, 0)", "threshold", {{"theta", "2"}}},
  };
  const PrecisionScope precision(50);
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Activation activation = make_activation(c.text);
    const auto found = recognise_scaled(activation.phi);
    REQUIRE(found.has_value());
    CHECK(found->entry->name == c.entry);
    CHECK(found->output_scale.is_number(1));
    CHECK(found->input_scale.is_number(1));
    CHECK(recognise(activation.phi).has_value());
    for (const auto& parameter : c.parameters) {
      const auto& name = parameter.first;
      const auto& expected = parameter.second;
      CAPTURE(name);
      CHECK(relative_difference(constant(found->parameters.at(name)), constant(expr::parse(expected))) < 1e-45);
    }
    CHECK(largest_difference(activation, *found) < 1e-45);
    check_closed_form(activation);
  }
  CHECK(make_activation("tanh(3*x)").name == "tanh(3*x)");
  CHECK_FALSE(recognise(expr::parse("x*Phi(2*x)")).has_value());  // a scaled entry only
}

TEST_CASE("recognise: near misses are not recognised") {
  for (const std::string text : {"sin(2*x) + 1",
                                 "erf(x)^2",
                                 "sin(x)*cos(x)",
                                 "sin(2*x) + 1e-300",
                                 "sin(2*x) + 1e-60*x",
                                 "x*Phi(x) + 1",
                                 "sin(x) + sin(2*x)",
                                 "exp(-x^2) + exp(-2*x^2)",
                                 "sin(2*x + sin(x))",
                                 "exp(-x^2)*sin(2*x)",
                                 "x*erf(x)",
                                 "erf(2*x - 1)",
                                 "x + sin(2*x)^2/3",
                                 "if(x < 0, 2*expm1(3*x), x) + 1",
                                 "relu(x)^2*sin(x)",
                                 "if(x < 0, -1, 1)",
                                 "if(x > 2, x, 1)",
                                 "sqrt(2)*sin(sqrt(2)*x + pi/4) + 1e-40",
                                 "1.0000000001*relu(x - 1) + 1e-20*x",
                                 "3",
                                 "x^11 + x",
                                 "log(x)"}) {
    CAPTURE(text);
    CHECK_FALSE(recognise_scaled(expr::parse(text)).has_value());
  }
  // What is the same function except in a small place.
  for (const std::string text : {"if(abs(x - 3) < 1e-3, sin(2*x) + 1, sin(2*x))", "max(x, 0.1*x + 1)",
                                 "relu(x - 1) + relu(x - 1.0001)/1000", "if(x < 1e-6, 0.2*x, x)"}) {
    CAPTURE(text);
    CHECK_FALSE(recognise_scaled(expr::parse(text)).has_value());
  }
}

TEST_CASE("recognise: a perturbed entry is another function, and never taken for the entry") {
  auto generator = generator_of_test("recognise perturbed");
  const std::vector<std::string> perturbations{"1e-30*x^2", "1e-30*sin(3*x)", "1e-40", "1e-30*x", "1e-30*relu(x)"};
  for (const CatalogueEntry& entry : catalogue()) {
    const Activation named = make_activation(entry.name, random_parameters(entry, generator));
    const std::string text =
        expr::to_text(named.phi) + " + " + perturbations[static_cast<std::size_t>(uniform(generator, 0, 5))];
    CAPTURE(text);
    const Activation activation = make_activation(text);
    // Entries with a constant or a slope may take the perturbation in.
    if (const auto found = recognise_scaled(activation.phi)) CHECK(largest_difference(activation, *found) < 1e-45);
  }
}

TEST_CASE("recognise: the cost is some milliseconds an activation") {
  (void)recognise_scaled(expr::parse("x*Phi(x)"));  // the catalogue's patterns are made once
  const std::vector<const char*> texts{"sin(2*x)", "max(x, 0.1*x)", "Phi(2*x - 1)", "sin(x) + cos(x)", "2*x*Phi(x)"};
  const auto start = std::chrono::steady_clock::now();
  for (const std::string text : texts) (void)recognise_scaled(expr::parse(text));
  const double each = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() /
                      double(texts.size());
  std::printf("recognise: %.3g ms an expression\n", each);
  CHECK(each < 500);  // seen: 6 ms on a loaded machine; sanitizers and load take up to 50 times more
}
