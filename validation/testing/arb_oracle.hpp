// Gaussian expectations of an activation with proved enclosures, by Arb's acb_calc_integrate over complex balls: the
// oracle against which the library's quadrature is tested. It uses nothing of the library but the tree of phi.
//
//   one point   V(q) = int phi(x)^2 w_q(x) dx,  D(q) = int phi'(x)^2 w_q(x) dx,  w_q = exp(-x^2/(2q)) / sqrt(2 pi q)
//   two points  K = sum_k c_k(a) c_k(b) rho^k,  Kdot = sum_k d_k(a) d_k(b) rho^k   (Mehler), with
//               c_k(q) = int phi(x) h_k(x/sqrt q) w_q(x) dx, d_k the same of phi', h_k normalised Hermite polynomials
//
// Truncation errors for two points:
//   |rho| <= 0.6          terms k > N sum to at most |rho|^(N+1) sqrt(V(a) V(b))                      (Cauchy-Schwarz)
//   1 - |rho| = e small   K(rho) differs from K(+-1) = E phi(sqrt a z) phi(+-sqrt b z) by at most
//                         sum |c_k(a) c_k(b)| (1 - |rho|^k) <= e sqrt(a D(a) b D(b)),  for k c_k^2 sums to q D(q)
//
// Far tails. The caller states growth C, p with |phi(x)| and |phi'(x)| <= C (1 + |x|)^p for every x with |x| > Z
// sqrt(q); then with s = sqrt q the part beyond Z standard deviations is at most (the slope of the logarithm of the
// integrand is below -(Z - 2p/(1+Z)) there)
//   2 C^2 (1+s)^(2p) (1+Z)^(2p) exp(-Z^2/2) / ((Z - 2p/(1+Z)) sqrt(2 pi)).
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "number/ball/arb.hpp"
#include "testing/arb_tape.hpp"

namespace widegeo::testing::arb {

/// A summand c |x - m|^alpha of phi, 1/2 < alpha < 1, m a double: phi'^2 is integrable but infinite at m.
struct Cusp {
  Rational c, m, alpha;
};

/// phi with information on its construction. `splits` only save time; growth and cusp must be correct.
struct Subject {
  expr::Expr phi;
  std::vector<double> splits = {};  ///< centres and kinks
  double growth = 1e30, power = 3;
  std::optional<Cusp> cusp = {};  ///< phi = rest + cusp
  expr::Expr rest = {};
};

/// A real number with a proved radius; `reached` if the radius is below 2^-goal times the value.
struct Truth {
  Acb value;
  bool reached = false;
};

struct OracleOptions {
  slong prec = 128, goal = 70;  ///< in bits
  slong evaluations = 300'000;  ///< of phi, per integral
};

class ArbOracle {
 public:
  explicit ArbOracle(Subject subject, OracleOptions options = {})
      : subject_(std::move(subject)), options_(options), phi_(subject_.phi), rest_(subject_.rest) {
    // Next to a cusp intervals shrink to 2^-cusp_bits: the abscissas must be resolved.
    if (subject_.cusp) options_.prec += cusp_bits;
  }

  Truth V(const Rational& q) const { return integrate({Kind::square_of_value, q, 0, {}}); }
  Truth D(const Rational& q) const { return integrate({Kind::square_of_slope, q, 0, {}}); }

  /// K for variances a, b and the correlation sign * (1 - gap) with a small gap.
  Truth K_near_end(const Rational& a, const Rational& b, int sign, const Rational& gap) const {
    Truth end = integrate({sign > 0 ? Kind::parallel : Kind::opposite, a, 0, b});
    const Truth Da = D(a), Db = a == b ? Da : D(b);
    const Mode m{options_.prec, false};
    Acb change = mul(from_rational(a * b, m.prec), mul(Da.value, Db.value, m), m);
    change = mul(sqrt(change, m), from_rational(gap, m.prec), m);
    mag_t size;
    mag_init(size);
    acb_get_mag(size, change.get());
    arb_add_error_mag(end.value.re(), size);
    mag_clear(size);
    end.reached = is_narrow(end.value, 36);
    return end;
  }

