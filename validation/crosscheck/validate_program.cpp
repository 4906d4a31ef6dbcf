// `widegeo validate` as a user runs it: campaign files, rows, verdicts, refusals.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/validate/campaign_file.hpp"
#include "testing/run_program.hpp"

using namespace widegeo::testing;
using Json = nlohmann::json;

namespace {

Json document(const std::string& arguments, int code = 0) {
  const ProgramRun run = run_program("validate " + arguments + " --format json");
  CAPTURE(arguments);
  CAPTURE(run.err);
  REQUIRE(run.code == code);
  return Json::parse(run.out);
}

Json rows_of(const std::string& arguments, int code = 0) { return document(arguments, code)["results"]; }

const std::string head = "name = 'test'\nseed = 3\n[[experiment]]\n";
const std::string good =
    head +
    "activation = ['erf', 'tanh']\ndepth = [1, 2]\ndimension = [2, 3]\nradius = [1]\nwidth = [100, 1600]\n"
    "samples = 100\nquantities = ['radial_eigenvalue', 'log_volume']\n";

}  // namespace

TEST_CASE("validate: a campaign crosses its grids; unbiased rows are judged at their width, others at infinity") {
  const ScratchFolder scratch;
  const Json rows = rows_of(scratch.write("c.toml", good));
  // 2 activations x 2 depths x 2 dimensions; at depth 1: 2 widths + (2 widths + limit), at depth 2: 2 (2 widths +
  // limit).
  REQUIRE(rows.size() == 2 * 2 * (5 + 6));
  std::size_t judged = 0;
  for (const Json& row : rows) {
    const bool limit = row["width"] == "infinity";
    const bool unbiased =
        row["model"].get<std::string>().find("depth 1") != std::string::npos && row["quantity"] == "radial_eigenvalue";
    CAPTURE(row.dump());
    CHECK((row["verdict"] == "holds") == (limit || unbiased));
    CHECK(row["verdict"] != "fails");
    judged += row["verdict"] == "holds" ? 1 : 0;
    CHECK(row["slope"].is_number() == limit);
    CHECK(row["resolution"].is_number() == (limit || unbiased));
    CHECK(row["not_finite"] == 0);
  }
  CHECK(judged == 2 * 2 * (2 + 1 + 2));
}

TEST_CASE("validate: the results do not depend on the number of threads, and nothing in them on the clock") {
  const ScratchFolder scratch;
  const std::string file = scratch.write("c.toml", good);
  const ProgramRun one = run_program("validate " + file + " --format json --threads 1");
  for (const std::string threads : {"2", "7"})
    CHECK(run_program("validate " + file + " --format json --threads " + threads).out == one.out);
  CHECK(run_program("validate " + file + " --format json --seed 4").out != one.out);
}

TEST_CASE("validate: a campaign and the same model by options draw the same numbers") {
  const ScratchFolder scratch;
  const std::string file = scratch.write(
      "c.toml", head +
                    "activation = 'leaky-relu'\nparameters = { alpha = 0.2 }\ndepth = 2\npoint = [0.8, 0.3]\n"
                    "width = [50, 800]\nsamples = 100\nweight_variance = [1.5, 1.2]\nbias_variance = 0.1\n"
                    "quantities = ['metric', 'log_volume']\n");
  CHECK(rows_of(file) == rows_of("--activation leaky-relu --param alpha=0.2 --depth 2 --x 0.8,0.3 --width 50,800 "
                                 "--samples 100 --weight-variance 1.5,1.2 --bias-variance 0.1 --seed 3 "
                                 "--quantities metric,log_volume"));
}

TEST_CASE("validate: every quantity of `metric` has its row, and the exact values are those of `metric`") {
  const Json rows = rows_of(
      "--activation erf --depth 2 --x 0.8,0.3,0.1 --width 100,1600 --samples 100 --quantities "
      "kernel,A,B,radial_eigenvalue,tangential_eigenvalue,log_volume,sectional_radial,sectional_tangential,"
      "ricci_radial,ricci_tangential,scalar_curvature");
  const Json exact =
      Json::parse(run_program("metric --activation erf --depth 2 --x 0.8,0.3,0.1 --format json").out)["results"][0];
  for (const Json& row : rows) {
    const std::string quantity = row["quantity"];
    if (row["width"] == "infinity") CHECK(row["verdict"] == "holds");
    if (quantity == "kernel") continue;
    const double value = exact[quantity]["value"];
    CHECK(row["exact"]["value"].get<double>() == doctest::Approx(value).epsilon(1e-11));
  }
  CHECK(rows.size() == 11 * 3);
}

