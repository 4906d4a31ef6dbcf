#include "gaussian/one_point/zero_variance.hpp"

#include <fmt/format.h>

#include "jet/jet.hpp"
#include "number/error.hpp"

namespace widegeo::gaussian {
namespace {

struct Sides {
  Jet<Real> phi[2], dphi[2];  ///< at 0+ and 0-
};

bool kink_at_zero(const Activation& activation) {
  for (const auto* analysis : {&activation.analysis, &activation.derivative_analysis}) {
    for (const auto& point : analysis->points) {
      if (point.exact ? *point.exact == 0 : point.approximate == 0) return true;
    }
  }
  return false;
}

/// One-sided jets, evaluated at +-10^-digits, where they agree with their limits to the working precision.
Sides sides_of(const Activation& activation, unsigned order, unsigned digits) {
  Sides sides;
  const Real offset = kink_at_zero(activation) ? Real(pow(Real(10), Real(-static_cast<int>(digits)))) : Real(0);
  for (int side = 0; side < 2; ++side) {
    const Jet<Real> in[1] = {Jet<Real>::variable(JetShape::get(1, order), 0, side == 0 ? offset : Real(-offset))};
    Jet<Real> out[2];
    expr::Tape::Workspace<Jet<Real>> workspace;
    activation.tape.evaluate<Jet<Real>>(in, out, workspace);
    for (Jet<Real>* jet : {&out[0], &out[1]}) {
      if (jet->size() == 1) *jet = Jet<Real>::constant(JetShape::get(1, order), jet->value());
      for (std::size_t i = 0; i < jet->size(); ++i) {
        if (!is_finite(jet->coefficient(i))) {
          throw Error(ErrorCode::input, "the activation has no Taylor series at 0, where the variance vanishes",
                      activation.name);
        }
      }
    }
    sides.phi[side] = out[0];
    sides.dphi[side] = out[1];
  }
  return sides;
}

/// Limits of the derivatives of E f; f on each side as a jet.
std::vector<Real> limits(const Jet<Real> (&f)[2], unsigned order, unsigned digits, const Activation& activation,
                         const char* what) {
  std::vector<Real> result;
  Real factorial(1);  // (2k)!
  const Real tiny = pow(Real(10), Real(-static_cast<int>(digits) + 6));
  for (unsigned k = 0; k <= order; ++k) {
    if (k > 0) {
      const Real odd = f[0].coefficient(2 * k - 1) - f[1].coefficient(2 * k - 1);
      const Real size =
          abs(f[0].coefficient(2 * k - 1)) + abs(f[1].coefficient(2 * k - 1)) + abs(f[0].coefficient(2 * k)) + 1;
      if (abs(odd) > tiny * size) {
        throw Error(ErrorCode::input,
                    fmt::format("the derivative of order {} of {} in the variance is infinite at variance 0", k, what),
                    activation.name, "give the biases a variance, or move the point off the origin");
      }
      factorial *= Real(static_cast<int>(2 * k * (2 * k - 1)));
    }
    Real mean = (f[0].coefficient(2 * k) + f[1].coefficient(2 * k)) * factorial;
    for (unsigned i = 0; i <= k; ++i) mean /= 2;
    result.push_back(abs(mean) < tiny * tiny ? Real(0) : mean);
  }
  return result;
}

}  // namespace

ZeroVariance at_zero_variance(const Activation& activation, unsigned order) {
  const unsigned digits = working_digits() + 10;
  std::vector<Real> V, D;
  {
    const PrecisionScope precision(2 * digits);
    const Sides s = sides_of(activation, 2 * order + 1, digits);
    const Jet<Real> v[2] = {s.phi[0] * s.phi[0], s.phi[1] * s.phi[1]};
    const Jet<Real> d[2] = {s.dphi[0] * s.dphi[0], s.dphi[1] * s.dphi[1]};
    V = limits(v, order, digits, activation, "V");
    D = limits(d, order, digits, activation, "D");
    V[0] = pow_int(at_origin(activation).phi, 2);
  }
  ZeroVariance result;
  for (const Real& x : V) result.V.push_back(at_working_precision(x));
  for (const Real& x : D) result.D.push_back(at_working_precision(x));
  return result;
}

OriginValues at_origin(const Activation& activation) {
  OriginValues values;
  const Real in[1] = {Real(0)};
  Real out[2];
  expr::Tape::Workspace<Real> workspace;
  activation.tape.evaluate<Real>(in, out, workspace);
  const unsigned digits = working_digits() + 10;
  const PrecisionScope precision(2 * digits);
  const Sides s = sides_of(activation, 1, digits);
  values.phi = is_finite(out[0]) ? out[0] : Real((s.phi[0].value() + s.phi[1].value()) / 2);
  values.dphi = (s.dphi[0].value() + s.dphi[1].value()) / 2;
  values.ddphi = (s.dphi[0].coefficient(1) + s.dphi[1].coefficient(1)) / 2;
  const Real tiny = pow(Real(10), Real(-static_cast<int>(digits) + 6));
  const Real jump = s.phi[0].value() - s.phi[1].value(), bend = s.dphi[0].value() - s.dphi[1].value();
  // A jump is a fact of the tree, whatever its size; what the numbers see beside it is a phi' that is continuous and
  // too steep.
  values.dphi_exists = !activation.analysis.has_jump_at_zero() && abs(jump) <= tiny;
  values.ddphi_exists = values.dphi_exists && !activation.derivative_analysis.has_jump_at_zero() &&
                        abs(bend) <= tiny * (1 + abs(s.dphi[0].value()));
  return values;
}

}  // namespace widegeo::gaussian
