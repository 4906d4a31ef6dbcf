// Entries by quadrature of one pair at a time, the last resort, against the two-point quadrature.
#include "gaussian/table/pair_entries.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "gaussian/gaussian.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::testing;

TEST_CASE("pair entries: within their bounds of the two-point quadrature, and the same bits from either side") {
  std::mt19937_64 random = generator_of_test("pair entries");
  const Activation activation = make_activation("hard-tanh");
  EntryNeed need;
  need.dot = true;
  const double low = 0.4, high = 1.2;
  const auto layer = pair_entries(activation)->layer(low, high, need);
  const EntryErrors& bound = layer->errors();
  CHECK(bound.K < 1e-11);
  const auto exact = quadrature_expectations<TrackedDouble>(activation);
  for (const double theta : {1e-3, 0.05, 0.7, 1.6, 3.1})
    for (std::size_t trial = 0; trial < trials(1); ++trial) {
      const double a = uniform(random, low, high), b = uniform(random, low, high);
      const double size = std::sqrt(a * b), n = size * std::cos(theta), sine = size * std::sin(theta), m = sine * sine;
      PointBatch x, y;
      x.variance = {a};
      y.variance = {b};
      layer->prepare(x);
      layer->prepare(y);
      double K[2], Kdot[2], gap[2];
      layer->evaluate({&x, 0, &y, 0, 1, &n, &m}, {&K[0], &Kdot[0], &gap[0], nullptr, nullptr});
      layer->evaluate({&y, 0, &x, 0, 1, &n, &m}, {&K[1], &Kdot[1], &gap[1], nullptr, nullptr});
      CHECK(K[0] == K[1]);
      CHECK(Kdot[0] == Kdot[1]);
      const auto t = exact->two_point({TrackedDouble(a), TrackedDouble(b), TrackedDouble(n), TrackedDouble(m)},
                                      TwoPointNeed::kernel);
      const double R = x.root_V[0] * y.root_V[0], S = std::sqrt(x.D[0] * y.D[0]);
      CHECK(std::fabs(K[0] - t.K.value) <= bound.K * R + t.K.error);
      CHECK(std::fabs(Kdot[0] - t.Kdot.value) <= bound.Kdot * S + t.Kdot.error);
      CHECK(std::fabs(R - K[0] - gap[0]) <= 4e-16 * R);
    }
}
