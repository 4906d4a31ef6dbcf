// Inside the module: Clenshaw's recurrence over arrays, for several sets of instructions with the same bits.
#pragma once

#include <cstddef>
#include <span>

namespace widegeo::gram {

/// Arrays of Clenshaw have to reach this far beyond the last element (whatever stands there).
inline constexpr std::size_t clenshaw_padding = 32;

/// out[i] = sum_k c[k] T_k(x[i]), i < n, with fused multiply-adds:  b_k = fma(2x, b_{k+1}, c_k - b_{k+2}).
using Clenshaw = void (*)(const double* c, std::size_t terms, const double* x, double* out, std::size_t n);

/// The one for the widest set of instructions that this processor has.
Clenshaw clenshaw();

/// Every one that this processor can run, the plainest first.
std::span<const Clenshaw> all_clenshaws();

}  // namespace widegeo::gram
