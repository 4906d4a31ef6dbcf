#include "gaussian/two_point_solver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "gaussian/hermite.hpp"
#include "gaussian/zero_variance.hpp"

namespace widegeo::gaussian {
namespace {

constexpr std::size_t most_evaluations = 6'000'000;
constexpr double widest = 52;

double steepness_of(double root_a, double slope, double sigma) {
  return std::max({root_a, std::abs(slope), sigma, 1.0});
}

[[noreturn]] void not_reached(const Activation& activation, double a, double b, double reached) {
  throw Error(ErrorCode::accuracy, "the two-point quadrature did not converge",
              fmt::format("activation {}, variances {:.6g} and {:.6g}, relative error reached {:.2g}", activation.name,
                          a, b, reached),
              "the activation may oscillate or vary too fast for these variances");
}

/// Terms needed grow like 1 / (1 - |rho|); beyond this the nested rule is cheaper.
bool series_pays(const Covariance<Real>& c) {
  const double rho = static_cast<double>(Real(c.n / sqrt(Real(c.a * c.b))));
  return std::abs(rho) < 0.93 && c.a < 1000 && c.b < 1000;
}

template <class T>
quadrature::Integral<T> combine(const quadrature::Integral<T>& x, const quadrature::Integral<T>& y, const T& factor,
                                const T& scale) {
  // scale (x - factor y)
  const T f = T(abs(factor)), s = T(abs(scale));
  return {T(scale * (x.value - factor * y.value)), T(s * (x.error + f * y.error)),
          T(s * (x.truncation + f * y.truncation)), T(s * (x.magnitude + f * y.magnitude))};
}

}  // namespace

TwoPointSolver::TwoPointSolver(const Activation& activation, const OnePointSolver& one_point, unsigned threads)
    : activation_(activation), one_point_(one_point), problem_(make_problem<double>(activation)), threads_(threads) {}

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
  const T one(1), two(2);
  auto Kdot = p.Kdot;
  if (problem_.jump) Kdot = combine(p.kdot_u, p.kdot_v, T(law.slope / law.sigma), T(one / (law.root_a * law.sigma)));
  const T b = law.slope * law.slope + law.sigma * law.sigma;
  q.list[0] = p.K;
  q.list[1] = Kdot;
  q.list[2] = combine(p.u_dphi, Kdot, law.slope, T(one / (two * law.root_a)));
  if (b > T(0)) q.list[3] = combine(p.v_dphi, Kdot, T(law.slope * law.root_a), T(one / (two * b)));
  q.list[4] = p.radial;
  q.list[5] = p.mixed;
  q.list[6] = p.normal;
  q.u_dphi = p.u_dphi;
  return q;
}

TwoPointSolver::Key TwoPointSolver::key_of(const PairLaw<double>& law, unsigned digits) {
  const auto size = [](double x) { return x == 0 ? -10000 : static_cast<int>(std::floor(2 * std::log2(std::abs(x)))); };
  return {size(law.root_a), size(law.slope), size(law.sigma), static_cast<int>(digits)};
}

PairIntegrals<double> TwoPointSolver::run(const PairLaw<double>& law, double h, double reach) const {
  const auto rule = make_rule<double>(h, reach, 1, 2 * steepness_of(law.root_a, law.slope, law.sigma),
                                      end_nats(problem_.singular, 16), !problem_.kinks.empty());
  return integrate_pair<double>(problem_, rule, law, threads_);
}

PairIntegrals<double> TwoPointSolver::converge(const PairLaw<double>& law, double& h, double& reach) const {
  const auto good = [](const auto& r) { return r.truncation_log < -35; };
  const Key key = key_of(law, 0);
  bool cached = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = found_.find(key);
    cached = known != found_.end();
    if (cached) {
      h = known->second.h;
      reach = known->second.reach;
    }
  }
  PairIntegrals<double> result;
  if (cached) {
    result = run(law, h, reach);
    if (!result.finite || (good(result) && result.tail_log < -34)) return result;
  }
  h = 0.3;
  reach = 10;
  PairIntegrals<double> previous;
  bool have_previous = false;
  for (int tries = 0; tries < 30; ++tries) {
    result = run(law, h, reach);
    if (!result.finite) return result;
    if (result.tail_log > -38 && reach < widest) {
      reach = std::min(widest, 1.3 * reach);
      continue;
    }
    if (good(result)) {
      // An incommensurate finer step must agree before a step is believed.
      if (have_previous && std::abs(result.K.value - previous.K.value) <= result.K.error + previous.K.error) {
        const std::lock_guard<std::mutex> lock(mutex_);
        found_[key] = {h, reach};
        return result;
      }
      previous = result;
      have_previous = true;
      h *= 0.83;
      continue;
    }
    if (4 * result.evaluations > most_evaluations) return result;
    h = result.rate > 0 ? std::min(0.8 * h, std::max(0.3 * h, result.rate / 46)) : 0.6 * h;
  }
  return result;
}

