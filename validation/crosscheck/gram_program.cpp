// Gram matrices through the program: what stands in the file, what is refused, what an interruption leaves.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo::testing;
using Json = nlohmann::json;

namespace {

/// A version 1.0 .npy.
template <class T>
std::string npy(const std::vector<T>& values, const std::string& type, const std::string& shape) {
  std::string dictionary = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  while ((10 + dictionary.size() + 1) % 64 != 0) dictionary += ' ';
  dictionary += '\n';
  std::string bytes = "\x93NUMPY\x01";
  bytes += '\0';
  bytes += static_cast<char>(dictionary.size() & 255);
  bytes += static_cast<char>(dictionary.size() >> 8);
  return bytes + dictionary + std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

std::string shape_text(std::size_t rows, std::size_t columns) {
  return std::to_string(rows) + ", " + std::to_string(columns);
}

/// The numbers behind the header, and the header's dictionary.
template <class T>
std::vector<T> read_npy(const std::string& path, std::string* header = nullptr) {
  const std::string bytes = read_whole(path);
  REQUIRE(bytes.size() > 64);
  const std::size_t length = static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  if (header != nullptr) *header = bytes.substr(10, length);
  std::vector<T> values((bytes.size() - 10 - length) / sizeof(T));
  std::memcpy(values.data(), bytes.data() + 10 + length, values.size() * sizeof(T));
  return values;
}

std::vector<double> gaussian_rows(std::mt19937_64& random, std::size_t rows, std::size_t columns) {
  std::normal_distribution<double> normal;
  std::vector<double> values(rows * columns);
  for (double& value : values) value = normal(random);
  return values;
}

std::string coordinates(const std::vector<double>& values, std::size_t row, std::size_t columns) {
  std::ostringstream text;
  text.precision(17);
  for (std::size_t k = 0; k < columns; ++k) text << (k == 0 ? "" : ",") << values[row * columns + k];
  return text.str();
}

double pair_kernel(const std::string& model, const std::string& x, const std::string& y) {
  const ProgramRun run = run_program("kernel --format json " + model + " --x " + x + " --y " + y);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  return Json::parse(run.out)["results"][0]["kernel"]["value"].get<double>();
}

Json records(const std::string& arguments) {
  const ProgramRun run = run_program(arguments + " --format json");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  return Json::parse(run.out)["results"];
}

/// Two hundred rows of eight coordinates, the last a near-duplicate of the first and one of them equal to another.
struct Data {
  static constexpr std::size_t rows = 200, columns = 8;
  ScratchFolder scratch;
  std::vector<double> values;
  std::string path, other;
  Data() {
    std::mt19937_64 random(20261121);
    values = gaussian_rows(random, rows, columns);
    for (std::size_t k = 0; k < columns; ++k) {
      values[(rows - 1) * columns + k] = values[k] * (1 + (k % 2 == 0 ? 1e-9 : -1e-9));
      values[(rows - 2) * columns + k] = values[columns + k];
    }
    path = scratch.write("X.npy", npy(values, "<f8", shape_text(rows, columns)));
    other = scratch.write("Y.npy", npy(gaussian_rows(random, 37, columns), "<f8", shape_text(37, columns)));
  }
  std::string command(const std::string& model, const std::string& output) const {
    return "kernel " + model + " --input " + path + " --output " + scratch.file(output) + " --force";
  }
};

const Data& data() {
  static const Data made;
  return made;
}

}  // namespace

TEST_CASE("gram program: few rows are computed pair by pair, without the tables that would take seconds") {
  ScratchFolder scratch;
  std::mt19937_64 random(20261129);
  const std::size_t columns = 64;
  const std::vector<double> values = gaussian_rows(random, 2, columns);
  const std::string input = scratch.write("X.npy", npy(values, "<f8", shape_text(2, columns)));
  const std::string model = "--activation tanh --depth 3";
  const Json record = records("kernel " + model + " --input " + input + " --output " + scratch.file("K.npy")).at(0);
  CHECK(record["representation"] == "single pairs");
  const double bound = record["largest_relative_error"].get<double>();
  const std::vector<double> K = read_npy<double>(scratch.file("K.npy"));
  REQUIRE(K.size() == 4);
  const double exact = pair_kernel(model, coordinates(values, 0, columns), coordinates(values, 1, columns));
  CHECK(std::fabs(K[1] - exact) <= 2 * bound * std::sqrt(K[0] * K[3]));
}

TEST_CASE("gram program: where the closed form loses its digits few rows are computed pair by pair too") {
  ScratchFolder scratch;
  const std::string input = scratch.write("X.csv", "30,-60\n1,2\n");
  const Json record = records("kernel --activation elu --input " + input + " --output " + scratch.file("K.npy")).at(0);
  CHECK(record["representation"] == "single pairs");
  const std::vector<double> K = read_npy<double>(scratch.file("K.npy"));
  REQUIRE(K.size() == 4);
  // validation/reference/reported_faults.txt
  CHECK(std::fabs(K[1] + 11.634793723530780848) <=
        record["largest_relative_error"].get<double>() * std::sqrt(K[0] * K[3]));
}

TEST_CASE("gram program: a diagonal below the doubles leaves the entries beside it") {
  ScratchFolder scratch;
  const std::string input = scratch.write("X.csv", "1e-57,0\n0.5,0\n");
  const Json record = records("kernel --activation cube --input " + input + " --output " + scratch.file("K.npy")).at(0);
  const std::vector<double> K = read_npy<double>(scratch.file("K.npy"));
  REQUIRE(K.size() == 4);
  // E u^6 = 15 q^3 is 1.5e-341; E u^3 v^3 = 15 n^3 at parallel inputs.
  CHECK(K[0] == 0);
  CHECK(std::fabs(K[1] - 1.875e-171) <= (record["largest_relative_error"].get<double>() + 4e-16) * 1.9e-171);
}

TEST_CASE("gram program: entries are the kernels of the pairs, within the bound that is printed") {
  const Data& d = data();
  for (const std::string model :
       {"--activation relu --depth 3 --weight-variance 2", "--activation erf --depth 2 --bias-variance 0.1",
        "--activation gelu --depth 2 --layer pre --input-scale fan-in",
        "--activation tanh --depth 2 --weight-variance 0.1"}) {
    for (const std::string kind : {"nngp", "ntk"}) {
      const std::string full = model + " --kind " + kind;
      CAPTURE(full);
      const Json record = records(d.command(full, "K.npy")).at(0);
      CHECK(record["kind"] == kind);
      CHECK(record["rows"] == Data::rows);
      CHECK(record["columns"] == Data::rows);
      const double bound = record["largest_relative_error"].get<double>();
      CHECK(bound > 0);
      CHECK(bound <= 1e-11);  // the tolerance, or the rounding of closed forms over the layers
      const std::vector<double> K = read_npy<double>(d.scratch.file("K.npy"));
      REQUIRE(K.size() == Data::rows * Data::rows);
      const auto entry = [&](std::size_t i, std::size_t j) { return K[i * Data::rows + j]; };
      for (std::size_t i = 0; i < Data::rows; ++i) {
        for (std::size_t j = 0; j < i; ++j) REQUIRE(entry(i, j) == entry(j, i));
      }
      CHECK(entry(1, Data::rows - 2) == entry(1, 1));  // equal rows
      for (const auto& [i, j] : std::vector<std::pair<std::size_t, std::size_t>>{
               {0, 0}, {0, 1}, {3, 150}, {130, 131}, {0, Data::rows - 1}}) {
        CAPTURE(i);
        CAPTURE(j);
        const double exact =
            pair_kernel(full, coordinates(d.values, i, Data::columns), coordinates(d.values, j, Data::columns));
        // The pair itself is right to 1e-12 of its value.
        CHECK(std::abs(entry(i, j) - exact) <= (bound + 1e-12) * std::sqrt(entry(i, i) * entry(j, j)));
      }
    }
  }
}

TEST_CASE("gram program: both kinds and all layers are the planes of one array, in the order of the printed rows") {
  const Data& d = data();
  const std::string model = "--activation erf --bias-variance 0.1";
  const Json rows = records(d.command(model + " --depth 3 --kind both --all-layers", "planes.npy"));
  REQUIRE(rows.size() == 6);
  std::string header;
  const std::vector<double> planes = read_npy<double>(d.scratch.file("planes.npy"), &header);
  CHECK(header.find("(6, 200, 200)") != std::string::npos);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    CHECK(rows[k]["plane"] == k);
    CHECK(rows[k]["layer"] == 1 + k / 2);
    CHECK(rows[k]["kind"] == (k % 2 == 0 ? "nngp" : "ntk"));
    const std::string single =
        model + " --depth " + rows[k]["layer"].dump() + " --kind " + rows[k]["kind"].get<std::string>();
    REQUIRE(run_program(d.command(single, "single.npy")).code == 0);
    const std::vector<double> K = read_npy<double>(d.scratch.file("single.npy"));
    double worst = 0;
    for (std::size_t e = 0; e < K.size(); ++e) worst = std::max(worst, std::abs(K[e] - planes[k * K.size() + e]));
    CHECK(worst <= 2e-12 * *std::max_element(K.begin(), K.end()));
  }
}

