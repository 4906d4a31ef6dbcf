// The numbers of the program against references from outside and against itself: routes, precisions, formats, commands.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "expr/expr.hpp"
#include "expr/tape/tape.hpp"
#include "number/real.hpp"
#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using Json = nlohmann::json;

namespace {

Json results(const std::string& arguments) {
  const ProgramRun run = run_program(arguments + " --format json");
  CAPTURE(arguments);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const Json json = Json::parse(run.out);
  CHECK(json["version"] == WIDEGEO_VERSION);
  return json["results"];
}

Json result(const std::string& arguments) { return results(arguments).at(0); }

double value(const Json& number) { return number.at("value").get<double>(); }
double error(const Json& number) { return number.at("error").get<double>(); }

/// Two numbers of one quantity agree within what they state of themselves.
void check_agree(const Json& a, const Json& b) {
  if (a.at("value").is_null() || b.at("value").is_null()) {
    CHECK(a.at("value").is_null() == b.at("value").is_null());
    return;
  }
  CAPTURE(a.dump());
  CAPTURE(b.dump());
  // The JSON text of a double adds half an ulp to each side.
  CHECK(std::abs(value(a) - value(b)) <= error(a) + error(b) + 2.3e-16 * std::abs(value(a)));
}

}  // namespace

// docs/math/kernels.md, "Reference values".
TEST_CASE("program: the reference values of K and Kdot come out, at (a, b, n) = (1, 1, 1/2)") {
  // |x|^2 = |y|^2 = 1 and x.y = 1/2 exactly: x = (1/2,1/2,1/2,1/2), y = (1/2,1/2,1/2,-1/2).
  const std::string inputs = " --x 1/2,1/2,1/2,1/2 --y 1/2,1/2,1/2,-1/2";
  const std::map<std::string, std::pair<double, double>> reference{
      {"erf", {.21634689593878546, .45015815807855303}},     {"relu", {.30449889052211468, 1.0 / 3}},
      {"gelu", {.22729491502199154, .34226724245944311}},    {"tanh", {.18632441320344809, .3847470284410389}},
      {"elu", {.32478364895676244, .61718421007825847}},     {"silu", {.18316966308815954, .3122796152935398}},
      {"sigmoid", {.27142832563170528, .043190020462261654}}};
  for (const auto& [name, numbers] : reference) {
    CAPTURE(name);
    const Json row = result("kernel --activation " + name + inputs);
    // The reference has 16 or 17 digits.
    CHECK(std::abs(value(row["kernel"]) - numbers.first) <= error(row["kernel"]) + 2e-16);
    CHECK(std::abs(value(row["kernel_dot"]) - numbers.second) <= error(row["kernel_dot"]) + 2e-16);
    CHECK(error(row["kernel"]) <= 1e-12 * value(row["kernel"]));
  }
}

TEST_CASE("program: a leading minus belongs to the number, not to an option") {
  const Json spaced = result("kernel --activation erf --x -0.3,0.7 --y -.5,-0.2");
  const Json joined = result("kernel --activation erf --x=-0.3,0.7 --y=-.5,-0.2");
  CHECK(spaced == joined);
  CHECK(spaced["x"][0] == -0.3);
  // erf is odd: (-x, -y) has the kernel of (x, y).
  check_agree(spaced["kernel"], result("kernel --activation erf --x 0.3,-0.7 --y 0.5,0.2")["kernel"]);
}