  /// K (or Kdot) for |rho| <= 0.6.
  Truth K(const Rational& a, const Rational& b, const Rational& rho, bool dot = false) const {
    const Mode m{options_.prec, false};
    const double size = std::abs(rho.get_d());
    const int last = size == 0 ? 0 : static_cast<int>(std::ceil(-48 * std::log(2) / std::log(size)));
    const Acb r = from_rational(rho, m.prec);
    Acb sum, power_of_rho(1);
    for (int k = 0; k <= last; ++k) {
      const Kind kind = dot ? Kind::hermite_of_slope : Kind::hermite_of_value;
      const Acb ca = integrate({kind, a, k, {}}, true).value,
                cb = a == b ? ca : integrate({kind, b, k, {}}, true).value;
      sum = add(sum, mul(mul(ca, cb, m), power_of_rho, m), m);
      power_of_rho = mul(power_of_rho, r, m);
    }
    const Truth va = dot ? D(a) : V(a), vb = dot ? D(b) : V(b);
    const Acb rest = mul(power_of_rho, sqrt(mul(va.value, vb.value, m), m), m);
    if (size > 0) {
      mag_t bound;
      mag_init(bound);
      acb_get_mag(bound, rest.get());
      arb_add_error_mag(sum.re(), bound);
      mag_clear(bound);
    }
    return {sum, is_narrow(sum, 36)};
  }

 private:
  enum class Kind { square_of_value, square_of_slope, parallel, opposite, hermite_of_value, hermite_of_slope };
  struct Question {
    Kind kind;
    Rational q;
    int k = 0;
    Rational b;  ///< parallel and opposite: the other variance
  };
  static constexpr slong cusp_bits = 160;

  struct Integrand {
    const ArbOracle* oracle;
    const Question* question;
    Acb inverse_twice_q, factor, root_q, ratio;
  };

  static int call(acb_ptr out, const acb_t x, void* param, slong order, slong prec) {
    const Integrand& f = *static_cast<const Integrand*>(param);
    const Mode m{prec, order != 0};
    Acb at;
    acb_set(at.get(), x);
    const Acb result = f.oracle->value_at(f, at, m);
    acb_set(out, result.get());
    return order > 1 ? 1 : 0;
  }

  Acb value_at(const Integrand& f, const Acb& x, Mode m) const {
    const Question& question = *f.question;
    const Acb weight = mul(exp(neg(mul(square(x, m), f.inverse_twice_q, m)), m), f.factor, m);
    switch (question.kind) {
      case Kind::square_of_value:
        return mul(square(phi_.evaluate(x, m, false).value, m), weight, m);
      case Kind::square_of_slope:
        return mul(square(phi_.evaluate(x, m, true).slope, m), weight, m);
      case Kind::parallel:
      case Kind::opposite: {
        const Acb y = mul(x, question.kind == Kind::parallel ? f.ratio : neg(f.ratio), m);
        return mul(mul(phi_.evaluate(x, m, false).value, phi_.evaluate(y, m, false).value, m), weight, m);
      }
      default: {
        const bool slope = question.kind == Kind::hermite_of_slope;
        const Dual d = phi_.evaluate(x, m, slope);
        return mul(mul(slope ? d.slope : d.value, hermite(div(x, f.root_q, m), question.k, m), m), weight, m);
      }
    }
  }

  /// h_k(z): sqrt(j+1) h_{j+1} = z h_j - sqrt(j) h_{j-1}.
  static Acb hermite(const Acb& z, int k, Mode m) {
    Acb before, now(1);
    for (int j = 0; j < k; ++j) {
      Acb root_j, root_next;
      arb_sqrt_ui(root_j.re(), static_cast<ulong>(j), m.prec);
      arb_sqrt_ui(root_next.re(), static_cast<ulong>(j) + 1, m.prec);
      Acb next = div(sub(mul(z, now, m), mul(root_j, before, m), m), root_next, m);
      before = std::move(now);
      now = std::move(next);
    }
    return now;
  }

  static bool is_narrow(const Acb& x, slong bits) {
    return x.is_finite() && (arb_rel_accuracy_bits(x.re()) >= bits || arb_is_zero(x.re()));
  }