TEST_CASE("gram program: a second file gives the rectangle of the matrix of both") {
  const Data& d = data();
  const std::string model = "--activation relu --depth 2 --kind both";
  const std::string command = d.command(model, "XY.npy") + " --input2 " + d.other;
  REQUIRE(run_program(command).code == 0);
  std::string header;
  const std::vector<double> XY = read_npy<double>(d.scratch.file("XY.npy"), &header);
  CHECK(header.find("(2, 200, 37)") != std::string::npos);
  REQUIRE(run_program("kernel " + model + " --input " + d.other + " --input2 " + d.path + " --force --output " +
                      d.scratch.file("YX.npy"))
              .code == 0);
  const std::vector<double> YX = read_npy<double>(d.scratch.file("YX.npy"));
  for (std::size_t k = 0; k < 2; ++k) {
    for (std::size_t i = 0; i < 200; ++i) {
      for (std::size_t j = 0; j < 37; ++j) REQUIRE(XY[(k * 200 + i) * 37 + j] == YX[(k * 37 + j) * 200 + i]);
    }
  }
}

TEST_CASE(
    "gram program: the same bytes for any threads; the same numbers for any memory; floats are the rounded doubles") {
  const Data& d = data();
  for (const std::string model :
       {"--activation relu --depth 3 --kind both", "--activation tanh --depth 2 --weight-variance 0.1"}) {
    REQUIRE(run_program(d.command(model + " --threads 1", "one.npy")).code == 0);
    REQUIRE(run_program(d.command(model + " --threads 3", "three.npy")).code == 0);
    REQUIRE(run_program(d.command(model + " --memory-limit 20M", "little.npy")).code == 0);
    REQUIRE(run_program(d.command(model + " --dtype float32", "float.npy")).code == 0);
    const std::string one = read_whole(d.scratch.file("one.npy"));
    CHECK(one == read_whole(d.scratch.file("three.npy")));
    CHECK(one == read_whole(d.scratch.file("little.npy")));
    std::string header;
    const std::vector<float> floats = read_npy<float>(d.scratch.file("float.npy"), &header);
    const std::vector<double> doubles = read_npy<double>(d.scratch.file("one.npy"));
    CHECK(header.find("<f4") != std::string::npos);
    REQUIRE(floats.size() == doubles.size());
    for (std::size_t e = 0; e < floats.size(); ++e) REQUIRE(floats[e] == static_cast<float>(doubles[e]));
  }
}

