// Every entry of the catalogue against an independent table: what is known of it, and formulas written by hand in 50
// digits.
#include <doctest/doctest.h>

#include <limits>
#include <set>

#include "activation/activation.hpp"
#include "number/error.hpp"
#include "unit/activation_table.hpp"

using namespace widegeo;
using expr::SpecialPoint;
using testing::Expected;

TEST_CASE("catalogue: kinks, jumps, growth and parity of every entry are as tabulated") {
  const auto expected = testing::activation_table();
  CHECK(catalogue().size() == expected.size());
  for (const CatalogueEntry& entry : catalogue()) {
    CAPTURE(entry.name);
    REQUIRE(expected.contains(entry.name));
    const Expected& e = expected.at(entry.name);
    const Activation a = make_activation(entry.name);
    CHECK(a.named);
    CHECK(a.name == entry.name);
    CHECK(a.analysis.parity == e.parity);
    CHECK(a.analysis.growth.kind == e.growth);
    CHECK(a.analysis.undefined_where.empty());
    CHECK(a.derivative_analysis.undefined_where.empty());
    REQUIRE(a.analysis.points.size() == e.points.size());
    for (std::size_t i = 0; i < e.points.size(); ++i) {
      const SpecialPoint& p = a.analysis.points[i];
      CHECK(p.exact == parse_rational(e.points[i].first));
      CHECK(p.kind == e.points[i].second);
      CHECK(p.value_integrable);
      CHECK(p.derivative_integrable == (p.kind == SpecialPoint::Kind::kink));
    }
    CHECK_FALSE(entry.description.empty());
    CHECK(entry.description.find('\n') == std::string::npos);
  }
}

TEST_CASE("catalogue: phi and phi' of every entry equal formulas written by hand, to 50 digits") {
  const PrecisionScope precision(70);
  // 70 working digits less the cancellation of the hand-written forms (1 - erf(8) loses 28 of them: hence the absolute
  // part).
  const Real tolerance("1e-50"), absolute("1e-62");
  for (const auto& row : testing::activation_table()) {
    const auto& name = row.first;
    const auto& e = row.second;
    CAPTURE(name);
    const Activation a = make_activation(name);
    expr::Tape::Workspace<Real> workspace;
    for (const char* text : {"-7.3", "-2.9", "-0.731", "-0.27", "0.0113", "0.41", "0.8125", "1.9", "5.75", "8"}) {
      const Real x(text);
      std::vector<Real> in{x}, out(2);
      a.tape.evaluate<Real>(in, out, workspace);
      const Real phi = e.phi(x), slope = e.slope(x);
      CAPTURE(text);
      CHECK(abs(out[0] - phi) <= tolerance * abs(phi) + absolute);
      CHECK(abs(out[1] - slope) <= tolerance * abs(slope) + absolute);
    }
  }
}

TEST_CASE("catalogue: double values keep full relative accuracy far out and near zero") {
  // Against 400 digits of the same hand-written formulas, which survive their cancellations. 64 ulp: the longest form
  // (gelu-tanh) composes about ten rounded operations and a factor |u| = 40 of the exponential's condition.
  const PrecisionScope precision(400);
  const auto expected = testing::activation_table();
  for (const char* name :
       {"gelu", "gelu-tanh", "silu", "mish", "softplus", "log-sigmoid", "sigmoid", "squareplus", "log-cosh",
        "bent-identity", "elu", "erfc", "normal-cdf", "quick-gelu", "tanh", "asinh", "symlog"}) {
    const Activation a = make_activation(name);
    for (const double x : {-9.0, -6.5, -1e-3, -1e-9, 1e-12, 1e-4, 0.3, 7.0, 25.0}) {
      CAPTURE(name);
      CAPTURE(x);
      std::vector<double> in{x}, out(2);
      expr::Tape::Workspace<double> workspace;
      a.tape.evaluate<double>(in, out, workspace);
      const Real phi = expected.at(name).phi(Real(x));
      CHECK(Real(abs(Real(out[0]) - phi) / abs(phi)) < 64 * std::numeric_limits<double>::epsilon());
    }
  }
}

TEST_CASE("catalogue: a derivative given as data equals the symbolic one, also away from the default parameters") {
  const PrecisionScope precision(120);
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.derivative.empty()) continue;
    CAPTURE(entry.name);
    std::map<std::string, std::string> parameters;
    for (const auto& parameter : entry.parameters) parameters[parameter.first] = "2.7";
    const Activation a = make_activation(entry.name, parameters);
    const expr::Tape symbolic(std::vector<expr::Expr>{expr::derivative(a.phi, "x")}, {"x"});
    for (const char* text : {"-40", "-2.9", "-0.731", "-0.0027", "0.0113", "0.41", "0.8125", "1.9", "57.5"}) {
      const Real x(text), slope = symbolic(x);
      std::vector<Real> in{x}, out(2);
      expr::Tape::Workspace<Real> workspace;
      a.tape.evaluate<Real>(in, out, workspace);
      CAPTURE(text);
      CHECK(abs(out[1] - slope) <= Real("1e-70") * abs(slope));  // 120 digits less 35 of cancellation in 1 - tanh(57)^2
    }
  }
}

TEST_CASE(
    "catalogue: double derivatives keep full relative accuracy far out and near zero where phi' is given as data") {
  const PrecisionScope precision(400);
  const auto expected = testing::activation_table();
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.derivative.empty()) continue;
    const Activation a = make_activation(entry.name);
    for (const double x : {-3e4, -25.0, -1e-3, -1e-9, 1e-12, 0.3, 700.0, 1e5}) {
      CAPTURE(entry.name);
      CAPTURE(x);
      std::vector<double> in{x}, out(2);
      expr::Tape::Workspace<double> workspace;
      a.tape.evaluate<double>(in, out, workspace);
      const Real slope = expected.at(entry.name).slope(Real(x));
      // About ten rounded operations.
      CHECK(Real(abs(Real(out[1]) - slope) / abs(slope)) < 16 * std::numeric_limits<double>::epsilon());
    }
  }
}

TEST_CASE("catalogue: names and aliases are unique and in normal form") {
  std::set<std::string> seen;
  for (const CatalogueEntry& entry : catalogue()) {
    std::vector<std::string> names = entry.aliases;
    names.push_back(entry.name);
    for (const std::string& name : names) {
      CAPTURE(name);
      CHECK(seen.insert(name).second);
      CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
      CHECK(find_entry(name) == &entry);
    }
  }
  CHECK(catalogue().size() >= 40);
}

TEST_CASE("catalogue: every exact activation of neural-tangents is there") {
  for (const char* name : {"erf",
                           "sigmoid_like",
                           "gabor",
                           "gelu",
                           "gelu-tanh",
                           "sin",
                           "cos",
                           "rbf",
                           "abrelu",
                           "relu",
                           "leaky_relu",
                           "abs",
                           "sign",
                           "exp",
                           "gaussian",
                           "expnormalized",
                           "hermite",
                           "monomial",
                           "rectified_monomial",
                           "polynomial"}) {
    CAPTURE(name);
    CHECK(find_entry(name) != nullptr);
  }
}