  Truth integrate(const Question& question, bool absolute = false) const {
    const auto magnitude_below = [](const Acb& x, const Acb& y, slong bits) {
      mag_t upper, lower;
      mag_init(upper);
      mag_init(lower);
      acb_get_mag(upper, x.get());
      acb_get_mag_lower(lower, y.get());
      mag_mul_2exp_si(lower, lower, -bits);
      const bool below = mag_cmp(upper, lower) <= 0;
      mag_clear(upper);
      mag_clear(lower);
      return below;
    };
    Truth best;
    for (double Z = 14; Z < 2e6; Z *= 1.5) {
      // The allowed error of the pieces is first relative to a guess of the integral, then to the result: a wrong guess
      // costs time, and the radius of the sum shows the accuracy reached.
      Acb tolerance = absolute ? Acb(1) : guess(question, Z), sum;
      const Acb tail = tail_bound(question, Z);
      if (!magnitude_below(tail, tolerance, options_.goal)) continue;
      for (int attempt = 0; attempt < 3; ++attempt) {
        bool converged = true;
        sum = window(question, Z, tolerance, converged);
        if (!sum.is_finite()) return {unknown(), false};
        if (!converged) return {sum, false};
        if (absolute || is_narrow(sum, options_.goal - 10)) break;
        arb_get_lbound_arf(arb_midref(tolerance.re()), sum.re(), 30);
        if (arf_sgn(arb_midref(tolerance.re())) <= 0) arb_set_si(tolerance.re(), 0);
      }
      const bool enough = magnitude_below(tail, sum, options_.goal) || absolute;
      mag_t size;
      mag_init(size);
      acb_get_mag(size, tail.get());
      arb_add_error_mag(sum.re(), size);
      mag_clear(size);
      best = {sum, is_narrow(sum, options_.goal - 12)};
      if (enough) break;
    }
    return best;
  }

  Acb tail_bound(const Question& question, double Z) const {
    const Mode m{64, false};
    // The wider of the two variances, and for Hermite coefficients |h_k(z)| <= exp(z^2/4) (DLMF 18.14.9), which leaves
    // Z^2/4.
    double s = std::sqrt(question.q.get_d());
    if (question.kind == Kind::parallel || question.kind == Kind::opposite)
      s = std::max(s, std::sqrt(question.b.get_d()));
    const bool hermite_kind = question.kind == Kind::hermite_of_value || question.kind == Kind::hermite_of_slope;
    const double power = 2 * subject_.power, slope = (hermite_kind ? Z / 2 : Z) - power / (1 + Z);
    Acb exponent, r;
    arb_set_d(exponent.re(), -(hermite_kind ? Z * Z / 4 : Z * Z / 2) +
                                 1.0001 * power * (std::log1p(s) + std::log1p(Z)) +
                                 1.0001 * 2 * std::log(subject_.growth) - std::log(slope) + 1);
    return exp(exponent, m);
  }

  std::vector<double> cuts(const Question& question, double Z) const {
    const double s = std::sqrt(question.q.get_d()), end = std::ldexp(std::ceil(Z * s * 1024), -10);
    std::vector<double> points{-end, 0, end};
    const auto cut = [&](double c) {
      if (std::abs(c) < end) points.push_back(c);
    };
    for (const double c : subject_.splits) {
      cut(c);
      if (question.kind == Kind::parallel || question.kind == Kind::opposite) {
        const double ratio = std::sqrt(Rational(question.q / question.b).get_d());
        cut(question.kind == Kind::parallel ? c * ratio : -c * ratio);
      }
    }
    std::sort(points.begin(), points.end());
    points.erase(std::unique(points.begin(), points.end()), points.end());
    return points;
  }

  Integrand prepare(const Question& question) const {
    const slong prec = options_.prec;
    const Mode m{prec, false};
    Integrand f{this, &question, {}, {}, {}, {}};
    f.inverse_twice_q = from_rational(1 / Rational(2 * question.q), prec);
    f.root_q = sqrt(from_rational(question.q, prec), m);
    if (question.b != 0) f.ratio = sqrt(from_rational(question.b / question.q, prec), m);
    Acb pi;
    arb_const_pi(pi.re(), prec);
    f.factor = sqrt(div(f.inverse_twice_q, pi, m), m);
    return f;
  }

