// The writers: decimal text, five formats of one document, files that are whole or absent.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "number/error.hpp"
#include "number/rational.hpp"
#include "report/decimal.hpp"
#include "report/printable.hpp"
#include "report/record.hpp"
#include "storage/atomic_write.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::report;
using namespace widegeo::storage;

namespace {

std::string rendered(const Document& document, Format format) {
  std::string text;
  render(document, format, [&text](const std::string& piece) { text += piece; });
  return text;
}

Document sample() {
  Document document;
  document.schema = "widegeo/sample/1";
  document.model = {{"activation", "a_b"}, {"depth", 2LL}};
  List rows;  // one row: List{List{...}} may mean a copy
  rows.emplace_back(
      List{Number{"1", "0", ErrorKind::rounding, false}, Number{"2e-400", "0", ErrorKind::rounding, false}});
  Record first{{"x", List{Exact{"0.3"}, Exact{"-0.7"}}},
               {"K", Number{"0.25", "1.0e-17", ErrorKind::rounding, false}},
               {"long", Number{"0.1234567890123456789012345", "1.0e-25", ErrorKind::truncation, true}},
               {"none", Null{"it has no meaning"}},
               {"g", rows},
               {"text", "50% of a_b & \"more\", {x}"},
               {"flag", true}};
  document.set_rows({first, first});
  return document;
}

}  // namespace

TEST_CASE("json: the text of a double is a number whatever its size, more digits than a double has are a text") {
  Document document;
  document.schema = "s";
  document.set_rows({{{"large", Exact{"186356499815698235392"}},
                      {"scientific", Exact{"1.5e+300"}},
                      {"long", Exact{"186356499815698235393"}},
                      {"fraction", Exact{"0.12345678901234567890"}}}});
  const auto row = nlohmann::json::parse(rendered(document, Format::json))["results"][0];
  CHECK(row["large"].is_number());
  CHECK(row["large"] == 186356499815698235392.0);
  CHECK(row["scientific"].is_number());
  CHECK(row["long"] == "186356499815698235393");
  CHECK(row["fraction"] == "0.12345678901234567890");
}

TEST_CASE("report: decimal text of a double reads back to the same double at 17 digits") {
  std::mt19937_64 random = testing::generator_of_test("report 1");
  std::uniform_real_distribution<double> mantissa(-1, 1), exponent(-300, 300);
  for (std::size_t i = 0; i < testing::trials(2000); ++i) {
    const double value = mantissa(random) * std::pow(10.0, exponent(random));
    CHECK(std::strtod(decimal(value, 17).c_str(), nullptr) == value);
    CHECK(std::strtod(shortest(value).c_str(), nullptr) == value);
    CHECK(decimal(value, 9) == decimal(Real(value), 9));  // two converters: libstdc++ and MPFR
  }
}

TEST_CASE("report: decimals are rounded to nearest, plain in the middle and scientific at the ends") {
  const PrecisionScope scope(60);
  CHECK(decimal(0.25, 4) == "0.2500");
  CHECK(decimal(-1234.5678, 6) == "-1234.57");
  CHECK(decimal(1234567.0, 3) == "1.23e6");
  CHECK(decimal(9.996, 3) == "10.0");
  CHECK(decimal(1.25e-7, 3) == "1.25e-7");
  CHECK(decimal(0.00012345, 3) == "0.000123");
  CHECK(decimal(0.0, 30) == "0");
  CHECK(decimal(7.0, 1) == "7");
  CHECK(decimal(Real(1) / 3, 20) == "0.33333333333333333333");
  CHECK(decimal(Real(2) / 3, 50) == "0." + std::string(49, '6') + "7");
  CHECK_THROWS_AS(decimal(std::nan(""), 5), Error);
  CHECK_THROWS_AS(decimal(Real(1) / Real(0), 5), Error);
}

TEST_CASE("report: the text of an error is never below the error and at most a tenth above it") {
  std::mt19937_64 random = testing::generator_of_test("report 2");
  std::uniform_real_distribution<double> exponent(-300, 300);
  for (std::size_t i = 0; i < testing::trials(2000); ++i) {
    const double error = std::pow(10.0, exponent(random));
    const double back = std::strtod(error_text(error).c_str(), nullptr);
    CHECK(back >= error);
    CHECK(back <= 1.1 * error);  // two digits, rounded up: at worst 1.0... -> 1.1
  }
  CHECK(error_text(0.0) == "0");
  CHECK(error_text(Real("3.05e-5000")) == "3.1e-5000");
}