TEST_CASE("validate: a bias of second order is no evidence against the theory, with two widths or with three") {
  // Eight dimensions, three layers, far out: the log-volume is 300/n off, and its next order 6400/n^2 stands out of the
  // noise at widths 500 and 8000.
  const std::string model =
      "--activation erf --depth 3 --x 0.8,-0.3,1,2,3,4,5,6 --bias-variance 0.1 --seed 1 --samples 1000 --quantities "
      "log_volume --width ";
  const Json two = rows_of(model + "500,8000", 3).back();
  CHECK(two["verdict"] == "undecided");
  CHECK(std::abs(two["z"].get<double>()) > 4);
  const double allowance = two["allowance"];
  CHECK(std::abs(two["mean"]["value"].get<double>() - two["exact"]["value"].get<double>()) < allowance);
  const Json three = rows_of(model + "500,2000,8000").back();
  CHECK(three["verdict"] == "holds");
  CHECK(three["allowance"].get<double>() < 0.1 * allowance);
}

TEST_CASE("validate: what a right theory must not fail for") {
  // Heavy tails (the means of the metric), a bias that falls more slowly than 1/width (the curvature of exp), a kink
  // under every unit, moments that do not exist (exp(x^2): E phi'^4 is infinite), constants.
  const std::string right[] = {"--activation 'exp(x)' --x 0.8,-0.3",
                               "--activation 'exp(x)' --x 0.8,-0.3 --width 1000,16000 --samples 1000",
                               "--activation 'sinh(x)' --x 0.8,-0.3",
                               "--activation 'sinh(x)' --x 0.8,-0.3 --width 1000,16000 --samples 1000",
                               "--activation 'sinh(x)' --depth 2 --weight-variance 2 --x 0.8,-0.3 --samples 1000",
                               "--activation 'exp(2*x)' --x 0.8,-0.3 --quantities A --width 100 --seed 3",
                               "--activation 'exp(x^2)' --x 0.3,-0.3 --samples 50",
                               "--activation 'x^20' --x 0.5,1 --samples 500",
                               "--activation relu --x 0,0 --samples 50",
                               "--activation x --x 1,2 --quantities scalar_curvature --samples 50"};
  for (const std::string& arguments : right) {
    CAPTURE(arguments);
    const ProgramRun run = run_program("validate " + arguments + " --format json");
    CHECK(run.code != 1);
    for (const Json& row : Json::parse(run.out)["results"]) CHECK(row["verdict"] != "fails");
  }
}

TEST_CASE("validate: an activation that jumps has kernel rows, and no others") {
  // E step^2 = 1/2. At depth 2 the kernel is 1/2 again; E sign^2 = 1 in every network leaves nothing to test.
  for (const std::string model : {"--activation 'step(x)' --x 0.3,-0.4 --width 64 --samples 200 --control-variates no",
                                  "--activation 'step(x)' --x 0.3,-0.4 --width 64 --samples 200 --sampler explicit",
                                  "--activation 'step(x-0.2)' --depth 2 --x 0.3,-0.4 --width 64,256 --samples 200"}) {
    const Json row = rows_of(model + " --quantities kernel").back();
    CAPTURE(row.dump());
    CHECK(row["verdict"] == "holds");
    CHECK(row["mean"]["value"].get<double>() > 0.1);
  }
  const ProgramRun run = run_program("validate --activation 'step(x)' --x 0.3,-0.4 --quantities kernel,metric");
  CHECK(run.code == 2);
  CHECK(run.err.find("validate only the quantity kernel") != std::string::npos);
}

TEST_CASE("validate: a fit that goes through all means says so in place of its p-value") {
  const std::string model = "--activation erf --x 0.3,-0.4 --samples 100 --quantities log_volume --width ";
  const auto reason = [](const Json& row) { return row["fit_p_value"]["reason"].get<std::string>(); };
  CHECK(reason(rows_of(model + "100,1600").back()) ==
        "a line through two widths leaves no degree of freedom to test it");
  const Json three = rows_of(model + "100,400,1600");
  CHECK(reason(three.back()) == "a parabola through three widths leaves no degree of freedom to test it");
  CHECK(reason(three.front()) == "a row of a single width");
  CHECK(three.back()["method"] == "parabola in 1/width");
  CHECK(rows_of(model + "100,200,400,1600").back()["fit_p_value"].is_number());
}

