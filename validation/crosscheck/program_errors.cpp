// Bad usage and bad input through the program: the exit code, one line on stderr, nothing on stdout.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "testing/run_program.hpp"

using namespace widegeo::testing;

namespace {

struct Bad {
  std::string arguments;
  int code;
  std::string words;  ///< what the message must hold
};

void check_refused(const Bad& bad) {
  CAPTURE(bad.arguments);
  const ProgramRun run = run_program(bad.arguments);
  CAPTURE(run.err);
  CHECK(run.code == bad.code);
  CHECK(run.out.empty());
  CHECK(run.err.starts_with("widegeo: error: "));
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
  CHECK(run.err.find(bad.words) != std::string::npos);
}

}  // namespace

TEST_CASE(
    "program: --fields help knows every field that a command prints, and other names are refused before the work") {
  const ScratchFolder scratch;
  const std::string data = scratch.write("x.csv", "1,2,3\n2,1,0\n0.5,1,1\n0,1,2\n"),
                    pairs = scratch.write("p.csv", "0,1\n1,2\n");
  const std::string claims = scratch.write("c.toml",
                                           "[[statement]]\nid = \"a\"\nclaim = \"A > 0\"\n[statement.forall]\n"
                                           "activation = [\"erf\"]\nradius = \"1:2\"\n");
  const std::string array = " --force --output " + scratch.file("k.npy") + " --input " + data;
  const std::vector<std::pair<std::string, std::vector<std::string>>> questions{
      {"kernel",
       {" --activation erf --x 1,2 --y 2,1 --derivatives 2", " --activation erf --scalar",
        " --activation erf --scalar --as chebyshev", " --activation erf --scalar --as power",
        " --activation erf --kind both" + array,
        " --activation erf --derivatives 1 --gradient-of x --pairs " + pairs + array}},
      {"metric",
       {" --activation erf --x 1,2", " --activation erf --radius 1:2:3 --dimension 3",
        " --activation erf --input " + data, " --activation erf" + array}},
      {"formula", {" --activation erf"}},
      {"activations", {""}},
      {"validate", {" --activation erf --x 1,0.5 --width 20 --samples 60 --distribution --quiet"}},
      {"regress", {" --activation erf --target-column 3 --columns 1:2 --train 1:3 --input " + data}},
      {"check",
       {" --list", " --only parseval", " --explain parseval", " " + claims,
        " --certified --certificate " + scratch.file("p.json") + " " + claims, " --verify " + scratch.file("p.json")}}};
  for (const auto& [command, asked] : questions) {
    CAPTURE(command);
    const ProgramRun help = run_program(command + " --fields help");
    CHECK(help.code == 0);
    std::set<std::string> known;
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with("#")) known.insert(line.substr(0, line.find(' ')));
    const ProgramRun wrong = run_program(command + " --activation erf --fields no_such_field");
    CHECK(wrong.code == 2);
    for (const std::string& question : asked) {
      const ProgramRun run = run_program(command + question + " --format json");
      CAPTURE(question);
      CAPTURE(run.err);
      REQUIRE((run.code == 0 || run.code == 3));
      const auto document = nlohmann::json::parse(run.out);
      for (const auto& row : document["results"])
        for (const auto& [name, value] : row.items())
          CHECK_MESSAGE((known.contains(name) || name.starts_with("quantile_")), name);
    }
  }
  const ProgramRun late =
      run_program("validate --activation erf --x 1 --width 1000000 --samples 1000000000 --fields verdcit");
  CHECK(late.code == 2);
  CHECK(late.err.find("'verdict'") != std::string::npos);
  CHECK(run_program("formula --activation erf --format latex --fields formula").code == 2);
}