TEST_CASE("report: printing with D digits moves the value by no more than print_error") {
  const PrecisionScope scope(60);
  std::mt19937_64 random = testing::generator_of_test("report 3");
  std::uniform_real_distribution<double> mantissa(-1, 1);
  for (std::size_t i = 0; i < testing::trials(500); ++i) {
    const double value = mantissa(random);
    const unsigned digits = 1 + static_cast<unsigned>(i % 12);
    CHECK(std::abs(std::strtod(decimal(value, digits).c_str(), nullptr) - value) <=
          print_error(value, digits) * (1 + 1e-9));
    const Real real = Real(value) / 3;
    CHECK(abs(Real(decimal(real, digits)) - real) <= print_error(real, digits));
  }
}

TEST_CASE(
    "report: JSON carries the schema, numbers as numbers up to 17 digits and as text above, nulls with a reason") {
  const auto json = nlohmann::json::parse(rendered(sample(), Format::json));
  CHECK(json["schema"] == "widegeo/sample/1");
  CHECK(json["version"].is_string());
  CHECK(json["model"]["depth"] == 2);
  REQUIRE(json["results"].size() == 2);
  const auto& row = json["results"][1];
  CHECK(row["x"][1] == -0.7);
  CHECK(row["K"]["value"] == 0.25);
  CHECK(row["K"]["error"] == 1e-17);
  CHECK(row["K"]["kind"] == "rounding");
  CHECK(row["long"]["value"] == "0.1234567890123456789012345");
  CHECK(row["long"]["error"] == "1.0e-25");
  CHECK(row["none"]["value"].is_null());
  CHECK(row["none"]["reason"] == "it has no meaning");
  CHECK(row["g"][0][0]["value"] == 1);
  CHECK(row["g"][0][1]["value"] == "2e-400");  // no double is that small: it may not become 0
}

TEST_CASE("report: CSV has a name for every cell, quotes text, and leaves what does not exist empty") {
  std::istringstream lines(rendered(sample(), Format::csv));
  std::string header, first;
  std::getline(lines, header);
  std::getline(lines, first);
  CHECK(header ==
        "x_1,x_2,K,K_error,long,long_error,none,none_error,g_1_1,g_1_1_error,g_1_2,g_1_2_error,text,flag,kind");
  CHECK(first ==
        "0.3,-0.7,0.25,1.0e-17,0.1234567890123456789012345,1.0e-25,,,1,0,2e-400,0,\"50% of a_b & \"\"more\"\", "
        "{x}\",yes,truncation");
}

TEST_CASE("report: LaTeX and Markdown escape their special characters and keep one column count") {
  const std::string latex = rendered(sample(), Format::latex);
  CHECK(latex.find("50\\% of a\\_b \\& \"more\", \\{x\\}") != std::string::npos);
  CHECK(latex.find("\\begin{tabular}{llllllll}") != std::string::npos);
  CHECK(latex.find("$2\\times 10^{-400}$") == std::string::npos);  // lists stay one text cell
  std::istringstream lines(rendered(sample(), Format::markdown));
  for (std::string line; std::getline(lines, line);) {
    CHECK(std::count(line.begin(), line.end(), '|') == 9);
  }
}

TEST_CASE("report: text of one record shows every number with its error and every reason") {
  Document document = sample();
  document.set_rows({document.row(0)});
  const std::string text = rendered(document, Format::text);
  CHECK(text.find("0.25(1)  rounding") != std::string::npos);
  CHECK(text.find("does not exist: it has no meaning") != std::string::npos);
  CHECK(text.find("g[1][2]") != std::string::npos);
}

TEST_CASE("report: the worst relative error of a row is found across exponents beyond double") {
  CHECK(worst_error({{"a", Number{"2", "1.0e-10", ErrorKind::rounding, false}},
                     {"b", Number{"4e-5", "8e-10", ErrorKind::rounding, false}}})
            .starts_with("2."));
  CHECK(worst_error({{"a", Number{"1", "1.0e-5000", ErrorKind::rounding, true}}}).ends_with("e-5000"));
  CHECK(worst_error({{"a", "text"}}).empty());
}