TEST_CASE("program: both routes agree within their stated errors, derivatives and depth included") {
  for (const std::string activation : {"erf", "relu", "gelu", "elu", "sine", "'x*Phi(x)'"}) {
    for (const std::string rest : {" --depth 1", " --depth 3 --weight-variance 1.5 --bias-variance 0.1",
                                   " --depth 2 --layer pre --input-scale fan-in --bias-variance 1/3"}) {
      CAPTURE(activation);
      CAPTURE(rest);
      const std::string common = " --activation " + activation + rest;
      const std::string pair = "kernel --x 0.3,-0.7 --y 0.5,0.2 --derivatives 2" + common;
      const Json closed = result(pair + " --route closed"), quadrature = result(pair + " --route quadrature");
      CHECK(closed["kernel"]["kind"] == "rounding");
      CHECK(quadrature["kernel"]["kind"] == "truncation");
      check_agree(closed["kernel"], quadrature["kernel"]);
      check_agree(closed["kernel_dot"], quadrature["kernel_dot"]);
      for (int i = 0; i < 2; ++i) {
        check_agree(closed["gradient_x"][i], quadrature["gradient_x"][i]);
        check_agree(closed["gradient_y"][i], quadrature["gradient_y"][i]);
        for (int j = 0; j < 2; ++j) check_agree(closed["mixed_hessian"][i][j], quadrature["mixed_hessian"][i][j]);
      }
      const std::string point = "metric --x 0.3,-0.7,0.2" + common;
      const Json exact = result(point + " --route closed"), sampled = result(point + " --route quadrature");
      for (const char* name :
           {"A", "B", "log_volume", "sectional_radial", "sectional_tangential", "scalar_curvature"}) {
        CAPTURE(name);
        check_agree(exact[name], sampled[name]);
      }
    }
  }
}

TEST_CASE("program: the mixed Hessian at y = x is the metric at x, also for a kinked activation") {
  for (const std::string activation : {"erf", "relu", "gelu"}) {
    CAPTURE(activation);
    const std::string rest = " --x 0.3,-0.7,0.2 --depth 2 --bias-variance 0.1 --activation " + activation;
    const Json kernel = result("kernel --derivatives 2" + rest), metric = result("metric" + rest);
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) check_agree(kernel["mixed_hessian"][i][j], metric["metric"][i][j]);
    }
  }
}

TEST_CASE("program: fifty digits are the first fifty of a thousand, and twelve the first twelve of fifty") {
  for (const std::string rest : {" --activation erf --depth 3", " --activation gelu --depth 2 --bias-variance 0.1"}) {
    const std::string common = "metric --x 0.3,-0.7,0.2" + rest;
    const Json few = result(common + " --digits 12"), some = result(common + " --digits 50"),
               many = result(common + " --digits 1000");
    const PrecisionScope scope(1100);
    for (const char* name : {"A", "B", "radial_eigenvalue", "log_volume", "sectional_radial", "sectional_tangential",
                             "scalar_curvature"}) {
      CAPTURE(name);
      const Real a(few[name]["value"].dump()), b(some[name]["value"].get<std::string>()),
          c(many[name]["value"].get<std::string>());
      CHECK(relative_difference(a, b) < 5.1e-12);
      CHECK(abs(b - c) <= Real(some[name]["error"].get<std::string>()) + Real(many[name]["error"].get<std::string>()));
      CHECK(Real(many[name]["error"].get<std::string>()) <= abs(c) * pow(Real(10), Real(-999)));
    }
  }
}

TEST_CASE("program: asked digits are all right, for one digit as for sixteen") {
  const PrecisionScope scope(80);
  const Real truth(
      result("kernel --activation erf --x 0.3,-0.7 --y 0.5,0.2 --digits 60")["kernel"]["value"].get<std::string>());
  for (int digits = 1; digits <= 30; ++digits) {
    const ProgramRun run =
        run_program("kernel --activation erf --x 0.3,-0.7 --y 0.5,0.2 --format csv --digits " + std::to_string(digits));
    REQUIRE(run.code == 0);
    const std::string line = run.out.substr(run.out.find('\n') + 1);
    std::istringstream cells(line);
    std::string cell;
    for (int i = 0; i < 6; ++i) std::getline(cells, cell, ',');  // kind, x_1, x_2, y_1, y_2, kernel
    CAPTURE(cell);
    const Real unit = pow(
        Real(10), Real(-digits + 1 + static_cast<int>(std::floor(std::log10(std::abs(static_cast<double>(truth)))))));
    CHECK(abs(Real(cell) - truth) <= unit * Real("0.5001"));
  }
}

