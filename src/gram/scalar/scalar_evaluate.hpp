// Module-internal: Clenshaw's recurrence over arrays, bit-identical on several instruction sets.
#pragma once

#include <cstddef>
#include <span>

namespace widegeo::gram {

/// Arrays passed to Clenshaw must extend this far beyond the last element (contents arbitrary).
inline constexpr std::size_t clenshaw_padding = 32;

/// out[i] = sum_k c[k] T_k(x[i]), i < n, with fused multiply-adds:  b_k = fma(2x, b_{k+1}, c_k - b_{k+2}).
using Clenshaw = void (*)(const double* c, std::size_t terms, const double* x, double* out, std::size_t n);

/// For the widest instruction set available.
Clenshaw clenshaw();

/// For every instruction set available, baseline first.
std::span<const Clenshaw> all_clenshaws();

}  // namespace widegeo::gram
