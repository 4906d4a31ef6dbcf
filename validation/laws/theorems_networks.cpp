// Theorems about finite networks: their verdicts for any seed, their mutations, the same bits for any number of
// threads; and that the simulations under them draw what they should.
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "network/explicit_network.hpp"
#include "testing/theorems.hpp"
#include "theory/support_network.hpp"
#include "theory/support_units.hpp"

using namespace widegeo;
using namespace widegeo::theory;

TEST_CASE("theorems: those about finite networks have their verdicts for any seed") {
  REQUIRE(testing::theorems_of({"networks"}).size() >= 10);
  testing::check_verdicts({"networks"});
}

TEST_CASE("theorems: a broken formula about finite networks is noticed") { testing::check_mutations({"networks"}); }

TEST_CASE("theorems: evidence from finite networks has the same bits for one thread and two") {
  testing::check_reproducible({"networks"});
}

TEST_CASE("theorems: moments of a simulation are those of its samples, whatever the threads") {
  const auto make = [] {
    return
        [](std::uint32_t index, std::span<double> out) { out[0] = index, out[1] = static_cast<double>(index) * index; };
  };
  // 0 + ... + 99 and its squares: small integers, so that Welford's updates lose a few units of 2^-53 at most.
  const Moments one = simulate(100, 1, 2, make), two = simulate(100, 2, 2, make);
  CHECK(one.count() == 100);
  CHECK(testing::ulp_distance(one.mean(0), 49.5) < 100);
  CHECK(testing::ulp_distance(one.mean(1), 3283.5) < 100);
  CHECK(testing::ulp_distance(one.variance(0), (328350 - 100 * 49.5 * 49.5) / 99) < 100);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(testing::same_bits(one.mean(i), two.mean(i)));
    CHECK(testing::same_bits(one.variance(i), two.variance(i)));
  }
}

TEST_CASE("theorems: averages over one unit have their Gaussian moments") {
  const UnitModel model{.s = 1.25, .b = 0.5, .r = 0.8};
  const UnitAverage average(make_activation("x^2"), model);
  const double q = model.q(), s = model.s;
  // Exact moments of jointly normal (h, w_1), Cov = s r; sums of a thousand terms of one sign round to a few 1e-15.
  const auto close = [](double value, double exact) { return std::fabs(value - exact) < 1e-13 * std::fabs(exact); };
  CHECK(close(average([](const Unit&) { return 1; }), 1));
  CHECK(close(average([](const Unit& u) { return u.phi; }), q));
  CHECK(close(average([](const Unit& u) { return u.phi * u.phi; }), 3 * q * q));
  CHECK(close(average([](const Unit& u) { return u.slope * u.slope; }), 4 * q));
  CHECK(close(average([](const Unit& u) { return u.bend * u.slope * u.w; }), 4 * s * model.r));
  CHECK(close(average([](const Unit& u) { return u.w2; }), s));
  CHECK(close(average([](const Unit& u) { return u.w4; }), 3 * s * s));
}

TEST_CASE("theorems: Taylor series of a small network are those of the features it computes") {
  // A linear network: its Jacobian is the product of its matrices, all higher derivatives are 0.
  const PrecisionScope precision(50);
  Cases cases(3, "small network");
  const SmallNetwork net = small_network(cases, "x", 2, {3, 4});
  const auto phi = features(net, {Rational(1, 2), Rational(-1, 4)}, 2);
  REQUIRE(phi.size() == 4);
  for (unsigned i = 0; i < 4; ++i)
    for (unsigned a = 0; a < 2; ++a) {
      Real sum(0);
      for (unsigned j = 0; j < 3; ++j) sum += net.weights[1][i * 3 + j] * net.weights[0][j * 2 + a];
      CHECK(abs(partial(phi[i], a).value() - sum / sqrt(Real(12))) < Real(1) / pow_int(Real(10), 45));
      CHECK(partial(partial(phi[i], a), 0).value() == 0);
    }
  CHECK(pullback(phi, 2).size() == 4);
}
