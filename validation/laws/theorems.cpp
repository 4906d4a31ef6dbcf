// The catalogue as a whole: what a reader of it relies on, evidence that comes out the same again, and verdicts that
// follow from the comparisons alone.
#include "testing/theorems.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <string>

#include "number/error.hpp"

using namespace widegeo;
using namespace widegeo::theory;

namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The anchor of a heading: lower case, spaces to '-', other signs left out.
std::string anchor(const std::string& heading) {
  std::string r;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_') r += static_cast<char>(std::tolower(byte));
    if (c == ' ') r += '-';
  }
  return r;
}

/// "FILE", "FILE#anchor" or "FILE, Heading": does it stand in the source tree?
bool derivation_exists(const std::string& derivation) {
  const auto cut = derivation.find_first_of("#,");
  std::ifstream file(std::string(WIDEGEO_SOURCE_DIR) + "/" + derivation.substr(0, cut));
  if (!file) return false;
  if (cut == std::string::npos) return true;
  const std::string rest = trimmed(derivation.substr(cut + 1));
  const std::string wanted = derivation[cut] == '#' ? rest : anchor(rest);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with('#') && anchor(trimmed(line.substr(line.find_first_not_of('#')))) == wanted) return true;
  return false;
}

}  // namespace

TEST_CASE("theorems: at least thirty, with identifiers of their own and all that a reader needs") {
  CHECK(theory::catalogue().size() >= 30);
  std::set<std::string> ids;
  const std::set<std::string> groups{"kernels", "limits", "metric", "curvature", "networks"};
  for (const Theorem& theorem : theory::catalogue()) {
    CAPTURE(theorem.id);
    CHECK(ids.insert(theorem.id).second);
    for (const char c : theorem.id) CHECK((std::islower(static_cast<unsigned char>(c)) != 0 || c == '-'));
    CHECK(groups.contains(theorem.group));
    for (const std::string& text :
         {theorem.statement, theorem.latex, theorem.hypotheses, theorem.source, theorem.left, theorem.right}) {
      CHECK_FALSE(text.empty());
      CHECK(trimmed(text) == text);
    }
    CHECK(theorem.left != theorem.right);
    CHECK(derivation_exists(theorem.derivation));
    CHECK(theorem.check != nullptr);
    CHECK_FALSE(theorem.mutations.empty());
    std::set<std::string> names;
    for (const Mutation& mutation : theorem.mutations) {
      CHECK(names.insert(mutation.name).second);
      CHECK_FALSE(mutation.name.empty());
      CHECK_FALSE(mutation.meaning.empty());
    }
    CHECK(&find_theorem(theorem.id) == &theorem);
    CHECK_THROWS_AS(run(theorem, {.mutation = "no-such-mutation"}), Error);
  }
}

TEST_CASE("theorems: a derivation is found by its heading and missed without it") {
  CHECK(derivation_exists("docs/math/theorems.md, Flat metrics"));
  CHECK(derivation_exists("docs/math/theorems.md#flat-metrics"));
  CHECK_FALSE(derivation_exists("docs/math/theorems.md, Flat metric"));
  CHECK_FALSE(derivation_exists("docs/math/theorem.md"));
}

TEST_CASE("theorems: two runs, and one thread and two, give the same bits of evidence") {
  testing::check_reproducible({"kernels", "limits", "metric", "curvature"});
}

TEST_CASE("theorems: a verdict follows from the comparisons: one failure fails, none at all is undecided") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Evidence none;
  CHECK(none.verdict() == theory::Verdict::undecided);
  const auto verdict_of = [](auto add) {
    Evidence e;
    e.equal("right", 1.0, 1.0, 0.0);
    add(e);
    return e.verdict();
  };
  using theory::Verdict;
  CHECK(verdict_of([](Evidence&) {}) == Verdict::holds);
  CHECK(verdict_of([](Evidence& e) { e.equal("at the tolerance", 1.0, 1.5, 0.5); }) == Verdict::holds);
  CHECK(verdict_of([](Evidence& e) { e.equal("beyond it", 1.0, 1.75, 0.5); }) == Verdict::fails);
  CHECK(verdict_of([nan](Evidence& e) { e.equal("not a number", nan, 1.0, 0.5); }) == Verdict::fails);
  CHECK(verdict_of([nan](Evidence& e) { e.equal("no tolerance", 1.0, 1.0, nan); }) == Verdict::fails);
  CHECK(verdict_of([nan](Evidence& e) { e.at_most("not a number", nan, 1.0, 0.5); }) == Verdict::fails);
  CHECK(verdict_of([nan](Evidence& e) { e.exceeds("not a number", nan, 1.0, 0.5); }) == Verdict::fails);
  CHECK(verdict_of([](Evidence& e) { e.at_most("equal", 1.0, 1.0, 0.0); }) == Verdict::holds);
  CHECK(verdict_of([](Evidence& e) { e.at_most("strict", 1.0, 1.0, 0.0, true); }) == Verdict::fails);
  CHECK(verdict_of([](Evidence& e) { e.exceeds("within the error", 1.25, 1.0, 0.5); }) == Verdict::fails);
  CHECK(verdict_of([](Evidence& e) { e.exceeds("beyond", 2.0, 1.0, 0.5); }) == Verdict::holds);
  CHECK(verdict_of([](Evidence& e) { e.statistical("four errors", 1.0, 5.0, 1.0, 5.0); }) == Verdict::holds);
  CHECK(verdict_of([](Evidence& e) { e.statistical("six errors", 1.0, 7.0, 1.0, 5.0); }) == Verdict::fails);
  CHECK(verdict_of([](Evidence& e) { e.require("no", false, "a requirement"); }) == Verdict::fails);
  CHECK(verdict_of([](Evidence& e) { e.missing("here", "no digits"); }) == Verdict::undecided);
  CHECK(verdict_of([](Evidence& e) {
          e.missing("here", "no digits");
          e.equal("wrong", 1.0, 2.0, 0.5);
        }) == Verdict::fails);
  Evidence e;
  e.equal("small", 1.0, 1.25, 0.5);
  e.equal("worst", 1.0, 1.4375, 0.5);
  e.equal("medium", 1.0, 1.375, 0.5);
  CHECK(e.worst().at == "worst");
  CHECK(e.count() == 3);
}
