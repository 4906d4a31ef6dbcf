// Text for people: the notation with brackets, reasons said once, tables that fit the terminal.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

#include "number/rational.hpp"
#include "report/concise.hpp"
#include "report/decimal.hpp"
#include "report/record.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::report;

namespace {

std::string rendered(const std::vector<Record>& rows, const TextLayout& layout = {},
                     const std::vector<std::string>& expendable = {}) {
  Document document;
  document.set_rows(rows);
  document.expendable = expendable;
  std::string text;
  render(
      document, Format::text, [&text](const std::string& piece) { text += piece; }, layout);
  return text;
}

Number number(const std::string& value, const std::string& error, ErrorKind kind = ErrorKind::rounding) {
  return {value, error, kind, false};
}

std::string concise_text(const std::string& value, const std::string& error) { return concise(number(value, error)); }

/// What a reader makes of "1.23(4)e-5": 1.23e-5 and 0.04e-5.
struct Reading {
  Rational value, error;
  unsigned long units = 0;
  std::size_t digits = 0;  ///< without zeros in front
};

Reading read(const std::string& text) {
  const std::size_t open = text.find('('), close = text.find(')');
  REQUIRE(open != std::string::npos);
  REQUIRE(close != std::string::npos);
  const std::string shown = text.substr(0, open), exponent = text.substr(close + 1);
  Reading reading;
  reading.value = parse_rational(shown + exponent).value();
  std::string last = shown;  // 1 at its last digit
  for (char& c : last) {
    if (c >= '0' && c <= '9') c = '0';
  }
  last.back() = '1';
  reading.units = std::stoul(text.substr(open + 1, close - open - 1));
  reading.error = abs(parse_rational(last + exponent).value()) * reading.units;
  for (const char c : shown) reading.digits += (c >= '1' && c <= '9') || (c == '0' && reading.digits > 0) ? 1 : 0;
  return reading;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("report text: the interval read from the brackets contains value +- error, and is hardly wider") {
  std::mt19937_64 random = testing::generator_of_test("report text 1");
  for (std::size_t i = 0; i < testing::trials(20000); ++i) {
    const double size = testing::log_uniform(random, 1e-25, 1e25);
    const double value = random() % 2 == 0 ? size : -size;
    const double relative = testing::log_uniform(random, 1e-20, 1e4);
    const unsigned digits = 1 + static_cast<unsigned>(random() % 17);
    // The error covers the printed digits, as those of the program do, or is much smaller, as that of a mean may be.
    const bool covers = random() % 4 != 0;
    const bool statistical = random() % 3 == 0;
    const Number whole =
        number(decimal(value, digits), error_text(size * relative, covers ? print_error(value, digits) : 0.0),
               statistical ? ErrorKind::statistical : ErrorKind::rounding);
    const std::string text = concise(whole);
    INFO(whole.value, " +- ", whole.error, " reads ", text);
    const Reading reading = read(text);
    const Rational exact = parse_rational(whole.value).value(), error = parse_rational(whole.error).value();
    CHECK(reading.value - reading.error <= exact - error);
    CHECK(exact + error <= reading.value + reading.error);
    if (covers) {
      CHECK(reading.value - reading.error <= Rational(value) - Rational(size * relative));
      CHECK(Rational(value) + Rational(size * relative) <= reading.value + reading.error);
    }
    CHECK(reading.units >= 1);
    CHECK(reading.units <= (statistical ? 99U : 19U));
    CHECK(reading.digits <= digits);
    // One unit is what rounding up and the rounding of the value take, at most half of it each, and a half.
    const Rational unit = reading.error / reading.units;
    CHECK(reading.error <= error + unit * Rational(3, 2));
    // No digit is dropped that the error leaves: one more would ask for three digits in the brackets, or for none.
    CHECK((reading.units >= (statistical ? 10U : 2U) || reading.digits == digits));
  }
}

TEST_CASE("report text: brackets at the ends: exponents, zeros, exact numbers, errors beyond the point") {
  CHECK(concise_text("0.0424666577442", "5.1e-14") == "0.0424666577442(1)");
  CHECK(concise_text("0.0767998627090", "1.2e-05") == "0.076800(13)");
  CHECK(concise_text("1.23456789012e-20", "2.3e-26") == "1.234568(3)e-20");
  CHECK(concise_text("-9.99996e300", "4e296") == "-1.00000(5)e301");
  CHECK(concise_text("1.5e-5000", "1.0e-5001") == "1.5(1)e-5000");
  CHECK(concise_text("1.5", "1.0e-5000") == "1.5(1)");
  CHECK(concise_text("1e-5000", "1.0e-01") == "0.00(11)");
  CHECK(concise(number("0.0768063336610", "2.9e-06", ErrorKind::statistical)) == "0.0768063(30)");
  CHECK(concise_text("123", "12") == "123(12)");
  CHECK(concise_text("123", "20") == "1.2(3)e2");
  CHECK(concise_text("12345.678", "3.0e+02") == "1.23(4)e4");
  CHECK(concise_text("-0.00123", "0.5") == "0.0(6)");
  CHECK(concise_text("3", "5.0e+02") == "0(6)e2");
  CHECK(concise_text("9.996", "0.03") == "10.00(4)");
  CHECK(concise_text("0", "4.9e-30") == "0 +- 4.9e-30");
  CHECK(concise_text("0", "0") == "0");
  CHECK(concise_text("0.25", "0") == "0.25");
}

TEST_CASE("report text: asked digits are all shown with their error beside them, also in a table") {
  const Record row{{"A", number("0.123456789012345", "1.1e-05")},
                   {"mean", number("2.00", "1.0e-01", ErrorKind::statistical)},
                   {"zero", number("0", "4.9e-30", ErrorKind::truncation)}};
  CHECK(rendered({row}) ==
        "A     0.123457(12)  rounding\nmean  2.00(10)  statistical\n"
        "zero  0  +- 4.9e-30  (truncation)\n");
  CHECK(rendered({row}, {.all_digits = true, .width = {}}) ==
        "A     0.123456789012345  +- 1.1e-05  (rounding)\nmean  2.00  +- 1.0e-01  (statistical)\n"
        "zero  0  +- 4.9e-30  (truncation)\n");
  const Record exact{{"B", number("0", "0")}, {"mean", number("1", "0", ErrorKind::statistical)}};
  CHECK(rendered({exact}) == "B     0  exact\nmean  1  +- 0  (statistical)\n");
  CHECK(lines_of(rendered({exact, exact}))[1] == "0  1");
  CHECK(lines_of(rendered({row, row}))[1] == "0.123457(12)  2.00(10)  0 +- 4.9e-30");
  CHECK(lines_of(rendered({row, row}, {.all_digits = true, .width = {}}))[1] ==
        "0.123456789012345  2.00  0     5.0e-02");
}

TEST_CASE("report text: a reason that several fields share is said once and names them") {
  const Null jump{"it jumps"};
  const List matrix{List{jump, jump}, List{jump, jump}};
  CHECK(rendered({{{"A", jump}, {"x", "1"}, {"B", jump}, {"metric", matrix}, {"C", Null{"no plane"}}}}) ==
        "A       -\nx       1\nB       -\nmetric  -\nC       does not exist: no plane\n"
        "# does not exist (-): A, B, metric: it jumps\n");
  // Of a matrix that exists in part, the entries are named.
  const std::string part = rendered({{{"m", List{jump, number("1", "0"), jump}}}});
  CHECK(part == "m[1]  -\nm[2]  1  exact\nm[3]  -\n# does not exist (-): m[1], m[3]: it jumps\n");
  const Record row{{"A", jump}, {"B", jump}, {"C", Null{"no plane"}}};
  CHECK(rendered({row, row}) ==
        "A  B  C\n-  -  -\n-  -  -\n"
        "# does not exist (-): A, B: it jumps\n# does not exist (-): C: no plane\n");
}

TEST_CASE("report text: a table leaves out what follows from the rest, as much as the width asks for and no more") {
  const Record row{{"radius", Exact{"1"}},
                   {"A", number("0.123", "1.0e-03")},
                   {"eigenvalue", number("0.123", "1.0e-03")},
                   {"ricci", Null{"no plane"}},
                   {"R", number("0.123", "1.0e-03")}};
  const std::vector<Record> rows{row, row};
  const std::vector<std::string> expendable{"missing", "eigenvalue", "ricci"};
  const std::string whole = rendered(rows, {}, expendable);
  const auto width = [](const std::string& text) {
    std::size_t most = 0;
    for (const std::string& line : lines_of(text)) {
      if (!line.starts_with('#')) most = std::max(most, line.size());
    }
    return most;
  };
  CHECK(width(whole) == 45);
  CHECK(rendered(rows, {.all_digits = false, .width = 45}, expendable) == whole);
  const std::string narrower = rendered(rows, {.all_digits = false, .width = 44}, expendable);
  CHECK(lines_of(narrower)[0] == "radius  A         ricci  R");
  CHECK(lines_of(narrower)[1] == "1       0.123(1)  -      0.123(1)");
  CHECK(lines_of(narrower).back().find("left out") != std::string::npos);
  CHECK(lines_of(narrower).back().find("eigenvalue") != std::string::npos);
  CHECK(lines_of(narrower).back().find("--fields") != std::string::npos);
  const std::string narrowest = rendered(rows, {.all_digits = false, .width = 5}, expendable);
  CHECK(lines_of(narrowest)[0] == "radius  A         R");
  CHECK(narrowest.find("no plane") == std::string::npos);  // of a column that is not there
  CHECK(narrowest.find("eigenvalue, ricci") != std::string::npos);
  // Fields that were asked for stay, and one record has a line for each.
  Document document;
  document.set_rows(rows);
  document.expendable = expendable;
  document.select({"radius", "eigenvalue", "R"});
  std::string text;
  render(document, Format::text, [&text](const std::string& piece) { text += piece; },
         {.all_digits = false, .width = 5});
  CHECK(lines_of(text)[0] == "radius  eigenvalue  R");
  CHECK(rendered({row}, {.all_digits = false, .width = 5}, expendable) == rendered({row}));
  // The other formats have no width.
  for (const Format format : {Format::json, Format::csv, Format::markdown, Format::latex}) {
    std::string narrow, wide;
    document.expendable = expendable;
    render(document, format, [&](const std::string& piece) { narrow += piece; }, {.all_digits = false, .width = 5});
    render(document, format, [&](const std::string& piece) { wide += piece; });
    CHECK(narrow == wide);
  }
}
