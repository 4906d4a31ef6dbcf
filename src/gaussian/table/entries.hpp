// Entries for very many pairs of an activation without a closed form: functions of the points times functions of rho,
//   K(a, b, n) = sum_g p_g(rho) sum_r f_gr(a) f_gr(b) +- bound
// Hermite series: p_k = rho^k, f_k = c_k(q), one term each, certified by Parseval (docs/math/quadrature.md). Where that
// would take too many terms (kinks, large variances): polynomials in the angle with a low-rank table in the variances.
#pragma once

#include <memory>

#include "activation/activation.hpp"
#include "activation/entry_expectations.hpp"
#include "parallel/watch.hpp"

namespace widegeo {

/// Tables are built on `threads` threads (0: all cores) and do not depend on their number. `watch` (null: none; owned
/// by the caller) receives progress and may cancel.
std::unique_ptr<EntrySource> series_entries(const Activation& activation, unsigned threads = 1,
                                            const Watch* watch = nullptr);

}  // namespace widegeo
