#include "gaussian/pair/two_point_solver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gaussian/one_point/zero_variance.hpp"
#include "number/error.hpp"

namespace widegeo::gaussian {
namespace {

/// p x + q y
template <class T>
Integral<T> combine(const T& p, const Integral<T>& x, const T& q, const Integral<T>& y) {
  const T f = T(abs(p)), g = T(abs(q));
  return {T(p * x.value + q * y.value), T(f * x.error + g * y.error), T(f * x.truncation + g * y.truncation),
          T(f * x.magnitude + g * y.magnitude)};
}

template <class T>
T most(const Integral<T>& x) {
  return T(T(abs(x.value)) + x.error);
}

/// The law of (u, v) to `bits` bits beyond what places v at a small part of sigma.
PairLaw<Ball> exact_law(const Ball& a, const Ball& n, const Ball& minor, bool coincident) {
  PairLaw<Ball> law;
  law.root_a = sqrt(a);
  law.slope = n / law.root_a;
  law.sigma = coincident || minor.is_exactly_zero() ? Ball(0) : sqrt(minor / a);
  return law;
}

Ball to_ball(const Real& x) {
  Ball r;
  arf_set_mpfr(arb_midref(r.get()), x.get());
  return r;
}

}  // namespace

TwoPointSolver::TwoPointSolver(const Activation& activation, const OnePointSolver& one_point, unsigned threads)
    : activation_(activation), one_point_(one_point), threads_(threads) {}

void TwoPointSolver::require(double a, double b, double minor, TwoPointNeed need) const {
  const bool derivative = need == TwoPointNeed::derivatives;
  // Kdot and the derivatives of K need phi' in the mean square only where u and v coincide; for a jump away from there
  // the derivative is taken of the Gaussian weight instead.
  require_existence(activation_, a, false);
  require_existence(activation_, b, false);
  if (!std::isfinite(minor) || minor < 0) throw Error(ErrorCode::input, "the covariance is not positive semidefinite");
  if (derivative) {
    require_existence(activation_, a, true);
    require_existence(activation_, b, true);
  }
}

template <class T>
TwoPointSolver::Quantities<T> TwoPointSolver::assemble(const PairIntegrals<T>& p, const PairLaw<T>& law) const {
  Quantities<T> q;
  const bool slope = !one_point_.derivative_diverges(), parallel = law.sigma == T(0);
  auto Kdot = p.Kdot;
  if (!slope) {
    const T factor = T(1) / (law.root_a * law.sigma);
    Kdot = combine(factor, p.kdot_u, T(-factor * law.slope / law.sigma), p.kdot_v);
  }
  // The root of the second variance, whose square may be too small for doubles.
  const T larger = std::max(T(abs(law.slope)), law.sigma), smaller = std::min(T(abs(law.slope)), law.sigma) / larger;
  const T root_b = larger * sqrt(T(1) + smaller * smaller), cosine = law.slope / root_b, sine = law.sigma / root_b;
  q.list[0] = p.K;
  q.list[1] = Kdot;
  const T half_a = T(1) / (T(2) * law.root_a), half_b = T(1) / (T(2) * root_b);
  q.list[2] = combine(half_a, p.u_dphi, T(-half_a * law.slope), Kdot);
  q.list[3] = combine(half_b, combine(cosine, p.along, sine, p.across), T(-half_b * cosine * law.root_a), Kdot);
  q.list[4] = p.radial;
  q.list[5] = p.mixed;
  q.list[6] = p.normal;
  q.finite = p.finite;
  if (slope) {
    q.value_moves = LawMoves<T>{T(law.root_a * most(p.u_dphi)), most(p.along), T(law.sigma * most(p.across))};
  }
  if (!parallel) {
    // By parts in z1 and z2: derivatives of the Gaussian weight alone.
    const auto moves = [&](const Integral<T>& z1_z1, const Integral<T>& z1_z2, const Integral<T>& z2_z2) {
      const T ratio = T(law.slope / law.sigma);
      return LawMoves<T>{most(combine(T(1), z1_z1, T(-ratio), z1_z2)), T(most(z1_z2) / law.sigma), most(z2_z2)};
    };
    if (slope) {
      q.slope_moves = moves(p.radial, p.mixed, p.normal);
    } else {
      q.value_moves = moves(p.kdot_a, p.kdot_u, p.kdot_v);
    }
  }
  return q;
}

partition::LogBounds TwoPointSolver::sizes(double q) const {
  const auto one = one_point_.solve(q, 0, false);
  const auto upper = [](const Integral<double>& i) {
    return i.value + i.error > 0 ? std::log(i.value + i.error) + 1e-9 : -std::numeric_limits<double>::infinity();
  };
  partition::LogBounds size{upper(one.V[0]), one.D.empty() ? 0 : upper(one.D[0])};
  constexpr double smallest = -640;  // below, doubles lose digits
  if (size.phi < smallest || size.dphi < smallest) {
    const auto fine = one_point_.solve(Real(q), 0, 20);
    const auto log_upper = [](const Integral<Real>& i) {
      const Real most = i.value + i.error;
      return most > 0 ? static_cast<double>(Real(log(most))) + 1e-9 : -std::numeric_limits<double>::infinity();
    };
    size = {log_upper(fine.V[0]), fine.D.empty() ? 0 : log_upper(fine.D[0])};
  }
  return size;
}

template <class T>
TwoPointSolver::Quantities<T> TwoPointSolver::quantities(const PairLaw<T>& law, const PairLaw<Ball>& exact,
                                                         TwoPointNeed need, unsigned digits, bool moves) const {
  const bool slope = !one_point_.derivative_diverges(), symmetric = one_point_.problem().even;
  const bool moments = need == TwoPointNeed::derivatives || !slope || moves;
  const double a = std::pow(exact.root_a.midpoint(), 2);
  const double b = std::pow(exact.slope.midpoint(), 2) + std::pow(exact.sigma.midpoint(), 2);
  const PairRequest request{.root_a = exact.root_a,
                            .slope = exact.slope,
                            .sigma = exact.sigma,
                            .nats = std::is_same_v<T, double> ? 41 : 2.302585 * (digits - 2),
                            .slope_wanted = slope,
                            .moments = moments,
                            .symmetric = symmetric,
                            .most_products = std::is_same_v<T, double> ? 6e7 : 8.2e4 * std::pow(digits, 1.5),
                            .enclosure = std::is_same_v<T, double> ? 30 : 1,
                            .at_a = sizes(a),
                            .at_b = sizes(b)};
  partition::Partition& partition = one_point_.partition(digits);
  const PairChoice choice = choose_pair(partition, request);
  // Real results carry no error: what is missed has to be below their digits.
  const auto reached = [&](double log_missed, double a_size, double b_size) {
    if (std::is_same_v<T, double> || log_missed <= (a_size + b_size) / 2 - 2.302585 * (digits - 10)) return;
    throw Error(ErrorCode::accuracy, "the two-point quadrature does not reach the requested digits",
                fmt::format("activation {}, variances {:.6g} and {:.6g}", activation_.name, a, b),
                one_point_.why_not_reached(std::min(a, b)));
  };
  reached(choice.error_values, request.at_a.phi, request.at_b.phi);
  if (slope) reached(choice.error_slopes, request.at_a.dphi, request.at_b.dphi);
  const PairNeed wanted{.slope = slope, .moments = moments, .symmetric = symmetric};
  return assemble(integrate_pair<T>(partition, choice, law, exact, wanted, threads_), law);
}

TwoPoint<Real> TwoPointSolver::degenerate(const Covariance<Real>& c, TwoPointNeed need, unsigned digits) const {
  const bool derivatives = need == TwoPointNeed::derivatives;
  const OriginValues origin = at_origin(activation_);
  if (!origin.dphi_exists && derivatives) {
    throw Error(ErrorCode::input, "phi jumps at 0, where one variance vanishes: the derivatives do not exist",
                activation_.name);
  }
  const auto need_second = [&]() -> Real {
    if (!origin.ddphi_exists) {
      throw Error(ErrorCode::input, "dK/d(variance) is infinite or one-sided at variance 0: phi' has a kink at 0",
                  activation_.name, "give the biases a variance, or move the point off the origin");
    }
    return Real(origin.ddphi / 2);
  };
  TwoPoint<Real> t;
  const Real zero(0);
  t.Ka = t.Kb = t.radial = t.mixed = t.normal = zero;
  if (c.a == 0 && c.b == 0) {
    t.K = origin.phi * origin.phi;
    t.Kdot = origin.dphi * origin.dphi;
    if (derivatives) t.Ka = t.Kb = need_second() * origin.phi;
    return t;
  }
  // The one with a variance outside; the other sits at 0 (slope = sigma = 0), where the tape's phi' is the mean of its
  // sides.
  const bool swapped = c.a == 0;
  const unsigned working = digits + 12;
  const PrecisionScope precision(working);
  const Real variance = at_working_precision(swapped ? c.b : c.a);
  const double nats = 2.302585 * (working - 2);
  const LineChoice choice = one_point_.choose(static_cast<double>(variance), 0, working, nats, false, 3);
  const LineMeans means = integrate_means(one_point_.partition(working), choice, variance, threads_);
  t.K = origin.phi * means.phi;
  t.Kdot = origin.dphi * means.dphi;
  if (derivatives) {
    // The derivative in the variance that is not 0; in the other it is 1/2 phi''(0) E phi.
    const Real own = origin.phi * means.z_dphi / (2 * sqrt(variance));
    const bool vanishes = activation_.analysis.parity == expr::Parity::odd;
    const Real other = vanishes ? zero : Real(need_second() * means.phi);
    t.Ka = swapped ? other : own;
    t.Kb = swapped ? own : other;
    (swapped ? t.normal : t.radial) = origin.dphi * means.second_dphi;
  }
  return t;
}

TwoPoint<Real> TwoPointSolver::solve(const Covariance<Real>& c, TwoPointNeed need, unsigned digits) const {
  const double a_double = static_cast<double>(c.a), b_double = static_cast<double>(c.b);
  require(a_double, b_double, c.minor < 0 ? -1 : 0, need);
  TwoPoint<Real> t;
  if (c.a == 0 || c.b == 0) {
    t = degenerate(c, need, digits);
  } else {
    const double smallest = std::min({1.0, a_double, b_double});
    // Ka and Kb are differences divided by a variance; v must be placed at a small part of sigma.
    unsigned working = digits + 10 + static_cast<unsigned>(std::min(300.0, -std::log10(smallest)));
    const bool parallel = c.coincident || c.minor == 0;
    if (!parallel) {
      const double place = static_cast<double>(Real(log10(Real(c.a * c.b / c.minor)))) / 2;
      working += static_cast<unsigned>(std::clamp(place, 0.0, 400.0));
    }
    const PrecisionScope precision(working);
    PairLaw<Real> law;
    law.root_a = sqrt(at_working_precision(c.a));
    law.slope = at_working_precision(c.n) / law.root_a;
    law.sigma = parallel ? Real(0) : Real(sqrt(at_working_precision(c.minor)) / law.root_a);
    const BallPrecision bits(4 * static_cast<long>(working) + 256);
    const PairLaw<Ball> exact = exact_law(to_ball(c.a), to_ball(c.n), to_ball(c.minor), parallel);
    const auto q = quantities<Real>(law, exact, need, digits + 10, false);
    if (!q.finite)
      throw Error(ErrorCode::accuracy, "a value of the activation exceeds the range of numbers", activation_.name);
    t = {q.list[0].value, q.list[1].value, q.list[2].value, q.list[3].value,
         q.list[4].value, q.list[5].value, q.list[6].value};
    // Odd and independent, by structure.
    if (c.n == 0 && activation_.analysis.parity == expr::Parity::odd) t.K = Real(0);
    if (one_point_.derivative_diverges() && parallel) {
      t.Kdot = Real(std::numeric_limits<double>::infinity());
      t.Ka = t.Kb = t.radial = t.mixed = t.normal = Real(0);
    }
  }
  for (Real* x : {&t.K, &t.Kdot, &t.Ka, &t.Kb, &t.radial, &t.mixed, &t.normal}) *x = at_working_precision(*x);
  return t;
}

template TwoPointSolver::Quantities<double> TwoPointSolver::quantities(const PairLaw<double>&, const PairLaw<Ball>&,
                                                                       TwoPointNeed, unsigned, bool) const;
template TwoPointSolver::Quantities<Real> TwoPointSolver::quantities(const PairLaw<Real>&, const PairLaw<Ball>&,
                                                                     TwoPointNeed, unsigned, bool) const;

}  // namespace widegeo::gaussian
