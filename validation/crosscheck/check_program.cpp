// `widegeo check` as a user and a script meet it: the catalogue of theorems, its verdicts and explanations.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo::testing;
using Json = nlohmann::json;

namespace {

Json results_of(const ProgramRun& run) {
  CAPTURE(run.err);
  const Json all = Json::parse(run.out, nullptr, false);
  REQUIRE(!all.is_discarded());
  CHECK(all["schema"] == "widegeo/check/1");
  return all["results"];
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Exit 2 (or `code`), one line (and two more below an expression that does not parse), nothing on stdout.
void check_refused(const std::string& arguments, const std::string& words, int code = 2, int lines = 1) {
  widegeo::testing::check_refused(arguments, code, words, lines);
}

}  // namespace

TEST_CASE("check: the list names at least 30 theorems, each once, with a statement, a source and a mutation") {
  const ProgramRun run = run_program("check --list --format json");
  CHECK(run.code == 0);
  const Json list = results_of(run);
  CHECK(list.size() >= 30);
  std::set<std::string> names;
  for (const Json& theorem : list) {
    const std::string id = theorem["id"];
    CAPTURE(id);
    CHECK(names.insert(id).second);
    CHECK_FALSE(theorem["statement"].get<std::string>().empty());
    CHECK_FALSE(theorem["latex"].get<std::string>().empty());
    CHECK_FALSE(theorem["source"].get<std::string>().empty());
    CHECK_FALSE(theorem["mutations"].empty());
    CHECK(theorem["expected"] != "undecided");
  }
}

TEST_CASE("check: theorems have the expected verdict, with evidence, the same for any number of threads") {
  const ProgramRun one = run_program("check --only metric --format json --threads 1");
  const ProgramRun two = run_program("check --only metric --format json --threads 2");
  CHECK(one.code == 0);
  CHECK(one.out == two.out);
  CHECK(one.err.empty());
  const Json results = results_of(one);
  REQUIRE(results.size() >= 3);
  for (const Json& result : results) {
    CAPTURE(result["id"]);
    CHECK(result["verdict"] == result["expected"]);
    CHECK(result["comparisons"].get<int>() > 0);
    CHECK(result["residual"].is_number());
    CHECK(result["tolerance"].is_number());
    if (result["verdict"] == "holds") CHECK(result["residual"].get<double>() <= result["tolerance"].get<double>());
    for (const char* field : {"statement", "at", "source", "tolerance_reason"})
      CHECK_FALSE(result[field].get<std::string>().empty());
  }
  const ProgramRun table = run_program("check --only depth-two-is-not-hessian,depth-one-is-hessian --quiet");
  CHECK(table.code == 0);
  CHECK_FALSE(has(table.out, "theorems:"));
  // In the order of the list, whatever the order asked for.
  CHECK(table.out.find("depth-one") < table.out.find("depth-two"));
}

TEST_CASE("check: a broken formula is found, by exit code 1 and a line that names the theorem") {
  const std::string id = "depth-one-is-hessian";
  const ProgramRun run = run_program("check --only " + id + " --mutation half --format json");
  CHECK(run.code == 1);
  CHECK(has(run.err, id));
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
  const Json result = results_of(run)[0];
  CHECK(result["verdict"] == "fails");
  CHECK(result["residual"].get<double>() > result["tolerance"].get<double>());
}

TEST_CASE("check: an explanation holds the statement, both routes and the numbers compared") {
  const ProgramRun text = run_program("check --explain depth-one-is-hessian");
  CHECK(text.code == 0);
  for (const char* part : {"statement ", "hypotheses ", "source ", "derivation ", "left ", "right ", "tolerance ",
                           "mutation ", "compared ", "residual"})
    CHECK(has(text.out, part));
  const Json result = results_of(run_program("check --explain depth-one-is-hessian --format json"))[0];
  CHECK(result["compared"].size() > 1);
  CHECK_FALSE(result["compared"][0]["left"].get<std::string>().empty());
  CHECK_FALSE(result["mutations"][0]["meaning"].get<std::string>().empty());
}

TEST_CASE("check: wrong names and options that do not go together end in exit 2") {
  check_refused("check --only depth-one-is-hesian", "did you mean 'depth-one-is-hessian'?");
  check_refused("check --only curvatur", "did you mean 'curvature'?");
  check_refused("check --explain depth-one-is-hesian", "--explain");
  check_refused("check --only depth-one-is-hessian --mutation haf", "did you mean 'half'?");
  check_refused("check --mutation half", "--only");
  check_refused("check --list --explain depth-one-is-hessian", "--explain");
  check_refused("check --list --seed 3", "--seed");
  check_refused("check --effort 0", "--effort");
  check_refused("check --points 3", "--points");
  check_refused("check --certificate x.json", "--certified");
  check_refused("check --time-limit 3", "--certified");
  check_refused("check --certified --effort 2", "--effort");
  check_refused("check a.toml b.toml", "b.toml");
  check_refused("check --formt json", "did you mean '--format'?");
  check_refused("check --list --fields idd", "did you mean 'id'?");
  check_refused("check /nowhere/mine.toml", "cannot read", 4);
  check_refused("check --verify /nowhere/mine.json", "cannot read", 4);
}
