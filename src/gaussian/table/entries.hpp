// Very many pairs of an activation without a closed form: functions of the points times functions of the correlation.
//   K(a, b, n) = sum_g p_g(rho) sum_r f_gr(a) f_gr(b) +- bound
// Hermite series: p_k = rho^k, f_k = c_k(q), one term each, certified by Parseval (docs/math/quadrature.md). Where that
// would be too long (kinks, large variances): polynomials in the angle with a low-rank table of the variances.
#pragma once

#include <memory>

#include "activation/activation.hpp"
#include "activation/entry_expectations.hpp"
#include "parallel/watch.hpp"

namespace widegeo {

/// Tables are made on `threads` threads (0: all cores); they do not depend on how many. `watch` (null: none), kept by
/// the caller, sees their making and may end it.
std::unique_ptr<EntrySource> series_entries(const Activation& activation, unsigned threads = 1,
                                            const Watch* watch = nullptr);

}  // namespace widegeo
