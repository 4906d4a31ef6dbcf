// The functions of double that the standard library lacks.
#include <boost/math/special_functions/owens_t.hpp>

#include "number/functions.hpp"

namespace widegeo {

namespace {

constexpr double inverse_sqrt_2_high = 0x1.6a09e667f3bcdp-1;
constexpr double inverse_sqrt_2_low = -0x1.bdd3413b26456p-55;
constexpr double inverse_sqrt_pi = 0x1.20dd750429b6dp-1;
constexpr double inverse_sqrt_2pi = 0x1.9884533d43651p-2;

}  // namespace

double normal_cdf(double x) {
  const double t = -x * inverse_sqrt_2_high;
  const double r = std::erfc(t) / 2;
  if (x >= -1 || r == 0) return r;
  // In the left tail the rounding of t is amplified by x^2; erfc(t + s) = erfc(t) - 2/sqrt(pi) exp(-t^2) s.
  const double s = std::fma(-x, inverse_sqrt_2_high, -t) - x * inverse_sqrt_2_low;
  return r - s * std::exp(-t * t) * inverse_sqrt_pi;
}

double normal_pdf(double x) {
  const double square = x * x;
  const double r = std::exp(-square / 2) * inverse_sqrt_2pi;
  if (r == 0 || std::fabs(x) < 1) return r;
  // exp amplifies the rounding of x^2; its low part enters to first order.
  return r - r * std::fma(x, x, -square) / 2;
}

double sigmoid(double x) {
  const double e = std::exp(-std::fabs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

double softplus(double x) { return relu(x) + std::log1p(std::exp(-std::fabs(x))); }

double sinc(double x) { return x == 0 ? 1 : std::sin(x) / x; }

double owens_t(double h, double a) {
  if (std::isnan(h) || std::isnan(a)) return std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(h)) return 0;
  using namespace boost::math::policies;
  const policy<underflow_error<ignore_error>, overflow_error<ignore_error>> quiet;
  if (std::isinf(a)) return std::copysign(normal_cdf(-std::fabs(h)) / 2, a);
  return boost::math::owens_t(h, a, quiet);
}

}  // namespace widegeo