TEST_CASE("program: alone it gives a short help with commands that run") {
  const ProgramRun run = run_program("");
  CHECK(run.code == 2);
  CHECK(run.err.empty());
  std::size_t commands = 0;
  for (std::size_t at = run.out.find("\n  widegeo "); at != std::string::npos;
       at = run.out.find("\n  widegeo ", at + 1)) {
    const std::size_t begin = at + 11, end = run.out.find('\n', begin);
    CHECK(run_program(run.out.substr(begin, end - begin)).code == 0);
    ++commands;
  }
  CHECK(commands == 3);
  CHECK(run_program("--help").out.find("kernel") != std::string::npos);
}

TEST_CASE("program: bad usage ends in exit 2 with one line that helps") {
  for (const Bad& bad : std::vector<Bad>{
           {"kernle --x 1", 2, "did you mean 'kernel'?"},
           {"--activation erf", 2, "unknown option"},
           {"kernel --activaton erf --x 1", 2, "did you mean '--activation'?"},
           {"kernel --activation erf 0.3", 2, "unexpected argument"},
           {"kernel --activation erf --x", 2, "needs a value"},
           {"kernel --activation erf --x --y 1", 2, "needs a value"},
           {"kernel --activation erf --x 1 --x 2", 2, "given twice"},
           {"kernel --activation erf --x 1 --quiet=3", 2, "takes no value"},
           {"kernel --activation erf --x=", 2, "empty"},
           {"kernel --x 1", 2, "no activation"},
           {"kernel --activation erf", 2, "no input"},
           {"kernel --activation relux --x 1", 2, "relu"},
           {"kernel --activation erf --x 1 --format jason", 2, "did you mean 'json'?"},
           {"kernel --activation erf --x 1 --kind nngq", 2, "did you mean 'nngp'?"},
           {"kernel --activation erf --x 1 --route closd", 2, "did you mean 'closed'?"},
           {"kernel --activation erf --x 1 --derivatives 3", 2, "out of range"},
           {"kernel --activation erf --x 1 --derivatives two", 2, "not a whole number"},
           {"kernel --activation erf --x 1 --threads 0", 2, "--threads"},
           {"kernel --activation erf --x 1 --seed -1", 2, "--seed"},
           {"kernel --activation tanh --x 1 --route closed", 2, "erf"},
           {"metric --activation erf", 2, "no point"},
           {"metric --activation erf --x 1 --radius 1", 2, "more than once"},
           {"metric --activation erf --radius 1", 2, "--dimension"},
           {"metric --activation erf --x 1,2 --dimension 2", 2, "--dimension"},
           {"metric --activation erf --x 1,2 --log", 2, "--log"},
           {"formula --activation tanh", 2, "no closed form"},
           {"formula --activation erf --quantity Kdto", 2, "did you mean 'Kdot'?"},
           {"formula --activation erf --depth 2 --quantity R", 2, "depth 1"},
           {"kernel --activation 'x+y' --x 1", 2, "'y'"},
           {"kernel --activation erf --x 1 --param", 2, "needs a value"},
           {"kernel --activation erf --x 1 --param alpha", 2, "NAME=VALUE"},
           {"kernel --activation erf --x 1 --param frequency=2", 2, "frequency"},
           {"kernel --activation leaky-relu --x 1 --param alpha=1 --param alpha=2", 2, "twice"},
       }) {
    check_refused(bad);
  }
}

