// Functions of Block: those of the standard library by vector functions, the others by the formulas of
// functions_double.cpp.
#include <algorithm>

#include "number/functions.hpp"
#include "simd/vector_math.hpp"

namespace widegeo {

namespace {

template <VectorFunctions::Unary VectorFunctions::*f>
Block each(const Block& x) {
  Block r{Block::Uninitialised{}};
  (vector_functions().*f)(x.lane.data(), r.lane.data(), Block::width);
  return r;
}

template <VectorFunctions::Binary VectorFunctions::*f>
Block each(const Block& x, const Block& y) {
  Block r{Block::Uninitialised{}};
  (vector_functions().*f)(x.lane.data(), y.lane.data(), r.lane.data(), Block::width);
  return r;
}

/// The rounding error of a b, a b + low exactly unless something overflows or underflows [Dekker 1971]: what std::fma
/// gives, which is slow on processors that lack it. Each factor is split into halves of 26 bits.
double low_of_product(double a, double b, double product) {
  constexpr double splitter = 0x1p27 + 1;
  const double a_scaled = splitter * a, b_scaled = splitter * b;
  const double a_high = a_scaled - (a_scaled - a), b_high = b_scaled - (b_scaled - b);
  const double a_low = a - a_high, b_low = b - b_high;
  return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

}  // namespace

Block exp(const Block& x) { return each<&VectorFunctions::exp>(x); }
Block log(const Block& x) { return each<&VectorFunctions::log>(x); }
Block sqrt(const Block& x) {
  return map_lanes([](double v) { return std::sqrt(v); }, x);
}
Block sin(const Block& x) { return each<&VectorFunctions::sin>(x); }
Block cos(const Block& x) { return each<&VectorFunctions::cos>(x); }
Block tan(const Block& x) { return each<&VectorFunctions::tan>(x); }
Block sinh(const Block& x) { return each<&VectorFunctions::sinh>(x); }
Block cosh(const Block& x) { return each<&VectorFunctions::cosh>(x); }
Block tanh(const Block& x) { return each<&VectorFunctions::tanh>(x); }
Block asin(const Block& x) { return each<&VectorFunctions::asin>(x); }
Block acos(const Block& x) { return each<&VectorFunctions::acos>(x); }
Block atan(const Block& x) { return each<&VectorFunctions::atan>(x); }
Block asinh(const Block& x) { return each<&VectorFunctions::asinh>(x); }
Block erf(const Block& x) { return each<&VectorFunctions::erf>(x); }
Block erfc(const Block& x) { return each<&VectorFunctions::erfc>(x); }
Block log1p(const Block& x) { return each<&VectorFunctions::log1p>(x); }
Block expm1(const Block& x) { return each<&VectorFunctions::expm1>(x); }
Block atan2(const Block& y, const Block& x) { return each<&VectorFunctions::atan2>(y, x); }
Block pow(const Block& x, const Block& y) { return each<&VectorFunctions::pow>(x, y); }

Block abs(const Block& x) {
  return map_lanes([](double v) { return std::fabs(v); }, x);
}
Block relu(const Block& x) {
  return map_lanes([](double v) { return relu(v); }, x);
}
Block sign(const Block& x) {
  return map_lanes([](double v) { return sign(v); }, x);
}
Block step(const Block& x) {
  return map_lanes([](double v) { return step(v); }, x);
}
Block min(const Block& a, const Block& b) {
  return map_lanes([](double x, double y) { return min(x, y); }, a, b);
}
Block max(const Block& a, const Block& b) {
  return map_lanes([](double x, double y) { return max(x, y); }, a, b);
}

Block normal_cdf(const Block& x) { return each<&VectorFunctions::normal_cdf>(x); }

Block normal_pdf(const Block& x) {
  constexpr double inverse_sqrt_2pi = 0x1.9884533d43651p-2;
  const Block square = x * x;
  const Block r = exp(square * Block(-0.5)) * Block(inverse_sqrt_2pi);
  Block corrected{Block::Uninitialised{}};
  for (std::size_t i = 0; i < Block::width; ++i) {
    const double v = x.lane[i], y = r.lane[i];
    const double in_tail = y - y * low_of_product(v, v, square.lane[i]) / 2;
    corrected.lane[i] = y == 0 || std::fabs(v) < 1 ? y : in_tail;
  }
  return corrected;
}

Block sigmoid(const Block& x) {
  const Block e = exp(-abs(x));
  Block r{Block::Uninitialised{}};
  for (std::size_t i = 0; i < Block::width; ++i) {
    const double numerator = x.lane[i] < 0 ? e.lane[i] : 1;
    r.lane[i] = numerator / (1 + e.lane[i]);
  }
  return r;
}

Block softplus(const Block& x) { return relu(x) + log1p(exp(-abs(x))); }

Block sinc(const Block& x) {
  const Block s = sin(x);
  return map_lanes([](double v, double w) { return v == 0 ? 1 : w / v; }, x, s);
}

Block owens_t(const Block& h, const Block& a) {
  return map_lanes([](double x, double y) { return owens_t(x, y); }, h, a);
}

bool is_finite(const Block& x) {
  return std::all_of(x.lane.begin(), x.lane.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace widegeo