TEST_CASE("report: an unknown format names the nearest one") {
  try {
    (void)parse_format("jsn");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::input);
    CHECK(error.hint().find("'json'") != std::string::npos);
  }
}

TEST_CASE("report: a file is written whole or not at all, and nothing is left beside it") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("widegeo_report_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string path = (folder / "result.txt").string();
  atomic_write(path, "first");
  {
    AtomicFile abandoned(path);
    abandoned.write(std::string(3 << 20, 'x'));  // more than the buffer: some of it is on disk already
  }
  std::ifstream file(path);
  std::string content;
  std::getline(file, content);
  CHECK(content == "first");
  atomic_write(path, "second");
  std::ifstream again(path);
  std::getline(again, content);
  CHECK(content == "second");
  CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & S_IRUSR) != 0);

  // What replaces a private file is as private.
  fs::permissions(path, fs::perms(0600));
  atomic_write(path, "third");
  CHECK(fs::status(path).permissions() == fs::perms(0600));

  CHECK_FALSE(check_writable(path));  // nothing has to be kept open
  fs::create_symlink(folder / "nowhere", folder / "link");
  for (const std::string& bad :
       {(folder / "missing" / "x.txt").string(), folder.string(), (folder / "link").string()}) {
    try {
      (void)check_writable(bad);
      FAIL("accepted ", bad);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::io);
    }
  }
  for (const std::string& bad : {(folder / "missing" / "x.txt").string(), folder.string(), std::string()}) {
    try {
      atomic_write(bad, "data");
      FAIL("accepted ", bad);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::io);
    }
  }
  if (fs::exists("/dev/full")) CHECK_THROWS_AS(atomic_write("/dev/full", "data"), Error);
  fs::remove_all(folder);
}

TEST_CASE("report: select keeps the named fields in the order asked for; what no row has does not exist") {
  report::Document document;
  document.set_rows({{{"A", report::Exact{"1"}}, {"B", report::Exact{"2"}}, {"radius", report::Exact{"3"}}}});
  document.select({"radius", "A"});
  const report::Record row = document.row(0);
  REQUIRE(row.size() == 2);
  CHECK(row[0].first == "radius");
  CHECK(row[1].first == "A");
  document.select({"A", "B"});
  CHECK(document.row(0).size() == 2);
  CHECK(std::holds_alternative<Null>(document.row(0)[1].second.data));  // no row has it
}