TEST_CASE("gram program: bad files and bad usage are refused, each by name") {
  const ScratchFolder scratch;
  const std::string good = scratch.write("good.csv", "1,2\n3,4\n"), out = " --output " + scratch.file("K.npy");
  const std::string gram = "kernel --activation erf --input ";
  const std::vector<double> numbers{1, 2, 3, 4, 5, 6};
  const auto file = [&](const std::string& name, const std::string& bytes) {
    return gram + scratch.write(name, bytes) + out;
  };
  std::vector<double> with_nan = numbers;
  with_nan[3] = NAN;
  check_refused(file("ragged.csv", "1,2\n3\n"), 4, "row 2");
  const std::string whole = npy(numbers, "<f8", "3, 2");
  check_refused(file("cut.npy", whole.substr(0, whole.size() - 9)), 4, "cut.npy");
  check_refused(file("complex.npy", npy(numbers, "<c16", "3, 1")), 4, "<c16");
  check_refused(file("nan.npy", npy(with_nan, "<f8", "3, 2")), 4, "row 2, column 2");
  check_refused(file("empty.npy", npy(std::vector<double>{}, "<f8", "0, 2")), 4, "empty.npy");
  check_refused(file("empty.csv", ""), 4, "empty");
  check_refused(gram + good + " --input2 " + scratch.write("three.csv", "1,2,3\n") + out, 2, "columns");
  check_refused(gram + good, 2, "--output");
  check_refused(gram + good + " --output " + scratch.file("K.txt"), 2, "--output");
  check_refused(gram + good + out + " --digits 20", 2, "--digits");
  check_refused(gram + good + out + " --x 1,2", 2, "--x");
  check_refused(gram + good + out + " --memory-limit lots", 2, "not an amount of memory");
  check_refused(gram + good + out + " --memory-limit 12Q", 2, "not an amount of memory");
  check_refused(gram + good + out + " --memory-limit 3k", 2, "between 1M");
  check_refused(gram + good + out + " --memory-limit -1G", 2, "between 1M");
  check_refused(gram + good + out + " --memory-limit 1M", 2, "more than allowed");
  check_refused(gram + good + out + " --tolerance 0", 2, "--tolerance");
  check_refused(gram + good + out + " --tolerance 1e-15 --route closed", 3, "cannot be guaranteed");
  check_refused(gram + good + out + " --tolerance small", 2, "--tolerance");
  check_refused(gram + good + out + " --dtype float16", 2, "--dtype");
  check_refused(gram + good + out + " --kind ntkk", 2, "did you mean 'ntk'?");
  check_refused("kernel --activation step --kind ntk --input " + good + out, 2, "does not exist");
  check_refused("kernel --activation sign --kind both --input " + good + out, 2, "does not exist");
  check_refused(gram + good + " --kind both --output " + scratch.file("K.csv"), 2, ".csv holds only one matrix");
  check_refused(gram + good + " --resume --output " + scratch.file("K.csv"), 2, "--resume");
  check_refused(gram + good + " --output " + scratch.file("no/such/K.npy"), 4, "cannot write");
  check_refused(gram + good + " --output " + good, 2, "the output would overwrite the input");
  check_refused("kernel --activation erf --x 1,2 --force", 2, "--force");
  check_refused("kernel --activation erf --x 1,2 --resume", 2, "--resume");
  check_refused("kernel --activation erf --x 1,2 --all-layers", 2, "--all-layers");
  check_refused("kernel --activation erf --x 1,2 --kind both", 2, "--kind");
  check_refused("kernel --activation erf --x 1,2 --dtype float32", 2, "--dtype");
  check_refused("kernel --activation erf --x 1,2 --memory-limit 1G", 2, "--memory-limit");
  CHECK_FALSE(std::filesystem::exists(scratch.file("K.npy")));
  CHECK_FALSE(std::filesystem::exists(scratch.file("K.npy.part")));
  // An output of one's own is not written over without a word, whatever its kind.
  for (const std::string name : {"K.npy", "K.csv"}) {
    scratch.write(name, "precious");
    check_refused(gram + good + " --output " + scratch.file(name), 4, "--force");
    CHECK(read_whole(scratch.file(name)) == "precious");
    CHECK(run_program(gram + good + " --force --output " + scratch.file(name)).code == 0);
    CHECK(read_whole(scratch.file(name)) != "precious");
  }
}

