// The quadrature route against Arb's rigorous integration on random compositions of the language: bumps, steps,
// sigmoids, oscillations and singularities of width 1e-9 to 10 and centre -300 to 300, variances 1e-6 to 1e6. Every
// number contains the truth within its error, or is refused. Failures are printed so that each can be repeated:
//   widegeo kernel --route quadrature --activation 'PHI' --weight-variance Q --x 1      is V(Q); D(Q) is kernel_dot.
#include <doctest/doctest.h>

#include <cstdio>

#include "gaussian/gaussian.hpp"
#include "testing/guarded.hpp"
#include "testing/random_activations.hpp"

using namespace widegeo;
using testing::RandomActivation;
using testing::arb::Acb;
using testing::arb::ArbOracle;
using testing::arb::Truth;

namespace {

/// Processor seconds for all the questions put to one activation: what takes longer counts as no answer.
constexpr unsigned seconds_each = 4;

enum class State { value, refused, other_error };

/// What the library said: of one point (V, D), of two points (K, Kdot).
struct Answer {
  State state = State::other_error;
  double value[2] = {0, 0}, error[2] = {0, 0};
};

struct Counts {
  long inside = 0, refused = 0, outside = 0, skipped = 0, no_answer = 0;
  void print(const char* what) const {
    std::printf(
        "counts: %s: %ld inside, %ld refused, %ld outside, %ld skipped (the oracle did not get there), %ld no answer\n",
        what, inside, refused, outside, skipped, no_answer);
    std::fflush(stdout);
  }
};

template <class Ask>
Answer answer_of(const Ask& ask) {
  Answer answer;
  try {
    ask(answer);
    answer.state = State::value;
  } catch (const Error& error) {
    const bool honest = error.code() == ErrorCode::accuracy || error.code() == ErrorCode::input;
    answer.state = honest ? State::refused : State::other_error;
  } catch (const std::exception&) {
  }
  return answer;
}

std::string text_of(const Acb& x) {
  char* text = arb_get_str(x.re(), 25, 0);
  std::string result = text;
  flint_free(text);
  return result;
}

/// Is |value - truth| <= error for a truth in the ball? A value below the smallest normal double may be off by it.
bool contains(double value, double error, const Acb& truth) {
  if (!std::isfinite(value)) return false;
  Acb miss, allowed;
  arb_set_d(miss.re(), value);
  arb_sub(miss.re(), miss.re(), truth.re(), 300);
  arb_abs(miss.re(), miss.re());
  arb_set_d(allowed.re(), std::isinf(error) ? 1e308 : error);
  Acb tiny;
  arb_set_d(tiny.re(), std::numeric_limits<double>::min());
  arb_add(allowed.re(), allowed.re(), tiny.re(), 300);
  return arb_gt(miss.re(), allowed.re()) == 0;
}

void judge(Counts& counts, const std::string& question, double value, double error, const Truth& truth) {
  if (!truth.reached) {
    ++counts.skipped;
  } else if (contains(value, error, truth.value)) {
    ++counts.inside;
  } else {
    ++counts.outside;
    std::printf("OUTSIDE %s value=%.17g error=%.2g truth=%s\n", question.c_str(), value, error,
                text_of(truth.value).c_str());
  }
}

/// Counts what is no number to be compared; true for a number.
bool is_value(Counts& counts, const std::vector<Answer>& answers, std::size_t i, const std::string& question) {
  if (i >= answers.size() || answers[i].state == State::other_error) {
    ++counts.no_answer;
    std::printf("NO ANSWER %s\n", question.c_str());
    return false;
  }
  if (answers[i].state == State::refused) ++counts.refused;
  return answers[i].state == State::value;
}

std::string named(const char* quantity, const RandomActivation& a, const std::string& at) {
  return std::string(quantity) + " phi='" + a.text + "' " + at;
}

std::string number(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", x);
  return text;
}

}  // namespace

