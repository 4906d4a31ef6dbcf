// The verdict of a family of rows: what is judged, what is not and why.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "api/validation/verdict.hpp"
#include "number/error.hpp"

using namespace widegeo;
using namespace widegeo::api;

namespace {

/// A judged row whose mean lies z standard errors from the exact value 2.
ValidationRow row_at(double z) {
  ValidationRow row;
  row.width = 100;
  row.samples = 1001;
  row.quantity = "g[1,1]";
  row.exact.value = 2;
  row.exact.scale = 2;
  row.estimate = MeanEstimate{2 + z / 100, 0.01, 1000, 0.1};
  row.judged = true;
  return row;
}

}  // namespace

TEST_CASE("verdict: Holm compares the smallest p-value with alpha/k, the next with alpha/(k-1)") {
  // Normal tails: two-sided p of 3.5 is 4.7e-4, of 3.1 is 1.9e-3, of 2.6 is 9.3e-3 (t with 1000 degrees: a little
  // more).
  std::vector<ValidationRow> rows{row_at(2.6), row_at(-3.5), row_at(3.1), row_at(0.3)};
  const Judgement judgement = judge(rows, 0.01);
  CHECK(judgement.tests == 4);
  CHECK(rows[1].verdict == RowVerdict::fails);  // 4.7e-4 < 0.01/4
  CHECK(rows[2].verdict == RowVerdict::fails);  // 1.9e-3 < 0.01/3
  CHECK(rows[0].verdict == RowVerdict::holds);  // 9.3e-3 > 0.01/2
  CHECK(rows[3].verdict == RowVerdict::holds);
  CHECK(judgement.failures == 2);
  CHECK(*judgement.worst == 1);
  CHECK(*rows[1].z == doctest::Approx(-3.5).epsilon(1e-9));
  CHECK(*rows[1].deviation == doctest::Approx(-0.0175).epsilon(1e-9));
}

TEST_CASE("verdict: one row alone holds or fails at the rate itself") {
  std::vector<ValidationRow> rows{row_at(3.2)};  // p = 1.4e-3
  CHECK(judge(rows, 2e-3).failures == 1);
  rows = {row_at(3.2)};
  CHECK(judge(rows, 1e-3).failures == 0);
}

TEST_CASE("verdict: rows that are not judged do not enlarge the family") {
  std::vector<ValidationRow> rows{row_at(3.2), row_at(9), row_at(9)};
  rows[1].judged = rows[2].judged = false;
  const Judgement judgement = judge(rows, 2e-3);
  CHECK(judgement.tests == 1);
  CHECK(judgement.failures == 1);
  CHECK(rows[1].verdict == RowVerdict::none);
  CHECK(rows[1].z.has_value());
}

TEST_CASE("verdict: networks that were not finite leave the row undecided, whatever its z") {
  std::vector<ValidationRow> rows{row_at(0), row_at(50)};
  rows[1].not_finite = 3;
  const Judgement judgement = judge(rows, 1e-3);
  CHECK(judgement.tests == 1);
  CHECK(judgement.undecided == 1);
  CHECK(rows[1].verdict == RowVerdict::undecided);
  CHECK(rows[1].reason.find("3 of 1004") != std::string::npos);
}

TEST_CASE("verdict: samples that do not vary are undecided: a rare event may have been missed") {
  std::vector<ValidationRow> rows{row_at(0), row_at(0)};
  rows[0].estimate->standard_error = rows[1].estimate->standard_error = 0;
  rows[1].estimate->mean = 2.001;
  const Judgement judgement = judge(rows, 1e-3);
  CHECK(rows[0].verdict == RowVerdict::undecided);
  CHECK(rows[1].verdict == RowVerdict::undecided);
  CHECK(judgement.failures == 0);
}

TEST_CASE("verdict: differences within the theory's own error are no evidence") {
  std::vector<ValidationRow> rows{row_at(10)};
  rows[0].exact.error = 0.11;
  CHECK(judge(rows, 1e-3).failures == 0);
  rows = {row_at(10)};
  rows[0].exact.error = 0.01;
  CHECK(judge(rows, 1e-3).failures == 1);
}

TEST_CASE("verdict: a fit that the means refuse is undecided, not a failure of the theory") {
  std::vector<ValidationRow> rows{row_at(8)};
  rows[0].fit_p_value = 1e-9;
  const Judgement judgement = judge(rows, 1e-3);
  CHECK(judgement.failures == 0);
  CHECK(judgement.undecided == 1);
}

