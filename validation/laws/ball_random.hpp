// Random balls, random points in them, and whether a number with 60 digits lies in a ball.
#pragma once

#include <string>
#include <vector>

#include "number/ball/ball.hpp"
#include "testing/checks.hpp"

namespace widegeo::testing {

inline Real real_of(arf_srcptr x) {
  Real r;
  arf_get_mpfr(r.get(), x, MPFR_RNDN);
  return r;
}

inline Real midpoint_of(const Ball& x) { return real_of(arb_midref(x.get())); }

inline Real radius_of(const Ball& x) {
  arf_t bound;
  arf_init_set_mag_shallow(bound, arb_radref(x.get()));
  return real_of(bound);
}

/// In the ball, when `truth` may be wrong by `slack` relative to its size.
inline bool holds(const Ball& x, const Real& truth, const Real& slack) {
  if (!is_finite(truth)) return false;
  return abs(truth - midpoint_of(x)) <= radius_of(x) + abs(truth) * slack;
}

/// Balls of every kind: exact, thin, wide, around 0, with an end at 0; centres of every size up to `size`.
class RandomBalls {
 public:
  explicit RandomBalls(std::mt19937_64 generator) : generator_(generator) {}
  std::mt19937_64& generator() { return generator_; }
  unsigned below(unsigned n) { return static_cast<unsigned>(generator_() % n); }

  double centre(double size) {
    const double sign = below(2) == 0 ? 1 : -1;
    switch (below(6)) {
      case 0:
        return sign * below(4);
      case 1:
        return sign * log_uniform(generator_, 1e-30, size);
      case 2:
        return sign * log_uniform(generator_, 1e-3, size);
      default:
        return uniform(generator_, -size, size);
    }
  }

  Ball ball(double size) {
    const double m = centre(size);
    switch (below(7)) {
      case 0:
        return Ball(m);
      case 1: {
        const double other = centre(size);
        return Ball::between(std::fmin(m, other), std::fmax(m, other));
      }
      case 2:
        return Ball::between(std::fmin(m, 0.0), std::fmax(m, 0.0));
      case 3:
        return around(m, std::fabs(m) * log_uniform(generator_, 1e-25, 1.0));
      case 4:
        return around(m, log_uniform(generator_, 1e-25, 1.0));
      case 5:  // where thin ends and wide begins
        return around(m, std::fmax(std::fabs(m), 1.0) * 0x1p-20 * uniform(generator_, 0.5, 2.0));
      default:
        return around(m, log_uniform(generator_, 1e-3, size));
    }
  }

  /// At an end, at the middle or between.
  Real point(const Ball& x) {
    const Real m = midpoint_of(x), r = radius_of(x);
    switch (below(8)) {
      case 0:
        return m;
      case 1:
        return m - r;
      case 2:
        return m + r;
      case 3:
        return m - r;
      case 4:
        return m + r;
      default:
        return m + r * Real(uniform(generator_, -1, 1));
    }
  }

 private:
  static Ball around(double centre, double radius) {
    Ball r(centre);
    mag_t bound;
    mag_init(bound);
    mag_set_d(bound, radius);
    arb_add_error_mag(r.get(), bound);
    mag_clear(bound);
    return r;
  }

  std::mt19937_64 generator_;
};

struct UnaryCase {
  std::string name;
  Ball (*ball)(const Ball&);
  Real (*real)(const Real&);
  double low, high;  ///< the closure of the domain
  double size;       ///< of arguments
};

inline std::vector<UnaryCase> unary_cases() {
  constexpr double all = std::numeric_limits<double>::infinity();
  return {
      {"exp", exp, exp, -all, all, 50},
      {"expm1", expm1, expm1, -all, all, 50},
      {"log", log, log, 0, all, 50},
      {"log1p", log1p, log1p, -1, all, 5},
      {"sqrt", sqrt, sqrt, 0, all, 50},
      {"sin", sin, sin, -all, all, 12},
      {"cos", cos, cos, -all, all, 12},
      {"tan", tan, tan, -all, all, 4},
      {"sinh", sinh, sinh, -all, all, 30},
      {"cosh", cosh, cosh, -all, all, 30},
      {"tanh", tanh, tanh, -all, all, 30},
      {"asin", asin, asin, -1, 1, 1},
      {"acos", acos, acos, -1, 1, 1},
      {"atan", atan, atan, -all, all, 50},
      {"asinh", asinh, asinh, -all, all, 50},
      {"erf", erf, erf, -all, all, 12},
      {"erfc", erfc, erfc, -all, all, 30},
      {"abs", abs, abs, -all, all, 50},
      {"relu", relu, relu, -all, all, 50},
      {"sign", sign, sign, -all, all, 50},
      {"step", step, step, -all, all, 50},
      {"normal_cdf", normal_cdf, normal_cdf, -all, all, 40},
      {"normal_pdf", normal_pdf, normal_pdf, -all, all, 40},
      {"sigmoid", sigmoid, sigmoid, -all, all, 80},
      {"softplus", softplus, softplus, -all, all, 80},
      {"sinc", sinc, sinc, -all, all, 20},
      {"square", [](const Ball& x) { return pow_int(x, 2); }, [](const Real& x) { return pow_int(x, 2); }, -all, all,
       20},
      {"cube", [](const Ball& x) { return pow_int(x, 3); }, [](const Real& x) { return pow_int(x, 3); }, -all, all, 20},
      {"seventh", [](const Ball& x) { return pow_int(x, 7); }, [](const Real& x) { return pow_int(x, 7); }, -all, all,
       20}};
}

struct BinaryCase {
  std::string name;
  Ball (*ball)(const Ball&, const Ball&);
  Real (*real)(const Real&, const Real&);
  double size;
  bool everywhere;  ///< finite on all of the plane
};

inline std::vector<BinaryCase> binary_cases() {
  return {{"+", [](const Ball& a, const Ball& b) { return a + b; }, [](const Real& a, const Real& b) { return a + b; },
           50, true},
          {"-", [](const Ball& a, const Ball& b) { return a - b; }, [](const Real& a, const Real& b) { return a - b; },
           50, true},
          {"*", [](const Ball& a, const Ball& b) { return a * b; }, [](const Real& a, const Real& b) { return a * b; },
           50, true},
          {"/", [](const Ball& a, const Ball& b) { return a / b; }, [](const Real& a, const Real& b) { return a / b; },
           50, false},
          {"min", min, min, 50, true},
          {"max", max, max, 50, true},
          {"atan2", atan2, atan2, 50, true},
          {"pow", pow, pow, 10, false},
          {"owens_t", owens_t, owens_t, 8, true}};
}

}  // namespace widegeo::testing