TEST_CASE("program: an input is the exact decimal, not its nearest double") {
  const PrecisionScope scope(60);
  const Real k(result("kernel --activation linear --x 0.1 --y 1/3 --digits 40")["kernel"]["value"].get<std::string>());
  CHECK(abs(k - Real(1) / 30) < pow(Real(10), Real(-40)));
}

TEST_CASE("program: what does not exist is null with a reason, and the flat is exactly flat") {
  const Json line = result("metric --activation erf --x 0.5");
  CHECK(line["scalar_curvature"]["value"].is_null());
  CHECK(line["scalar_curvature"]["reason"].is_string());
  CHECK(line["A"]["value"].is_number());
  CHECK(result("metric --activation erf --x 0.5,1")["sectional_tangential"]["value"].is_null());
  const Json jump = result("metric --activation sign --x 0.5,1");
  CHECK(jump["A"]["value"].is_null());
  CHECK(jump["metric"][0][1]["reason"].get<std::string>().find("jump") != std::string::npos);
  const Json step = result("kernel --activation sign --x 0.5,1 --y 1,2");
  CHECK(step["kernel"]["value"].is_number());
  CHECK(step["kernel_dot"]["value"].is_null());
  const Json flat = result("metric --activation relu --x 0.5,1,2 --depth 4 --bias-variance 0.3");
  CHECK(flat["scalar_curvature"]["value"] == 0);
  CHECK(flat["scalar_curvature"]["error"] == 0);
}

TEST_CASE("program: what is below the range of the numbers is 0 with an error, and a zero of the formula is exact") {
  // B of hard-tanh is about -exp(-1/(2 R^2)): 10^-217139 at 1e-3, 10^-2171472410 at 1e-5.
  CHECK(result("metric --activation hard-tanh --radius 1e-3 --dimension 2 --digits 20")["B"]["value"]
            .get<std::string>()
            .ends_with("e-217139"));
  const Json below = result("metric --activation hard-tanh --radius 1e-5 --dimension 2")["B"];
  CHECK(value(below) == 0);
  CHECK(error(below) > 0);
  const Json zero = result("metric --activation relu --radius 1e-5 --dimension 2")["B"];
  CHECK(value(zero) == 0);
  CHECK(error(zero) == 0);
}
TEST_CASE("program: a metric result has every field of the contract") {
  const Json row = result("metric --activation erf --radius 0.5 --dimension 4");
  for (const char* name :
       {"radius", "dimension", "A", "B", "radial_eigenvalue", "tangential_eigenvalue", "log_volume", "sectional_radial",
        "sectional_tangential", "ricci_radial", "ricci_tangential", "scalar_curvature"}) {
    CAPTURE(name);
    CHECK(row.contains(name));
  }
  CHECK(row["radius"] == 0.5);
  CHECK(row["dimension"] == 4);
  for (const char* name : {"value", "error", "kind"}) CHECK(row["A"].contains(name));
  const Json model = Json::parse(
      run_program("metric --activation leaky-relu --param alpha=0.1 --radius 1 --dimension 2 --format json").out);
  CHECK(model["schema"] == "widegeo/metric/1");
  CHECK(model["model"]["activation"] == "leaky-relu");
}

TEST_CASE("program: many radii in blocks give what each radius gives alone") {
  for (const std::string rest : {" --activation erf --depth 3 --dimension 3",
                                 " --activation gelu --depth 2 --bias-variance 0.1 --dimension 5"}) {
    const Json many = results("metric --radius 0:5:101" + rest);
    REQUIRE(many.size() == 101);
    CHECK(many[100]["radius"] == 5);
    CHECK(many[1]["radius"] == 0.05);
    for (const std::size_t i : {0U, 1U, 37U, 100U}) {
      const Json single = result("metric --radius " + many[i]["radius"].dump() + rest);
      for (const char* name : {"A", "B", "log_volume", "sectional_radial", "scalar_curvature"})
        check_agree(single[name], many[i][name]);
    }
  }
  CHECK(run_program("metric --activation erf --radius 0.1:10:300 --log --dimension 3 --format csv --threads 1").out ==
        run_program("metric --activation erf --radius 0.1:10:300 --log --dimension 3 --format csv --threads 3").out);
}