TEST_CASE("verdict: a quantity that does not exist has no verdict, and says why") {
  std::vector<ValidationRow> rows{row_at(0)};
  rows[0].exact = ExactValue{};
  rows[0].exact.reason = "no plane";
  const Judgement judgement = judge(rows, 1e-3);
  CHECK(judgement.tests == 0);
  CHECK(rows[0].verdict == RowVerdict::none);
  CHECK(rows[0].reason == "no plane");
}

TEST_CASE("verdict: the resolution shrinks with the standard error and grows with the family") {
  std::vector<ValidationRow> one{row_at(0)}, many(50, row_at(0));
  judge(one, 1e-3);
  judge(many, 1e-3);
  // Normal quantiles: (3.2905 + 1.2816) 0.01 / 2 = 0.02286; with 50 tests (4.2649 + 1.2816) 0.005 = 0.02773; Student's
  // t with 1000 degrees of freedom adds about half a percent.
  CHECK(*one[0].resolution == doctest::Approx(0.02286).epsilon(0.01));
  CHECK(*many[0].resolution == doctest::Approx(0.02773).epsilon(0.015));
}

TEST_CASE("verdict: undecided where the p-value, or the verdict holds, could not be trusted") {
  const auto verdict_of = [](const ValidationRow& row) {
    std::vector<ValidationRow> rows{row};
    judge(rows, 1e-3);
    return rows[0].verdict;
  };
  ValidationRow far = row_at(6);
  CHECK(verdict_of(far) == RowVerdict::fails);
  // cosh(g z^3 / 3) = cosh(11.876 g) at z = 3.2905; acosh(10) = 2.9932: the limit is g = 0.2520.
  far.estimate->skewness = 0.251;
  CHECK(verdict_of(far) == RowVerdict::fails);
  far.estimate->skewness = 0.253;
  CHECK(verdict_of(far) == RowVerdict::undecided);
  far.estimate->skewness = 0;
  far.allowance = 5 * far.estimate->standard_error;  // covers the deviation: it does not speak for the theory either
  CHECK(verdict_of(far) == RowVerdict::undecided);
  ValidationRow blind = row_at(0.5);
  CHECK(verdict_of(blind) == RowVerdict::holds);
  blind.exact.scale = blind.estimate->standard_error;
  CHECK(verdict_of(blind) == RowVerdict::undecided);
}

TEST_CASE("verdict: values that all draws may miss are told from values that show") {
  const auto deviation = [](std::vector<std::pair<double, double>> law, double draws) {
    return deviation_by_rare_values(std::move(law), draws, 1e-3);
  };
  const double critical = critical_value(1e-3);
  CHECK(critical == doctest::Approx(3.2905267314919).epsilon(1e-12));
  // 1 or 3, and a value of probability 1e-6 that makes 1/3 of the mean: seen by none of 6e6 draws with probability
  // exp(-6) > 1e-3, hidden in 1e4; without it nothing is hidden.
  const std::vector<std::pair<double, double>> usual{{1, 0.5}, {3, 0.5}};
  std::vector<std::pair<double, double>> spike = usual;
  spike.emplace_back(1e6, 1e-6);
  CHECK(deviation(usual, 1e4) < critical);
  CHECK(deviation(spike, 1e4) > critical);
  CHECK(deviation(spike, 6e6) > critical);
  CHECK(deviation(spike, 1e9) < critical);
  // All of the mean is there: no draw has a spread.
  CHECK(deviation({{0, 1 - 1e-6}, {1, 1e-6}}, 1e4) > critical);
  // Exactly so many draws, by hand: no rare draw shows, 1/3 of the mean is missed and the standard error is that of
  // 2/3 +- 1/3.
  const double draws = -std::log(1e-3) / 1e-6;
  CHECK(deviation(spike, draws) >= doctest::Approx(1.0 / 3 / (1.0 / 3 / std::sqrt(draws))).epsilon(1e-3));
  // The order does not matter; no mean, no deviation.
  std::reverse(spike.begin(), spike.end());
  CHECK(deviation(spike, 1e4) > critical);
  CHECK(deviation({{0, 1}}, 1e4) == 0);
  CHECK_THROWS_AS(deviation_by_rare_values(usual, 1e4, 0), Error);
  CHECK_THROWS_AS(critical_value(1), Error);
}
