// The error function, the normal distribution, the logistic functions and sin(x)/x of balls.

#include "number/ball/arb.hpp"
#include "number/ball/interval.hpp"
#include "number/ball/reduction.hpp"

namespace widegeo {

using ball_detail::highest;
using ball_detail::is_wide;
using ball_detail::lowest;
using ball_detail::not_a_number;
using ball_detail::span;

namespace {

template <class F>
Ball increasing(F f, const Ball& x) {
  if (!is_finite(x)) return not_a_number();
  return is_wide(x) ? span(f(lowest(x)), f(highest(x))) : f(x);
}

Ball thin_erf(const Ball& x) {
  ball_detail::release_caches_with_thread();
  Ball r;
  arb_hypgeom_erf(r.get(), x.get(), ball_bits());
  return r;
}

/// Far out, where Arb's erfc loses all digits: exp(-x^2)/(x sqrt(pi)) sum_k (-1)^k (2k-1)!!/(2 x^2)^k, whose rest is
/// below the first term left out [DLMF 7.12.1].
Ball erfc_far_out(const Ball& x) {
  const Ball step = Ball(-1) / (Ball(2) * x * x);
  Ball sum(1), term = step;
  for (int k = 1; arf_cmpabs_2exp_si(arb_midref(term.get()), -ball_bits() - 8) >= 0; ++k) {
    sum += term;
    term *= Ball(2 * k + 1) * step;
  }
  sum += Ball::hull(Ball(0), term);
  return exp(-(x * x)) * sum / (x * sqrt(pi<Ball>()));
}

Ball thin_erfc(const Ball& x) {
  ball_detail::release_caches_with_thread();
  if ((x - Ball(1 << 20)).certainly_positive()) return erfc_far_out(x);
  Ball r;
  arb_hypgeom_erfc(r.get(), x.get(), ball_bits());
  return r;
}

Ball rounded(const Ball& x) {
  Ball r;
  arb_set_round(r.get(), x.get(), ball_bits());
  return r;
}

/// Bits that the rounding of x^2/2 costs its exponential.
long bits_of_square(const Ball& x) {
  const fmpz* const exponent = ARF_EXPREF(arb_midref(x.get()));
  // Beyond 2^200 the exponential is as good as 0.
  return fmpz_sgn(exponent) <= 0 ? 4 : fmpz_cmp_si(exponent, 100) > 0 ? 204 : 4 + 2 * fmpz_get_si(exponent);
}

Ball thin_normal_cdf(const Ball& x) {
  Ball r;
  {
    const BallPrecision scope(ball_bits() + bits_of_square(x));
    r = thin_erfc(-x / sqrt(Ball(2))) / Ball(2);
  }
  return rounded(r);
}

Ball thin_normal_pdf(const Ball& x) {
  Ball r;
  {
    const BallPrecision scope(ball_bits() + bits_of_square(x));
    r = exp(-(pow_int(x, 2) / Ball(2))) / sqrt(Ball(2) * pi<Ball>());
  }
  return rounded(r);
}

Ball thin_sigmoid(const Ball& x) {
  if (x.certainly_non_negative()) return Ball(1) / (Ball(1) + exp(-x));
  const Ball e = exp(x);
  return e / (Ball(1) + e);
}

Ball thin_softplus(const Ball& x) {
  if (x.certainly_non_negative()) return x + log1p(exp(-x));
  return log1p(exp(x));
}

}  // namespace

Ball erf(const Ball& x) { return increasing(thin_erf, x); }
Ball erfc(const Ball& x) {
  if (!is_finite(x)) return not_a_number();
  return is_wide(x) ? span(thin_erfc(highest(x)), thin_erfc(lowest(x))) : thin_erfc(x);
}
Ball normal_cdf(const Ball& x) { return increasing(thin_normal_cdf, x); }
Ball normal_pdf(const Ball& x) {
  if (!is_finite(x)) return not_a_number();
  if (!is_wide(x)) return thin_normal_pdf(x);
  const Ball distance = abs(x);
  return span(thin_normal_pdf(highest(distance)), thin_normal_pdf(lowest(distance)));
}
Ball sigmoid(const Ball& x) { return increasing(thin_sigmoid, x); }
Ball softplus(const Ball& x) { return increasing(thin_softplus, x); }

// Decreasing in |x| up to 4.4934, where it has its minimum -0.21723... Elsewhere |sinc'| <= 1/2 (it is the integral of
// -t sin(t x) over t in [0, 1]) and |sinc x| <= 1/|x|.
Ball sinc(const Ball& x) {
  if (!is_finite(x)) return not_a_number();
  const auto thin = [](const Ball& y) {
    Ball r;
    arb_sinc(r.get(), y.get(), ball_bits());
    return r;
  };
  if (!ball_detail::is_reducible(x)) {
    const Ball bound = Ball(1) / lowest(abs(x));
    return is_finite(bound) ? intersection(span(-bound, bound), Ball::between(-0.2173, 1.0))
                            : Ball::between(-0.2173, 1.0);
  }
  if (!is_wide(x)) return thin(x);
  const Ball distance = abs(x), low = lowest(distance), high = highest(distance);
  if (high.upper() < 4.49) return span(thin(high), thin(low));
  Ball slope = x - x.centre();
  arb_mul_2exp_si(slope.get(), slope.get(), -1);
  Ball r = intersection(thin(x.centre()) + slope, Ball::between(-0.2173, 1.0));
  if (low.certainly_positive()) {
    const Ball bound = Ball(1) / low;
    r = intersection(r, span(-bound, bound));
  }
  return r;
}

}  // namespace widegeo