PairIntegrals<Real> TwoPointSolver::converge(const PairLaw<Real>& law, unsigned working) const {
  const PairLaw<double> rough{static_cast<double>(law.root_a), static_cast<double>(law.slope),
                              static_cast<double>(law.sigma)};
  const double nats = 2.302585 * (working - 2);
  const Problem<Real> problem = make_problem<Real>(activation_);
  const Key key = key_of(rough, working);
  Found plan;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = found_.find(key);
    if (known != found_.end()) plan = known->second;
  }
  if (plan.h == 0) {
    double h = 0.2, reach = 10;
    const auto by_doubles = converge(rough, h, reach);
    double rate = 3.5;
    if (by_doubles.finite && by_doubles.truncation_log < -35) {
      rate = by_doubles.rate > 0 ? std::min(by_doubles.rate, 4.7) : std::min(4.7, 46 * h);
      plan.reach = reach > 10 ? reach - 10 : 0;
    }
    plan.reach += std::sqrt(2 * nats) + 1;
    plan.h = rate / (1.3 * nats);
  }
  double reached = 1;
  for (int tries = 0; tries < 10; ++tries) {
    const auto rule =
        make_rule<Real>(Real(plan.h), plan.reach, 1, 2 * steepness_of(rough.root_a, rough.slope, rough.sigma),
                        end_nats(problem.singular, working), !problem.kinks.empty());
    const auto result = integrate_pair<Real>(problem, rule, law, threads_);
    if (!result.finite)
      throw Error(ErrorCode::accuracy, "a value of the activation exceeds the range of numbers", activation_.name);
    const bool tail_fine = result.tail_log < -nats + 6;
    if (tail_fine && result.truncation_log < -nats + 6) {
      const std::lock_guard<std::mutex> lock(mutex_);
      found_[key] = plan;
      return result;
    }
    reached = std::exp(std::max(result.truncation_log, result.tail_log));
    if (result.evaluations > 4 * most_evaluations) break;
    if (!tail_fine)
      plan.reach *= 1.2;
    else
      plan.h *= 0.75;
  }
  not_reached(activation_, rough.root_a * rough.root_a, rough.slope * rough.slope + rough.sigma * rough.sigma, reached);
}

/// E phi(root_a z), by one plain rule with its own check.
Real TwoPointSolver::mean_value(const PairLaw<Real>& law, unsigned working) const {
  const Problem<Real> problem = make_problem<Real>(activation_);
  const double nats = 2.302585 * (working - 2), deviation = static_cast<double>(law.root_a);
  double h = 3.5 / (1.3 * nats), reach = std::sqrt(2 * nats) + 2;
  for (int tries = 0; tries < 12; ++tries, h *= 0.7, reach *= 1.1) {
    const auto rule = make_rule<Real>(Real(h), reach, 1, std::max(1.0, deviation), end_nats(problem.singular, working),
                                      !problem.kinks.empty());
    Nodes<Real> nodes;
    make_nodes(rule, Real(0), law.root_a, splits_at(problem.kinks, Real(0), law.root_a),
               Layout<Real>{law.root_a, Real(0), false}, nodes);
    Samples<Real> samples;
    sample<Real>(activation_.tape, nodes.x, threads_, samples);
    quadrature::LevelSums<Real> sums;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      sums.add(nodes.j[i], nodes.root_weight[i] * nodes.root_weight[i] * samples.phi[i]);
    }
    const auto mean = quadrature::conclude(quadrature::triple(sums, rule.h), Real(0));
    if (mean.truncation <= mean.magnitude * exp(Real(6 - nats))) return mean.value;
  }
  not_reached(activation_, deviation * deviation, 0, 1);
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
  const PairLaw<Real> law{Real(sqrt(variance)), Real(0), Real(0)};
  const auto p = converge(law, working);
  t.K = p.K.value;
  t.Kdot = p.Kdot.value;
  if (derivatives) {
    const Real own = p.u_dphi.value / (2 * law.root_a);  // derivative in the variance that is not 0
    Real mean_phi(0);
    // E phi = K / phi(0); when phi(0) = 0 the other derivative is still 1/2 phi''(0) E phi: integrate against phi''(0)
    // only if needed.
    if (origin.phi != 0)
      mean_phi = p.K.value / origin.phi;
    else if (activation_.analysis.parity != expr::Parity::odd)
      mean_phi = mean_value(law, working);
    const Real other = mean_phi == 0 ? zero : Real(need_second() * mean_phi);
    t.Ka = swapped ? other : own;
    t.Kb = swapped ? own : other;
    if (swapped)
      t.normal = p.radial.value;
    else
      t.radial = p.radial.value;
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
    const unsigned working = digits + 10 + static_cast<unsigned>(std::min(300.0, -std::log10(smallest)));
    const PrecisionScope precision(working);
    PairLaw<Real> law;
    law.root_a = sqrt(at_working_precision(c.a));
    law.slope = at_working_precision(c.n) / law.root_a;
    law.sigma = c.coincident ? Real(0) : Real(sqrt(at_working_precision(c.minor)) / law.root_a);
    if (problem_.jump && law.sigma == 0) {
      PairLaw<Real> parallel = law;
      const auto p = converge(parallel, working);
      t.K = p.K.value;
      t.Kdot = Real(std::numeric_limits<double>::infinity());
      t.Ka = t.Kb = t.radial = t.mixed = t.normal = Real(0);
    } else if (problem_.jump || c.coincident || !series_pays(c) ||
               !hermite_two_point(activation_, c, working - 6, threads_, t)) {
      const auto q = assemble(converge(law, working), law);
      t = {q.list[0].value, q.list[1].value, q.list[2].value, q.list[3].value,
           q.list[4].value, q.list[5].value, q.list[6].value};
    }
  }
  for (Real* x : {&t.K, &t.Kdot, &t.Ka, &t.Kb, &t.radial, &t.mixed, &t.normal}) *x = at_working_precision(*x);
  return t;
}

template TwoPointSolver::Quantities<double> TwoPointSolver::assemble(const PairIntegrals<double>&,
                                                                     const PairLaw<double>&) const;
template TwoPointSolver::Quantities<Real> TwoPointSolver::assemble(const PairIntegrals<Real>&,
                                                                   const PairLaw<Real>&) const;

}  // namespace widegeo::gaussian