TEST_CASE("report: what a terminal would obey is written out, what it shows comes back as it is") {
  CHECK(printable("plain 50% \\ \"x\"") == "plain 50% \\ \"x\"");
  CHECK(printable("\xCF\x86 \xE4\xB8\xAD \xF0\x9D\x93\x90") == "\xCF\x86 \xE4\xB8\xAD \xF0\x9D\x93\x90");
  CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\rd");
  CHECK(printable("\x1b[2J\x7f") == "\\x1b[2J\\x7f");
  CHECK(printable(std::string_view("\0x", 2)) == "\\x00x");
  CHECK(printable("\xC2\x9B"
                  "2J") == "\\u009b2J");  // CSI of C1
  CHECK(printable("a\xE2\x80\xAE"
                  "b") == "a\\u202eb");                              // right-to-left override
  CHECK(printable("\xE2\x81\xA6\xE2\x80\xA8") == "\\u2066\\u2028");  // isolate, separator of lines
  CHECK(printable("\xF3\xA0\x81\x81") == "\\u{e0041}");              // a tag
  // No UTF-8: a lone continuation, an overlong slash, a surrogate, a cut character, a code beyond the last.
  CHECK(printable("\x80") == "\\x80");
  CHECK(printable("\xC0\xAF") == "\\xc0\\xaf");
  CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");
  CHECK(printable("x\xE2\x80") == "x\\xe2\\x80");
  CHECK(printable("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("report: no output format passes on what a stranger's text would make a terminal do") {
  std::mt19937_64 random = testing::generator_of_test("report 4");
  const std::vector<std::string> pieces{"\x1b[31m", "\n", "\r", "\x7f", "\x07", "\xE2\x80\xAE", "\xC2\x9B",
                                        "\xff",     "a",  "|",  ",",    "\"",   "\xCF\x86"};
  for (std::size_t trial = 0; trial < testing::trials(50); ++trial) {
    std::string text;
    for (std::size_t i = 0; i < 12; ++i) text += pieces[random() % pieces.size()];
    Document document;
    document.schema = "s";
    document.model = {{"activation", text}};
    document.notes = {text};
    const Record row{{"id", text}, {"none", Null{text}}, {"list", List{text}}};
    for (const std::size_t rows : {1U, 2U}) {
      document.set_rows(std::vector<Record>(rows, row));
      for (const Format format : {Format::text, Format::json, Format::csv, Format::markdown, Format::latex}) {
        const std::string out = rendered(document, format);
        for (std::size_t i = 0; i < out.size(); ++i) {
          const auto c = static_cast<unsigned char>(out[i]);
          CHECK((c >= 0x20 || c == '\n'));
          CHECK(c != 0x7F);
        }
        for (const char* bad : {"\xE2\x80\xAE", "\xC2\x9B", "\xff"}) CHECK(out.find(bad) == std::string::npos);
        if (format == Format::csv) CHECK(std::count(out.begin(), out.end(), '\n') == static_cast<long>(rows) + 1);
        if (format == Format::json) {
          // The value itself is kept; bytes that are no UTF-8 become U+FFFD.
          std::string kept = text;
          for (std::size_t at = 0; (at = kept.find('\xff', at)) != std::string::npos;)
            kept.replace(at, 1, "\xEF\xBF\xBD");
          CHECK(nlohmann::json::parse(out)["results"][0]["id"] == kept);
        }
      }
    }
  }
}

TEST_CASE("report: the shortest text of a double is within its stated error of the double, exactly") {
  std::mt19937_64 random = testing::generator_of_test("report 5");
  std::uniform_real_distribution<double> mantissa(1, 10), exponent(-290, 290);
  std::size_t off = 0;
  for (std::size_t i = 0; i < testing::trials(3000); ++i) {
    const double value = i % 3 == 0 ? mantissa(random) : mantissa(random) * std::pow(10.0, exponent(random));
    const double bound = shortest_error(value);
    const Rational difference = abs(Rational(parse_rational(shortest(value)).value() - Rational(value)));
    CHECK(difference <= Rational(bound));
    CHECK(bound <= std::abs(value) * 0x1p-52);  // half a unit of the last place, and the slack of long double
    off += bound > 0 ? 1 : 0;
    // What is printed of a number whose double is exact: the decimal itself is within the error.
    const Rational stated = parse_rational(error_text(0.0, bound)).value();
    CHECK(difference <= stated);
  }
  CHECK(off > 0);
  for (const double exact : {0.25, -3.0, 1e15, 0.0, 1024.5}) CHECK(shortest_error(exact) == 0);
  // The sum is rounded up, also where it ends in what two digits hold.
  CHECK(parse_rational(error_text(1e-17, 2e-18)).value() >= Rational(1e-17) + Rational(2e-18));
}

TEST_CASE("report: a JSON number is the decimal that was given, digit for digit") {
  CHECK(json_decimal("0.250") == "0.25");
  CHECK(json_decimal("-12.0") == "-12");
  CHECK(json_decimal("1.0e-17") == "1e-17");
  CHECK(json_decimal("1.25e7") == "12500000");
  CHECK(json_decimal("0.000123") == "0.000123");
  CHECK(json_decimal("0.0000123") == "1.23e-05");
  CHECK(json_decimal("1e+300") == "1e+300");
  CHECK(json_decimal("123456789012345678") == "1.23456789012345678e+17");
  CHECK(json_decimal("-0.0") == "0");
  std::mt19937_64 random = testing::generator_of_test("report 6");
  std::uniform_real_distribution<double> mantissa(-10, 10), exponent(-300, 300);
  for (std::size_t i = 0; i < testing::trials(2000); ++i) {
    const double value = mantissa(random) * std::pow(10.0, exponent(random));
    for (const std::string& text : {shortest(value), decimal(value, 1 + static_cast<unsigned>(random() % 17))}) {
      CHECK(parse_rational(json_decimal(text)) == parse_rational(text));
      CHECK(nlohmann::json::parse(json_decimal(text)).is_number());
    }
  }
}