TEST_CASE("program: bad numbers end in exit 2") {
  for (const Bad& bad : std::vector<Bad>{
           {"kernel --activation erf --x nan", 2, "not a finite number"},
           {"kernel --activation erf --x 1,inf", 2, "not a finite number"},
           {"kernel --activation erf --x 1e400", 2, "out of range"},
           {"kernel --activation erf --x 1e-400", 2, "out of range"},
           {"kernel --activation erf --x 1e999999999", 2, "--x"},
           {"kernel --activation erf --x 1,,2", 2, "missing"},
           {"kernel --activation erf --x 1, --y 1,2", 2, "missing"},
           {"kernel --activation erf --x abc", 2, "not a finite number"},
           {"kernel --activation erf --x 1/0", 2, "not a finite number"},
           {"kernel --activation erf --x 1,2 --y 1", 2, "2 coordinates"},
           {"kernel --activation erf --x 1 --depth 0", 2, "--depth"},
           {"kernel --activation erf --x 1 --depth -3", 2, "--depth"},
           {"kernel --activation erf --x 1 --depth 1.5", 2, "--depth"},
           {"kernel --activation erf --x 1 --depth 99999999999999999999", 2, "out of range"},
           {"kernel --activation erf --x 1 --digits 0", 2, "--digits"},
           {"kernel --activation erf --x 1 --digits 10001", 2, "--digits"},
           {"kernel --activation erf --x 1 --digits ten", 2, "--digits"},
           {"kernel --activation erf --x 1 --depth 3 --weight-variance 1,2", 2, "weight"},
           {"kernel --activation erf --x 1 --bias-variance 1,2", 2, "bias"},
           {"kernel --activation erf --x 1 --weight-variance -1", 2, "weight"},
           {"kernel --activation erf --x 1 --weight-variance 0", 2, "weight"},
           {"kernel --activation erf --x 1 --bias-variance -0.1", 2, "bias"},
           {"kernel --activation erf --x 1 --input-scale fan-on", 2, "fan-in"},
           {"kernel --activation erf --x 1 --layer past", 2, "post"},
           {"metric --activation erf --radius -1 --dimension 2", 2, "negative"},
           {"metric --activation erf --radius 1:2 --dimension 2", 2, "FROM:TO:N"},
           {"metric --activation erf --radius 1:2:0 --dimension 2", 2, "--radius"},
           {"metric --activation erf --radius 1:2:1 --dimension 2", 2, "--radius"},
           {"metric --activation erf --radius 0:2:5 --log --dimension 2", 2, "logarithmic"},
           {"metric --activation erf --radius 1 --dimension 0", 2, "--dimension"},
           {"metric --activation erf --radius 1 --dimension 1000001", 2, "--dimension"},
           {"validate --activation erf --x 1 --samples 1", 2, "--samples"},
           {"validate --activation erf --x 1 --samples 0", 2, "--samples"},
           {"validate --activation erf --x 1 --width 0", 2, "--width"},
           {"validate --activation erf --x 1 --width 100,100", 2, "given twice"},
           {"validate --activation erf --x 1 --width 100,200 --samples 5,6,7", 2, "one per width"},
           {"validate --activation erf", 2, "--x"},
           {"validate --activation step --x 1,2", 2, "no metric"},
           {"validate --activation erf --x 1,2 --quantities log_volum", 2, "did you mean 'log_volume'?"},
           {"validate --activation erf --x 1,2 --quantities tangential_eigenvalue,", 2, ""},
           {"validate --activation erf --x 1 --quantities tangential_eigenvalue", 2, "dimension"},
           {"validate --activation erf --x 1 --sampler conditionl", 2, "did you mean 'conditional'?"},
           {"validate --activation erf --x 1 --weight-law gausian", 2, "did you mean 'gaussian'?"},
           {"validate --activation erf --x 1 --weight-law uniform --sampler conditional", 2, "Gaussian"},
           {"validate --activation erf --x 1 --weight-law sparse --weight-parameter 2", 2, "sparse"},
           {"validate --activation erf --x 1 --false-alarm 1", 2, "--false-alarm"},
           {"validate --activation erf --x 1 --target-error 0", 2, "--target-error"},
           {"validate --activation erf --x 1 --control-variates maybe", 2, "--control-variates"},
           {"validate --activation erf --x 1 --time-limit 0", 2, "--time-limit"},
           {"validate --activation erf --x 1 --resume", 2, "--checkpoint"},
           {"validate --activation erf --x 1 --digits 16", 2, "double"},
           {"validate --activation erf --x 1,2 --target-error 1e-9 --time-limit 1", 3, "would take"},
           {"validate --activation erf --x 0.8,-0.3 --width 100000000 --depth 20 --samples 2 --time-limit 2", 3,
            "would take about"},
           {"validate --activation erf --x 0,0 --quantities A,B --bias-variance 0.1", 2, "B of a finite network"},
           {"validate --activation 3 --x 0.3,0.4", 2, "the metric vanishes"},
           {"validate --activation erf --x 1,2 --weight-parameter 3", 2, "only the laws sparse and student-t"},
           {"validate --activation erf --x 1,2 --weight-law sparse", 2, "--weight-parameter"},
           {"validate --activation erf --x 1,2 --weight-law student-t", 2, "--weight-parameter"},
           {"validate no-such-campaign.toml", 4, "cannot read"},
           {"validate /", 4, "cannot read: is a directory"},
           {"validate one.toml two.toml", 2, "unexpected argument"},
           {"metric --activation 'exp(x^2)' --x 1", 2, ""},
           {"metric --activation '1/x' --x 1", 2, "infinite"},
           {"metric --activation 'log(x)' --x 1", 2, "undefined"},
           {"metric --activation erf --x 1 --fields scalar_curvatur", 2, "did you mean 'scalar_curvature'?"},
           {"metric --activation erf --x 1 --fields ''", 2, "empty"},
           {"kernel --activation 'log(x)' --x 1", 2, ""},
           {"--bogus", 2, "see widegeo --help"},
           {"metric --frobnicate 1", 2, "see widegeo metric --help"},
       }) {
    check_refused(bad);
  }
}

