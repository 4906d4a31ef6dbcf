#include "number/escalation.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <string_view>
#include <system_error>
#include <thread>

#include "number/carried_digits.hpp"

namespace widegeo {
namespace {

/// Digits beyond those asked for, and beyond those for the second run. Most numbers lose few: a first attempt with
/// little to spare takes half the time, and what it does not settle gets more.
struct Spare {
  unsigned guard, second_run;
};
constexpr Spare first_spare{6, 8}, spare{15, 20};
constexpr unsigned short_second_run = 6, attempts = 9;

/// An attempt with more digits than were asked for is not begun when it is likely to take longer, in seconds. It
/// decides between an answer and a refusal alone.
constexpr double longest_attempt = 5;

std::atomic<std::uint64_t> vanished_count{0};
std::atomic<long> vanished_exponent{std::numeric_limits<long>::min() / 2};

struct TwoRuns {
  Outcomes<Real> first, second;
  std::optional<long> vanished;  ///< numbers were taken for 0, which moves the results by less than 2^vanished
};

/// Both precisions, on two threads when the work is long enough to be worth one.
/// The first run has spread digits more for numbers of unlike sizes, the second twice as many: two precisions
/// that lose the same term would agree on a wrong number.
TwoRuns run_twice(const std::function<Outcomes<Real>()>& compute, unsigned digits, unsigned more, const Spread& given,
                  unsigned threads) {
  const unsigned spread = given.digits, of_first = given.of_averages ? 0 : spread;
  TwoRuns runs;
  if (threads < 2 || digits + spread < 100) {
    {
      const PrecisionScope scope(digits + spread);
      const CarriedDigits carried(of_first);
      runs.first = compute();
    }
    try {
      const PrecisionScope scope(digits + more + 2 * spread);
      const CarriedDigits carried(of_first + spread);
      runs.second = compute();
    } catch (const Error& error) {
      // Averages beside a cusp converge so slowly that fewer digits more may be all there is.
      if (error.code() != ErrorCode::accuracy) throw;
      const PrecisionScope scope(digits + short_second_run + 2 * spread);
      const CarriedDigits carried(of_first + spread);
      runs.second = compute();
    }
    return runs;
  }
  std::exception_ptr failure;
  const auto first = [&] {
    try {
      const PrecisionScope scope(digits + spread);
      const CarriedDigits carried(of_first);
      runs.first = compute();
    } catch (...) {
      failure = std::current_exception();
    }
  };
  std::thread other;
  try {
    other = std::thread(first);
  } catch (const std::system_error&) {
    return run_twice(compute, digits, more, given, 1);  // the system gives no more threads
  }
  try {
    const PrecisionScope scope(digits + more + 2 * spread);
    const CarriedDigits carried(of_first + spread);
    runs.second = compute();
  } catch (...) {
    other.join();
    throw;
  }
  other.join();
  if (failure) std::rethrow_exception(failure);
  return runs;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Real ten_to(long exponent) { return pow(Real(10), Real(exponent)); }

/// A number rounded to so many significant digits: its digits and the exponent of the first one.
std::pair<std::string, long> rounded(const Real& value, unsigned digits) {
  mpfr_exp_t exponent = 0;
  const std::unique_ptr<char, void (*)(char*)> text(
      mpfr_get_str(nullptr, &exponent, 10, digits, value.get(), MPFR_RNDN), mpfr_free_str);
  return {text.get(), exponent};
}

/// Both ends of the interval agree in so many digits; or the error is so small that only a tie can tell them apart.
bool settled(const Real& value, const Real& error, unsigned digits) {
  if (log10_size(error) <= log10_size(value) - digits - 4) return true;
  return rounded(value - error, digits) == rounded(value + error, digits);
}

bool agree_in_digits(double a, double b, unsigned digits) {
  const auto text = [digits](double value, std::array<char, 64>& room) {
    const auto end = std::to_chars(room.data(), room.data() + room.size(), value, std::chars_format::scientific,
                                   static_cast<int>(std::min(digits, 40U)) - 1);
    return std::string_view(room.data(), end.ptr);
  };
  std::array<char, 64> room_a, room_b;
  return text(a, room_a) == text(b, room_b);
}

std::string power_text(double exponent) { return "1e" + std::to_string(static_cast<long>(std::floor(exponent))); }

/// One attempt: the answers, and how many digits are missing for the worst of them.
struct Attempt {
  Answers answers;                    ///< of the numbers that are good enough
  std::map<std::size_t, Real> zeros;  ///< bounds of the numbers that are 0 up to cancellation
  double deficit = 0, reached = 0;
  std::string worst;
};

/// Whether values of a later attempt are within the bounds of the zeros of an earlier one.
bool confirms(const Outcomes<Real>& later, const Attempt& earlier) {
  return std::ranges::all_of(earlier.zeros, [&](const auto& zero) {
    const auto& value = later.values[zero.first].value;
    return value && abs(*value) <= zero.second;
  });
}

/// After runs with p and with p + more digits.
Attempt assess(const TwoRuns& runs, unsigned p, unsigned more, const Accuracy& accuracy) {
  Attempt attempt;
  double scale = -INFINITY;
  for (const auto& outcome : runs.second.values) {
    if (outcome.value && isfinite(*outcome.value)) scale = std::max(scale, log10_size(*outcome.value));
  }
  const Real vanished =
      runs.vanished ? ldexp(Real(1), static_cast<int>(std::max(*runs.vanished, -(1L << 29U)))) : Real(0);
  for (std::size_t i = 0; i < runs.second.values.size(); ++i) {
    const auto& low = runs.first.values.at(i);
    const auto& high = runs.second.values[i];
    if (low.value.has_value() != high.value.has_value()) {
      attempt.deficit = std::max(attempt.deficit, static_cast<double>(p));
      attempt.worst = high.name;
      continue;
    }
    if (!high.value) {
      attempt.answers.push_back({high.name, Missing{high.reason}});
      continue;
    }
    const Real v1 = *low.value, v2 = *high.value;
    if (!isfinite(v1) || !isfinite(v2)) {
      attempt.deficit = std::max(attempt.deficit, static_cast<double>(p));
      attempt.worst = high.name;
      attempt.reached = INFINITY;
      continue;
    }
    const Real difference = abs(v1 - v2);
    const Real error = 2 * difference + abs(v2) * ten_to(-static_cast<long>(p)) + vanished;
    const double relative = log10_size(error) - log10_size(v2);
    if (v1 == 0 && v2 == 0 && runs.second.kind == ErrorKind::truncation) {
      // Quadrature knows a zero only to its digits: an average far in a tail is not told from one that vanishes.
      const Real bound = ten_to(-static_cast<long>(p)) * (std::isfinite(scale) ? pow(Real(10), Real(scale)) : Real(1));
      attempt.answers.push_back({high.name, Estimate<Real>{v2, bound, runs.second.kind}});
      continue;
    }
    if ((v1 == 0 && v2 == 0) || settled(v2, error, accuracy.digits)) {
      attempt.answers.push_back({high.name, Estimate<Real>{v2, error, runs.second.kind}});
      continue;
    }
    // Zero up to cancellation: the value shrinks with the precision and keeps no digit of its own. It is printed as 0
    // with a bound that covers both runs.
    const bool noise = relative > -2 && log10_size(v1) < scale - p + 12 && log10_size(v2) < scale - p - more + 12;
    if (noise) {
      const Real bound = 2 * (abs(v1) + abs(v2));
      attempt.answers.push_back({high.name, Estimate<Real>{Real(0), bound, runs.second.kind}});
      attempt.zeros.emplace(i, bound);
      continue;
    }
    const double missing = std::max(1.0, std::min(relative, static_cast<double>(p)) + accuracy.digits + 4);
    if (missing > attempt.deficit) {
      attempt.deficit = missing;
      attempt.worst = high.name;
      attempt.reached = relative;
    }
  }
  return attempt;
}

}  // namespace

TrackedDouble of_two_runs(const Real& first, const Real& second) {
  const double nearest = second.to_double();
  return {nearest, 2 * std::fabs((second - first).to_double()) + tracked_unit * std::fabs(nearest)};
}

void note_vanished(long exponent) {
  long known = vanished_exponent;
  while (exponent > known && !vanished_exponent.compare_exchange_weak(known, exponent)) {
  }
  ++vanished_count;
}

bool accurate(double value, double error, const Accuracy& accuracy) {
  if (!std::isfinite(value) || !std::isfinite(error)) return false;
  if (error == 0) return true;
  if (error > std::abs(value) * std::pow(10.0, -static_cast<double>(accuracy.digits))) return false;
  // Digits that were asked for must all be right: both ends of the interval have to print alike.
  return !accuracy.all_digits || agree_in_digits(value - error, value + error, accuracy.digits);
}

std::optional<Answers> accept_double(const Outcomes<TrackedDouble>& outcomes, const Accuracy& accuracy) {
  Answers answers;
  for (const auto& outcome : outcomes.values) {
    if (!outcome.value || !accurate(outcome.value->value, outcome.value->error, accuracy)) return std::nullopt;
    answers.push_back({outcome.name, Estimate<double>{outcome.value->value, outcome.value->error, outcomes.kind}});
  }
  return answers;
}

unsigned decades(const Rational& x) {
  if (x == 0) return 0;
  const auto digits = [](const mpz_class& n) { return static_cast<long>(mpz_sizeinbase(n.get_mpz_t(), 10)); };
  return static_cast<unsigned>(std::abs(digits(x.get_num()) - digits(x.get_den())));
}

unsigned spread_of(unsigned largest_decades) {
  constexpr unsigned free = 3, most = 2'000;
  return largest_decades > free ? std::min(2 * (largest_decades - free), most) : 0;
}

Answers evaluate_real(const std::function<Outcomes<Real>()>& compute, const Accuracy& accuracy, const Spread& spread) {
  unsigned p = accuracy.digits + first_spare.guard;
  const unsigned limit = 6 * accuracy.digits + 2000;
  // What keeps no digit of its own with so many is 0 up to cancellation, to twice the digits asked for at least.
  const unsigned enough_for_zero = 2 * accuracy.digits + 3 * spare.guard;
  Attempt attempt, serves;
  unsigned refusals = 0;
  for (unsigned i = 0; i < attempts && p <= limit; ++i) {
    const unsigned more = i == 0 ? first_spare.second_run : spare.second_run;
    TwoRuns runs;
    const auto start = std::chrono::steady_clock::now();
    try {
      const std::uint64_t before = vanished_count;
      runs = run_twice(compute, p, more, spread, accuracy.threads);
      if (vanished_count != before) runs.vanished = vanished_exponent;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::accuracy && !serves.answers.empty()) break;
      // "More digits are needed to tell": some more, then twice the digits, a few times.
      if (error.code() != ErrorCode::accuracy || ++refusals > 3 || 4 * seconds_since(start) > longest_attempt) throw;
      p = refusals == 1 ? p + first_spare.second_run : 2 * p + spare.guard;
      continue;
    }
    const PrecisionScope scope(p + more + 2 * spread.digits);
    attempt = assess(runs, p, more, accuracy);
    if (attempt.deficit == 0 && (attempt.zeros.empty() || p + more >= enough_for_zero)) return attempt.answers;
    if (!confirms(runs.second, serves)) serves = Attempt();
    if (attempt.deficit == 0) serves = attempt;  // with bounds of the zeros that may become smaller
    const unsigned next = attempt.deficit == 0
                              ? std::max(p + spare.guard, enough_for_zero - spare.second_run)
                              : p + static_cast<unsigned>(std::min(2 * attempt.deficit, 1e6)) + spare.guard;
    // The time grows with the square of the digits at least.
    if (seconds_since(start) * std::pow(static_cast<double>(next) / p, 2) > longest_attempt) break;
    p = next;
  }
  if (!serves.answers.empty()) return serves.answers;
  const std::string reached = !std::isfinite(attempt.reached) ? "reached no finite value"
                              : attempt.reached >= 0          ? "reached no digit"
                                                     : "reached a relative error of " + power_text(attempt.reached + 1);
  throw Error(ErrorCode::accuracy, "the requested accuracy was not reached",
              attempt.worst + ": " + reached + ", requested 1e-" + std::to_string(accuracy.digits),
              "ask for fewer digits, or for another point: a quantity may be zero or undefined here");
}

}  // namespace widegeo