TEST_CASE("validate: rows say how the mean was made, with the shape of the values averaged") {
  // 16 units by 200 networks are too few for the tails of a kernel's controls; 1000 units by 400 are not.
  const std::string model = "--activation erf --x 0.3,-0.4 --quantities kernel ";
  const Json plain = rows_of(model + "--width 16 --samples 200 --control-variates no")[0];
  CHECK(plain["method"] == "mean");
  // Skewness of a mean of 16 values erf(h)^2 that reach from 0 to 1 and lie near 0: positive, below 2.
  CHECK(plain["skewness"].get<double>() > 0);
  CHECK(plain["skewness"].get<double>() < 2);
  CHECK(plain["excess_kurtosis"].is_number());
  const Json controlled = rows_of(model + "--width 1000 --samples 400")[0];
  CHECK(controlled["method"] == "control variates");
  CHECK(controlled["standard_error"].get<double>() < 0.1 * controlled["standard_deviation"].get<double>() / 20);
}

TEST_CASE("validate: a time limit covers the exact values") {
  const auto start = std::chrono::steady_clock::now();
  const ProgramRun run = run_program(
      "validate --activation 'sin(exp(x))' --x 1 --quantities kernel --width 20 --samples 20 --time-limit 2 --digits "
      "15");
  if (run.code != 0) {  // whatever does not answer in time ends with the reason
    CHECK(run.code == 3);
    CHECK(run.err.find("widegeo: error:") == 0);
  }
  // Half a second for a round of networks, the rest for a loaded machine: it ran for more than 40 s.
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 20);
}

TEST_CASE("validate: one width at depth 2 is undecided, and what to add is said before the samples are shown") {
  const std::string model = "--activation erf --depth 2 --x 0.8,0.3 --samples 50 --quantities metric";
  const Json d = document(model + " --width 100", 3);
  CHECK(d["notes"][0].get<std::string>().find("--width 100,200,400") != std::string::npos);
  for (const Json& row : d["results"]) {
    CHECK(row["verdict"] == "undecided");
    CHECK(row["reason"].get<std::string>().find("several widths") != std::string::npos);
    CHECK(row["mean"]["value"].is_number());
  }
  const ProgramRun text = run_program("validate " + model + " --width 100");
  CHECK(text.code == 3);
  CHECK(text.err ==
        "widegeo: error: nothing could be judged (validate); give several widths, for example --width "
        "100,200,400\n");
  CHECK(text.out.find("--width 100,200,400") < text.out.find("g[1,1]"));
  // What is asked for is enough.
  CHECK(rows_of(model + " --width 100,200,400").back()["verdict"] != "undecided");
  // At depth 1 the metric is judged at any width; the volume is not, and its note says so.
  const ProgramRun shallow =
      run_program("validate --activation erf --x 0.8,0.3 --width 100 --samples 50 --quantities metric,log_volume");
  CHECK(shallow.code == 0);
  CHECK(shallow.out.find(
            "# undecided: the bias of order 1/width cannot be known from one width: give several widths, for "
            "example --width 100,200,400\n") != std::string::npos);
}

TEST_CASE("validate: fewer units than dimensions: rank and pseudo-volume instead of a verdict") {
  const Json rows = rows_of("--activation erf --x 0.1,0.2,0.3 --width 2 --samples 3000 --quantities metric,log_volume");
  CHECK(rows[0]["verdict"] == "holds");  // E g_n = g at every width
  const std::string reason = rows.back()["reason"];
  CHECK(rows.back()["quantity"] == "log_volume");
  CHECK(rows.back()["verdict"] == "undecided");
  CHECK(reason.find("rank 2") != std::string::npos);
  CHECK(reason.find("pseudo-volume") != std::string::npos);
}