TEST_CASE("program: an expression that does not parse is shown with a caret under the position") {
  for (const std::string text : {"x*(1+)", "2x", "foo(x)", "((((", ")"}) {
    CAPTURE(text);
    const ProgramRun run = run_program("kernel --x 1 --activation '" + text + "'");
    CAPTURE(run.err);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK(run.err.starts_with("widegeo: error: "));
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 3);
    CHECK(run.err.find('^') != std::string::npos);
  }
}

TEST_CASE("program: files that cannot be read or written end in exit 4, with row and column") {
  const ScratchFolder scratch;
  const std::string good = scratch.write("good.csv", "1,2\n3,4\n");
  const std::string metric = "metric --activation erf --input ";
  const std::string gram = "kernel --activation erf --input ";
  for (const Bad& bad : std::vector<Bad>{
           {metric + scratch.file("missing.csv"), 4, "cannot read"},
           {metric + scratch.write("empty.csv", ""), 4, "empty"},
           {metric + scratch.write("blank.csv", "\n\n"), 4, "no row of numbers"},
           {metric + scratch.write("header.csv", "a,b\n"), 4, "no row of numbers"},
           {metric + scratch.write("word.csv", "1,2\n3,four\n"), 4, "row 2, column 2"},
           {metric + scratch.write("ragged.csv", "1,2\n3\n"), 4, "row 2"},
           {metric + scratch.write("nan.csv", "1,nan\n"), 4, "row 1, column 2"},
           {metric + scratch.write("plain.csv.gz", "1,2\n"), 4, "damaged"},
           {metric + scratch.write("text.npy", "1,2\n"), 4, "not a .npy file"},
           {metric + good + " --columns 1:3", 2, "no column 3"},
           {metric + good + " --columns 2:1", 2, "--columns"},
           {metric + good + " --columns 0:1", 2, "--columns"},
           {metric + scratch.write("table.txt", "1,2\n"), 2, "unknown type of file"},
           {gram + good, 2, "--output"},
           {gram + good + " --output " + scratch.file("K.txt"), 2, "--output"},
           {gram + good + " --digits 20 --output " + scratch.file("K.npy"), 2, "--digits"},
           {gram + good + " --input2 " + scratch.write("three.csv", "1,2,3\n") + " --output " + scratch.file("K.npy"),
            2, "columns"},
           {gram + good + " --output " + scratch.file("no/such/K.npy"), 4, "cannot write"},
           {"kernel --activation erf --x 1 --output " + scratch.file("no/such/file"), 4, "cannot write"},
           {"kernel --activation erf --x 1 --output /dev/full", 4, "cannot write"},
           {"kernel --activation erf --x 1 --model " + scratch.file("missing.toml"), 4, "cannot read"},
           {"kernel --x 1 --model " + scratch.write("bad.toml", "activation = \n"), 4, "line 1"},
           {"kernel --x 1 --model " + scratch.write("key.toml", "activation = 'erf'\ndeph = 2\n"), 2,
            "did you mean 'depth'?"},
           {"kernel --x 1 --model " + scratch.write("type.toml", "activation = true\n"), 2, "line 1"},
       }) {
    check_refused(bad);
  }
}

