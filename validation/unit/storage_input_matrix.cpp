// InputMatrix: the numbers of a file whatever their type and order, one clear error for every bad file.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <thread>

#include "number/error.hpp"
#include "storage/table/input_matrix.hpp"
#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::storage;
using widegeo::testing::ScratchFolder;

namespace {

template <class Stored>
std::string bytes_of(const std::vector<Stored>& values, bool swapped = false) {
  std::string result;
  for (const Stored value : values) {
    char buffer[sizeof value];
    std::memcpy(buffer, &value, sizeof value);
    if (swapped) std::reverse(buffer, buffer + sizeof value);
    result.append(buffer, sizeof value);
  }
  return result;
}

/// A .npy file as numpy.lib.format describes it, made here by hand; the data begin at an odd place.
std::string npy(const std::string& type, bool fortran, const std::string& shape, const std::string& data,
                int version = 1) {
  std::string header =
      "{'descr': " + type + ", 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  header += header.size() % 2 == 0 ? " \n" : "\n";
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) file += static_cast<char>((header.size() >> (8 * i)) & 0xFF);
  return file + header + data;
}

std::vector<double> all_rows(const InputMatrix& matrix) {
  std::vector<double> result(matrix.rows() * matrix.columns());
  matrix.read(0, matrix.rows(), result.data());
  return result;
}

/// Checks that opening the file fails as a file error whose text holds all `words`.
void check_refused(const std::string& path, const std::vector<std::string>& words,
                   std::optional<ColumnRange> columns = {}) {
  try {
    const InputMatrix matrix(path, columns);
    FAIL_CHECK("accepted: " << words[0]);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
    const std::string text = error.summary() + " (" + error.where() + "); " + error.hint();
    for (const std::string& word : words) CHECK_MESSAGE(text.find(word) != std::string::npos, text << " / " << word);
  }
}

template <class Stored>
void check_type(const std::string& name, const ScratchFolder& scratch) {
  CAPTURE(name);
  std::vector<Stored> values{0, 1, 2, 3, 4, 5};
  values[1] = std::numeric_limits<Stored>::max();
  values[4] = std::numeric_limits<Stored>::lowest();
  std::vector<double> expected(values.begin(), values.end());
  std::vector<Stored> by_columns{values[0], values[3], values[1], values[4], values[2], values[5]};
  for (const bool swapped : {false, true}) {
    const std::string type = std::string("'") + (sizeof(Stored) == 1 ? "|" : swapped ? ">" : "<") + name + "'";
    for (const int version : {1, 2, 3}) {
      const InputMatrix c(scratch.write("c.npy", npy(type, false, "(2, 3)", bytes_of(values, swapped), version)));
      const InputMatrix f(scratch.write("f.npy", npy(type, true, "(2, 3)", bytes_of(by_columns, swapped), version)));
      CHECK(c.rows() == 2);
      CHECK(c.columns() == 3);
      CHECK(all_rows(c) == expected);
      CHECK(all_rows(f) == expected);
      CHECK(c.digest() == f.digest());
      CHECK(c.exact_in_double() == (sizeof(Stored) < 8 || std::is_same_v<Stored, double>));
      for (std::size_t k = 0; k < 3; ++k) {
        CHECK(c.exact(1, k) == f.exact(1, k));
        if (c.exact_in_double()) CHECK(c.exact(1, k) == Rational(expected[3 + k]));
      }
    }
  }
}

}  // namespace

TEST_CASE("input matrix: every type, byte order, axis order and version gives the same numbers") {
  const ScratchFolder scratch;
  check_type<double>("f8", scratch);
  check_type<float>("f4", scratch);
  check_type<std::int8_t>("i1", scratch);
  check_type<std::uint8_t>("u1", scratch);
  check_type<std::int16_t>("i2", scratch);
  check_type<std::uint16_t>("u2", scratch);
  check_type<std::int32_t>("i4", scratch);
  check_type<std::uint32_t>("u4", scratch);
  check_type<std::int64_t>("i8", scratch);
  check_type<std::uint64_t>("u8", scratch);
}

TEST_CASE("input matrix: integers that are no doubles are kept exactly and told apart") {
  const ScratchFolder scratch;
  const std::int64_t large = (std::int64_t{1} << 53) + 1;
  const auto open = [&](std::int64_t value) {
    return InputMatrix(scratch.write("i.npy", npy("'<i8'", false, "(1, 1)", bytes_of<std::int64_t>({value}))));
  };
  CHECK(open(large).exact(0, 0) == Rational("9007199254740993"));
  CHECK_FALSE(open(large).exact_in_double());
  CHECK(open(large - 1).exact_in_double());
  CHECK(all_rows(open(large)) == all_rows(open(large - 1)));
  CHECK(open(large).digest() != open(large - 1).digest());
  const InputMatrix top(scratch.write(
      "u.npy",
      npy("'>u8'", false, "(1,)", bytes_of<std::uint64_t>({std::numeric_limits<std::uint64_t>::max()}, true))));
  CHECK(top.exact(0, 0) == Rational("18446744073709551615"));
}