TEST_CASE("gram program: a jumping activation has its NNGP matrix") {
  const Data& d = data();
  const Json record = records(d.command("--activation sign --depth 2", "sign.npy")).at(0);
  // The kernel has a cusp at equal points, which the near-duplicates feel: a root of the rounding.
  const double bound = record["largest_relative_error"].get<double>();
  CHECK(bound <= 1e-6);
  const std::vector<double> K = read_npy<double>(d.scratch.file("sign.npy"));
  CHECK(K[0] == 1);
  const double exact =
      pair_kernel("--activation sign --depth 2", coordinates(d.values, 2, 8), coordinates(d.values, 7, 8));
  CHECK(std::abs(K[2 * 200 + 7] - exact) <= bound + 1e-12);
}

TEST_CASE("gram program: Ctrl-C says how to go on, and --resume ends with the bytes of an undisturbed run") {
  const ScratchFolder scratch;
  std::mt19937_64 random(3);
  const std::size_t rows = 1500;
  const std::string input = scratch.write("X.npy", npy(gaussian_rows(random, rows, 16), "<f8", shape_text(rows, 16)));
  const auto command = [&](const std::string& name, const std::string& more) {
    return "kernel --activation relu --depth 40 --weight-variance 2 --kind both --dtype float32 --threads 1 --input " +
           input + " --output " + scratch.file(name) + more;
  };
  const ProgramRun whole = run_program(command("whole.npy", ""));
  REQUIRE_MESSAGE(whole.code == 0, whole.err);
  const std::string err = scratch.file("err"), out = scratch.file("out");
  std::fflush(stdout);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    (void)::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    (void)::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    const std::string line = "exec " + std::string(WIDEGEO_BINARY_DIR) + "/widegeo " + command("K.npy", "");
    ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    ::_exit(127);
  }
  // Somewhere in the middle: a third of the undisturbed run after the first sign of the part file.
  for (int i = 0; i < 30000 && !std::filesystem::exists(scratch.file("K.npy.part")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::duration<double>(whole.seconds / 3));
  ::kill(child, SIGINT);
  int status = 0;
  ::waitpid(child, &status, 0);
  CAPTURE(read_whole(err));
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
  CHECK(read_whole(err).starts_with("widegeo: error: interrupted; continue with the same command and --resume"));
  CHECK(read_whole(out).empty());
  CHECK_FALSE(std::filesystem::exists(scratch.file("K.npy")));
  REQUIRE(std::filesystem::exists(scratch.file("K.npy.part")));

  check_refused(command("K.npy", ""), 2, "--resume");
  check_refused(command("K.npy", " --resume --bias-variance 0.1"), 2, "another");
  const ProgramRun rest = run_program(command("K.npy", " --resume"));
  CHECK_MESSAGE(rest.code == 0, rest.err);
  CHECK(read_whole(scratch.file("K.npy")) == read_whole(scratch.file("whole.npy")));
  CHECK_FALSE(std::filesystem::exists(scratch.file("K.npy.part")));
  CHECK_FALSE(std::filesystem::exists(scratch.file("K.npy.part.done")));
}

TEST_CASE("gram program: --resume with nothing to go on with begins") {
  const Data& d = data();
  REQUIRE(run_program(d.command("--activation relu", "begun.npy") + " --resume").code == 0);
  REQUIRE(run_program(d.command("--activation relu", "plain.npy")).code == 0);
  CHECK(read_whole(d.scratch.file("begun.npy")) == read_whole(d.scratch.file("plain.npy")));
}