TEST_CASE("program: the rows of a file give what the points give") {
  const ScratchFolder scratch;
  const std::string file = scratch.write("points.csv", "u,v,label\n0.3,-0.7,a\n0.1,0.2,b\n0,0,c\n");
  const Json rows = results("metric --activation erf --depth 2 --columns 1:2 --input " + file);
  REQUIRE(rows.size() == 3);
  const Json point = result("metric --activation erf --depth 2 --x 0.3,-0.7");
  for (const char* name : {"A", "B", "log_volume", "scalar_curvature"}) check_agree(rows[0][name], point[name]);
  CHECK(rows[1]["x"][0] == 0.1);
}

TEST_CASE("program: a Gram matrix holds the kernels of the pairs") {
  const ScratchFolder scratch;
  const std::string file = scratch.write("points.csv", "0.3,-0.7\n0.5,0.2\n0.3,-0.7\n");
  for (const std::string kind : {"nngp", "ntk"}) {
    const std::string rest = " --activation relu --depth 2 --bias-variance 0.1 --kind " + kind;
    const std::string csv = scratch.file("K.csv"), npy = scratch.file("K.npy");
    REQUIRE(run_program("kernel --input " + file + " --force --output " + csv + rest).code == 0);
    REQUIRE(run_program("kernel --input " + file + " --force --output " + npy + rest).code == 0);
    std::istringstream lines(read_whole(csv));
    double k[3][3];
    char comma = 0;
    for (auto& row : k) lines >> row[0] >> comma >> row[1] >> comma >> row[2];
    const double pair = value(result("kernel --x 0.3,-0.7 --y 0.5,0.2" + rest)["kernel"]);
    const double self = value(result("kernel --x 0.3,-0.7" + rest)["kernel"]);
    CHECK(std::abs(k[0][1] - pair) <= 1e-13 * pair);
    CHECK(k[1][0] == k[0][1]);
    CHECK(std::abs(k[0][2] - self) <= 1e-13 * self);  // equal rows: the diagonal
    CHECK(std::abs(k[2][2] - self) <= 1e-13 * self);
    const std::string bytes = read_whole(npy);
    double first = 0;
    std::memcpy(&first, bytes.data() + bytes.size() - 9 * sizeof first, sizeof first);
    CHECK(first == k[0][0]);
  }
}

TEST_CASE("program: the printed formulas, evaluated, are the printed numbers") {
  const std::map<std::string, std::string> field{{"A", "A"}, {"B", "B"}, {"R", "scalar_curvature"}};
  for (const std::string activation : {"erf", "gelu", "exp"}) {
    CAPTURE(activation);
    const Json metric =
        result("metric --x 0.3,-0.7,0.2 --weight-variance 1.5 --bias-variance 0.1 --activation " + activation);
    // t = |x|^2 and the model's numbers; a formula may use those printed before it (A, dOmega, ddOmega).
    std::map<std::string, double> known{{"t", 0.62}, {"s", 1.5}, {"b", 0.1}, {"d", 3}, {"q", 1.5 * 0.62 + 0.1}};
    int compared = 0;
    for (const Json& row : results("formula --activation " + activation)) {
      const std::string quantity = row["quantity"].get<std::string>();
      if (quantity == "K" || quantity == "Kdot") continue;
      const std::vector<expr::Expr> outputs{expr::parse(row["formula"].get<std::string>())};
      std::vector<std::string> names;
      std::vector<double> in, out(1);
      for (const std::string& name : expr::variables_of(outputs[0])) {
        names.push_back(name);
        in.push_back(known.at(name));
      }
      const expr::Tape tape(outputs, names);
      expr::Tape::Workspace<double> workspace;
      tape.evaluate<double>(in, out, workspace);
      known[quantity] = out[0];
      if (const auto found = field.find(quantity); found != field.end()) {
        CAPTURE(quantity);
        // Expanded polynomials cancel; a wrong formula would differ in the first digits.
        CHECK(std::abs(out[0] - value(metric[found->second])) <= 1e-9 * std::abs(out[0]));
        ++compared;
      }
    }
    CHECK(compared == 3);
  }
}

