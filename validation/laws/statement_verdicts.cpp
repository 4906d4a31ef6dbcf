// Every claim of validation/statements/verdicts has its right verdict, by proof and by search, and every proof is valid
// when it is checked.
#define TOML_ENABLE_FORMATTERS 0
#include <doctest/doctest.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "number/error.hpp"
#include "statement/proof/prove.hpp"
#include "statement/search/search.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::statement;

namespace {

struct Case {
  Statement statement;
  std::vector<std::pair<std::string, std::vector<std::string>>> domains;
  std::vector<std::string> verdicts;
};

Program program_of(const Case& one) {
  Statement statement = one.statement;
  for (const auto& [name, texts] : one.domains) statement.forall.push_back(parse_domain(name, texts));
  return Program(std::move(statement));
}

std::vector<std::string> texts_of(const toml::node& node) {
  std::vector<std::string> texts;
  if (const auto text = node.value<std::string>()) texts.push_back(*text);
  if (const toml::array* list = node.as_array())
    for (const toml::node& item : *list) texts.push_back(item.value<std::string>().value());
  return texts;
}

/// The claims of one file: tables [[claims]] with a list of claims over the same ranges.
std::vector<Case> cases_of(const std::filesystem::path& path) {
  std::vector<Case> cases;
  const toml::table file = toml::parse_file(path.string());
  for (const toml::node& node : *file["claims"].as_array()) {
    const toml::table& table = *node.as_table();
    Case one;
    one.verdicts = texts_of(*table.get("verdicts"));
    if (const toml::node* where = table.get("where")) one.statement.hypothesis = texts_of(*where).front();
    for (const auto& [name, domain] : *table.get("forall")->as_table())
      one.domains.emplace_back(std::string(name.str()), texts_of(domain));
    for (const std::string& claim : texts_of(*table.get("claim"))) {
      one.statement.id = path.stem().string();
      one.statement.claim = claim;
      cases.push_back(one);
    }
  }
  return cases;
}

std::vector<Case> all_cases(bool pending) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = std::filesystem::path(WIDEGEO_SOURCE_DIR) / "validation/statements/verdicts";
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if ((entry.path().stem() == "pending") == pending) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Case> all;
  for (const auto& file : files)
    for (Case& one : cases_of(file)) all.push_back(std::move(one));
  return all;
}

ProofOptions few_boxes() {
  ProofOptions options;
  options.max_boxes = 1500;
  options.equality_boxes = 100;
  return options;
}

bool is_in(const std::vector<std::string>& verdicts, const std::string& verdict) {
  return std::find(verdicts.begin(), verdicts.end(), verdict) != verdicts.end();
}

}  // namespace

TEST_CASE("statements: every claim has its right verdict") {
  std::vector<Case> cases = all_cases(false);
  REQUIRE(cases.size() >= 300);
  // Less effort: a part of them, drawn by the seed.
  auto generator = testing::generator_of_test("verdicts");
  std::shuffle(cases.begin(), cases.end(), generator);
  cases.resize(std::min(cases.size(), testing::trials(cases.size())));
  std::size_t proved = 0, refuted = 0;
  for (const Case& one : cases) {
    CAPTURE(one.statement.id);
    CAPTURE(one.statement.claim);
    CAPTURE(one.statement.hypothesis);
    if (one.verdicts == std::vector<std::string>{"refused"}) {
      CHECK_THROWS_AS(program_of(one), Error);
      continue;
    }
    const Program program = program_of(one);
    const Proof proof = prove(program, few_boxes());
    const std::string verdict = to_text(proof.finding.verdict);
    CHECK_MESSAGE(is_in(one.verdicts, verdict), "verdict " << verdict << ": " << proof.finding.reason);
    // A margin beyond the doubles is not written.
    const bool decided = proof.finding.verdict != Verdict::undecided && std::isfinite(proof.finding.margin);
    if (decided) CHECK(verify(proof.certificate).reason == "");
    proved += proof.finding.verdict == Verdict::proved ? 1 : 0;
    refuted += proof.finding.verdict == Verdict::fails ? 1 : 0;
    SearchOptions search_options;
    search_options.points = 500;
    search_options.local_starts = 1;
    const Verdict found = search(program, search_options).verdict;
    // What is true has no counterexample, and one that is nowhere small is found.
    if (!is_in(one.verdicts, "fails")) CHECK(found != Verdict::fails);
    if (one.verdicts == std::vector<std::string>{"fails"}) CHECK(found == Verdict::fails);
  }
  std::printf("%zu claims: %zu proved, %zu refuted\n", cases.size(), proved, refuted);
}

TEST_CASE("statements: claims whose verdict is known to be wrong") {
  for (const Case& one : all_cases(true)) {
    std::string verdict;
    try {
      verdict = to_text(prove(program_of(one), few_boxes()).finding.verdict);
    } catch (const Error& error) {
      verdict = error.what();
    }
    std::printf("pending: %s is %s\n", one.statement.claim.c_str(), verdict.c_str());
    CHECK(!verdict.empty());
  }
}
