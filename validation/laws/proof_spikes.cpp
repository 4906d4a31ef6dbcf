// Claims that are false on a set of measure 1e-12 alone, with a counterexample that is known: none is proved, and none
// that is false at one number.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <random>
#include <string>

#include "number/error.hpp"
#include "statement/proof/enclosure.hpp"
#include "statement/proof/prove.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::statement;

namespace {

struct Spike {
  std::string claim, where;
  bool needs_activation = false;
};

/// The spike is at c, of half-width w, c a number of the range that is exact as text.
using Make = Spike (*)(const std::string& c, const std::string& w);

constexpr std::array<Make, 21> kinds{
    // Violated near c, by the height of a bump.
    [](const std::string& c, const std::string& w) -> Spike {
      return {"1 + 2*exp(0-((radius-" + c + ")/" + w + ")^2) < 2", ""};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"A + 2*exp(0-((radius-" + c + ")/" + w + ")^2) < 2", "", true};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"scalar_curvature + 1e6/(1+((radius-" + c + ")/" + w + ")^2) < 9e5", "", true};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"log_volume - 1e3*sigmoid(5 - abs(radius-" + c + ")/" + w + "*20) >= 0-900", "", true};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"if(abs(radius-" + c + ") < " + w + ", radius, 0) < 0.4", ""};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"step(" + w + " - abs(radius-" + c + ")) < 0.9", ""};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"max(0, 1 - abs(radius-" + c + ")/" + w + ") < 0.9", ""};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"relu(1 - ((radius-" + c + ")/" + w + ")^2) == 0", ""};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"tanh((radius-" + c + ")/" + w + "+3) - tanh((radius-" + c + ")/" + w + "-3) < 1.5", ""};
    },
    // Dips, and what is wrong at c alone.
    [](const std::string& c, const std::string& w) -> Spike {
      return {"(radius-" + c + ")^2 >= " + w + "^2", ""};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"A*((radius-" + c + ")^2 - " + w + "^2) > 0", "", true};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"abs(radius-" + c + ") > " + w + "/2", ""};
    },
    [](const std::string& c, const std::string&) -> Spike {
      return {"(radius-" + c + ")^2 > 0", ""};
    },
    [](const std::string& c, const std::string&) -> Spike {
      return {"radius < " + c + " or radius > " + c, ""};
    },
    // Holes, of width w or of one number.
    [](const std::string& c, const std::string& w) -> Spike {
      return {"V((radius-" + c + ")^2 - " + w + "^2) >= 0", "", true};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"0*sqrt((radius-" + c + ")^2 - " + w + "^2) == 0", ""};
    },
    [](const std::string& c, const std::string&) -> Spike {
      return {"0*(1/(radius-" + c + ")) == 0", ""};
    },
    [](const std::string& c, const std::string&) -> Spike {
      return {"A^0 + (1/(radius-" + c + "))^0 == 2", "", true};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"K(1, 1, 1 + " + w + "^2 - (radius-" + c + ")^2) <= 2", "", true};
    },
    // A hypothesis that is met near c alone, and one that has no value there.
    [](const std::string& c, const std::string& w) -> Spike {
      return {"radius > 3", "abs(radius-" + c + ") < " + w};
    },
    [](const std::string& c, const std::string& w) -> Spike {
      return {"radius > 0", "log((radius-" + c + ")^2 - " + w + "^2) < 9 or radius > 0"};
    },
};

std::string text_of(const Rational& x) { return "(" + to_text(x) + ")"; }

}  // namespace

TEST_CASE("proof: what is false on a set of measure 1e-12 is never proved") {
  auto generator = testing::generator_of_test("spikes");
  const std::size_t count = testing::trials(210);
  std::size_t refuted = 0, missing = 0;
  for (std::size_t i = 0; i < count; ++i) {
    // c has 30 digits after the point in base 2 or 9 in base 10, in 0.5..2; w is 1e-13 to 1e-11.
    const bool binary = generator() % 2 == 0;
    const unsigned long parts = binary ? 1UL << 30U : 1'000'000'000UL;
    const Rational c = Rational(1, 2) + Rational(3, 2) * Rational(static_cast<long>(1 + generator() % (parts - 1)),
                                                                  static_cast<long>(parts));
    const Rational w(1, static_cast<long>(std::pow(10.0, 11 + 2 * std::uniform_real_distribution<>(0, 1)(generator))));
    const Spike spike = kinds[i % kinds.size()](text_of(c), text_of(w));
    Statement statement;
    statement.id = "spike";
    statement.claim = spike.claim;
    statement.hypothesis = spike.where;
    statement.forall = {parse_domain("radius", {"0.5:2"})};
    if (spike.needs_activation) {
      const std::array<const char*, 3> activations{"erf", "sin", "relu"};
      statement.forall.push_back(parse_domain("activation", {activations[generator() % activations.size()]}));
      statement.forall.push_back(parse_domain("dimension", {"3"}));
    }
    CAPTURE(statement.claim);
    CAPTURE(statement.hypothesis);
    const Program program(statement);
    // The counterexample is one: by balls at c, where the quantities exist there and balls can tell.
    const PointTruth truth = truth_at(problem_of(program, program.choices().front()), std::span(&c, 1), 512);
    refuted += truth.refuted() ? 1 : 0;
    missing += truth.missing() ? 1 : 0;
    CHECK_FALSE((truth.claim == Truth::holds && truth.hypothesis == Truth::holds && truth.existence == Truth::holds));
    ProofOptions options;
    options.max_boxes = 300 + generator() % 700;
    options.equality_boxes = 50;
    const Proof proof = prove(program, options);
    CHECK_MESSAGE(proof.finding.verdict != Verdict::proved, proof.finding.reason);
    // An equality may be enclosed with a width that says how far it fails.
    if (proof.finding.verdict == Verdict::enclosed)
      CHECK_MESSAGE(proof.finding.error >= -truth.margin.high, proof.finding.reason);
  }
  std::printf("counts: %zu false claims, %zu refuted at the known point, %zu without a value there\n", count, refuted,
              missing);
  CHECK(refuted > count / 4);
}
