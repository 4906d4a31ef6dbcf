#include "gaussian/sampler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gaussian {
namespace {

/// (phi, phi') beside a removable point: nudged by 10^-digits of the scale at three times the digits.
std::pair<Real, Real> beside(const expr::Tape& tape, const Real& x, unsigned digits) {
  const PrecisionScope precision(3 * digits + 20);
  const Real wide(x);
  Real offset = pow(Real(10), -static_cast<int>(digits + 5));
  if (abs(wide) > 1) offset *= abs(wide);
  expr::Tape::Workspace<Real> workspace;
  for (const int side : {1, -1}) {
    const Real in[1] = {Real(wide + side * offset)};
    Real out[2];
    tape.evaluate<Real>(in, out, workspace);
    if (!isnan(out[0]) && !isnan(out[1])) return {out[0], out[1]};
  }
  throw Error(ErrorCode::input, "the activation is undefined", fmt::format("x = {:.17g}", static_cast<double>(x)),
              "an activation needs a value at almost every point of the line");
}

/// (phi, phi') of a double by 40 digits, rounded.
std::pair<double, double> exactly(const expr::Tape& tape, double x) {
  constexpr unsigned digits = 40;
  const PrecisionScope precision(digits);
  expr::Tape::Workspace<Real> workspace;
  const Real in[1] = {Real(x)};
  Real out[2];
  tape.evaluate<Real>(in, out, workspace);
  if (isnan(out[0]) || isnan(out[1])) std::tie(out[0], out[1]) = beside(tape, in[0], digits);
  return {static_cast<double>(out[0]), static_cast<double>(out[1])};
}

}  // namespace

template <>
void sample<double>(const expr::Tape& tape, std::span<const double> x, unsigned, Samples<double>& out) {
  const std::size_t n = x.size();
  out.phi.resize(n);
  out.dphi.resize(n);
  out.phi_error.resize(n);
  out.dphi_error.resize(n);
  out.finite = true;
  constexpr double half_ulp = std::numeric_limits<double>::epsilon() / 2;
  expr::Tape::Workspace<TrackedBlock> workspace;
  for (std::size_t begin = 0; begin < n; begin += Block::width) {
    const std::size_t count = std::min(Block::width, n - begin);
    TrackedBlock in[1], result[2];
    for (std::size_t i = 0; i < Block::width; ++i) {
      const double at = x[begin + std::min(i, count - 1)];
      in[0].value.lane[i] = at;
      // The argument m + sigma z carries two roundings; it stays on its own side of a kink (rule.cpp), so the error is
      // entered below through phi' and not here, where it would straddle the kink.
      in[0].error.lane[i] = 0;
    }
    tape.evaluate<TrackedBlock>(in, result, workspace);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = begin + i;
      out.phi[at] = result[0].value.lane[i];
      out.dphi[at] = result[1].value.lane[i];
      out.phi_error[at] = result[0].error.lane[i];
      out.dphi_error[at] = result[1].error.lane[i];
      // 0/0 at a removable point, cosh that overflows under a fraction, a bound that blew up: multiprecision has
      // neither problem.
      if (!std::isfinite(out.phi[at]) || !std::isfinite(out.dphi[at]) || !std::isfinite(out.phi_error[at]) ||
          !std::isfinite(out.dphi_error[at])) {
        const auto [phi, dphi] = exactly(tape, x[at]);
        out.phi[at] = phi;
        out.dphi[at] = dphi;
        out.phi_error[at] = 2 * half_ulp * std::abs(phi) + 5e-324;
        out.dphi_error[at] = 2 * half_ulp * std::abs(dphi) + 5e-324;
      }
      if (!std::isfinite(out.phi[at]) || !std::isfinite(out.dphi[at])) out.finite = false;
      out.phi_error[at] += 2 * half_ulp * std::abs(x[at] * out.dphi[at]);
    }
  }
}

template <>
void sample<Real>(const expr::Tape& tape, std::span<const Real> x, unsigned threads, Samples<Real>& out) {
  const std::size_t n = x.size();
  out.phi.assign(n, Real(0));
  out.dphi.assign(n, Real(0));
  out.finite = true;
  constexpr std::size_t chunk = 16;
  const unsigned digits = working_digits();
  std::vector<char> finite((n + chunk - 1) / chunk, 1);
  parallel_for_ordered(finite.size(), threads, [&](std::size_t c) {
    expr::Tape::Workspace<Real> workspace;
    for (std::size_t i = c * chunk; i < std::min(n, (c + 1) * chunk); ++i) {
      const Real in[1] = {x[i]};
      Real result[2];
      tape.evaluate<Real>(in, result, workspace);
      if (isnan(result[0]) || isnan(result[1])) std::tie(result[0], result[1]) = beside(tape, x[i], digits);
      out.phi[i] = at_working_precision(result[0]);
      out.dphi[i] = at_working_precision(result[1]);
      if (!isfinite(result[0]) || !isfinite(result[1])) finite[c] = 0;
    }
  });
  for (const char f : finite) out.finite = out.finite && f;
}

}  // namespace widegeo::gaussian
