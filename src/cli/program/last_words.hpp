// The end of the program where a library gives up in its own way.
#pragma once

namespace widegeo::cli {

/// GMP, MPFR, FLINT and oneTBB abort where memory or threads end, which no exception can leave: from here on that is
/// one line on stderr and exit code 4, without a temporary file left behind. Call it before any of them is used.
void end_cleanly_when_libraries_give_up();

}  // namespace widegeo::cli
