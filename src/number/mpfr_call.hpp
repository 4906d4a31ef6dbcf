// Inside the module: functions of MPFR over Real, the result at the working precision of the thread.
#pragma once

#include "number/real.hpp"

namespace widegeo::real_detail {

using Unary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using Binary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

template <Unary f>
Real call(const Real& x) {
  Real r;
  f(r.get(), x.get(), MPFR_RNDN);
  return r;
}

template <Binary f>
Real call(const Real& x, const Real& y) {
  Real r;
  f(r.get(), x.get(), y.get(), MPFR_RNDN);
  return r;
}

}  // namespace widegeo::real_detail
