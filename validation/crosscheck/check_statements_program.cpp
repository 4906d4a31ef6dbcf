// Users' statements and certificates through the program: searched, refuted, proved, verified, refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "testing/run_program.hpp"

using namespace widegeo::testing;
using Json = nlohmann::json;

namespace {

const std::string erf_model = "forall.activation = \"erf\"\nforall.radius = \"0.5:2\"\nforall.dimension = 3\n";

std::string statement(const std::string& claim, const std::string& rest = erf_model) {
  return "[[statement]]\nid = \"mine\"\nclaim = \"" + claim + "\"\n" + rest;
}

Json result_of(const ProgramRun& run) {
  CAPTURE(run.err);
  const Json all = Json::parse(run.out, nullptr, false);
  REQUIRE(!all.is_discarded());
  CHECK(all["schema"] == "widegeo/check/1");
  REQUIRE(all["results"].size() == 1);
  return all["results"][0];
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Bad {
  std::string text, words;
  bool caret = false;  ///< two more lines: the expression and a caret
};

void check_refused(const Bad& bad) {
  const ScratchFolder folder;
  const std::string file = folder.write("mine.toml", bad.text);
  const ProgramRun run = run_program("check " + file);
  CAPTURE(bad.text);
  CAPTURE(run.err);
  CHECK(run.code == 2);
  CHECK(run.out.empty());
  CHECK(run.err.starts_with("widegeo: error: "));
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == (bad.caret ? 3 : 1));
  CHECK(has(run.err, bad.words));
  CHECK(has(run.err, "mine.toml"));
}

}  // namespace

TEST_CASE("check: a true claim is searched, a false one gets its counterexample, which the program confirms") {
  const ScratchFolder folder;
  const std::string good = folder.write("good.toml", statement("scalar_curvature < 0"));
  const ProgramRun searched = run_program("check " + good + " --points 200 --format json");
  CHECK(searched.code == 0);
  const Json found = result_of(searched);
  CHECK(found["verdict"] == "searched");
  CHECK(found["searched"].get<int>() >= 50);
  CHECK(found["margin"].get<double>() > 0);

  const std::string bad = folder.write("bad.toml", statement("scalar_curvature > -20"));
  const ProgramRun run = run_program("check " + bad + " --points 200 --format json");
  CHECK(run.code == 1);
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
  CHECK(has(run.err, "mine"));
  const Json fails = result_of(run);
  CHECK(fails["verdict"] == "fails");
  CHECK(fails["margin"].get<double>() < 0);
  CHECK(fails["at"]["activation"] == "erf");
  // The command that it prints shows the violation.
  const std::string command = fails["command"];
  REQUIRE(command.starts_with("widegeo "));
  const ProgramRun metric = run_program(command.substr(8) + " --format json --fields scalar_curvature");
  const double curvature = Json::parse(metric.out)["results"][0]["scalar_curvature"]["value"];
  CHECK(curvature < -20);
  // margin = right - left of the comparison, here scalar_curvature + 20
  CHECK(std::abs(curvature + 20 - fails["margin"].get<double>()) < 1e-9 * std::abs(curvature));
}

TEST_CASE("check: the same statement gives the same bits for any number of threads") {
  const ScratchFolder folder;
  const std::string file = folder.write("mine.toml", statement("scalar_curvature > -20"));
  const ProgramRun one = run_program("check " + file + " --points 300 --format json --threads 1");
  const ProgramRun two = run_program("check " + file + " --points 300 --format json --threads 2");
  CHECK(one.out == two.out);
}

TEST_CASE("check: a hypothesis that no point meets is undecided, exit 3, and said so") {
  const ScratchFolder folder;
  const std::string file = folder.write("mine.toml", statement("A > 0", "where = \"radius > 3\"\n" + erf_model));
  const ProgramRun run = run_program("check " + file + " --points 100 --format json");
  CHECK(run.code == 3);
  const Json result = result_of(run);
  CHECK(result["verdict"] == "undecided");
  CHECK(result["searched"] == 0);
  CHECK_FALSE(result["reason"].get<std::string>().empty());
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
}

