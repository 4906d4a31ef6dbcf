// Making activations: names, parameters, expressions, and the errors of each.
#include "activation/activation.hpp"

#include <doctest/doctest.h>

#include "activation/expectations.hpp"
#include "number/error.hpp"

using namespace widegeo;

namespace {

double phi(const Activation& a, double x) {
  std::vector<double> in{x}, out(2);
  expr::Tape::Workspace<double> workspace;
  a.tape.evaluate<double>(in, out, workspace);
  return out[0];
}

double slope(const Activation& a, double x) {
  std::vector<double> in{x}, out(2);
  expr::Tape::Workspace<double> workspace;
  a.tape.evaluate<double>(in, out, workspace);
  return out[1];
}

// A dozen rounded operations at values of order 1.
constexpr double tolerance = 1e-14;

std::string whole_message(const std::string& name, const std::map<std::string, std::string>& parameters = {}) {
  try {
    make_activation(name, parameters);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::input);
    CHECK(error.summary().find('\n') == std::string::npos);
    return error.summary() + " | " + error.where() + " | " + error.hint();
  }
  return "no error";
}

}  // namespace

TEST_CASE("activation: parameters change phi as the formula says") {
  const double x = 0.7;
  const auto near = [](double a, double b) { return std::abs(a - b) <= tolerance * (1 + std::abs(b)); };
  CHECK(near(phi(make_activation("erf", {{"a", "2"}, {"b", "1/3"}, {"c", "-pi"}}), x),
             2 * std::erf(x / 3) - std::acos(-1.0)));
  CHECK(near(phi(make_activation("softplus", {{"beta", "4"}}), x), std::log1p(std::exp(4 * x)) / 4));
  CHECK(near(phi(make_activation("elu", {{"alpha", "0.3"}}), -x), 0.3 * std::expm1(-x)));
  CHECK(near(phi(make_activation("celu", {{"alpha", "0.3"}}), -x), 0.3 * std::expm1(-x / 0.3)));
  CHECK(near(phi(make_activation("leaky-relu", {{"alpha", "-1"}}), -x), x));
  CHECK(near(phi(make_activation("abrelu", {{"a", "5"}, {"b", "7"}}), -x), -5 * x));
  CHECK(near(phi(make_activation("abrelu", {{"a", "5"}, {"b", "7"}}), x), 7 * x));
  CHECK(near(phi(make_activation("snake", {{"alpha", "2.5"}}), x), x + std::pow(std::sin(2.5 * x), 2) / 2.5));
  CHECK(near(slope(make_activation("sine", {{"omega", "sqrt(2)"}}), x), std::sqrt(2.0) * std::cos(std::sqrt(2.0) * x)));
  CHECK(near(phi(make_activation("rbf", {{"gamma", "2"}}), x), std::sqrt(2.0) * std::sin(2 * x + std::atan(1.0))));
  CHECK(near(phi(make_activation("relu-power", {{"k", "5"}}), x), std::pow(x, 5)));
  CHECK(near(phi(make_activation("monomial", {{"degree", "0"}}), x), 1));
  CHECK(near(phi(make_activation("polynomial", {{"coefficients", "1, -1/2, 0, sqrt(2)"}}), x),
             1 - x / 2 + std::sqrt(2.0) * x * x * x));
  CHECK(near(phi(make_activation("swish", {{"beta", "3"}}), x), x / (1 + std::exp(-3 * x))));
  CHECK(near(phi(make_activation("gaussian", {{"a", "3"}, {"b", "1/4"}}), x), 3 * std::exp(x * x / 4)));
  CHECK(make_activation("gaussian", {{"b", "1/4"}}).analysis.growth.rate == 0.25);
  CHECK(make_activation("threshold", {{"theta", "0"}}).analysis.points.at(0).kind == expr::SpecialPoint::Kind::kink);
}

TEST_CASE("activation: Hermite polynomials obey their recurrence and derivative law") {
  // sqrt(k+1) h_{k+1} = x h_k - sqrt(k) h_{k-1} and h_k' = sqrt(k) h_{k-1}; the sum of the terms at |x| <= 2 exceeds h
  // by at most about 1e5 at k = 20.
  for (const double x : {-1.9, -0.3, 0.8, 2.0}) {
    for (int k = 1; k < 20; ++k) {
      const auto h = [&](int degree) { return make_activation("hermite", {{"degree", std::to_string(degree)}}); };
      const Activation middle = h(k);
      const double left = std::sqrt(k + 1.0) * phi(h(k + 1), x),
                   right = x * phi(middle, x) - std::sqrt(double(k)) * phi(h(k - 1), x);
      CHECK(std::abs(left - right) <= 1e-10);
      CHECK(std::abs(slope(middle, x) - std::sqrt(double(k)) * phi(h(k - 1), x)) <= 1e-10);
    }
  }
}