TEST_CASE("quadrature: V and D of random compositions contain what Arb's integration encloses, or are refused") {
  testing::RandomActivations random(testing::generator_of_test("quadrature_against_arb one_point"));
  Counts of_V, of_D;
  const std::size_t activations = testing::trials(670);
  for (std::size_t trial = 0; trial < activations; ++trial) {
    double q[3];
    for (double& variance : q) variance = testing::log_uniform(random.generator(), 1e-6, 1e6);
    const RandomActivation a = random.draw(std::sqrt(q[0]), std::sqrt(std::max({q[0], q[1], q[2]})));
    std::unique_ptr<Expectations<TrackedDouble>> e;  // made once, in the child
    const std::vector<Answer> answers = testing::guarded<Answer>(3, seconds_each, [&](std::size_t i) {
      return answer_of([&](Answer& answer) {
        if (!e) e = quadrature_expectations<TrackedDouble>(make_activation(a.text));
        const OnePoint<TrackedDouble> o = e->one_point(TrackedDouble(q[i]), 0);
        answer.value[0] = o.V[0].value, answer.error[0] = o.V[0].error;
        answer.value[1] = o.D[0].value, answer.error[1] = o.D[0].error;
      });
    });
    const ArbOracle oracle(a.subject(), {.prec = 128, .goal = 66, .evaluations = 40'000});
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string at = "q=" + number(q[i]);
      if (!is_value(of_V, answers, i, named("V", a, at))) {
        if (i >= answers.size()) break;  // the questions after it were not put
        continue;
      }
      judge(of_V, named("V", a, at), answers[i].value[0], answers[i].error[0], oracle.V(Rational(q[i])));
      if (!a.jumps) {
        judge(of_D, named("D", a, at), answers[i].value[1], answers[i].error[1], oracle.D(Rational(q[i])));
      } else if (std::isinf(answers[i].value[1])) {
        ++of_D.inside;
      } else {
        ++of_D.outside;
        std::printf("OUTSIDE %s value=%.17g truth=infinite\n", named("D", a, at).c_str(), answers[i].value[1]);
      }
    }
  }
  of_V.print("V");
  of_D.print("D");
  CHECK(of_V.outside == 0);
  CHECK(of_D.outside == 0);
  CHECK(of_V.no_answer == 0);
  // The test would say nothing if most were refused or skipped.
  const long asked = static_cast<long>(3 * activations);
  CHECK(of_V.skipped * 10 <= asked);
  CHECK(of_V.inside * 2 >= asked);
}

TEST_CASE("quadrature: K and Kdot of random compositions contain what Arb's integration encloses, or are refused") {
  testing::RandomActivations random(testing::generator_of_test("quadrature_against_arb two_point"));
  Counts of_K, of_Kdot, near;
  const auto ask = [](const RandomActivation& a, double va, double vb, const TrackedDouble& rho,
                      const TrackedDouble& gap) {
    return testing::guarded<Answer>(1, seconds_each, [&](std::size_t) {
      return answer_of([&](Answer& answer) {
        const auto e = quadrature_expectations<TrackedDouble>(make_activation(a.text));
        const TrackedDouble x(va), y(vb), n = rho * sqrt(x * y);
        // (1 - |rho|)(1 + |rho|) from the gap 1 - |rho|, which rho no longer knows near the ends.
        const TwoPoint<TrackedDouble> t =
            e->two_point({x, y, n, x * y * gap * (TrackedDouble(2) - gap), false}, TwoPointNeed::kernel);
        answer.value[0] = t.K.value, answer.error[0] = t.K.error;
        answer.value[1] = t.Kdot.value, answer.error[1] = t.Kdot.error;
      });
    });
  };
  for (std::size_t trial = 0; trial < testing::trials(20); ++trial) {
    const double va = testing::log_uniform(random.generator(), 1e-3, 1e4),
                 vb = random.below(2) == 0 ? va : va * testing::log_uniform(random.generator(), 1e-2, 1e2);
    const RandomActivation a = random.draw(std::sqrt(va), std::sqrt(std::max(va, vb)));
    const double rho =
        random.below(6) == 0 ? 0 : std::round(testing::uniform(random.generator(), -0.5, 0.5) * 1e3) / 1024;
    const std::string at = "a=" + number(va) + " b=" + number(vb) + " rho=" + number(rho);
    const auto answers = ask(a, va, vb, TrackedDouble(rho), TrackedDouble(1 - std::abs(rho)));
    if (!is_value(of_K, answers, 0, named("K", a, at))) continue;
    const ArbOracle oracle(a.subject(), {.prec = 128, .goal = 60, .evaluations = 20'000});
    judge(of_K, named("K", a, at), answers[0].value[0], answers[0].error[0],
          oracle.K(Rational(va), Rational(vb), Rational(rho)));
    if (a.jumps || a.cusp) continue;
    judge(of_Kdot, named("Kdot", a, at), answers[0].value[1], answers[0].error[1],
          oracle.K(Rational(va), Rational(vb), Rational(rho), true));
  }
  for (std::size_t trial = 0; trial < testing::trials(60); ++trial) {
    const double va = testing::log_uniform(random.generator(), 1e-6, 1e6),
                 vb = random.below(2) == 0 ? va : va * testing::log_uniform(random.generator(), 1e-2, 1e2);
    const RandomActivation a = random.draw(std::sqrt(va), std::sqrt(std::max(va, vb)));
    if (a.jumps) continue;  // D is infinite: no bound of the change
    const int sign = random.below(2) == 0 ? 1 : -1;
    const double gap = testing::log_uniform(random.generator(), random.below(2) == 0 ? 1e-300 : 1e-30, 1e-13);
    const std::string at =
        "a=" + number(va) + " b=" + number(vb) + " rho=" + (sign > 0 ? "" : "-") + "(1-" + number(gap) + ")";
    const auto answers =
        ask(a, va, vb, TrackedDouble(sign) * (TrackedDouble(1) - TrackedDouble(gap)), TrackedDouble(gap));
    if (!is_value(near, answers, 0, named("K", a, at))) continue;
    const ArbOracle oracle(a.subject(), {.prec = 128, .goal = 66, .evaluations = 40'000});
    judge(near, named("K", a, at), answers[0].value[0], answers[0].error[0],
          oracle.K_near_end(Rational(va), Rational(vb), sign, Rational(gap)));
  }
  of_K.print("K, |rho| <= 1/2");
  of_Kdot.print("Kdot, |rho| <= 1/2");
  near.print("K, 1 - |rho| < 1e-13");
  for (const Counts& counts : {of_K, of_Kdot, near}) {
    CHECK(counts.outside == 0);
    CHECK(counts.no_answer == 0);
  }
}

TEST_CASE("quadrature: V and D at 30 digits agree with Arb's integration to 30 digits, or are refused") {
  testing::RandomActivations random(testing::generator_of_test("quadrature_against_arb thirty_digits"));
  struct Texts {
    State state;
    char text[2][60];
  };
  Counts counts;
  const PrecisionScope scope(30 + GaussianOptions{}.guard_digits);
  for (std::size_t trial = 0; trial < testing::trials(24); ++trial) {
    const double q = testing::log_uniform(random.generator(), 1e-3, 1e3);
    const RandomActivation a = random.draw(std::sqrt(q), std::sqrt(q));
    const auto answers = testing::guarded<Texts>(1, seconds_each, [&](std::size_t) {
      Texts texts{};
      texts.state = answer_of([&](Answer&) {
                      const auto e = quadrature_expectations<Real>(make_activation(a.text));
                      const OnePoint<Real> o = e->one_point(Real(q), 0);
                      const Real found[2] = {o.V[0], o.D[0]};
                      for (int i = 0; i < 2; ++i)
                        std::snprintf(texts.text[i], sizeof texts.text[i], "%s", found[i].text(45).c_str());
                    }).state;
      return texts;
    });
    const std::string at = "digits=30 q=" + number(q);
    if (answers.empty() || answers[0].state == State::other_error) {
      ++counts.no_answer;
      std::printf("NO ANSWER %s\n", named("V", a, at).c_str());
      continue;
    }
    if (answers[0].state == State::refused) {
      ++counts.refused;
      continue;
    }
    const ArbOracle oracle(a.subject(), {.prec = 256, .goal = 120, .evaluations = 80'000});
    for (int i = 0; i < (a.jumps ? 1 : 2); ++i) {
      const Truth truth = i == 0 ? oracle.V(Rational(q)) : oracle.D(Rational(q));
      if (!truth.reached) {
        ++counts.skipped;
        continue;
      }
      Acb value, allowed, miss;
      arb_set_str(value.re(), answers[0].text[i], 256);
      arb_set_str(allowed.re(), "1e-30", 256);
      arb_mul(allowed.re(), allowed.re(), truth.value.re(), 256);
      arb_sub(miss.re(), value.re(), truth.value.re(), 256);
      arb_abs(miss.re(), miss.re());
      const bool outside = arb_is_finite(value.re()) == 0 || arb_gt(miss.re(), allowed.re()) != 0;
      ++(outside ? counts.outside : counts.inside);
      if (outside)
        std::printf("OUTSIDE %s value=%s truth=%s\n", named(i == 0 ? "V" : "D", a, at).c_str(), answers[0].text[i],
                    text_of(truth.value).c_str());
    }
  }
  counts.print("V and D at 30 digits");
  CHECK(counts.outside == 0);
  CHECK(counts.no_answer == 0);
}
