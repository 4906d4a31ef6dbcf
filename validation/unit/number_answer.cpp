// Answers as doubles and in multiprecision, and the rules of the escalation.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "number/answer.hpp"
#include "number/escalation.hpp"
#include "number/functions.hpp"

using namespace widegeo;

namespace {

Answer answer(const Real& value, const Real& error) { return {"q", Estimate<Real>{value, error, ErrorKind::rounding}}; }

/// A number, one that cancels to 0, and one that does not exist.
struct Cancelling {
  template <class T>
  Outcomes<T> operator()() const {
    Outcomes<T> r;
    const T third = T(1) / T(3);
    r.add("one", third * T(3));
    r.add("zero", sqrt(T(2)) + sqrt(T(3)) - sqrt(T(5) + T(2) * sqrt(T(6))));
    r.none("none", "it does not exist");
    return r;
  }
};

}  // namespace

TEST_CASE("answer: the error in double covers the conversion, and hardly more") {
  const PrecisionScope scope(60);
  for (const char* text : {"0.1", "-3.3e200", "1e-300", "7.77777777777777777777777777777e-310", "1e-320", "1e-400"}) {
    const Real value(text);
    for (const Real& error : {Real(0), abs(value) * Real("1e-50"), abs(value) * Real("1e-10")}) {
      const Estimate<double> got = in_double(answer(value, error));
      const Real off = abs(value - Real(got.value));
      CHECK(Real(got.error) >= off + error);
      // Rounded to nearest and then one unit up: 1.5 units of the last place, which is 5e-324 at least.
      CHECK(Real(got.error) <= (off + error) * (1 + Real("4e-16")) + Real(1e-323));
    }
  }
  const Estimate<double> exact = in_double(answer(Real(1) / 4, Real(0)));
  CHECK(exact.value == 0.25);
  CHECK(exact.error == 0);
  CHECK(std::isinf(in_double(answer(Real("1e400"), Real(1))).value));
  CHECK_THROWS_AS((void)in_double({"q", Missing{"no such thing"}}), Error);
  CHECK_FALSE(kind_of({"q", Missing{"no such thing"}}).has_value());
  CHECK(in_multiprecision({"q", Estimate<double>{0.5, 0.25, ErrorKind::truncation}}).error == 0.25);
}

TEST_CASE("answer: twice the difference of two runs, and the conversion") {
  const PrecisionScope scope(60);
  const Real first = Real(1) / 3, second = first + Real("1e-12");
  const TrackedDouble both = of_two_runs(first, second);
  CHECK(both.error >= 2e-12);
  CHECK(both.error <= 2.001e-12);
  CHECK(of_two_runs(first, first).error >= abs(first - Real(first.to_double())).to_double());
}

TEST_CASE("escalation: what shrinks with the digits is zero with a bound, what vanished is in the error") {
  const Answers got = evaluate(Cancelling{}, {.digits = 40, .all_digits = true});
  const auto zero = in_multiprecision(got["zero"]);
  CHECK(zero.value == 0);
  CHECK(zero.error > 0);
  CHECK(zero.error < Real("1e-40"));
  CHECK(std::get<Missing>(got["none"].value).reason == "it does not exist");
  struct Vanishing {
    Outcomes<Real> operator()() const {
      note_vanished(-50);
      Outcomes<Real> r;
      r.add("one", Real(1));
      return r;
    }
  };
  const Answers one = evaluate_real(Vanishing{}, {.digits = 10}, {});
  CHECK(in_multiprecision(one[0]).error >= ldexp(Real(1), -50));
}