TEST_CASE("program: a model file says what options say, and options override it") {
  const ScratchFolder scratch;
  const std::string file = scratch.write("m.toml",
                                         "activation = 'leaky-relu'\ndepth = 2\nweight_variance = [1.5, '4/3']\n"
                                         "bias-variance = 0.1\nparam = { alpha = 0.2 }\n");
  const Json options = result(
      "kernel --x 1,2 --y 2,1 --activation leaky-relu --depth 2 --weight-variance 1.5,4/3 --bias-variance 0.1 --param "
      "alpha=0.2");
  CHECK(result("kernel --x 1,2 --y 2,1 --model " + file) == options);
  CHECK(result("kernel --x 1,2 --y 2,1 --param alpha=0.3 --model " + file) != options);
}

TEST_CASE("program: the cross-check by simulation stands beside the exact value, and repeats bit for bit") {
  const std::string command =
      "validate --activation erf --x 0.8,0.3 --width 100 --samples 200 --seed 7 --quantities metric";
  const Json rows = results(command + " --threads 1");
  REQUIRE(rows.size() == 3);
  for (const Json& row : rows) {
    for (const char* name : {"model", "point", "width", "samples", "quantity", "exact", "mean", "standard_error", "z",
                             "p_value", "verdict"})
      CHECK(row.contains(name));
    CHECK(row["verdict"] == "holds");
    // |z| <= 6: a false alarm in 10^9, and the seed is fixed.
    CHECK(std::abs(row["z"].get<double>()) < 6);
  }
  CHECK(results(command + " --threads 3") == rows);
  // Simulation of a network that is not the one of the claim must fail: the check can tell.
  CHECK(std::abs(value(rows[0]["mean"]) - value(rows[0]["exact"])) < 10 * rows[0]["standard_error"].get<double>());
}

TEST_CASE("program: help, version and every example of a help run") {
  const std::string version = run_program("--version").out;
  CHECK(version.starts_with(std::string("widegeo ") + WIDEGEO_VERSION + "\ncommit "));
  for (const char* part : {"MPFR ", "FLINT ", "GMP ", "oneTBB ", "\ninstructions "})
    CHECK(version.find(part) != std::string::npos);
  CHECK(run_program("kernel --version").out == version);
  CHECK(run_program("--help").code == 0);
  for (const std::string command : {"kernel", "metric", "formula", "activations", "validate"}) {
    const ProgramRun help = run_program(command + " --help");
    CHECK(help.code == 0);
    const std::size_t mark = help.out.find("Example:");
    REQUIRE(mark != std::string::npos);
    std::string example = help.out.substr(help.out.find("widegeo ", mark) + 8);
    example = example.substr(0, example.find('\n'));
    CAPTURE(example);
    const ProgramRun run = run_program(example);
    CHECK(run.code == 0);
    CHECK(run.err.empty());
    CHECK_FALSE(run.out.empty());
  }
}

TEST_CASE("program: every format prints every command") {
  for (const std::string command :
       {"kernel --activation erf --x 1,2 --y 2,1 --derivatives 2",
        "metric --activation erf --radius 1:2:3 --dimension 3", "formula --activation gelu", "activations"}) {
    for (const std::string format : {"text", "json", "csv", "markdown", "latex"}) {
      const ProgramRun run = run_program(command + " --format " + format);
      CAPTURE(command);
      CAPTURE(format);
      CHECK(run.code == 0);
      CHECK(run.out.size() > 50);
      CHECK(run.out.find("nan") == std::string::npos);
    }
  }
}