TEST_CASE("input matrix: any rows and columns are those of the whole, in .npy of both orders and .csv") {
  const ScratchFolder scratch;
  auto generator = testing::generator_of_test("input matrix rows");
  for (std::size_t trial = 0; trial < testing::trials(20); ++trial) {
    const std::size_t rows = 1 + generator() % 150, columns = 1 + generator() % 40;
    std::vector<double> values(rows * columns), by_columns(rows * columns);
    std::string csv;
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t k = 0; k < columns; ++k) {
        // Integers: exact in decimal too.
        const double value = std::round(testing::uniform(generator, -1e6, 1e6));
        values[i * columns + k] = by_columns[k * rows + i] = value;
        csv += (k == 0 ? "" : ",") + std::to_string(static_cast<long>(value));
      }
      csv += "\n";
    }
    const std::size_t first = 1 + generator() % columns, last = first + generator() % (columns - first + 1);
    const ColumnRange range{first, last};
    const std::string shape = "(" + std::to_string(rows) + ", " + std::to_string(columns) + ")";
    const InputMatrix matrices[] = {
        InputMatrix(scratch.write("c.npy", npy("'<f8'", false, shape, bytes_of(values))), range),
        InputMatrix(scratch.write("f.npy", npy("'<f8'", true, shape, bytes_of(by_columns))), range),
        InputMatrix(scratch.write("t.csv", csv), range)};
    const std::size_t begin = generator() % rows, count = 1 + generator() % (rows - begin);
    for (const InputMatrix& matrix : matrices) {
      CAPTURE(matrix.path());
      CHECK(matrix.rows() == rows);
      CHECK(matrix.columns() == last - first + 1);
      CHECK(matrix.digest() == matrices[0].digest());
      std::vector<double> read(count * matrix.columns());
      matrix.read(begin, count, read.data());
      bool equal = true;
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t k = 0; k < matrix.columns(); ++k)
          equal &= read[i * matrix.columns() + k] == values[(begin + i) * columns + first - 1 + k];
      }
      CHECK(equal);
    }
  }
}

TEST_CASE("input matrix: the digest sees every number, the shape, and decimals that round alike") {
  const ScratchFolder scratch;
  std::vector<double> values{1, 2, 3, 4, 5, 6};
  const auto digest = [&](const std::string& shape) {
    return InputMatrix(scratch.write("d.npy", npy("'<f8'", false, shape, bytes_of(values)))).digest();
  };
  std::vector<std::uint64_t> digests{digest("(2, 3)"), digest("(3, 2)"), digest("(6,)"), digest("(1, 6)")};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::nextafter(values[i], 0);
    digests.push_back(digest("(2, 3)"));
    values[i] = static_cast<double>(i + 1);
  }
  std::swap(values[0], values[4]);  // of one lane
  digests.push_back(digest("(1, 6)"));
  digests.push_back(InputMatrix(scratch.write("a.csv", "0.1")).digest());
  digests.push_back(InputMatrix(scratch.write("b.csv", "0.1000000000000000000001")).digest());
  std::sort(digests.begin(), digests.end());
  CHECK(std::adjacent_find(digests.begin(), digests.end()) == digests.end());
}

TEST_CASE("input matrix: decimals of a .csv are kept as written") {
  const ScratchFolder scratch;
  const InputMatrix matrix(scratch.write("t.csv", "1,0.1\n2.5,-3e-2\n"));
  CHECK_FALSE(matrix.exact_in_double());
  CHECK(matrix.exact(0, 0) == 1);
  CHECK(matrix.exact(0, 1) == Rational(1, 10));
  CHECK(matrix.exact(1, 1) == Rational(-3, 100));
  CHECK(InputMatrix(scratch.write("u.csv", "1,2\n3,4\n")).exact_in_double());
}

TEST_CASE("input matrix: the first number that is not finite is named") {
  const ScratchFolder scratch;
  std::vector<double> values(300 * 171, 1.0);
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    for (const std::size_t row : {0, 57, 299}) {
      for (const std::size_t column : {0, 100, 170}) {
        std::vector<double> c = values, f = values;
        c[row * 171 + column] = f[column * 300 + row] = bad;
        c.back() = f.back() = bad;
        const std::vector<std::string> words{
            "not finite", "row " + std::to_string(row + 1) + ", column " + std::to_string(column + 1) + ")"};
        check_refused(scratch.write("c.npy", npy("'<f8'", false, "(300, 171)", bytes_of(c))), words);
        check_refused(scratch.write("f.npy", npy("'<f8'", true, "(300, 171)", bytes_of(f))), words);
      }
    }
  }
  // A column that is not asked for may hold anything; the number of one that is counts in the file.
  const std::string path =
      scratch.write("n.npy", npy("'<f4'", false, "(2, 2)", bytes_of<float>({NAN, 1, 2, INFINITY})));
  check_refused(path, {"row 2, column 2"}, ColumnRange{2, 2});
  check_refused(path, {"row 1, column 1"}, ColumnRange{1, 1});
}

