// What is known of every entry of the catalogue at its default parameters, written by hand: parity, points, growth, and
// phi and phi' as formulas in Real that share nothing with the expression language.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "expr/analysis/analysis.hpp"
#include "number/scalar.hpp"

namespace widegeo::testing {

using expr::Growth;
using expr::Parity;
using expr::SpecialPoint;

inline constexpr auto kink = SpecialPoint::Kind::kink;
inline constexpr auto jump = SpecialPoint::Kind::jump;
inline constexpr auto none = Parity::none;
inline constexpr auto even = Parity::even;
inline constexpr auto odd = Parity::odd;
inline constexpr auto polynomial = Growth::Kind::polynomial;
inline constexpr auto exponential = Growth::Kind::exponential;

using X = const Real&;
using Function = std::function<Real(X)>;
using Points = std::vector<std::pair<const char*, SpecialPoint::Kind>>;  // exact location, kind

struct Expected {
  Parity parity;
  Points points;
  Growth::Kind growth;
  Function phi, slope;
};

inline Real R(const char* digits) { return Real(digits); }
inline Real ratio(long p, long q) { return Real(p) / q; }
inline Real root2() { return sqrt(Real(2)); }
inline Real circle() { return 4 * atan(Real(1)); }
inline Real logistic(const Real& x) { return 1 / (1 + exp(-x)); }
inline Real cdf(const Real& x) { return erfc(Real(-x / root2())) / 2; }
inline Real density(const Real& x) { return exp(-x * x / 2) / sqrt(2 * circle()); }
inline Real Erf(const Real& x) { return erf(x); }
inline Real erf_slope(const Real& x) { return 2 * exp(-x * x) / sqrt(circle()); }
inline Real heaviside(const Real& x) { return x > 0 ? 1 : 0; }
inline Real ramp(const Real& x) { return x > 0 ? x : Real(0); }
inline Real Log1p(const Real& x) { return log(Real(1 + x)); }

inline std::map<std::string, Expected> activation_table() {
  const Points at_zero{{"0", kink}};
  std::map<std::string, Expected> t;
  t["erf"] = {odd, {}, polynomial, [](X x) -> Real { return Erf(x); }, [](X x) -> Real { return erf_slope(x); }};
  t["erf-scaled"] = {
      odd, {}, polynomial, [](X x) -> Real { return Erf(x / root2()); }, [](X x) -> Real { return 2 * density(x); }};
  t["erfc"] = {none, {}, polynomial, [](X x) -> Real { return 1 - Erf(x); }, [](X x) -> Real { return -erf_slope(x); }};
  t["sigmoid-like"] = {
      none,
      {},
      polynomial,
      [](X x) -> Real { return (1 + Erf(x / R("2.4020563531719796"))) / 2; },
      [](X x) -> Real { return erf_slope(x / R("2.4020563531719796")) / 2 / R("2.4020563531719796"); }};
  t["normal-cdf"] = {none, {}, polynomial, [](X x) -> Real { return cdf(x); }, [](X x) -> Real { return density(x); }};
  t["laplace-cdf"] = {none,
                      {},
                      polynomial,
                      [](X x) -> Real { return cdf((x - 1 / root2()) * sqrt(4 * circle())); },
                      [](X x) -> Real { return density((x - 1 / root2()) * sqrt(4 * circle())) * sqrt(4 * circle()); }};
  t["tanh"] = {odd,
               {},
               polynomial,
               [](X x) -> Real { return 2 * logistic(2 * x) - 1; },
               [](X x) -> Real { return 1 / (cosh(x) * cosh(x)); }};
  t["lecun-tanh"] = {odd,
                     {},
                     polynomial,
                     [](X x) -> Real { return R("1.7159") * tanh(x * ratio(2, 3)); },
                     [](X x) -> Real { return R("1.7159") * ratio(2, 3) / pow(cosh(x * ratio(2, 3)), 2); }};
  t["sigmoid"] = {none,
                  {},
                  polynomial,
                  [](X x) -> Real { return logistic(x); },
                  [](X x) -> Real { return exp(-x) / pow(1 + exp(-x), 2); }};
  t["arctan"] = {odd, {}, polynomial, [](X x) -> Real { return atan(x); }, [](X x) -> Real { return 1 / (1 + x * x); }};
  t["softsign"] = {odd, at_zero, polynomial, [](X x) -> Real { return x / (1 + abs(x)); },
                   [](X x) -> Real { return 1 / pow(1 + abs(x), 2); }};
  t["isru"] = {odd,
               {},
               polynomial,
               [](X x) -> Real { return x / sqrt(1 + x * x); },
               [](X x) -> Real { return 1 / pow(sqrt(1 + x * x), 3); }};
  t["hard-tanh"] = {odd,
                    {{"-1", kink}, {"1", kink}},
                    polynomial,
                    [](X x) -> Real { return x < -1  ? Real(-1)
                                             : x > 1 ? Real(1)
                                                     : x; },
                    [](X x) -> Real { return abs(x) < 1 ? 1 : 0; }};
  t["hard-sigmoid"] = {none,
                       {{"-3", kink}, {"3", kink}},
                       polynomial,
                       [](X x) -> Real { return x < -3  ? Real(0)
                                                : x > 3 ? Real(1)
                                                        : (x + 3) / 6; },
                       [](X x) -> Real { return abs(x) < 3 ? ratio(1, 6) : Real(0); }};
  t["sign"] = {
      odd, {{"0", jump}}, polynomial, [](X x) -> Real { return x > 0 ? 1 : -1; }, [](X x) -> Real { return 0 * x; }};
  t["step"] = {
      none, {{"0", jump}}, polynomial, [](X x) -> Real { return heaviside(x); }, [](X x) -> Real { return 0 * x; }};
  t["gaussian"] = {
      even, {}, polynomial, [](X x) -> Real { return exp(-x * x); }, [](X x) -> Real { return -2 * x * exp(-x * x); }};
  t["normal-pdf"] = {
      even, {}, polynomial, [](X x) -> Real { return density(x); }, [](X x) -> Real { return -x * density(x); }};
  t["gabor"] = {odd,
                {},
                polynomial,
                [](X x) -> Real { return sin(x) / exp(x * x); },
                [](X x) -> Real { return exp(-x * x) * (cos(x) - 2 * x * sin(x)); }};
  t["mexican-hat"] = {even,
                      {},
                      polynomial,
                      [](X x) -> Real { return (1 - x * x) * exp(-x * x / 2); },
                      [](X x) -> Real { return x * (x * x - 3) * exp(-x * x / 2); }};
  t["sech"] = {even,
               {},
               polynomial,
               [](X x) -> Real { return 2 / (exp(x) + exp(-x)); },
               [](X x) -> Real { return -tanh(x) / cosh(x); }};
  t["lorentzian"] = {even,
                     {},
                     polynomial,
                     [](X x) -> Real { return 1 / (1 + x * x); },
                     [](X x) -> Real { return -2 * x / pow(1 + x * x, 2); }};
  t["triangle"] = {even,
                   {{"-1", kink}, {"0", kink}, {"1", kink}},
                   polynomial,
                   [](X x) -> Real { return ramp(1 - abs(x)); },
                   [](X x) -> Real { return abs(x) > 1 ? 0
                                            : x > 0    ? -1
                                                       : 1; }};
  t["bump"] = {
      even,
      {{"-1", kink}, {"1", kink}},
      polynomial,
      [](X x) -> Real { return abs(x) < 1 ? Real(exp(-1 / (1 - x * x))) : Real(0); },
      [](X x) -> Real { return abs(x) < 1 ? Real(exp(-1 / (1 - x * x)) * -2 * x / pow(1 - x * x, 2)) : Real(0); }};
  t["sinc"] = {even,
               {},
               polynomial,
               [](X x) -> Real { return sin(x) / x; },
               [](X x) -> Real { return (x * cos(x) - sin(x)) / (x * x); }};

  t["relu"] = {none, at_zero, polynomial, [](X x) -> Real { return ramp(x); },
               [](X x) -> Real { return heaviside(x); }};
  t["leaky-relu"] = {none, at_zero, polynomial, [](X x) -> Real { return x > 0 ? x : x / 100; },
                     [](X x) -> Real { return x > 0 ? Real(1) : ratio(1, 100); }};
  t["prelu"] = {none, at_zero, polynomial, [](X x) -> Real { return x > 0 ? x : x / 4; },
                [](X x) -> Real { return x > 0 ? Real(1) : ratio(1, 4); }};
  t["abrelu"] = {none, at_zero, polynomial, [](X x) -> Real { return x > 0 ? x : x / 10; },
                 [](X x) -> Real { return x > 0 ? Real(1) : ratio(1, 10); }};
  t["abs"] = {even, at_zero, polynomial, [](X x) -> Real { return sqrt(x * x); },
              [](X x) -> Real { return x > 0 ? 1 : -1; }};
  t["relu6"] = {none,
                {{"0", kink}, {"6", kink}},
                polynomial,
                [](X x) -> Real { return x > 6 ? Real(6) : ramp(x); },
                [](X x) -> Real { return x > 0 && x < 6 ? 1 : 0; }};
  t["squared-relu"] = {none, at_zero, polynomial, [](X x) -> Real { return x * ramp(x); },
                       [](X x) -> Real { return 2 * ramp(x); }};
  t["relu-power"] = {none, at_zero, polynomial, [](X x) -> Real { return x * x * ramp(x); },
                     [](X x) -> Real { return 3 * x * ramp(x); }};
  t["rectified-monomial"] = {none, at_zero, polynomial, [](X x) -> Real { return x * ramp(x); },
                             [](X x) -> Real { return 2 * ramp(x); }};
  t["star-relu"] = {none, at_zero, polynomial, [](X x) -> Real { return R("0.8944") * x * ramp(x) - R("0.4472"); },
                    [](X x) -> Real { return 2 * R("0.8944") * ramp(x); }};
  t["shifted-relu"] = {none,
                       {{"1", kink}},
                       polynomial,
                       [](X x) -> Real { return ramp(x - 1); },
                       [](X x) -> Real { return heaviside(x - 1); }};
  t["threshold"] = {none,
                    {{"1", jump}},
                    polynomial,
                    [](X x) -> Real { return x > 1 ? x : Real(0); },
                    [](X x) -> Real { return heaviside(x - 1); }};
  t["hard-shrink"] = {odd,
                      {{"-1/2", jump}, {"1/2", jump}},
                      polynomial,
                      [](X x) -> Real { return 2 * abs(x) > 1 ? x : Real(0); },
                      [](X x) -> Real { return 2 * abs(x) > 1 ? 1 : 0; }};
  t["soft-shrink"] = {odd,
                      {{"-1/2", kink}, {"1/2", kink}},
                      polynomial,
                      [](X x) -> Real {
                        return 2 * x > 1 ? Real(x - ratio(1, 2)) : 2 * x < -1 ? Real(x + ratio(1, 2)) : Real(0);
                      },
                      [](X x) -> Real { return 2 * abs(x) > 1 ? 1 : 0; }};
  t["hard-swish"] = {none,
                     {{"-3", kink}, {"3", kink}},
                     polynomial,
                     [](X x) -> Real { return x < -3  ? Real(0)
                                              : x > 3 ? x
                                                      : Real(x * (x + 3) / 6); },
                     [](X x) -> Real { return x < -3  ? Real(0)
                                              : x > 3 ? Real(1)
                                                      : Real((2 * x + 3) / 6); }};
  t["elu"] = {none, at_zero, polynomial, [](X x) -> Real { return x < 0 ? Real(exp(x) - 1) : x; },
              [](X x) -> Real { return x < 0 ? Real(exp(x)) : Real(1); }};
  t["celu"] = {none, at_zero, polynomial, [](X x) -> Real { return x < 0 ? Real(2 * (exp(x / 2) - 1)) : x; },
               [](X x) -> Real { return x < 0 ? Real(exp(x / 2)) : Real(1); }};
  t["selu"] = {none, at_zero, polynomial,
               [](X x) -> Real {
                 return R("1.0507009873554804934193349852946") *
                        (x < 0 ? Real(R("1.6732632423543772848170429916717") * (exp(x) - 1)) : x);
               },
               [](X x) -> Real {
                 return R("1.0507009873554804934193349852946") *
                        (x < 0 ? Real(R("1.6732632423543772848170429916717") * exp(x)) : Real(1));
               }};
  t["isrlu"] = {none, at_zero, polynomial, [](X x) -> Real { return x < 0 ? Real(x / sqrt(1 + x * x)) : x; },
                [](X x) -> Real { return x < 0 ? Real(1 / pow(sqrt(1 + x * x), 3)) : Real(1); }};
  t["softplus"] = {
      none, {}, polynomial, [](X x) -> Real { return Log1p(exp(x)); }, [](X x) -> Real { return logistic(x); }};
  t["shifted-softplus"] = {
      none, {}, polynomial, [](X x) -> Real { return log((1 + exp(x)) / 2); }, [](X x) -> Real { return logistic(x); }};
  t["log-sigmoid"] = {
      none, {}, polynomial, [](X x) -> Real { return log(logistic(x)); }, [](X x) -> Real { return logistic(-x); }};
  t["squareplus"] = {none,
                     {},
                     polynomial,
                     [](X x) -> Real { return (x + sqrt(x * x + 4)) / 2; },
                     [](X x) -> Real { return (1 + x / sqrt(x * x + 4)) / 2; }};
  t["bent-identity"] = {none,
                        {},
                        polynomial,
                        [](X x) -> Real { return (sqrt(x * x + 1) - 1) / 2 + x; },
                        [](X x) -> Real { return x / sqrt(x * x + 1) / 2 + 1; }};
  t["log-cosh"] = {even, {}, polynomial, [](X x) -> Real { return log(cosh(x)); }, [](X x) -> Real { return tanh(x); }};
  const auto silu = [](X x) -> Real { return x * logistic(x); };
  const auto silu_slope = [](X x) -> Real { return logistic(x) * (1 + x * logistic(-x)); };
  t["silu"] = {none, {}, polynomial, silu, silu_slope};
  t["swish"] = {none, {}, polynomial, silu, silu_slope};
  t["gelu"] = {none,
               {},
               polynomial,
               [](X x) -> Real { return x * cdf(x); },
               [](X x) -> Real { return cdf(x) + x * density(x); }};
  t["gelu-tanh"] = {
      none,
      {},
      polynomial,
      [](X x) -> Real { return x / 2 * (1 + tanh(sqrt(2 / circle()) * (x + R("0.044715") * x * x * x))); },
      [](X x) -> Real {
        return (1 + tanh(sqrt(2 / circle()) * (x + R("0.044715") * x * x * x))) / 2 +
               x / 2 * sqrt(2 / circle()) * (1 + 3 * R("0.044715") * x * x) /
                   pow(cosh(sqrt(2 / circle()) * (x + R("0.044715") * x * x * x)), 2);
      }};
  t["quick-gelu"] = {none,
                     {},
                     polynomial,
                     [](X x) -> Real { return x * logistic(R("1.702") * x); },
                     [](X x) -> Real {
                       return logistic(R("1.702") * x) +
                              x * R("1.702") * logistic(R("1.702") * x) * logistic(-R("1.702") * x);
                     }};
  t["mish"] = {none,
               {},
               polynomial,
               [](X x) -> Real { return x * tanh(Log1p(exp(x))); },
               [](X x) -> Real { return tanh(Log1p(exp(x))) + x * logistic(x) / pow(cosh(Log1p(exp(x))), 2); }};
  t["serf"] = {none,
               {},
               polynomial,
               [](X x) -> Real { return x * Erf(Log1p(exp(x))); },
               [](X x) -> Real { return Erf(Log1p(exp(x))) + x * logistic(x) * erf_slope(Log1p(exp(x))); }};
  t["tanhexp"] = {none,
                  {},
                  polynomial,
                  [](X x) -> Real { return x * tanh(exp(x)); },
                  [](X x) -> Real { return tanh(exp(x)) + x * exp(x) / pow(cosh(exp(x)), 2); }};

  t["linear"] = {odd, {}, polynomial, [](X x) -> Real { return x; }, [](X x) -> Real { return 0 * x + 1; }};
  t["affine"] = t["linear"];
  t["square"] = {even, {}, polynomial, [](X x) -> Real { return x * x; }, [](X x) -> Real { return 2 * x; }};
  t["monomial"] = t["square"];
  t["cube"] = {odd, {}, polynomial, [](X x) -> Real { return x * x * x; }, [](X x) -> Real { return 3 * x * x; }};
  t["quadratic"] = {none, {}, polynomial, [](X x) -> Real { return x * x + x; }, [](X x) -> Real { return 2 * x + 1; }};
  t["polynomial"] = t["quadratic"];
  t["hermite"] = {
      even, {}, polynomial, [](X x) -> Real { return (x * x - 1) / root2(); }, [](X x) -> Real { return root2() * x; }};
  t["sin"] = {odd, {}, polynomial, [](X x) -> Real { return sin(x); }, [](X x) -> Real { return cos(x); }};
  t["cos"] = {even, {}, polynomial, [](X x) -> Real { return cos(x); }, [](X x) -> Real { return -sin(x); }};
  t["sine"] = t["sin"];
  t["siren"] = {
      odd, {}, polynomial, [](X x) -> Real { return sin(30 * x); }, [](X x) -> Real { return 30 * cos(30 * x); }};
  t["rbf"] = {none,
              {},
              polynomial,
              [](X x) -> Real { return sin(root2() * x) + cos(root2() * x); },
              [](X x) -> Real { return root2() * (cos(root2() * x) - sin(root2() * x)); }};
  t["snake"] = {
      none, {}, polynomial, [](X x) -> Real { return x + pow(sin(x), 2); }, [](X x) -> Real { return 1 + sin(2 * x); }};
  t["growing-cosine"] = {
      odd, {}, polynomial, [](X x) -> Real { return x * cos(x); }, [](X x) -> Real { return cos(x) - x * sin(x); }};
  t["exp"] = {none, {}, exponential, [](X x) -> Real { return exp(x); }, [](X x) -> Real { return exp(x); }};
  t["exp-normalized"] = {
      none, {}, exponential, [](X x) -> Real { return exp(x - 1); }, [](X x) -> Real { return exp(x - 1); }};
  t["soft-exponential"] = {none,
                           {},
                           exponential,
                           [](X x) -> Real { return 2 * (exp(x / 2) - 1) + ratio(1, 2); },
                           [](X x) -> Real { return exp(x / 2); }};
  t["sinh"] = {odd,
               {},
               exponential,
               [](X x) -> Real { return (exp(x) - exp(-x)) / 2; },
               [](X x) -> Real { return (exp(x) + exp(-x)) / 2; }};
  t["cosh"] = {even,
               {},
               exponential,
               [](X x) -> Real { return (exp(x) + exp(-x)) / 2; },
               [](X x) -> Real { return (exp(x) - exp(-x)) / 2; }};
  t["asinh"] = {odd,
                {},
                polynomial,
                [](X x) -> Real { return log(x + sqrt(1 + x * x)); },
                [](X x) -> Real { return 1 / sqrt(1 + x * x); }};
  t["symlog"] = {odd, at_zero, polynomial, [](X x) -> Real { return (x > 0 ? 1 : -1) * log(1 + abs(x)); },
                 [](X x) -> Real { return 1 / (1 + abs(x)); }};
  t["tanhshrink"] = {
      odd, {}, polynomial, [](X x) -> Real { return x - tanh(x); }, [](X x) -> Real { return pow(tanh(x), 2); }};
  return t;
}

}  // namespace widegeo::testing