TEST_CASE("program: a target error that is not reached ends in exit 3, and the results and the note are printed") {
  const std::string command =
      "validate --activation erf --x 0.8,0.3 --width 50 --samples 50 --quantities A,g[1,2] --target-error 1e-6";
  for (const std::string format : {"text", "json", "csv"}) {
    CAPTURE(format);
    const ProgramRun run = run_program(command + " --format " + format);
    CAPTURE(run.err);
    CHECK(run.code == 3);
    CHECK(run.err.starts_with("widegeo: error: the target error was not reached: "));
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
    CHECK(run.err.find("instead of 1e-06 after 50 networks") != std::string::npos);
    CHECK(run.out.find("g[1,2]") != std::string::npos);
    CHECK((run.out.find("the target error was not reached: ") != std::string::npos) == (format != "csv"));
  }
}

TEST_CASE("program: a campaign file's mistakes are told in the file's words") {
  const ScratchFolder scratch;
  const std::string head = "[[experiment]]\npoint = [1, 2]\nwidth = 10\nsamples = 9\n";
  for (const Bad& bad : std::vector<Bad>{
           {head + "activation = 'erf'\ninput_scale = 'fan'\n", 2, "input_scale"},
           {head + "activation = 'erf'\nweight_variance = -1\n", 2, "weight"},
           {head + "activation = 'erf'\nweight_law = 'sparse'\n", 2, "weight_parameter"},
           {head + "activation = 'erf'\nweight_parameter = 3\n", 2, "only the laws sparse and student-t"},
           {head + "activation = 'erf'\nparameters = { frequency = 2 }\n", 2, "frequency"},
       }) {
    const std::string file = scratch.write("c.toml", bad.arguments);
    check_refused({"validate " + file, bad.code, bad.words});
    CHECK(run_program("validate " + file).err.find("--") == std::string::npos);
  }
}

TEST_CASE("program: a refused run leaves no file behind") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("K.json");
  CHECK(run_program("kernel --activation erf --x 1,nan --format json --output " + path).code == 2);
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(run_program("kernel --activation erf --x 1,2 --format json --output " + path).code == 0);
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("program: no output takes the place of an input, and no text that of an array") {
  const ScratchFolder scratch;
  const std::string rows = "1,2,0\n3,4,1\n5,6,0\n1,1,1\n";
  const std::string data = scratch.write("data.csv", rows), model = scratch.write("m.toml", "activation = 'erf'\n");
  std::filesystem::create_symlink(data, scratch.file("link.csv"));
  const std::string input = " --activation erf --input " + data;
  for (const std::string& command :
       {"metric" + input + " --output " + data, "metric" + input + " --output " + scratch.file("link.csv"),
        "regress" + input + " --columns 1:2 --target-column 3 --train 1:2 --output " + data,
        "regress" + input + " --targets " + data + " --train 1:2 --output " + data,
        "kernel" + input + " --force --output " + data,
        "kernel" + input + " --force --pairs " + model + " --output " + model,
        "kernel --x 1 --model " + model + " --output " + model, "formula --model " + model + " --output " + model})
    check_refused({command, 2, "the output would overwrite the input"});
  CHECK(read_whole(data) == rows);
  const std::string array = scratch.write("M.npy", "precious");
  for (const std::string command : {"kernel --activation erf --x 1", "kernel --activation erf --scalar --rho 0",
                                    "metric --activation erf --x 1", "formula --activation erf", "activations"})
    check_refused({command + " --output " + array, 2, "a .npy is written only for the rows"});
  check_refused({"metric" + input + " --output " + array, 4, "--force"});
  CHECK(read_whole(array) == "precious");
  CHECK(run_program("metric" + input + " --force --output " + array).code == 0);
  CHECK(read_whole(array) != "precious");
  // A report replaces an older one.
  const std::string report = scratch.write("r.json", "old");
  CHECK(run_program("metric" + input + " --format json --output " + report).code == 0);
  CHECK(read_whole(report) != "old");
}

