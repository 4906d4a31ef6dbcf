// The program against files, limits and neighbours that mean it no good: bounded memory, one line, the right exit code,
// nothing of others touched.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "number/rational.hpp"
#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

/// `limits` are commands of the shell before the program, as "ulimit -v 2000000".
ProgramRun run_limited(const std::string& limits, const std::string& arguments) {
  static const ScratchFolder scratch;
  const std::string script = scratch.write("run.sh", limits + "\nexec " + std::string(WIDEGEO_BINARY_DIR) +
                                                         "/widegeo " + arguments + " 2>" + scratch.file("err") + "\n");
  ProgramRun run;
  std::FILE* pipe = ::popen(("sh " + script).c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer;
  std::size_t count = 0;
  while ((count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) run.out.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  run.err = read_whole(scratch.file("err"));
  return run;
}

void check_ends(const ProgramRun& run, int code, const std::string& words) {
  CAPTURE(run.err);
  CHECK(run.code == code);
  CHECK(run.err.starts_with("widegeo: error: "));
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
  CHECK(run.err.find(words) != std::string::npos);
}

void write_gzip(const std::string& path, const std::string& piece, std::size_t times) {
  gzFile file = ::gzopen(path.c_str(), "wb6");
  REQUIRE(file != nullptr);
  for (std::size_t i = 0; i < times; ++i)
    REQUIRE(::gzwrite(file, piece.data(), static_cast<unsigned>(piece.size())) == static_cast<int>(piece.size()));
  ::gzclose(file);
}

constexpr const char* gibibyte = "ulimit -v 1500000";  // of addresses, the program's own libraries included

}  // namespace

TEST_CASE("hostile: settings without end, or nested without end, are refused in bounded memory") {
  const ScratchFolder scratch;
  for (const std::string command : {"metric --radius 1 --dimension 2 --model ", "check ", "validate "}) {
    CAPTURE(command);
    check_ends(run_limited(gibibyte, command + "/dev/zero"), 4, "larger than 16 MiB");
    std::string dots = "a";
    for (int i = 0; i < 400'000; ++i) dots += ".a";
    for (const std::string& text :
         {dots + " = 1\n", "[" + dots + "]\n", "x = {" + dots + " = 1}\n", std::string(5000, '['),
          "x = " + std::string(5000, '[') + std::string(5000, ']') + "\n", "x = 1\ny." + dots + " . b = 2\n"}) {
      check_ends(run_program(command + scratch.write("deep.toml", text)), 4, "more than 64");
    }
  }
  // What stands in texts and comments has no depth.
  const std::string fine = "# " + std::string(100, '[') + "\nactivation = \"erf\" # a.b.c\n\"depth\" = 1\n";
  CHECK(run_program("metric --radius 1 --dimension 2 --model " + scratch.write("fine.toml", fine)).code == 0);
}

TEST_CASE("hostile: tables that grow when they are read end with their name and the limit") {
  const ScratchFolder scratch;
  const std::string command = "metric --activation erf --fields A --input ";
  write_gzip(scratch.file("long.csv.gz"), std::string(std::size_t{1} << 20U, '1'), 200);  // one row of 200 MB
  check_ends(run_limited(gibibyte, command + scratch.file("long.csv.gz")), 4, "long.csv.gz, row 1");
  const ProgramRun zeros = run_limited(gibibyte, "metric --activation erf --fields A --input /dev/zero");
  CHECK(zeros.code == 2);  // no ending that is read
}

TEST_CASE("hostile: limits of the system end in exit 4 with one line") {
  const ScratchFolder scratch;
  std::string rows;
  for (int i = 0; i < 300; ++i) rows += std::to_string(i) + ",1\n";
  const std::string input = scratch.write("x.csv", rows);
  for (const std::string name : {"K.csv", "K.npy"}) {
    CAPTURE(name);
    check_ends(
        run_limited("ulimit -f 8", "kernel --activation relu --input " + input + " --output " + scratch.file(name)), 4,
        name);
  }
  check_ends(run_limited("ulimit -f 8", "metric --activation relu --format csv --input " + input + " --output " +
                                            scratch.file("m.csv")),
             4, "m.csv");
  // Nothing is left beside.
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.file("")), {}) == 1);
  // Threads that nobody can use are not started; numbers without end do not abort.
  CHECK(run_limited("ulimit -v 9000000", "kernel --activation=65 --x=1,0 --y=0.6,0.8 --threads 4096").code == 0);
  const ProgramRun nested = run_limited(
      "ulimit -s 256", "kernel --x 1 --activation '" + [] {
        std::string text = "x";
        for (int i = 0; i < 390; ++i) text = "tanh(" + text + ")";
        return text;
      }() + "' --format json --digits 3 --route closed");
  CHECK(nested.code == 2);  // it has no closed form: parsed, analysed and refused
}