  /// The largest among some terms of a coarse sum for the integral.
  Acb guess(const Question& question, double Z) const {
    const Integrand f = prepare(question);
    const std::vector<double> points = cuts(question, Z);
    const double s = std::sqrt(question.q.get_d());
    Acb best;
    const auto look = [&](double x, double width) {
      Acb at;
      arb_set_d(at.re(), x);
      const Acb value = mul(value_at(f, at, {64, false}), from_rational(Rational(width), 64), {64, false});
      if (value.is_finite()) arb_max(best.re(), best.re(), abs(value, {64, false}).re(), 64);
    };
    for (int i = 1; i < 40; ++i) look((i - 20) * s * 0.3123, s / 8);
    for (const double c : points)
      for (const double d : {1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1.}) {
        look(c - d, d / 4);
        look(c + d, d / 4);
      }
    return best;
  }

  Acb window(const Question& question, double Z, const Acb& tolerance, bool& converged) const {
    const Mode m{options_.prec, false};
    const Integrand f = prepare(question);
    std::vector<double> points = cuts(question, Z);
    Acb sum;
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
      Acb a, b;
      arb_set_d(a.re(), points[i]);
      arb_set_d(b.re(), points[i + 1]);
      if (subject_.cusp && question.kind == Kind::square_of_slope) {
        const double m0 = nearest_double(subject_.cusp->m);
        if (points[i] == m0) sum = add(sum, beside_cusp(f, a, +1), m);
        if (points[i + 1] == m0) sum = add(sum, beside_cusp(f, b, -1), m);
      }
      sum = add(sum, piece(f, a, b, tolerance, converged), m);
      if (!sum.is_finite() || !converged) return sum;
    }
    return sum;
  }

  Acb piece(const Integrand& f, const Acb& a, const Acb& b, const Acb& size, bool& converged) const {
    acb_calc_integrate_opt_t opt;
    acb_calc_integrate_opt_init(opt);
    opt->eval_limit = options_.evaluations;
    opt->depth_limit = 4 * options_.prec;
    mag_t tolerance;
    mag_init(tolerance);
    acb_get_mag_lower(tolerance, size.get());
    mag_mul_2exp_si(tolerance, tolerance, -options_.goal - 6);
    Acb r;
    const int status = acb_calc_integrate(r.get(), call, const_cast<Integrand*>(&f), a.get(), b.get(),
                                          options_.goal + 6, tolerance, opt, options_.prec);
    mag_clear(tolerance);
    converged = status == ARB_CALC_SUCCESS;
    return r;
  }

  /// int of phi'^2 w from the cusp m (a double) to m + side e, moving `from` = m there. On that piece phi' =
  /// |t|^(alpha-1) (side alpha c + |t|^(1-alpha) rest'), t = x - m, and |t|^(2 alpha - 2) is integrated exactly.
  Acb beside_cusp(const Integrand& f, Acb& from, int side) const {
    const slong prec = options_.prec;
    const Mode m{prec, false};
    const Cusp& cusp = *subject_.cusp;
    Acb e(side);
    acb_mul_2exp_si(e.get(), e.get(), -(cusp_bits - 40));
    const Acb at = from_rational(cusp.m, prec), start = from;
    from = add(from, e, m);
    const Acb length = abs(sub(from, at, m), m);
    if (!arb_equal(start.re(), at.re())) return unknown();  // m is not a double
    const Acb alpha = from_rational(cusp.alpha, prec), c = from_rational(cusp.c, prec), one(1);
    Acb stretch;
    arb_union(stretch.re(), at.re(), from.re(), prec);
    const Acb slope = rest_.evaluate(stretch, m, true).slope;
    const Acb t = abs(sub(stretch, at, m), m);
    Acb inner = mul(power(t, sub(one, alpha, m), m), slope, m);
    inner = add(inner, scale(mul(alpha, c, m), side), m);
    const Acb weight = mul(exp(neg(mul(square(stretch, m), f.inverse_twice_q, m)), m), f.factor, m);
    const Acb exponent = sub(scale(alpha, 2), one, m);
    return mul(mul(square(inner, m), weight, m), div(power(length, exponent, m), exponent, m), m);
  }

  Subject subject_;
  OracleOptions options_;
  ArbTape phi_, rest_;
};

}  // namespace widegeo::testing::arb