TEST_CASE("program: options that would be passed over in silence are refused") {
  const ScratchFolder scratch;
  const std::string data = scratch.write("data.csv", "1,2\n3,4\n"), out = " --output " + scratch.file("K.npy");
  for (const std::string option : {"--force", "--resume", "--all-layers", "--tolerance 1e-3", "--memory-limit 64M",
                                   "--dtype float32", "--derivatives 1", "--gradient-of x"}) {
    check_refused({"kernel --activation erf --scalar --rho 0 " + option, 2, option.substr(0, option.find(' '))});
  }
  const std::string gram = "kernel --activation erf --input " + data;
  check_refused({gram + out + " --seed 3", 2, "--seed"});
  check_refused({gram + out + " --derivatives 1 --seed 3", 2, "--seed"});
  check_refused({"metric --activation erf --x 1 --force", 2, "--force"});
  check_refused({gram + " --output K", 2, "the extension of 'K'"});
  check_refused({gram + " --derivatives 1", 2, "for example --output G.npy"});
  check_refused({gram + " --derivatives 1 --output G.csv", 2, "for example --output G.npy"});
  CHECK_FALSE(std::filesystem::exists(scratch.file("K.npy")));
  CHECK(run_program(gram + out + " --derivatives 0").code == 0);
}

TEST_CASE("program: a Gram matrix with a number that no run can have leaves nothing to resume") {
  const ScratchFolder scratch;
  const std::string data = scratch.write("data.csv", "1e30,2\n3,4\n"), out = scratch.file("K.npy");
  check_refused({"kernel --activation relu --input " + data + " --dtype float32 --output " + out, 2, "float32"});
  check_refused({"kernel --activation relu --input " + data +
                     " --derivatives 1 --dtype float32 --kind ntk "
                     "--weight-variance 1e30 --output " +
                     out,
                 2, "float32"});
  for (const std::string ending : {"", ".part", ".part.done"}) CHECK_FALSE(std::filesystem::exists(out + ending));
}

TEST_CASE("program: a csv has one column of each name") {
  const ScratchFolder scratch;
  const std::string data = scratch.write("data.csv", "1,2,0\n3,4,1\n5,6,0\n1,1,1\n");
  const std::string input = " --activation erf --format csv --input " + data;
  for (const std::string& command : {"kernel" + input + " --output " + scratch.file("K.npy"),
                                     std::string("kernel --activation erf --x 1 --format csv"),
                                     "kernel" + input + " --derivatives 1 --output " + scratch.file("G.npy"),
                                     "metric" + input + " --output " + scratch.file("M.npy"),
                                     "regress" + input + " --columns 1:2 --target-column 3 --train 1:2 --classes"}) {
    CAPTURE(command);
    const ProgramRun run = run_program(command);
    REQUIRE_MESSAGE(run.code == 0, run.err);
    std::istringstream line(run.out.substr(0, run.out.find('\n')));
    std::vector<std::string> names;
    for (std::string name; std::getline(line, name, ',');) names.push_back(name);
    std::sort(names.begin(), names.end());
    CAPTURE(run.out);
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    CHECK(std::find(names.begin(), names.end(), "error_kind") != names.end());
  }
}

TEST_CASE("program: standard output that cannot be written ends in exit 4") {
  if (!std::filesystem::exists("/dev/full")) return;
  CHECK(run_program("activations >/dev/full").code == 4);
}
