// Commands that once printed a wrong number with a small error, or did not end, with their right values: each prints
// the right value within its stated error, or refuses in one line with exit code 2 or 3, and ends. Right values come
// from interval integration (the oracle of testing/arb_oracle.hpp) or from closed forms.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using Json = nlohmann::json;

namespace {

/// Processor seconds of one command: what takes longer counts as no end.
constexpr int seconds_each = 10;

struct Expected {
  std::string field;  ///< a path into the first result, parts separated by /
  std::string right;  ///< to its last digit; "none": the quantity does not exist (null, or a refusal)
};

struct Reported {
  std::string group, command;
  std::vector<Expected> expected;  ///< empty: it ends, with whatever it can say
};

std::vector<std::string> parts_of(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(separator, from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + separator.size();
  }
  return parts;
}

/// The rows of validation/reference/reported_faults.txt, which says how they are written.
std::vector<Reported> table() {
  std::ifstream file(WIDEGEO_SOURCE_DIR "/validation/reference/reported_faults.txt");
  std::vector<Reported> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.ends_with(" |")) line += ' ';
    const std::vector<std::string> columns = parts_of(line, " | ");
    REQUIRE(columns.size() == 3);
    Reported row{columns[0], columns[1], {}};
    for (const std::string& entry : parts_of(columns[2], "; ")) {
      if (entry.empty()) continue;
      const std::vector<std::string> sides = parts_of(entry, "=");
      REQUIRE(sides.size() == 2);
      row.expected.push_back({sides[0], sides[1]});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Commands of many equal parts.
std::vector<Reported> generated() {
  std::string nested = "x", sum, product;
  for (int i = 0; i < 100; ++i) nested = "tanh(" + nested + ")";
  for (int i = 0; i < 1000; ++i) sum += (i == 0 ? "relu(x-" : "+relu(x-") + std::to_string(i) + "/100)";
  for (int i = 1; i <= 100; ++i) product += (i == 1 ? "(x-" : "*(x-") + std::to_string(i) + ")";
  std::vector<Reported> rows;
  for (const std::string& phi : {nested, sum, product})
    rows.push_back({"ends", "kernel --activation '" + phi + "' --x 1,0 --y 0.6,0.8", {}});
  return rows;
}

struct Run {
  int code = -1;
  std::string out, err;
  double seconds = 0;
};

/// Codes from 128 on: killed, by the limit or by a fault of its own.
Run run_bounded(const std::string& arguments) {
  static const testing::ScratchFolder scratch;
  const std::string errors = scratch.file("stderr"), output = scratch.file("stdout");
  // The wall clock is bounded too, far above: a process that sleeps uses no processor.
  const std::string command = "ulimit -c 0; ulimit -t " + std::to_string(seconds_each) + "; timeout -k 1 120 " +
                              WIDEGEO_BINARY_DIR + "/widegeo " + arguments + " --format json >" + output + " 2>" +
                              errors;
  Run run;
  const auto start = std::chrono::steady_clock::now();
  const int status = std::system(command.c_str());
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  if (run.code == 124) run.code = 128;
  run.out = testing::read_whole(output);
  run.err = testing::read_whole(errors);
  return run;
}

Real real_of(const Json& number) {
  return number.is_string() ? Real(number.get<std::string>()) : Real(number.get<double>());
}

/// One unit of the last digit that is written: "1.25e-3" gives 1e-5.
Real last_unit(const std::string& digits) {
  const std::size_t e = digits.find('e'), dot = digits.find('.');
  const std::string mantissa = digits.substr(0, e);
  const long exponent = e == std::string::npos ? 0 : std::stol(digits.substr(e + 1));
  const long decimals = dot == std::string::npos ? 0 : static_cast<long>(mantissa.size() - dot - 1);
  return pow(Real(10), Real(exponent - decimals));
}

const Json* find_field(const Json& result, std::string path) {
  const Json* at = &result;
  for (std::size_t slash; !path.empty(); path = slash == std::string::npos ? "" : path.substr(slash + 1)) {
    slash = path.find('/');
    const std::string part = path.substr(0, slash);
    if (at->is_array() && std::stoul(part) < at->size())
      at = &(*at)[std::stoul(part)];
    else if (at->is_object() && at->contains(part))
      at = &(*at)[part];
    else
      return nullptr;
  }
  return at;
}

bool is_one_line_error(const std::string& text) {
  return text.starts_with("widegeo: error:") && text.find('\n') == text.size() - 1;
}

/// "" when the field is right, else what is wrong.
std::string judge(const Json& result, const Expected& expected) {
  const std::string& right = expected.right;
  const Json* field = find_field(result, expected.field);
  if (field == nullptr) return "no field " + expected.field;
  const Json& value = field->is_object() ? (*field)["value"] : *field;
  if (right == "none") return value.is_null() ? "" : expected.field + " = " + value.dump() + ", does not exist";
  if (value.is_null()) return "";  // refused, with a reason
  const Real distance = abs(real_of(value) - Real(right));
  const Real error = field->is_object() ? real_of((*field)["error"]) : Real(0);
  if (distance <= error + last_unit(right)) return "";
  return expected.field + " = " + value.dump() + " +- " + error.text(2) + ", right " + right;
}

enum class Outcome { right, refused, ended, wrong, no_end };

Outcome outcome_of(const Reported& row, std::string& why) {
  const Run run = run_bounded(row.command);
  why = std::to_string(run.seconds).substr(0, 5) + " s";
  if (run.code >= 128) {
    why += ", killed";
    return Outcome::no_end;
  }
  if (run.code == 2 || run.code == 3) {
    if (is_one_line_error(run.err)) return Outcome::refused;
    why += ", not one line: " + run.err;
    return Outcome::wrong;
  }
  const Json document = Json::parse(run.out, nullptr, false);
  if (run.code != 0 || !document.is_object() || document["results"].empty()) {
    why += ", exit code " + std::to_string(run.code);
    return Outcome::wrong;
  }
  if (row.expected.empty()) return Outcome::ended;
  for (const Expected& expected : row.expected) {
    const std::string wrong = judge(document["results"][0], expected);
    if (wrong.empty()) continue;
    why += ", " + wrong;
    return Outcome::wrong;
  }
  const Json* first = find_field(document["results"][0], row.expected[0].field);
  return (first->is_object() ? (*first)["value"] : *first).is_null() ? Outcome::refused : Outcome::right;
}

}  // namespace

TEST_CASE("program: every reported fault prints its right value or refuses, and ends") {
  const PrecisionScope scope(60);
  static const char* const names[] = {"right", "refused", "ended", "WRONG", "NO END"};
  std::map<std::string, std::array<int, 5>> counts;
  std::vector<Reported> rows = table();
  for (const Reported& row : generated()) rows.push_back(row);
  for (const Reported& row : rows) {
    std::string why;
    const Outcome outcome = outcome_of(row, why);
    const std::size_t index = static_cast<std::size_t>(outcome);
    ++counts[row.group][index];
    std::printf("%-8s %s   # %s\n", names[index], row.command.substr(0, 300).c_str(), why.c_str());
    std::fflush(stdout);
    CHECK_MESSAGE(index < 3, names[index], ": widegeo ", row.command, " (", why, ")");
  }
  std::printf("%-28s %7s %7s %7s %7s %7s\n", "group", names[0], names[1], names[2], names[3], names[4]);
  for (const auto& [group, count] : counts)
    std::printf("%-28s %7d %7d %7d %7d %7d\n", group.c_str(), count[0], count[1], count[2], count[3], count[4]);
}