TEST_CASE("check: bad statements are refused, with the file, the line and the nearest name") {
  for (const Bad& bad : std::vector<Bad>{
           {statement("scalar_curvatur < 0"), "scalar_curvature"},
           {statement("A + radius*gain > 0"), "gain"},
           {statement("A > 0", "forall.activation = \"erf\"\nforall.radius = \"2:1\"\n"), "line 5"},
           {statement("A > 0", "forall.activation = \"erf\"\nforall.radius = []\n"), "empty"},
           {statement("A > 0", "forall.activation = \"erff\"\nforall.radius = 1\n"), "erf"},
           {statement("A > 0", "forall.activation = \"erf\"\nforall.radius = \"x\"\n"), "radius"},
           {statement("A > 0", "forall.activation = \"erf\"\nforall.radius = -1\n"), "radius"},
           {statement("A > 0", "forall.activation = \"erf\"\nforall.radius = 1\nforall.depth = 0\n"), "depth"},
           {statement("A > 0", "forall.activation = \"erf\"\nforall.radius = 1\nforall.weight_variance = -1\n"),
            "weight variance"},
           {statement("A > 0", "forall.radius = 1\n"), "activation"},
           {statement("A > 0", "forall.weigth_variance = 1\n" + erf_model), "did you mean weight_variance?"},
           {statement("A > 0", "forall.activation = \"erf\"\n"), "radius"},
           {statement("scalar_curvature < 0", "forall.activation = \"erf\"\nforall.radius = 1\n"), "dimension"},
           {statement("A > 0", "were = \"A > 1\"\n" + erf_model), "did you mean 'where'?"},
           {statement("A > 0", "layer = \"past\"\n" + erf_model), "did you mean 'post'?"},
           {"[[statement]]\nid = \"mine\"\n" + erf_model, "no claim"},
           {"[[statment]]\nclaim = \"A > 0\"\n", "did you mean 'statement'?"},
           {"name = \"nothing\"\n", "no [[statement]]"},
           {statement("A > 0") + statement("A > 1"), "two statements have the id 'mine'"},
       })
    check_refused(bad);
  for (const Bad& bad : std::vector<Bad>{
           {statement("scalar_curvature"), "comparison", true},
           {statement("scalar_curvature < "), "statement at line 1, column 20", true},
           {statement("W(1) > 0"), "W", true},
       })
    check_refused(bad);
}

TEST_CASE("check: a file that is no TOML is a failure of reading, exit 4") {
  const ScratchFolder folder;
  const ProgramRun run = run_program("check " + folder.write("mine.toml", "[[statement]\n"));
  CHECK(run.code == 4);
  CHECK(has(run.err, "line 1"));
  CHECK_FALSE(has(run.err, "campaign"));
}

TEST_CASE("check: a proof writes a certificate, which another run verifies, and which cannot be tampered with") {
  const ScratchFolder folder;
  const std::string file = folder.write("mine.toml", statement("scalar_curvature < 0"));
  const std::string certificate = folder.file("mine.json");
  const ProgramRun proof =
      run_program("check " + file + " --certified --certificate " + certificate + " --format json");
  CHECK(proof.code == 0);
  const Json result = result_of(proof);
  CHECK(result["verdict"] == "proved");
  CHECK(result["certified"] == true);
  CHECK(result["boxes"].get<int>() >= 1);
  // The margin of a proof is a lower bound over the ranges; the text rounds it down.
  const double bound = result["margin"];
  CHECK(bound > 0);
  const std::string words = "margin at least ", reason = result["reason"];
  REQUIRE(has(reason, words));
  const double printed = std::stod(reason.substr(reason.find(words) + words.size()));
  CHECK(printed <= bound);
  CHECK(printed > 0.99 * bound);

  const ProgramRun verified = run_program("check --verify " + certificate + " --format json");
  CHECK(verified.code == 0);
  CHECK(result_of(verified)["valid"] == true);
  CHECK(result_of(verified)["leaves"].get<int>() >= 1);

  const std::string text = read_whole(certificate);
  // The claim turned around, the end cut off, one digit changed: damaged.
  std::string turned = text;
  const std::size_t at = turned.find("scalar_curvature < 0");
  REQUIRE(at != std::string::npos);
  turned.replace(at, 20, "scalar_curvature > 0");
  for (const std::string& damaged :
       {turned, text.substr(0, text.size() / 2), std::string("{}"), std::string(), std::string("[" + text)}) {
    const ProgramRun run = run_program("check --verify " + folder.write("damaged.json", damaged));
    CAPTURE(run.err);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
    CHECK(has(run.err, "damaged"));
  }
}

TEST_CASE("check: several statements share one certificate file; a false one is refuted by a ball") {
  const ScratchFolder folder;
  std::string second = statement("scalar_curvature > -20");
  second.replace(second.find("mine"), 4, "wild");
  const std::string file = folder.write("mine.toml", statement("scalar_curvature < 0") + second);
  const std::string certificate = folder.file("mine.json");
  const ProgramRun proof =
      run_program("check " + file + " --certified --certificate " + certificate + " --format json");
  CHECK(proof.code == 1);
  const Json results = Json::parse(proof.out)["results"];
  REQUIRE(results.size() == 2);
  CHECK(results[0]["verdict"] == "proved");
  CHECK(results[1]["verdict"] == "fails");
  CHECK(results[1]["certified"] == true);
  CHECK(results[1]["margin"].get<double>() + results[1]["error"].get<double>() < 0);
  const ProgramRun verified = run_program("check --verify " + certificate + " --format json");
  CHECK(verified.code == 0);
  CHECK(Json::parse(verified.out)["results"].size() == 2);
}