TEST_CASE("validate: the curvature of a kinked activation has no verdict, for a stated reason") {
  for (const Json& row :
       rows_of("--activation relu --x 1,2 --width 50,800 --samples 50 --bias-variance 0.1 --quantities "
               "scalar_curvature")) {
    CHECK(row["verdict"]["value"].is_null());
    CHECK(row["verdict"]["reason"].get<std::string>().find("kinks") != std::string::npos);
  }
}

TEST_CASE("validate: laws whose W_1 x is not Gaussian are compared, not judged") {
  const Json rows =
      rows_of("--activation erf --x 1,2 --weight-law rademacher --width 20,80 --samples 50 --quantities log_volume", 3);
  CHECK(rows.back()["verdict"] == "undecided");
  CHECK(rows.back()["reason"].get<std::string>().find("which is not Gaussian") != std::string::npos);
}

TEST_CASE("validate: a target error is met; networks stop at the same count for any threads") {
  const std::string command =
      "--activation erf --x 0.8,0.3 --width 100 --quantities radial_eigenvalue --target-error 2e-3";
  const Json rows = rows_of(command + " --threads 1");
  CHECK(rows == rows_of(command + " --threads 3"));
  CHECK(rows[0]["standard_error"].get<double>() < 2e-3 * rows[0]["mean"]["value"].get<double>());
}

TEST_CASE("validate: a damaged or mistaken campaign file is refused in one line that names the place") {
  const ScratchFolder scratch;
  struct Bad {
    std::string text;
    int code;
    std::string message;
  };
  const std::string tail = "activation = 'erf'\npoint = [1, 2]\nwidth = 10\nsamples = 9\n";
  for (const Bad& bad : std::vector<Bad>{
           {"name = ", 4, "line 1"},
           {"name = 'empty'\n", 2, "no [[experiment]]"},
           {"sede = 3\n" + head + tail, 2, "did you mean 'seed'?"},
           {head + "activaton = 'erf'\n", 2, "did you mean 'activation'?"},
           {head + tail + "samplse = 3\n", 2, "line 8"},
           {head + "activation = []\npoint = [1, 2]\nwidth = 10\nsamples = 9\n", 2, "the grid is empty"},
           {head + "activation = 'erf'\npoint = []\nwidth = 10\nsamples = 9\n", 2, "the grid is empty"},
           {head + "activation = 'erf'\npoint = [1, 2]\nwidth = []\nsamples = 9\n", 2, "the grid is empty"},
           {head + "activation = 'erf'\npoint = [1, 2]\nwidth = 0\nsamples = 9\n", 2, "out of range"},
           {head + "activation = 'erf'\npoint = [1, 2]\nwidth = 10\nsamples = 1\n", 2, "out of range"},
           {head + "activation = 'erf'\npoint = [1, 2]\nwidth = 10\nsamples = 0\n", 2, "out of range"},
           {head + "activation = 'erf'\npoint = [1, 2]\nwidth = 10\n", 2, "no 'samples'"},
           {head + "activation = 'erf'\npoint = [1, 2]\nsamples = 10\n", 2, "no 'width'"},
           {head + "activation = 'erf'\nwidth = 10\nsamples = 10\n", 2, "no 'radius'"},
           {head + "point = [1, 2]\nwidth = 10\nsamples = 10\n", 2, "no 'activation'"},
           {head + "activation = 'erv'\npoint = [1, 2]\nwidth = 10\nsamples = 10\n", 2, "experiment at"},
           {head + "activation = true\npoint = [1, 2]\nwidth = 10\nsamples = 10\n", 2, "line 4"},
           {head + "activation = 'erf'\npoint = 'here'\nwidth = 10\nsamples = 10\n", 2, "line 5"},
           {head + "activation = 'erf'\npoint = [1, nan]\nwidth = 10\nsamples = 10\n", 2, "not finite"},
           {head + tail + "radius = 1\n", 2, "cannot be combined with"},
           {head + tail + "target_error = 1e-3\n", 2, "cannot be combined with"},
           {head + tail + "max_samples = 10\n", 2, "max_samples"},
           {head + tail + "sampler = 'explict'\n", 2, "did you mean 'explicit'?"},
           {head + tail + "control_variates = 'yes'\n", 2, "true or false"},
           {head + tail + "quantities = ['scalar']\n", 2, "scalar"},
           {head + tail + "depth = [1, 2]\nweight_variance = [1, 2]\n", 2, "experiment at"},
       }) {
    CAPTURE(bad.text);
    const ProgramRun run = run_program("validate " + scratch.write("bad.toml", bad.text));
    CAPTURE(run.err);
    CHECK(run.code == bad.code);
    CHECK(run.out.empty());
    CHECK(run.err.starts_with("widegeo: error: "));
    CHECK(run.err.find('\n') == run.err.size() - 1);
    CHECK(run.err.find(bad.message) != std::string::npos);
  }
}

