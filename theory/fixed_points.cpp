#include <functional>

#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"
#include "theory/support_formula.hpp"

namespace widegeo::theory {
namespace {

constexpr unsigned working = 40;

/// One unit in the last printed digit, which may be rounded or truncated.
double last_unit(const std::string& text) {
  const auto point = text.find('.');
  const std::size_t decimals = point == std::string::npos ? 0 : text.size() - point - 1;
  return std::pow(10.0, -static_cast<double>(decimals));
}

/// A zero of f between low and high by bisection and secants (Illinois), to the working precision.
Real zero_between(const std::function<Real(const Real&)>& f, Real low, Real high) {
  Real f_low = f(low), f_high = f(high);
  int kept = 0;
  for (int i = 0; i < 200; ++i) {
    const Real middle = high - f_high * (high - low) / (f_high - f_low), value = f(middle);
    if (value == 0 || abs(middle - high) < abs(middle) * pow_int(Real(10), 8L - static_cast<long>(working)))
      return middle;
    if ((value > 0) == (f_high > 0)) {
      if (kept++ > 0) f_low /= 2;
    } else {
      low = high;
      f_low = f_high;
      kept = 0;
    }
    high = middle;
    f_high = value;
  }
  return high;
}

struct Point {
  Real q, s, b;
};

/// q with (V' - D)(q) = E phi phi'' = 0: there chi_1 = s D and chi_par = s V' are 1 together; s = 1/D, b = q - s V.
Point half_stable(const Expectations<Real>& source, const Real& low, const Real& high, const Conditions& conditions) {
  const Real q = zero_between(
      [&](const Real& x) {
        const auto e = source.one_point(x, 1);
        return e.V[1] - e.D[0];
      },
      low, high);
  const auto e = source.one_point(q, 1);
  const Real s = conditions.broken("variance-not-squared") ? sqrt(1 / e.D[0]) : Real(1 / e.D[0]);
  return {q, s, conditions.broken("bias-left-out") ? Real(0) : Real(q - s * e.V[0])};
}

/// q with q = V/D + b: s = 1/D puts the fixed point on the critical line.
Point critical(const Expectations<Real>& source, const Real& b, const Real& low, const Real& high,
               const Conditions& conditions) {
  const Real bias = conditions.broken("bias-left-out") ? Real(b / 2) : b;
  const Real q = zero_between(
      [&](const Real& x) {
        const auto e = source.one_point(x, 1);
        return Real(x - e.V[0] / e.D[0] - bias);
      },
      low, high);
  const auto e = source.one_point(q, 1);
  const Real s = 1 / (conditions.broken("parallel-susceptibility") ? e.V[1] : e.D[0]);
  return {q, conditions.broken("variance-not-squared") ? sqrt(s) : s, bias};
}

void compare(Evidence& evidence, const std::string& name, const Point& found, const char* q, const char* s,
             const char* b) {
  const auto one = [&](const std::string& quantity, const Real& left, const char* text) {
    if (text != nullptr) evidence.equal(name + ", " + quantity, value_of(left), value_of(Real(text)), last_unit(text));
  };
  one("q*", found.q, q);
  one("weight variance", found.s, s);
  one("bias variance", found.b, b);
}

void check_fixed_points(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason("one unit of the last printed digit; 20 digits where a value is exact");
  const PrecisionScope precision(working);
  const auto tanh_source = by_quadrature<Real>(make_activation("tanh"));
  compare(evidence, "tanh, critical line at b = 0.05",
          critical(*tanh_source, to_real(Rational(1, 20)), Real("0.3"), Real("0.9"), conditions), "0.570047881641",
          "1.76095463961", nullptr);

  const auto gelu = half_stable(*by_closed_form<Real>(make_activation("gelu")), Real(3), Real(4), conditions);
  compare(evidence, "GELU, half-stable point", gelu, nullptr, "1.983058257437547", "0.1729223907560674");
  const Real exact = Formula("(3 + sqrt(17))/2", {})(std::vector<Real>{});
  evidence.equal("GELU, q* = (3 + sqrt 17)/2", gelu.q, exact, 20, Real(1));

  const auto silu = half_stable(*by_quadrature<Real>(make_activation("silu")), Real(14), Real(15), conditions);
  compare(evidence, "SiLU, half-stable point", silu, "14.3201736180258", "1.988004678269492", "0.5551431707215304");

  // erf without bias: criticality at q* = 0, where D = 4/pi.
  const auto erf_source = by_quadrature<Real>(make_activation("erf"));
  const Real D0 = erf_source->one_point(Real(0), 0).D[0];
  const Real s0 = conditions.broken("variance-not-squared") ? sqrt(1 / D0) : Real(1 / D0);
  evidence.equal("erf, weight variance pi/4 without bias", s0, Formula("pi/4", {})(std::vector<Real>{}), 20, Real(1));
  // ReLU: every q is fixed at s = 2, and chi_1 is 1.
  const auto relu = by_quadrature<Real>(make_activation("relu"))->one_point(to_real(Rational(7, 5)), 1);
  evidence.equal("ReLU, chi_1 at weight variance 2", Real(2 * relu.D[0]), Real(1), 20, Real(1));
  evidence.equal("ReLU, chi_par at weight variance 2", Real(2 * relu.V[1]), Real(1), 20, Real(1));
}

}  // namespace

Theorem fixed_points() {
  return {
      .id = "fixed-points",
      .group = "limits",
      .statement =
          "the fixed points q = s V(q) + b with chi_1 = s D(q) = 1 are where the literature prints them: tanh "
          "at b = 0.05 has s = 1.76095463961, q = .570047881641; GELU and SiLU are half-stable (s V' = s D = "
          "1) at q = (3 + sqrt 17)/2, s = 1.983058257437547, b = .1729223907560674 and q = "
          "14.3201736180258, s = 1.988004678269492, b = .5551431707215304; erf is critical at s = pi/4, b = "
          "0, ReLU at s = 2, b = 0",
      .latex = R"(q_*=s\,V(q_*)+b,\quad \chi_1=s\,D(q_*)=1,\quad \chi_\parallel=s\,V'(q_*))",
      .hypotheses = "the input is at the fixed point; s and b are the same in every layer",
      .source =
          "Roberts, Yaida and Hanin 2022, The principles of deep learning theory, section 5.3.4; Poole et al. "
          "2016 and Schoenholz et al. 2017 (tanh)",
      .derivation = "docs/math/theorems.md, Fixed points",
      .left = "V, V', D by quadrature (tanh, SiLU, erf, ReLU) or closed form (GELU), solved by secants at 40 digits",
      .right = "printed digits and exact values",
      .mutations = {{"bias-left-out", "the bias variance dropped (halved on the critical line)"},
                    {"parallel-susceptibility", "s V' = 1 in place of s D = 1 on the critical line"},
                    {"variance-not-squared", "the standard deviation in place of the variance"}},
      .check = check_fixed_points,
  };
}

}  // namespace widegeo::theory
