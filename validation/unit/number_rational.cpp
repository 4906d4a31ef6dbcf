#include <doctest/doctest.h>

#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

TEST_CASE("rational: what is written is kept exactly and printed back") {
  const auto is = [](const char* text, const char* printed) {
    const auto r = parse_rational(text);
    REQUIRE(r.has_value());
    CHECK(to_text(*r) == printed);
    CHECK(parse_rational(to_text(*r)) == r);
  };
  is("0", "0");
  is("-0", "0");
  is("0.1", "0.1");
  is("-0.25", "-0.25");
  is(".5", "0.5");
  is("5.", "5");
  is("1e-3", "0.001");
  is("1E+3", "1000");
  is("12.5e1", "125");
  is("6/4", "1.5");
  is("-3/7", "-3/7");
  is("+3/21", "1/7");
  is("010", "10");
  is("0.1e1", "1");
  is("3/1024", "0.0029296875");
}

TEST_CASE("rational: bad numbers are refused") {
  for (const char* text : {"",        "nan",  "inf",      "-inf",      "infinity",
                           "1/0",     "0/0",  "1/",       "/2",        "1//2",
                           "--1",     "+-1",  "1.2.3",    "1e",        "1e+",
                           "e5",      "0x10", "1e100001", "1e-100001", "1e9999999999999999999",
                           "1 ",      " 1",   "1,5",      "1/2/3",     "1.5/2",
                           "1/2e3",   ".",    "-",        "1/-2",      "1_000",
                           "\xc2\xbd"}) {
    CAPTURE(text);
    CHECK(!parse_rational(text).has_value());
  }
  CHECK(!parse_rational(std::string(100'001, '1')).has_value());
  CHECK(parse_rational("1e100000").has_value());
  CHECK(parse_rational("1e-100000").has_value());
  CHECK(!parse_rational(std::string_view("1\0", 2)).has_value());
}

TEST_CASE("rational: nearest_double rounds to nearest, ties to even, also among subnormals") {
  auto g = testing::generator_of_test("rational: nearest_double");
  for (std::size_t n = testing::trials(2000); n > 0; --n) {
    // strtod is correctly rounded; the text is the same number.
    const std::string text = std::to_string(g()) + "e" + std::to_string(static_cast<int>(g() % 660) - 345);
    CHECK(nearest_double(*parse_rational(text)) == std::strtod(text.c_str(), nullptr));
  }
  const Rational eps(1, 1L << 53);
  CHECK(nearest_double(1 + eps) == 1.0);                        // a tie goes to even
  CHECK(nearest_double(1 + 3 * eps) == 1.0 + 0x1p-51);          // and here upwards
  CHECK(nearest_double(1 + eps * Rational(1001, 1000)) > 1.0);  // truncation would give 1
  CHECK(nearest_double(*parse_rational("2/3")) == 2.0 / 3.0);
  CHECK(nearest_double(*parse_rational("1e400")) == HUGE_VAL);
  CHECK(nearest_double(*parse_rational("-1e400")) == -HUGE_VAL);
  CHECK(nearest_double(*parse_rational("1e-400")) == 0);
}

TEST_CASE("scalars: conversion of an exact number carries its rounding and no more") {
  const Rational tenth(1, 10), half(1, 2);
  CHECK(from_rational<TrackedDouble>(half).error == 0);
  const TrackedDouble x = from_rational<TrackedDouble>(tenth);
  const PrecisionScope scope(50);
  CHECK(testing::honesty_ratio(to_real(tenth), x) <= 1);
  CHECK(testing::honesty_ratio(to_real(tenth), x) > 0.9);
  CHECK(testing::honesty_ratio(pi<Real>(), pi<TrackedDouble>()) <= 1);
  CHECK(testing::honesty_ratio(pi<Real>(), pi<TrackedDouble>()) > 0.99);
  CHECK(from_rational<TrackedBlock>(tenth).error.lane[31] == x.error);
  CHECK(std::isinf(from_rational<TrackedDouble>(*parse_rational("1e400")).error));
}

TEST_CASE("errors: a message has its three parts in the order of the contract") {
  const Error e(ErrorCode::input, "unknown activation", "relo", "did you mean relu?");
  CHECK(std::string(e.what()) == "unknown activation (relo); did you mean relu?");
  CHECK(std::string(Error(ErrorCode::io, "cannot read").what()) == "cannot read");
  CHECK(static_cast<int>(e.code()) == 2);
  const std::vector<std::string> names{"relu", "erf", "gelu"};
  CHECK(nearest_name("rellu", names) == "relu");
  CHECK(nearest_name("something_else", names).empty());
  CHECK(edit_distance("kitten", "sitting") == 3);
}
