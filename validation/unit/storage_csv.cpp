// Tables in text: what is read, what is taken for a line of names, what is refused with which advice. Nothing is
// dropped without a word.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "number/error.hpp"
#include "report/decimal.hpp"
#include "storage/table/csv_cell.hpp"
#include "storage/table/csv_parser.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::storage;

namespace {

struct Refusal {
  std::string text;   ///< of the table
  std::string words;  ///< in the message
  std::optional<ColumnRange> columns = {};
  TableFormat format = {};
};

void check_refused(const Refusal& bad) {
  CAPTURE(bad.text);
  try {
    (void)parse_csv(bad.text, "f.csv", bad.columns, bad.format);
    FAIL_CHECK("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
    const std::string message = error.summary() + " (" + error.where() + "); " + error.hint();
    CAPTURE(message);
    CHECK(message.find(bad.words) != std::string::npos);
  }
}

TableFormat with(std::optional<std::size_t> header, char separator = 0, char decimal = '.') {
  return {header, separator, decimal};
}

}  // namespace

TEST_CASE("csv: a first line of names is one whose cells all begin like names, and a note says so") {
  for (const std::string names :
       {"a,b", "_1,_2", "\"x 1\",\"y, 2\"", "\xCF\x86,\xC3\xA9t\xC3\xA9", "\"(m)\",\"#s\"", "x1, y1"}) {
    CAPTURE(names);
    const auto table = parse_csv(names + "\n1,2\n", "f.csv");
    CHECK(table.rows == 1);
    CHECK(table.header.size() == 2);
    REQUIRE(table.notes.size() == 1);
    CHECK(table.notes[0].find("first line taken as names") != std::string::npos);
  }
  CHECK(parse_csv("1,2\n3,4\n", "f.csv").notes.empty());
  CHECK(parse_csv("\"a \"\"b\"\" c\",d\n1,2\n", "f.csv").header[0] == "a \"b\" c");
}

TEST_CASE("csv: a first line that is neither names nor numbers is refused with advice, not dropped") {
  for (const Refusal& bad : std::vector<Refusal>{
           {"NA,NA\n1,2\n", "missing values"},
           {"inf,inf\n1,2\n", "not finite"},
           {"-infinity,x\n1,2\n", "not finite"},
           {"null,NULL\n1,2\n", "missing values"},
           {"n/a,#N/A\n1,2\n", "missing values"},
           {"1.5D0,2D0\n1,2\n", "exponents with e"},
           {"1d5,2d5\n1,2\n", "exponents with e"},
           {"$1.5,$2.5\n1,2\n", "units or currencies"},
           {"\xE2\x82\xAC"
            "5,\xE2\x82\xAC"
            "6\n1,2\n",
            "units or currencies"},
           {"\xE2\x88\x92"
            "1.5,\xE2\x88\x92"
            "2\n1,2\n",
            "ASCII hyphen"},
           {"\"$1.5\",\"$2.5\"\n1,2\n", "units or currencies"},
           {"12%,5%\n1,2\n", "0.12 for 12%"},
           {"1_000,2_000\n1,2\n", "1000 for 1_000"},
           {"1'000,2'000\n1,2\n", "1000 for 1'000"},
           {"\"1,000,000\",\"2,000,000\"\n1,2\n", "thousands separators"},
           {"1e,2e\n1,2\n", "row 1, column 1"},
           {"0x10,0x20\n1,2\n", "--header 1"},
           {"2nd,3rd\n1,2\n", "--header 1"},
           {"1+2j,3\n1,2\n", "not a number"},
           {"?,?\n1,2\n", "not a number"},
           {"-,-\n1,2\n", "not a number"},
           {"*,**\n1,2\n", "not a number"},
           {"a,1\n1,2\n", "row 1, column 1"},
           {"x,2020\n1,2\n", "--header 1"},
           {"NaN,1\n1,2\n", "not finite"},
           {"1/0,2\n", "not a number"},
           {"1/3/5,2\n", "not a number"},
       })
    check_refused(bad);
}

TEST_CASE("csv: tables as other programs write them are read, or the remedy is named") {
  for (const Refusal& bad : std::vector<Refusal>{
           {",f1,f2\n0,1,2\n1,3,4\n", "--columns 2:3"},                   // pandas with an index
           {"f1,f2,\n1,2,\n3,4,\n", "--columns 1:2"},                     // a separator at the end
           {"1,2,\n3,4,\n", "--columns 1:2"},                             //
           {"1,5;2,0\n2,5;3,0\n", "--separator ';' --decimal ,"},         // decimal commas
           {"x;y\n1,5;2,0\n", "--decimal ,"},                             //
           {"1.0 2.0\n3.0 4.0\n", "--separator ' '"},                     // numpy.savetxt
           {"1.0 2.0\n3.0 4.0\n", "--separator ' '", ColumnRange{1, 2}},  //
           {"x y\n1 2\n", "--separator ' '"},                             //
           {",0,1\n0,5,6\n", "--header 1", ColumnRange{2, 3}},            // pandas without names
           {"0,1,label\n5,6,a\n", "--header 1", ColumnRange{1, 2}},       //
           {"\xFF\xFE"
            "1\n",
            "UTF-16"},                                                      //
           {"1,\"2\n3,4\n", "a quoted cell is not closed (f.csv, row 1)"},  //
           {"a,b\n", "first line was taken as names: 'a', 'b'"},            //
           {"1,2\n3,\"4,5\"\n", "row 2, column 2"},                         // in quotes: one cell
       })
    check_refused(bad);
  // 0, 1, 2 may be a row or names: it is read as before, with a word about it.
  const auto numbers = parse_csv("0,1,2\n5,6,7\n", "f.csv");
  CHECK(numbers.rows == 2);
  REQUIRE(numbers.notes.size() == 1);
  CHECK(numbers.notes[0].find("--header 1") != std::string::npos);
  CHECK(parse_csv("0,1,2\n5,6,7\n", "f.csv", {}, with(1)).rows == 1);
  CHECK(parse_csv("0,1,2\n5,6,7\n", "f.csv", {}, with(0)).rows == 2);
  CHECK(parse_csv("0,1,2\n5,6,7\n", "f.csv", {}, with(0)).notes.empty());
  CHECK(parse_csv(",0,1\n0,5,6\n", "f.csv", ColumnRange{2, 3}, with(1)).at(0, 1) == 6);
}

TEST_CASE("csv: the format that is given counts: lines of names, separator, decimal sign") {
  CHECK(parse_csv("NA,NA\n$,x\n1,2\n", "f.csv", {}, with(2)).rows == 1);
  check_refused({"a,b\n1,2\n", "row 1, column 1", {}, with(0)});
  const auto european = parse_csv("x;y\n1,5;-2,25e1\n,5;+3\n", "f.csv", {}, with({}, 0, ','));
  CHECK(european.values == std::vector<double>{1.5, -22.5, 0.5, 3});
  CHECK(european.exact(0, 1) == Rational(-45, 2));
  check_refused({"1.5;2\n", "cannot be part of a number", {}, with({}, 0, ',')});
  CHECK(parse_csv("1;2\n", "f.csv", {}, with({}, 0, ',')).columns == 2);
  CHECK(parse_csv("1\n2,5\n", "f.csv", {}, with({}, 0, ',')).values == std::vector<double>{1, 2.5});
  const auto blanks = parse_csv("# header of savetxt\n  1.0   2.0 \n3.0\t4.0\r\n", "f.csv", {}, with({}, ' '));
  CHECK(blanks.values == std::vector<double>{1, 2, 3, 4});
  CHECK(parse_csv("1|2\n", "f.csv", {}, with({}, '|')).columns == 2);
  check_refused({"1,2\n", "not a number", {}, with({}, ';')});
}

TEST_CASE("csv: quoted cells hold separators and line ends; rows end in LF, CR LF or CR") {
  const std::string quoted = "\"a, \"\"b\"\"\",\"line 1\nline 2\",n\n\"x,y\",\"p\r\nq\",1\n\"z\",t,2\n";
  const auto table = parse_csv(quoted, "f.csv", ColumnRange{3, 3});
  CHECK(table.rows == 2);
  CHECK(table.values == std::vector<double>{1, 2});
  // The row of a message is the line of the file, also behind cells of several lines.
  check_refused({"\"a\nb\",n\n\"c\nd\",x\n", "f.csv, row 3, column 2", ColumnRange{2, 2}});
  CHECK(parse_csv("1,2\r\n3,4\r\n", "f.csv").rows == 2);
  CHECK(parse_csv("1,2\r3,4\r", "f.csv").rows == 2);
  check_refused({"1,2\r\n\r\n3,x\r\n", "row 3, column 2"});
  // A quote inside of a cell or of a comment begins nothing.
  CHECK(parse_csv("5\" pipe,1\n6\",2\n", "f.csv", ColumnRange{2, 2}).rows == 2);
  CHECK(parse_csv("# a, \"b\n1,2\n", "f.csv").rows == 1);
}

TEST_CASE("csv: thirds are thirds in every row") {
  const auto table = parse_csv("1/3,2/3\n1,2\n-4/6,10/5\n", "f.csv");
  CHECK(table.rows == 3);
  CHECK(table.exact(0, 0) == Rational(1, 3));
  CHECK(table.exact(2, 0) == Rational(-2, 3));
  CHECK(table.at(0, 1) == 2.0 / 3);
  CHECK_FALSE(table.is_exact(0, 0));
}

TEST_CASE("csv: a table is the same in pieces of any size, whole and quoted") {
  std::mt19937_64 random = testing::generator_of_test("csv pieces");
  const std::vector<std::string> ends{"\n", "\r\n", "\r"}, cells{"1", "-0.25", "1/3", "\"2\"", "\"3\"", " 4 ", "1e-3"};
  for (std::size_t trial = 0; trial < testing::trials(100); ++trial) {
    const std::string end = ends[random() % 3];
    std::string text = trial % 2 == 0 ? "\"a\n,\"\"\",b" + end : "";
    const std::size_t rows = 1 + random() % 6;
    for (std::size_t i = 0; i < rows; ++i)
      text += cells[random() % 7] + "," + cells[random() % 7] + end + (random() % 4 == 0 ? "# \"x, y" + end : "");
    const auto whole = parse_csv(text, "f.csv");
    CHECK(whole.rows == rows);
    CsvParser parser("f.csv", {}, {});
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t count = 1 + random() % 5;
      parser.feed(std::string_view(text).substr(at, count));
      at += count;
    }
    const auto pieces = parser.finish();
    CHECK(pieces.values == whole.values);
    CHECK(pieces.header == whole.header);
    for (std::size_t i = 0; i < rows; ++i) CHECK(pieces.exact(i, 1) == whole.exact(i, 1));
  }
}

TEST_CASE("csv: a row without end is refused while it streams in") {
  for (const char* const begin : {"1", "\"1"}) {
    CsvParser parser("f.csv", {}, {});
    const std::string piece(std::size_t{1} << 20U, '1');
    parser.feed(begin);
    std::size_t fed = 0;
    CHECK_THROWS_AS(
        [&] {
          for (; fed < 200; ++fed) parser.feed(piece);
        }(),
        Error);
    CHECK(fed < 70);  // 64 MiB
  }
  check_refused({"1," + std::string(20'000, '1') + "\n", "longer than 10000 characters"});
}