TEST_CASE("input matrix: a bad file is one clear error") {
  const ScratchFolder scratch;
  const std::string data = bytes_of<double>({1, 2, 3, 4});
  const auto file = [&](const std::string& content) { return scratch.write("b.npy", content); };
  const std::string good = npy("'<f8'", false, "(2, 2)", data);
  CHECK(InputMatrix(file(good)).rows() == 2);
  for (std::size_t keep = 0; keep < good.size(); ++keep) check_refused(file(good.substr(0, keep)), {"b.npy"});
  check_refused(file(good.substr(0, good.size() - 1)), {"truncated", "2 x 2", "3 are there"});
  check_refused(file(""), {"empty"});
  check_refused(file("PK\x03\x04 zip"), {"not a .npy file"});
  check_refused(file(npy("'<c16'", false, "(1, 2)", data)), {"complex numbers ('<c16')"});
  check_refused(file(npy("'|O'", false, "(2, 2)", data)), {"Python objects ('|O')"});
  check_refused(file(npy("'|b1'", false, "(2, 2)", data)), {"truth values ('|b1')", "uint8"});
  check_refused(file(npy("'<U3'", false, "(2, 2)", data)), {"'<U3'", "known: f2, f4, f8"});
  check_refused(file(npy("'<f16'", false, "(1, 2)", data)), {"'<f16'"});
  check_refused(file(npy("'|f8'", false, "(2, 2)", data)), {"'|f8'"});
  check_refused(file(npy("'\n\x01'", false, "(2, 2)", data)), {"type '?"
                                                               "?'"});
  check_refused(file(npy("[('a', '<f8'), ('b', '<f8')]", false, "(2,)", data)), {"named columns"});
  check_refused(file(npy("'<f8'", false, "(2, 1, 2)", data)), {"3 axes"});
  check_refused(file(npy("'<f8'", false, "()", data)), {"0 axes"});
  check_refused(file(npy("'<f8'", false, "(0, 4)", data)), {"empty", "0 x 4"});
  check_refused(file(npy("'<f8'", false, "(4, 0)", data)), {"empty", "4 x 0"});
  check_refused(file(npy("'<f8'", false, "(1000000000000, 1000000000000)", data)), {"truncated"});
  check_refused(file(npy("'<f8'", false, "(18446744073709551615, 2)", data)), {"truncated"});
  check_refused(file(npy("'<f8'", false, "(2, 2)", data, 4)), {"version 4"});
  check_refused(file(good), {"no column 3"}, ColumnRange{2, 3});
  check_refused(scratch.file("missing.npy"), {"cannot read", "No such file"});
  std::filesystem::create_directory(scratch.file("folder.npy"));
  check_refused(scratch.file("folder.npy"), {"folder"});
  std::filesystem::create_directory(scratch.file("folder.csv"));
  check_refused(scratch.file("folder.csv"), {"cannot read"});
  REQUIRE(::mkfifo(scratch.file("pipe.npy").c_str(), 0600) == 0);
  check_refused(scratch.file("pipe.npy"), {"not an ordinary file"});
  if (::geteuid() != 0) {  // root may read everything
    ::chmod(file(good).c_str(), 0);
    check_refused(scratch.file("b.npy"), {"cannot read", "Permission denied"});
  }
  check_refused(scratch.write("ragged.csv", "1,2\n3\n"), {"row 2", "1 columns where 2"});
}

TEST_CASE("input matrix: every number of half precision is the double that it stands for") {
  const ScratchFolder scratch;
  // All 63488 finite patterns, against their definition in whole numbers: fraction * 2^(exponent - 25).
  std::vector<std::uint16_t> bits;
  std::vector<double> expected;
  for (unsigned pattern = 0; pattern < 0x10000; ++pattern) {
    const unsigned exponent = (pattern >> 10U) & 31U, fraction = pattern & 1023U;
    if (exponent == 31) continue;
    bits.push_back(static_cast<std::uint16_t>(pattern));
    double value = exponent == 0 ? fraction : 1024 + fraction;
    for (unsigned i = exponent == 0 ? 1 : exponent; i < 25; ++i) value /= 2;
    for (unsigned i = 25; i < exponent; ++i) value *= 2;
    expected.push_back((pattern & 0x8000U) != 0 ? -value : value);
  }
  const std::string shape = "(" + std::to_string(bits.size()) + ",)";
  for (const bool swapped : {false, true}) {
    const InputMatrix matrix(
        scratch.write("h.npy", npy(swapped ? "'>f2'" : "'<f2'", false, shape, bytes_of(bits, swapped))));
    CHECK(all_rows(matrix) == expected);
    CHECK(matrix.exact_in_double());
  }
  check_refused(scratch.write("h.npy", npy("'<f2'", false, "(2,)", bytes_of<std::uint16_t>({0x3C00, 0x7C00}))),
                {"not finite", "row 2"});
}
