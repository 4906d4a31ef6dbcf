#include "number/strip/strip.hpp"

#include <algorithm>

#include "number/functions.hpp"
#include "number/strip/strip_loops.hpp"
#include "simd/vector_math.hpp"

namespace widegeo {

namespace {

template <StripLoops::Unary StripLoops::*loop>
StripOperation ieee(const Strip& a) {
  return {[](const StripOperation& o, double* to) { (strip_loops().*loop)(o.a, to); },
          a.lane,
          nullptr,
          nullptr,
          nullptr,
          0};
}

template <StripLoops::Binary StripLoops::*loop>
StripOperation ieee(const Strip& a, const Strip& b) {
  return {[](const StripOperation& o, double* to) { (strip_loops().*loop)(o.a, o.b, to); },
          a.lane,
          b.lane,
          nullptr,
          nullptr,
          0};
}

template <StripLoops::Choice StripLoops::*loop>
StripOperation choice(const StripComparison& mask, const Strip& if_true, const Strip& if_false) {
  return {[](const StripOperation& o, double* to) { (strip_loops().*loop)(o.a, o.b, o.c, o.d, to); },
          mask.a,
          mask.b,
          if_true.lane,
          if_false.lane,
          0};
}

template <VectorFunctions::Unary VectorFunctions::*f>
StripOperation each(const Strip& x) {
  return {[](const StripOperation& o, double* to) { (vector_functions().*f)(o.a, to, Strip::width); },
          x.lane,
          nullptr,
          nullptr,
          nullptr,
          0};
}

template <VectorFunctions::Binary VectorFunctions::*f>
StripOperation each(const Strip& x, const Strip& y) {
  return {[](const StripOperation& o, double* to) { (vector_functions().*f)(o.a, o.b, to, Strip::width); },
          x.lane,
          y.lane,
          nullptr,
          nullptr,
          0};
}

/// Applies a function that only Block has, block by block.
template <Block (*f)(const Block&)>
StripOperation blocks(const Strip& x) {
  return {[](const StripOperation& o, double* to) {
            static_assert(Strip::width % Block::width == 0);
            for (std::size_t i = 0; i < Strip::width; i += Block::width) {
              Block block{Block::Uninitialised{}};
              std::copy_n(o.a + i, Block::width, block.lane.data());
              block = f(block);
              std::copy_n(block.lane.data(), Block::width, to + i);
            }
          },
          x.lane,
          nullptr,
          nullptr,
          nullptr,
          0};
}

}  // namespace

Strip::Strip(double value) { std::fill_n(lane, width, value); }
Strip::Strip(const StripOperation& operation) { operation.function(operation, lane); }
Strip& Strip::operator=(const StripOperation& operation) {
  operation.function(operation, lane);
  return *this;
}

StripOperation operator+(const Strip& a, const Strip& b) { return ieee<&StripLoops::add>(a, b); }
StripOperation operator-(const Strip& a, const Strip& b) { return ieee<&StripLoops::subtract>(a, b); }
StripOperation operator*(const Strip& a, const Strip& b) { return ieee<&StripLoops::multiply>(a, b); }
StripOperation operator/(const Strip& a, const Strip& b) { return ieee<&StripLoops::divide>(a, b); }
StripOperation operator-(const Strip& a) { return ieee<&StripLoops::negate>(a); }
StripOperation pow_int(const Strip& x, long n) {
  return {[](const StripOperation& o, double* to) { strip_loops().power(o.a, o.exponent, to); },
          x.lane,
          nullptr,
          nullptr,
          nullptr,
          n};
}

StripComparison less(const Strip& a, const Strip& b) { return {StripComparison::Kind::less, a.lane, b.lane}; }
StripComparison less_equal(const Strip& a, const Strip& b) {
  return {StripComparison::Kind::less_equal, a.lane, b.lane};
}
StripComparison equal(const Strip& a, const Strip& b) { return {StripComparison::Kind::equal, a.lane, b.lane}; }
StripOperation select(const StripComparison& mask, const Strip& if_true, const Strip& if_false) {
  switch (mask.kind) {
    case StripComparison::Kind::less:
      return choice<&StripLoops::less>(mask, if_true, if_false);
    case StripComparison::Kind::less_equal:
      return choice<&StripLoops::less_equal>(mask, if_true, if_false);
    default:
      return choice<&StripLoops::equal>(mask, if_true, if_false);
  }
}

StripOperation min(const Strip& a, const Strip& b) { return ieee<&StripLoops::min>(a, b); }
StripOperation max(const Strip& a, const Strip& b) { return ieee<&StripLoops::max>(a, b); }
StripOperation abs(const Strip& x) { return ieee<&StripLoops::abs>(x); }
StripOperation sign(const Strip& x) { return ieee<&StripLoops::sign>(x); }
StripOperation step(const Strip& x) { return ieee<&StripLoops::step>(x); }
StripOperation relu(const Strip& x) { return ieee<&StripLoops::relu>(x); }
StripOperation sqrt(const Strip& x) { return ieee<&StripLoops::sqrt>(x); }
StripOperation exp(const Strip& x) { return each<&VectorFunctions::exp>(x); }
StripOperation log(const Strip& x) { return each<&VectorFunctions::log>(x); }
StripOperation sin(const Strip& x) { return each<&VectorFunctions::sin>(x); }
StripOperation cos(const Strip& x) { return each<&VectorFunctions::cos>(x); }
StripOperation tan(const Strip& x) { return each<&VectorFunctions::tan>(x); }
StripOperation sinh(const Strip& x) { return each<&VectorFunctions::sinh>(x); }
StripOperation cosh(const Strip& x) { return each<&VectorFunctions::cosh>(x); }
StripOperation tanh(const Strip& x) { return each<&VectorFunctions::tanh>(x); }
StripOperation asin(const Strip& x) { return each<&VectorFunctions::asin>(x); }
StripOperation acos(const Strip& x) { return each<&VectorFunctions::acos>(x); }
StripOperation atan(const Strip& x) { return each<&VectorFunctions::atan>(x); }
StripOperation asinh(const Strip& x) { return each<&VectorFunctions::asinh>(x); }
StripOperation erf(const Strip& x) { return each<&VectorFunctions::erf>(x); }
StripOperation erfc(const Strip& x) { return each<&VectorFunctions::erfc>(x); }
StripOperation log1p(const Strip& x) { return each<&VectorFunctions::log1p>(x); }
StripOperation expm1(const Strip& x) { return each<&VectorFunctions::expm1>(x); }
StripOperation normal_cdf(const Strip& x) { return each<&VectorFunctions::normal_cdf>(x); }
StripOperation atan2(const Strip& y, const Strip& x) { return each<&VectorFunctions::atan2>(y, x); }
StripOperation pow(const Strip& x, const Strip& y) { return each<&VectorFunctions::pow>(x, y); }
StripOperation normal_pdf(const Strip& x) { return blocks<&normal_pdf>(x); }
StripOperation sigmoid(const Strip& x) { return blocks<&sigmoid>(x); }
StripOperation softplus(const Strip& x) { return blocks<&softplus>(x); }
StripOperation sinc(const Strip& x) { return blocks<&sinc>(x); }

StripOperation owens_t(const Strip& h, const Strip& a) {
  return {[](const StripOperation& o, double* to) {
            for (std::size_t i = 0; i < Strip::width; ++i) to[i] = owens_t(o.a[i], o.b[i]);
          },
          h.lane,
          a.lane,
          nullptr,
          nullptr,
          0};
}

}  // namespace widegeo
