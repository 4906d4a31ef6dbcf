// Taylor coefficients of K(q, q, n) in n, from the closed form or from Hermite coefficients.
#pragma once

#include "api/prepared.hpp"
#include "gram/scalar/scalar_series.hpp"

namespace widegeo::api {

/// The coefficients d^j K / dn^j / j! at n0, |n0| < q:
///   closed form: the jet of K at a = b = q, m = (q - n)(q + n);
///   else         sum_{k >= j} c_k(q)^2 binomial(k, j) rho0^{k-j} / q^j, rho0 = n0 / q (Real only; TrackedDouble throws
///                Error(accuracy)), cut off where Parseval's remainder is below the working precision.
template <class T>
gram::TaylorOfKernel<T> taylor_of_kernel(const PreparedNetwork& network, bool closed);

}  // namespace widegeo::api