TEST_CASE("validate: every format prints a campaign, in CSV with one set of columns for all dimensions") {
  const ScratchFolder scratch;
  const std::string file = scratch.write("c.toml", good);
  for (const std::string format : {"text", "json", "csv", "markdown", "latex"}) {
    const ProgramRun run = run_program("validate " + file + " --format " + format);
    CHECK(run.code == 0);
    CHECK(run.out.find("nan") == std::string::npos);
    CHECK(run.out.size() > 2000);
  }
  const std::string csv = run_program("validate " + file + " --format csv --fields quantity,width,z,verdict").out;
  CHECK(csv.starts_with("quantity,width,z,verdict"));
  CHECK(csv.find("log_volume,infinity,") != std::string::npos);
}

TEST_CASE("validate: a model option beside a campaign file has no meaning") {
  const ScratchFolder scratch;
  const std::string file = scratch.write("c.toml", good);
  for (const std::string option : {"--activation erf", "--x 1,2", "--width 10", "--depth 2", "--quantities metric"}) {
    CAPTURE(option);
    CHECK(run_program("validate " + file + " " + option).code == 2);
  }
}

TEST_CASE("validate: every campaign of the project is sound, and the small one holds") {
  const std::string folder = std::string(WIDEGEO_SOURCE_DIR) + "/validation/campaigns";
  std::size_t campaigns = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    widegeo::cli::Options options;
    options.campaign = entry.path().string();
    const widegeo::cli::ValidationPlan plan = widegeo::cli::plan_of_file(options);
    CHECK(widegeo::api::plan_simulations(plan).size() >= plan.cases.size());
    for (const auto& planned : widegeo::api::plan_simulations(plan)) CHECK_NOTHROW(planned.simulation.validate());
    ++campaigns;
  }
  CHECK(campaigns >= 4);
  const ProgramRun run = run_program("validate " + folder + "/small.toml --format json");
  CHECK(run.code == 0);
  std::size_t undecided = 0;
  for (const Json& row : Json::parse(run.out)["results"]) undecided += row["verdict"] == "undecided" ? 1 : 0;
  CHECK(undecided == 0);
}

TEST_CASE("validate: --distribution counts every network, and its quantiles are those of chi^2 where that is the law") {
  // x at depth 1: n g_11 / s = sum of n squares of normals, chi^2 with n = 10 degrees of freedom; quantiles from tables
  // (R 4.3, qchisq): 0.05: 3.940299, 0.5: 9.341818, 0.95: 18.307038. Allowed: four stated errors each, a chance of
  // 2e-4.
  const Json rows = rows_of(
      "--activation linear --depth 1 --x 0.5,0.3 --width 10 --samples 20000 --seed 5 --quantities g[1,1],log_volume "
      "--distribution");
  REQUIRE(rows.size() == 2);
  for (const Json& row : rows) {
    std::uint64_t total = row["histogram_below"].get<std::uint64_t>() + row["histogram_above"].get<std::uint64_t>();
    for (const Json& count : row["histogram"]) total += count.get<std::uint64_t>();
    CHECK(total == row["samples"].get<std::uint64_t>());
    CHECK(row["histogram_low"].get<double>() < row["histogram_high"].get<double>());
  }
  const struct {
    const char* name;
    double chi2;
  } expected[] = {{"quantile_05", 3.940299}, {"median", 9.341818}, {"quantile_95", 18.307038}};
  for (const auto& [name, chi2] : expected) {
    CAPTURE(name);
    const Json& quantile = rows[0][name];
    CHECK(std::abs(10 * quantile["value"].get<double>() - chi2) < 4 * 10 * quantile["error"].get<double>());
    CHECK(quantile["error"].get<double>() < 0.1);
  }
  const Json plain = rows_of("--activation linear --depth 1 --x 0.5,0.3 --samples 20 --quantities g[1,1]");
  CHECK_FALSE(plain[0].contains("median"));
}
