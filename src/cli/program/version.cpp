#include "cli/program/version.hpp"

#include <arb.h>
#include <gmp.h>
#include <mpfr.h>
#include <tbb/version.h>
#include <zlib.h>

#include <widegeo_commit.hpp>

#include "simd/vector_math.hpp"

namespace widegeo::cli {

std::string version_text() {
  return std::string("widegeo ") + WIDEGEO_VERSION +
         "\n"
         "commit " WIDEGEO_COMMIT
         "\n"
         "libraries GMP " +
         gmp_version + ", MPFR " + mpfr_get_version() + ", FLINT " + flint_version + ", oneTBB " +
         TBB_runtime_version() + ", zlib " + zlibVersion() + ", SLEEF\ninstructions " +
         vector_functions().instruction_set + "\n";
}

}  // namespace widegeo::cli