TEST_CASE("hostile: an output that cannot be written is found before the work, and what it replaces keeps its mode") {
  const ScratchFolder scratch;
  const std::string command = "metric --activation erf --radius 1 --dimension 2 --output ";
  std::filesystem::create_symlink(scratch.file("nowhere"), scratch.file("link"));
  check_ends(run_program(command + scratch.file("link")), 4, "link to a missing file");
  check_ends(run_program(command + scratch.file("")), 4, "folder");
  check_ends(run_program(command + scratch.file("no/such.json")), 4, "No such file");
  const std::string path = scratch.write("m.txt", "old");
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  CHECK(run_program(command + path).code == 0);
  CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms(0600));
  const ProgramRun out = run_program(command + "-");
  CHECK(out.code == 0);
  CHECK(out.out == read_whole(path));
  CHECK_FALSE(std::filesystem::exists("-"));
  // A pipe is written to once somebody reads it.
  REQUIRE(::mkfifo(scratch.file("pipe").c_str(), 0600) == 0);
  const ProgramRun piped =
      run_limited("cat " + scratch.file("pipe") + " > " + scratch.file("read") + " &", command + scratch.file("pipe"));
  CHECK(piped.code == 0);
  for (int i = 0; i < 50 && read_whole(scratch.file("read")) != out.out; ++i) ::usleep(100'000);
  CHECK(read_whole(scratch.file("read")) == out.out);
}

TEST_CASE("hostile: texts of files are printed, not obeyed") {
  const ScratchFolder scratch;
  const std::string nasty = "x\\u001b[2J\\u202e\\n";
  const std::string file = scratch.write("s.toml", "[[statement]]\nid = \"" + nasty + "\"\nclaim = \"1 < 2\"\n");
  for (const std::string format : {"text", "csv", "markdown", "json", "latex"}) {
    const ProgramRun run = run_program("check " + file + " --format " + format);
    CAPTURE(format);
    for (const std::string& stream : {run.out, run.err}) {
      CHECK(stream.find('\x1b') == std::string::npos);
      CHECK(stream.find("\xE2\x80\xAE") == std::string::npos);
    }
  }
}

TEST_CASE("tables: header, separator and decimal sign are options, and what was taken for granted is a note") {
  const ScratchFolder scratch;
  const std::string command = "metric --activation erf --fields radius --format json --input ";
  const std::string plain = run_program(command + scratch.write("a.csv", "3,4\n6,8\n")).out;
  const auto results = [](const std::string& text) { return nlohmann::json::parse(text)["results"]; };
  const ProgramRun named = run_program(command + scratch.write("b.csv", "a,b\n3,4\n6,8\n"));
  CHECK(results(named.out) == results(plain));
  CHECK(named.out.find("first line taken as names") != std::string::npos);
  CHECK(results(run_program(command + scratch.write("c.csv", "0,1\n3,4\n6,8\n") + " --header 1").out) ==
        results(plain));
  CHECK(results(run_program(command + scratch.write("c.csv", "3,0;4,0\n6,0;8,0\n") + " --decimal ,").out) ==
        results(plain));
  CHECK(results(run_program(command + scratch.write("c.csv", "3.0 4.0\n6.0 8.0\n") + " --separator ' '").out) ==
        results(plain));
  check_ends(run_program(command + scratch.write("d.csv", "NA,NA\n3,4\n")), 4, "missing values");
  check_ends(run_program(command + scratch.file("a.csv") + " --separator 1"), 2, "--separator");
  check_ends(run_program(command + scratch.file("a.csv") + " --decimal x"), 2, "--decimal");
  check_ends(run_program("metric --activation erf --x 1 --header 1"), 2, "it needs --input");
}

TEST_CASE("tables: a JSON decimal of a double lies within its error of the number in many digits") {
  std::mt19937_64 random = generator_of_test("json decimals");
  std::uniform_real_distribution<double> uniform(-2, 2);
  for (std::size_t i = 0; i < trials(20); ++i) {
    const std::string rest = "kernel --activation erf --x " + std::to_string(uniform(random)) + "," +
                             std::to_string(uniform(random)) + " --y " + std::to_string(uniform(random)) + "," +
                             std::to_string(uniform(random)) + " --format ";
    const std::string short_text = run_program(rest + "json").out;
    const auto exact = nlohmann::json::parse(run_program(rest + "json --digits 40").out)["results"][0]["kernel"];
    const auto field = [&](const std::string& name) {
      const std::size_t kernel = short_text.find("\"kernel\":{");
      const std::size_t begin = short_text.find("\"" + name + "\":", kernel) + name.size() + 3;
      return parse_rational(short_text.substr(begin, short_text.find_first_of(",}", begin) - begin)).value();
    };
    const Rational off = abs(Rational(field("value") - parse_rational(exact["value"].get<std::string>()).value()));
    CHECK(off <= field("error") + parse_rational(exact["error"].get<std::string>()).value());
  }
}

