// The readers of .csv, .csv.gz and .npy: right on good files, one clear error on bad ones.
#include <doctest/doctest.h>
#include <zlib.h>

#include <cmath>
#include <cstring>
#include <random>

#include "number/error.hpp"
#include "report/decimal.hpp"
#include "storage/table/numeric_table.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::storage;

namespace {

/// Checks that `read` fails as a file error whose text holds `words`.
template <class Read>
void check_refused(const Read& read, const std::string& words) {
  INFO("expected: " << words);
  try {
    (void)read();
    FAIL_CHECK("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
    const std::string text = error.summary() + " (" + error.where() + "); " + error.hint();
    CAPTURE(text);
    CHECK(text.find(words) != std::string::npos);
  }
}

std::string gzip(const std::string& data) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string result(deflateBound(&stream, data.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

/// A .npy file as numpy.lib.format describes it, made here by hand.
std::string npy(const std::string& dictionary, const std::string& data, int version = 1) {
  std::string header = dictionary + "\n";
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) file += static_cast<char>((header.size() >> (8 * i)) & 0xFF);
  return file + header + data;
}

template <class Stored>
std::string bytes(std::initializer_list<Stored> values) {
  std::string result;
  for (const Stored value : values) {
    char buffer[sizeof value];
    std::memcpy(buffer, &value, sizeof value);
    result.append(buffer, sizeof value);
  }
  return result;
}

}  // namespace

TEST_CASE("readers: a csv gives its numbers exactly as written") {
  const auto table = parse_csv("0.1,2\n-3e-2, 4\r\n\n# note\n+5,\"6\"\n", "t.csv");
  CHECK(table.rows == 3);
  CHECK(table.columns == 2);
  CHECK(table.at(0, 0) == 0.1);
  CHECK(table.exact(0, 0) == Rational(1, 10));
  CHECK_FALSE(table.is_exact(0, 0));
  CHECK(table.exact(1, 0) == Rational(-3, 100));
  CHECK(table.is_exact(2, 1));
  CHECK(table.exact(2, 1) == 6);
  CHECK(table.at(2, 0) == 5);
}

TEST_CASE("readers: a header line, other separators and a byte order mark are understood") {
  const auto table = parse_csv("\xEF\xBB\xBFone;two\n1;2\n3;4\n", "t.csv");
  CHECK(table.header == std::vector<std::string>{"one", "two"});
  CHECK(table.rows == 2);
  CHECK(parse_csv("1\t2\n", "t.csv").columns == 2);
  const auto chosen = parse_csv("a,b,label\n1,2,x\n3,4,y\n", "t.csv", ColumnRange{1, 2});
  CHECK(chosen.columns == 2);
  CHECK(chosen.at(1, 1) == 4);
}

TEST_CASE("readers: random tables survive the trip through text") {
  std::mt19937_64 random = testing::generator_of_test("readers");
  std::normal_distribution<double> normal;
  for (std::size_t trial = 0; trial < testing::trials(20); ++trial) {
    const std::size_t rows = 1 + random() % 20, columns = 1 + random() % 7;
    std::vector<double> values(rows * columns);
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = normal(random) * std::pow(10.0, static_cast<double>(random() % 40) - 20);
      text += report::shortest(values[i]) + ((i + 1) % columns == 0 ? "\n" : ",");
    }
    const auto table = parse_csv(trial % 2 == 0 ? text : gunzip(gzip(text), "t"), "t.csv");
    CHECK(table.rows == rows);
    CHECK(table.values == values);
    const std::string written =
        npy_header(rows, columns) + std::string(reinterpret_cast<const char*>(values.data()), 8 * values.size());
    const auto again = parse_npy(written, "t.npy");
    CHECK(again.values == values);
    CHECK(again.columns == columns);
    CHECK((written.size() - 8 * values.size()) % 64 == 0);  // numpy's alignment
  }
}

TEST_CASE("readers: a bad csv is refused with its row and column") {
  check_refused([] { return parse_csv("1,2\n3,abc\n", "f.csv"); }, "f.csv, row 2, column 2");
  check_refused([] { return parse_csv("1,2\n3,4,5\n", "f.csv"); }, "3 columns where 2 are expected");
  check_refused([] { return parse_csv("1,2\n3\n", "f.csv"); }, "row 2");
  check_refused([] { return parse_csv("1,2\n\n3,nan\n", "f.csv"); }, "row 3, column 2");
  check_refused([] { return parse_csv("1,inf\n", "f.csv"); }, "not finite");
  check_refused([] { return parse_csv("1,1e999\n", "f.csv"); }, "out of the range");
  check_refused([] { return parse_csv("1,\n", "f.csv"); }, "row 1, column 2");
  check_refused([] { return parse_csv("a,b\n", "f.csv"); }, "no row of numbers");
  check_refused([] { return parse_csv("\n\n", "f.csv"); }, "no row of numbers");
  check_refused([] { return parse_csv("1,x\n2,3\n", "f.csv"); }, "row 1, column 2");
  check_refused([] { return parse_csv("1,2\n", "f.csv", ColumnRange{2, 3}); }, "no column 3");
  check_refused([] { return parse_csv("1,0x10\n", "f.csv"); }, "not a number");
}

TEST_CASE("readers: damaged compressed files are refused") {
  const std::string whole = gzip("1,2\n3,4\n");
  CHECK(gunzip(whole, "f") == "1,2\n3,4\n");
  CHECK(gunzip(whole + whole, "f") == "1,2\n3,4\n1,2\n3,4\n");
  for (std::size_t keep = 0; keep < whole.size(); ++keep) {
    check_refused([&] { return gunzip(whole.substr(0, keep), "f"); }, "truncated");
  }
  check_refused([] { return gunzip("no gzip at all", "f"); }, "damaged: they do not begin with a gzip header");
  std::string damaged = whole;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // the checksum
  check_refused([&] { return gunzip(damaged, "f"); }, "damaged");
  check_refused([] { return gunzip(gzip(std::string(1 << 20, '1')), "f", 1000); }, "too large");
  // Zeros after the last member fill it up to a block; anything else is no part of the file.
  CHECK(gunzip(whole + std::string(1000, '\0'), "f") == "1,2\n3,4\n");
  CHECK(gunzip(whole + whole + std::string(1, '\0'), "f") == "1,2\n3,4\n1,2\n3,4\n");
  check_refused([&] { return gunzip(whole + "x", "f"); }, "byte " + std::to_string(whole.size() + 1));
  check_refused([&] { return gunzip(whole + std::string(5, '\0') + whole, "f"); }, "followed by other bytes");
  // The place is that in the file, also of a second member.
  const std::string second = gzip(std::string(100'000, 'a') + "1");
  std::string broken = whole + second;
  broken[broken.size() - 5] = static_cast<char>(broken[broken.size() - 5] ^ 1);
  check_refused([&] { return gunzip(broken, "f"); }, "near byte " + std::to_string(broken.size() - 4));
}

TEST_CASE("readers: npy in every supported type, both orders and versions") {
  const std::string shape = "'fortran_order': False, 'shape': (2, 3), }";
  const std::vector<double> expected{1, 2, 3, 4, 5, 6};
  CHECK(parse_npy(npy("{'descr': '<f8', " + shape, bytes<double>({1, 2, 3, 4, 5, 6})), "f").values == expected);
  CHECK(parse_npy(npy("{'descr': '<f4', " + shape, bytes<float>({1, 2, 3, 4, 5, 6})), "f").values == expected);
  CHECK(parse_npy(npy("{'descr': '|u1', " + shape, bytes<std::uint8_t>({1, 2, 3, 4, 5, 6})), "f").values == expected);
  CHECK(parse_npy(npy("{'descr': '<i4', " + shape, bytes<std::int32_t>({1, 2, 3, 4, 5, 6})), "f").values == expected);
  CHECK(parse_npy(npy("{'descr': '<i8', " + shape, bytes<std::int64_t>({1, 2, 3, 4, 5, 6})), "f", {}).values ==
        expected);
  CHECK(parse_npy(npy("{'descr': '<i8', " + shape, bytes<std::int64_t>({1, 2, 3, 4, 5, 6}), 2), "f").values ==
        expected);
  const auto fortran = parse_npy(
      npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", bytes<double>({1, 4, 2, 5, 3, 6})), "f");
  CHECK(fortran.values == expected);
  const auto column =
      parse_npy(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", bytes<double>({1, 2, 3})), "f");
  CHECK(column.rows == 3);
  CHECK(column.columns == 1);
  const auto chosen =
      parse_npy(npy("{'descr': '<f8', " + shape, bytes<double>({1, 2, 3, 4, 5, 6})), "f", ColumnRange{2, 3});
  CHECK(chosen.values == std::vector<double>{2, 3, 5, 6});
}

TEST_CASE("readers: a bad npy is refused, and a header's huge count allocates nothing") {
  const std::string data = bytes<double>({1, 2, 3, 4});
  const auto with_shape = [&](const std::string& shape) {
    return npy("{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }", data);
  };
  const std::string good = with_shape("(2, 2)");
  CHECK(parse_npy(good, "f").rows == 2);
  for (std::size_t keep = 0; keep < good.size(); ++keep) {
    check_refused([&] { return parse_npy(good.substr(0, keep), "f"); }, "f");
  }
  check_refused([&] { return parse_npy(with_shape("(1000000000000, 1000000000000)"), "f"); }, "truncated");
  check_refused([&] { return parse_npy(with_shape("(18446744073709551615, 2)"), "f"); }, "truncated");
  check_refused([&] { return parse_npy(with_shape("(99999999999999999999999, 2)"), "f"); }, "shape");
  check_refused([&] { return parse_npy(with_shape("(2, 2, 1)"), "f"); }, "3 axes");
  check_refused([&] { return parse_npy(with_shape("()"), "f"); }, "0 axes");
  check_refused([&] { return parse_npy(with_shape("(0, 4)"), "f"); }, "empty");
  check_refused(
      [&] { return parse_npy(npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (4,), }", data), "f"); },
      "named columns");
  check_refused([&] { return parse_npy(npy("{'fortran_order': False, 'shape': (4,), }", data), "f"); }, "descr");
  check_refused(
      [&] {
        return parse_npy(
            npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", bytes<double>({1, 2, 3, NAN})), "f");
      },
      "row 2, column 2");
  check_refused([] { return parse_npy("\x93NUMPY\x09", "f"); }, "not a .npy file");
}

TEST_CASE("readers: a missing file is an error of reading, an unknown ending one of usage") {
  check_refused([] { return read_table("/nonexistent/x.csv"); }, "cannot read");
  CHECK_THROWS_AS(read_table("table.xlsx"), Error);
}