TEST_CASE("activation: lookup ignores case and takes _ for -") {
  CHECK(make_activation("Leaky_ReLU").name == "leaky-relu");
  CHECK(make_activation(" GELU ").name == "gelu");
  CHECK(make_activation("logistic").name == "sigmoid");
  CHECK(find_entry("no-such-name") == nullptr);
}

TEST_CASE("activation: an expression in x with parameters") {
  const Activation a = make_activation("x*erf(alpha*x) - beta", {{"alpha", "1/2"}, {"beta", "pi"}});
  CHECK_FALSE(a.named);
  CHECK(a.name == "x*erf(alpha*x) - beta");
  CHECK(a.parameters.size() == 2);
  CHECK(std::abs(phi(a, 1.2) - (1.2 * std::erf(0.6) - std::acos(-1.0))) <= tolerance * 4);
  const Activation same = make_activation("log(1 + exp(mu*x))", {{"mu", "1"}});
  CHECK(same.parameters.size() == 1);
  CHECK(same.parameters.contains("mu"));
  CHECK(slope(make_activation("x/(1 + abs(x))"), 1e6) == doctest::Approx(1e-12).epsilon(1e-5));
  CHECK(phi(make_activation("3"), 5) == 3);
  CHECK(slope(make_activation("3"), 5) == 0);
  CHECK(phi(make_activation("x"), 5) == 5);
}

TEST_CASE("activation: an expression that is a catalogue entry is recognised") {
  const auto name_of = [](const char* text) {
    const auto found = recognise(expr::parse(text));
    return found ? found->entry->name : std::string("none");
  };
  CHECK(name_of("x*Phi(x)") == "gelu");
  CHECK(name_of("log(1 + exp(x))") == "softplus");
  CHECK(name_of("1/(1 + exp(-x))") == "sigmoid");
  CHECK(name_of("erf(x)") == "erf");
  CHECK(name_of("relu(x)") == "relu");
  CHECK(name_of("x") == "linear");
  CHECK(name_of("x^2") == "square");
  CHECK(name_of("x*Phi(x) + 1") == "none");
  CHECK(recognise(expr::parse("erf(x)"))->parameters.size() == 3);
}

TEST_CASE("activation: bad names and parameters are errors that say what to do") {
  const auto contains = [](const std::string& text, const std::string& part) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  };
  contains(whole_message("rleu"), "did you mean 'relu'");
  contains(whole_message("geul"), "did you mean 'gelu'");
  contains(whole_message("leakyrelu6"), "unknown activation");
  contains(whole_message("zzzzzzzzzz"), "widegeo activations");
  contains(whole_message(""), "empty");
  contains(whole_message("elu", {{"aplha", "1"}}), "did you mean 'alpha'");
  contains(whole_message("relu", {{"alpha", "1"}}), "has no parameters");
  contains(whole_message("erf", {{"zeta", "1"}}), "a, b and c");
  contains(whole_message("elu", {{"alpha", "x"}}), "not a constant");
  contains(whole_message("elu", {{"alpha", "1/0"}}), "not a finite number");
  contains(whole_message("elu", {{"alpha", "log(-1)"}}), "not a finite number");
  contains(whole_message("softplus", {{"beta", "0"}}), "must be positive");
  contains(whole_message("snake", {{"alpha", "0"}}), "must differ from 0");
  contains(whole_message("hermite", {{"degree", "2.5"}}), "must be an integer");
  contains(whole_message("hermite", {{"degree", "-1"}}), "must be an integer");
  contains(whole_message("hermite", {{"degree", "100000000000000000000"}}), "must be an integer");
  contains(whole_message("polynomial", {{"coefficients", "1,,2"}}), "empty item");
  contains(whole_message("polynomial", {{"coefficients", ""}}), "empty item");
  contains(whole_message("tanh(beta*x)"), "--param beta=VALUE");
  contains(whole_message("tanh(X)"), "did you mean 'x'");
  contains(whole_message("tanh(beta*x)", {{"betta", "1"}, {"beta", "1"}}), "does not occur");
  contains(whole_message("tanh(x)", {{"x", "1"}}), "variable");
  CHECK(whole_message("tnh(x)") != "no error");
  CHECK(whole_message("tanh(x") != "no error");
}