TEST_CASE("regress: the class is that of the largest prediction, means included, as an independent solution has it") {
  std::mt19937_64 random = generator_of_test("regress classes");
  std::normal_distribution<double> normal;
  constexpr std::size_t rows = 60, learned = 24, labels = 3;
  std::size_t centred_differs = 0;
  for (std::size_t trial = 0; trial < 6; ++trial) {
    const ScratchFolder scratch;
    std::string table;
    std::vector<std::size_t> label(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      label[i] = i < labels ? i : std::min<std::size_t>(random() % 5, 2);  // the last class has three fifths
      const double shift = static_cast<double>(label[i]) * 0.7;
      table += std::to_string(normal(random) + shift) + "," + std::to_string(normal(random) - shift) + "," +
               std::to_string(label[i]) + "\n";
    }
    const std::string input = scratch.write("x.csv", table), kernel = scratch.file("K.csv");
    const std::string model = " --activation relu --depth 2 --bias-variance 0.1 --input " + input + " --columns 1:2";
    REQUIRE(run_program("kernel" + model + " --output " + kernel).code == 0);
    std::vector<std::vector<long double>> K(rows, std::vector<long double>(rows));
    std::istringstream lines(read_whole(kernel));
    for (auto& row : K) {
      for (long double& entry : row) {
        std::string cell;
        std::getline(lines, cell, &entry == &row.back() ? '\n' : ',');
        entry = std::stold(cell);
      }
    }
    // (K + jitter I) alpha = Y - m by elimination, row after row; then m + k alpha.
    const long double ridge = 0.5;
    long double trace = 0;
    for (std::size_t i = 0; i < learned; ++i) trace += K[i][i];
    std::vector<std::vector<long double>> A(learned, std::vector<long double>(learned + labels));
    std::vector<long double> mean(labels, 0);
    for (std::size_t i = 0; i < learned; ++i) mean[label[i]] += 1.0L / learned;
    for (std::size_t i = 0; i < learned; ++i) {
      for (std::size_t j = 0; j < learned; ++j) A[i][j] = K[i][j] + (i == j ? ridge * trace / learned : 0);
      for (std::size_t c = 0; c < labels; ++c) A[i][learned + c] = (label[i] == c ? 1 : 0) - mean[c];
    }
    for (std::size_t p = 0; p < learned; ++p) {  // positive definite: no exchange of rows is needed
      for (std::size_t i = 0; i < learned; ++i) {
        if (i == p) continue;
        const long double factor = A[i][p] / A[p][p];
        for (std::size_t j = p; j < learned + labels; ++j) A[i][j] -= factor * A[p][j];
      }
    }
    long long right = 0, right_centred = 0;
    for (std::size_t i = learned; i < rows; ++i) {
      std::vector<long double> centred(labels, 0), whole(labels);
      for (std::size_t c = 0; c < labels; ++c) {
        for (std::size_t p = 0; p < learned; ++p) centred[c] += K[i][p] * A[p][learned + c] / A[p][p];
        whole[c] = mean[c] + centred[c];
      }
      const auto best = [](const auto& v) {
        return static_cast<std::size_t>(std::max_element(v.begin(), v.end()) - v.begin());
      };
      right += best(whole) == label[i] ? 1 : 0;
      right_centred += best(centred) == label[i] ? 1 : 0;
    }
    const ProgramRun run = run_program("regress" + model + " --target-column 3 --classes --ridge 0.5 --train 1:" +
                                       std::to_string(learned) + " --format json");
    REQUIRE(run.code == 0);
    const auto row = nlohmann::json::parse(run.out)["results"][0];
    CHECK(row["undecided"] == 0);
    CHECK(row["right"] == right);
    centred_differs += right != right_centred ? 1 : 0;
  }
  CHECK(centred_differs > 0);  // else the test could not tell
}

TEST_CASE("metric: a degenerate metric is named as such, not given a volume") {
  for (const std::string activation : {"'0*x'", "1"}) {
    const ProgramRun run = run_program("metric --activation " + activation + " --radius 1 --dimension 2 --format json");
    CAPTURE(run.out);
    CAPTURE(run.err);
    REQUIRE(run.code == 0);
    const auto row = nlohmann::json::parse(run.out)["results"][0];
    CHECK(row["A"]["value"] == 0);
    for (const char* name : {"log_volume", "sectional_radial", "scalar_curvature"}) {
      CHECK(row[name]["value"].is_null());
      CHECK(row[name]["reason"].get<std::string>().find("degenerate") != std::string::npos);
    }
  }
}
