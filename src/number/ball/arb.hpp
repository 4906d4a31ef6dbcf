// Arb, whichever FLINT brings it: a part of FLINT since 3.0 (flint/arb.h), before that a library beside it (arb.h).
// Every file that calls Arb or FLINT includes this header and none of theirs.
#pragma once

// FLINT 3 declares what takes a FILE or an mpfr_t only after the headers of these.
// clang-format off
#include <cstdio>
#include <gmp.h>
#include <mpfr.h>

#include <flint/flint.h>
#include <flint/fmpz.h>
#include <flint/fmpz_poly.h>

#if __has_include(<flint/arb.h>)
#include <flint/acb.h>
#include <flint/acb_calc.h>
#include <flint/acb_hypgeom.h>
#include <flint/arb.h>
#include <flint/arb_calc.h>
#include <flint/arb_fmpz_poly.h>
#include <flint/arb_hypgeom.h>
#include <flint/arf.h>
#include <flint/mag.h>
#else
#include <acb.h>
#include <acb_calc.h>
#include <acb_hypgeom.h>
#include <arb.h>
#include <arb_calc.h>
#include <arb_fmpz_poly.h>
#include <arb_hypgeom.h>
#include <arf.h>
#include <mag.h>
#endif
// clang-format on

namespace widegeo {

/// The version of Arb, which is FLINT's where it is a part of that.
inline const char* version_of_arb() {
#if __has_include(<flint/arb.h>)
  return FLINT_VERSION;
#else
  return arb_version;
#endif
}

}  // namespace widegeo
