// Derivatives over data end to end: what stands in the .npy files is what the program prints for single pairs.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "testing/run_program.hpp"

using namespace widegeo::testing;

namespace {

const char* const rows[] = {"0.25,-0.5,0.75", "1,0.125,-0.375", "0.25,-0.5,0.75", "-0.0625,0.5,1.5"};
constexpr std::size_t count = 4, dimension = 3;

std::string table() {
  std::string text;
  for (const char* row : rows) text += std::string(row) + "\n";
  return text;
}

/// The doubles of a version 1.0 .npy file, whose header must name this shape.
std::vector<double> read_array(const std::string& path, const std::string& shape) {
  const std::string data = read_whole(path);
  REQUIRE(data.size() > 10);
  const std::size_t header = static_cast<unsigned char>(data[8]) + 256U * static_cast<unsigned char>(data[9]);
  CHECK(data.substr(10, header).find(shape) != std::string::npos);
  std::vector<double> values((data.size() - 10 - header) / sizeof(double));
  std::memcpy(values.data(), data.data() + 10 + header, values.size() * sizeof(double));
  return values;
}

/// The first `count` numbers ("value": ...) behind a key of the program's JSON.
std::vector<double> numbers_behind(const std::string& json, const std::string& key, std::size_t numbers) {
  const std::string mark = "\"value\":";
  std::size_t at = json.find("\"" + key + "\"");
  REQUIRE(at != std::string::npos);
  std::vector<double> result;
  for (std::size_t k = 0; k < numbers; ++k) {
    at = json.find(mark, at);
    REQUIRE(at != std::string::npos);
    at += mark.size();
    result.push_back(std::strtod(json.c_str() + at, nullptr));
  }
  return result;
}

std::string single(const std::string& model, const char* x, const char* y, unsigned derivatives) {
  const ProgramRun run = run_program("kernel " + model + " --format json --x=" + x + " --y=" + y + " --derivatives " +
                                     std::to_string(derivatives));
  REQUIRE(run.code == 0);
  return run.out;
}

/// Twelve digits are promised by both, relative to numbers of size 1 and below.
constexpr double tolerance = 1e-11;

void check_list(const std::vector<double>& expected, const double* values) {
  for (std::size_t k = 0; k < expected.size(); ++k) CHECK(std::fabs(values[k] - expected[k]) <= tolerance);
}

}  // namespace

TEST_CASE("program: gradients of all pairs of rows are those of single pairs") {
  const ScratchFolder scratch;
  const std::string data = scratch.write("x.csv", table());
  for (const std::string model : {"--activation relu --depth 2 --bias-variance 0.1", "--activation gelu --depth 2"}) {
    for (const std::string side : {"x", "y"}) {
      CAPTURE(model);
      const std::string output = scratch.file("g.npy");
      const ProgramRun run = run_program("kernel " + model + " --input " + data + " --derivatives 1 --gradient-of " +
                                         side + " --force --format json --output " + output);
      CAPTURE(run.err);
      REQUIRE(run.code == 0);
      CHECK(run.out.find("\"largest_error\"") != std::string::npos);
      const std::vector<double> values = read_array(output, "(4, 4, 3)");
      REQUIRE(values.size() == count * count * dimension);
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < count; ++j)
          check_list(numbers_behind(single(model, rows[i], rows[j], 1), "gradient_" + side, dimension),
                     &values[(i * count + j) * dimension]);
    }
  }
}

