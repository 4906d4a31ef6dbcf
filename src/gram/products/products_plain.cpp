#include <cmath>

#include "gram/products/products_loops.hpp"

namespace widegeo::gram {

namespace {

struct Plain {
  using V = double;
  using M = bool;
  static constexpr std::size_t width = 1, vectors = 4, row_step = 2;
  static V zero() { return 0; }
  static V all(double x) { return x; }
  static V load(const double* p) { return *p; }
  static void store(double* p, V x) { *p = x; }
  static V add(V a, V b) { return a + b; }
  static V sub(V a, V b) { return a - b; }
  static V mul(V a, V b) { return a * b; }
  static V div(V a, V b) { return a / b; }
  static V root(V a) { return __builtin_sqrt(a); }
  static V fma(V a, V b, V c) { return __builtin_fma(a, b, c); }
  static V fnma(V a, V b, V c) { return __builtin_fma(-a, b, c); }
  static M less(V a, V b) { return a < b; }
  static M either(M a, M b) { return a || b; }
  static V select(M choose, V yes, V no) { return choose ? yes : no; }
  static unsigned bits(M m) { return m ? 1 : 0; }
  static void transpose(const double* in, std::size_t, double* out, std::size_t) { *out = *in; }
};

}  // namespace

constinit const ProductRoutines products_plain = ProductLoops<Plain>::routines("plain");

}  // namespace widegeo::gram
