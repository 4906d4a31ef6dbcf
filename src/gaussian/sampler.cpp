#include "gaussian/sampler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "number/error.hpp"

namespace widegeo::gaussian {
namespace {

/// (phi, phi') next to a removable singularity: x is moved by 10^-digits of its scale, at three times the digits.
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
              "an activation needs a value at almost every point of the real line");
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

void sample(const expr::Tape& tape, std::span<const double> x, std::span<const double> x_error, Samples& out) {
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
      // Without x_error it stays on its own side of a kink, so the last rounding is entered below through phi'.
      in[0].error.lane[i] = x_error.empty() ? 0 : x_error[begin + std::min(i, count - 1)];
    }
    tape.evaluate<TrackedBlock>(in, result, workspace);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = begin + i;
      out.phi[at] = result[0].value.lane[i];
      out.dphi[at] = result[1].value.lane[i];
      out.phi_error[at] = result[0].error.lane[i];
      out.dphi_error[at] = result[1].error.lane[i];
      const bool known = std::isfinite(out.phi[at]) && std::isfinite(out.dphi[at]) &&
                         std::isfinite(out.phi_error[at]) && std::isfinite(out.dphi_error[at]);
      // 0/0 at a removable point, cosh that overflows under a fraction, a bound that blew up: multiprecision has
      // neither problem.
      if (!known && x_error.empty()) {
        const auto [phi, dphi] = exactly(tape, x[at]);
        out.phi[at] = phi;
        out.dphi[at] = dphi;
        out.phi_error[at] = 2 * half_ulp * std::abs(phi) + 5e-324;
        out.dphi_error[at] = 2 * half_ulp * std::abs(dphi) + 5e-324;
      } else if (!known) {
        out.finite = false;
        return;
      }
      if (!std::isfinite(out.phi[at]) || !std::isfinite(out.dphi[at])) out.finite = false;
      if (x_error.empty()) out.phi_error[at] += 2 * half_ulp * std::abs(x[at] * out.dphi[at]);
    }
  }
}

}  // namespace widegeo::gaussian