TEST_CASE("program: listed pairs have values, gradients and mixed Hessians, from .csv lists") {
  const ScratchFolder scratch;
  const std::string data = scratch.write("x.csv", table()), pairs = scratch.write("p.csv", "0,1\n3,3\n0,2\n3,1\n");
  const std::size_t of[][2] = {{0, 1}, {3, 3}, {0, 2}, {3, 1}};
  const std::string model = "--activation erf --depth 2 --bias-variance 0.1";
  const auto run_with = [&](const std::string& options, const std::string& output) {
    const ProgramRun run = run_program("kernel " + model + " --input " + data + " --pairs " + pairs + " " + options +
                                       " --output " + output);
    CAPTURE(run.err);
    REQUIRE(run.code == 0);
  };
  run_with("", scratch.file("k.npy"));
  run_with("--derivatives 1", scratch.file("g.npy"));
  run_with("--derivatives 2", scratch.file("h.npy"));
  const auto k = read_array(scratch.file("k.npy"), "(4,)"), g = read_array(scratch.file("g.npy"), "(4, 3)"),
             h = read_array(scratch.file("h.npy"), "(4, 3, 3)");
  REQUIRE(h.size() == 4 * dimension * dimension);
  for (std::size_t p = 0; p < 4; ++p) {
    const std::string one = single(model, rows[of[p][0]], rows[of[p][1]], 2);
    check_list(numbers_behind(one, "kernel", 1), &k[p]);
    check_list(numbers_behind(one, "gradient_y", dimension), &g[p * dimension]);
    check_list(numbers_behind(one, "mixed_hessian", dimension * dimension), &h[p * dimension * dimension]);
  }
}

TEST_CASE("program: the metric of every row as an array has the fields that were named, in their order") {
  const ScratchFolder scratch;
  const std::string data = scratch.write("x.csv", table()), output = scratch.file("m.npy");
  const std::string model = "metric --activation gelu --depth 2 ";
  const ProgramRun run = run_program(model + "--input " + data + " --fields scalar_curvature,A --output " + output);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const auto m = read_array(output, "(4, 2)");
  REQUIRE(m.size() == 2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const ProgramRun one = run_program(model + "--format json --x=" + rows[i]);
    REQUIRE(one.code == 0);
    // Twelve digits are asked for, of curvatures up to about 100 too.
    const double curvature = numbers_behind(one.out, "scalar_curvature", 1)[0];
    CHECK(std::fabs(m[2 * i] - curvature) <= tolerance * std::fabs(curvature));
    check_list(numbers_behind(one.out, "A", 1), &m[2 * i + 1]);
  }
  CHECK(run_program(model + "--input " + data + " --fields A,volume --output " + output).code == 2);
  CHECK(run_program(model + "--x 1,2 --output " + output).code == 2);
}

TEST_CASE("program: what makes no sense of derivatives over data is refused, and leaves no file") {
  const ScratchFolder scratch;
  const std::string data = scratch.write("x.csv", table()), output = scratch.file("g.npy");
  const std::string far = scratch.write("far.csv", "0,1\n2,4\n"), half = scratch.write("half.csv", "0,0.5\n"),
                    three = scratch.write("three.csv", "0,1,2\n");
  const std::string model = "kernel --activation relu --input " + data + " --output " + output + " ";
  const std::vector<std::pair<std::string, std::string>> bad = {
      {model + "--derivatives 2", "--pairs"},
      {model + "--derivatives 3", "out of range"},
      {model + "--derivatives 1 --gradient-of z", "--gradient-of"},
      {model + "--derivatives 2 --pairs " + far, "data row 2"},
      {model + "--derivatives 2 --pairs " + half, "0.5"},
      {model + "--derivatives 2 --pairs " + three, "2 columns"},
      {model + "--derivatives 2 --kind ntk --pairs " + far, "NTK"},
      {"kernel --activation sign --derivatives 1 --input " + data + " --output " + output, "jumps"},
      {"kernel --activation relu --x 1 --pairs " + far, "--pairs"},
      {"kernel --activation relu --derivatives 1 --input " + data + " --output " + scratch.file("g.csv"), ".npy"},
  };
  for (const auto& [arguments, words] : bad) {
    CAPTURE(arguments);
    const ProgramRun run = run_program(arguments);
    CAPTURE(run.err);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK(run.err.starts_with("widegeo: error: "));
    CHECK(run.err.find(words) != std::string::npos);
    CHECK(!std::filesystem::exists(output));
    CHECK(!std::filesystem::exists(output + ".part"));
  }
}
