#include "gaussian/gaussian.hpp"

#include <cmath>
#include <limits>

#include "gaussian/one_point/one_point_solver.hpp"
#include "gaussian/one_point/zero_variance.hpp"
#include "gaussian/pair/two_point_solver.hpp"
#include "number/carried_digits.hpp"
#include "number/error.hpp"

namespace widegeo {
namespace {

using gaussian::OnePointSolver;
using gaussian::TwoPointSolver;

/// An Activation at a stable address: the solvers keep references to it.
class Base {
 protected:
  Base(const Activation& activation, const GaussianOptions& options)
      : activation_(activation),
        options_(options),
        one_(activation_, options.threads),
        two_(activation_, one_, options.threads) {}
  const Activation activation_;
  const GaussianOptions options_;
  const OnePointSolver one_;
  const TwoPointSolver two_;
};

TrackedDouble rounded(const Real& x) {
  const double value = static_cast<double>(x);
  return {value, std::numeric_limits<double>::epsilon() / 2 * std::abs(value)};
}

class DoubleRoute final : public Expectations<TrackedDouble>, Base {
 public:
  DoubleRoute(const Activation& activation, const GaussianOptions& options) : Base(activation, options) {}

  OnePoint<TrackedDouble> one_point(const TrackedDouble& q, unsigned order) const override {
    const bool only_value = one_.derivative_diverges() && order == 0 && q.value > 0;
    gaussian::require_existence(activation_, q.value, !only_value);
    OnePoint<TrackedDouble> result;
    if (q.value == 0) return at_zero(q.error, order);
    const bool inherit = q.error > 0;
    const auto integrals = one_.solve(q.value, order, inherit);
    const auto fill = [&](const auto& list, auto& to) {
      for (std::size_t k = 0; k <= order; ++k) {
        double error = list[k].error;
        // First order by the next derivative; a tenth more for the second order, which the error itself may reach.
        if (inherit) error += 1.1 * q.error * (std::abs(list[k + 1].value) + list[k + 1].error);
        if (!std::isfinite(list[k].value) || !std::isfinite(error)) {
          throw Error(ErrorCode::accuracy, "a Gaussian average is outside the range of double", activation_.name,
                      "ask for more than 15 digits");
        }
        to.push_back({list[k].value, error});
      }
    };
    fill(integrals.V, result.V);
    if (only_value)
      result.D.emplace_back(std::numeric_limits<double>::infinity(), 0.0);
    else
      fill(integrals.D, result.D);
    return result;
  }

  TwoPoint<TrackedDouble> two_point(const Covariance<TrackedDouble>& c, TwoPointNeed need) const override {
    return two_.solve(c, need);
  }
  ErrorKind kind() const override { return ErrorKind::truncation; }

 private:
  OnePoint<TrackedDouble> at_zero(double error, unsigned order) const {
    const PrecisionScope precision(30);
    const auto limit = gaussian::at_zero_variance(activation_, order);
    OnePoint<TrackedDouble> result;
    for (const Real& v : limit.V) result.V.push_back(rounded(v));
    for (const Real& d : limit.D) result.D.push_back(rounded(d));
    if (error > 0) {  // the true variance may be anything up to `error`: the change over that range bounds it
      const auto there = one_point(TrackedDouble(error), order);
      for (std::size_t k = 0; k <= order; ++k) {
        result.V[k].error += 2 * std::abs(there.V[k].value - result.V[k].value) + there.V[k].error;
        result.D[k].error += 2 * std::abs(there.D[k].value - result.D[k].value) + there.D[k].error;
      }
    }
    return result;
  }
};

/// One lane after the other: the block is already used inside each integral.
class BlockRoute final : public Expectations<TrackedBlock> {
 public:
  BlockRoute(const Activation& activation, const GaussianOptions& options) : lanes_(activation, options) {}

  OnePoint<TrackedBlock> one_point(const TrackedBlock& q, unsigned order) const override {
    OnePoint<TrackedBlock> result;
    result.V.resize(order + 1);
    result.D.resize(order + 1);
    for (std::size_t i = 0; i < Block::width; ++i) {
      const auto lane = lanes_.one_point({q.value.lane[i], q.error.lane[i]}, order);
      for (std::size_t k = 0; k <= order; ++k) {
        result.V[k].value.lane[i] = lane.V[k].value;
        result.V[k].error.lane[i] = lane.V[k].error;
        result.D[k].value.lane[i] = lane.D[k].value;
        result.D[k].error.lane[i] = lane.D[k].error;
      }
    }
    return result;
  }
  TwoPoint<TrackedBlock> two_point(const Covariance<TrackedBlock>&, TwoPointNeed) const override {
    throw Error(ErrorCode::input, "two-point averages are not available for blocks", "quadrature");
  }
  ErrorKind kind() const override { return ErrorKind::truncation; }

 private:
  DoubleRoute lanes_;
};

class RealRoute final : public Expectations<Real>, Base {
 public:
  RealRoute(const Activation& activation, const GaussianOptions& options) : Base(activation, options) {}

  OnePoint<Real> one_point(const Real& q, unsigned order) const override {
    const bool only_value = one_.derivative_diverges() && order == 0 && q > 0;
    gaussian::require_existence(activation_, static_cast<double>(q), !only_value);
    OnePoint<Real> result;
    if (q == 0) {
      auto limit = gaussian::at_zero_variance(activation_, order);
      return {std::move(limit.V), std::move(limit.D)};
    }
    const auto integrals = one_.solve(q, order, goal());
    for (const auto& v : integrals.V) result.V.push_back(as_asked(v.value));
    for (const auto& d : integrals.D) result.D.push_back(as_asked(d.value));
    if (only_value) result.D.emplace_back(std::numeric_limits<double>::infinity());
    return result;
  }
  TwoPoint<Real> two_point(const Covariance<Real>& c, TwoPointNeed need) const override {
    TwoPoint<Real> t = two_.solve(c, need, goal());
    if (CarriedDigits::count() == 0) return t;
    for (Real* x : {&t.K, &t.Kdot, &t.Ka, &t.Kb, &t.radial, &t.mixed, &t.normal}) *x = as_asked(*x);
    return t;
  }
  ErrorKind kind() const override { return ErrorKind::truncation; }

 private:
  /// Rounded to the digits that are not carried. What is missed may be the same at two goals; roundings differ, and
  /// show what two runs have in common for lack of digits.
  static Real as_asked(const Real& x) {
    const unsigned carried = CarriedDigits::count(), digits = working_digits();
    if (carried == 0 || digits <= carried) return at_working_precision(x);
    Real rounded;
    {
      const PrecisionScope fewer(digits - carried);
      rounded = at_working_precision(x);
    }
    return at_working_precision(rounded);
  }
  unsigned goal() const {
    const unsigned digits = working_digits(), beyond = options_.guard_digits + CarriedDigits::count();
    return digits > beyond + 10 ? digits - beyond : 10;
  }
};

}  // namespace

template <>
std::unique_ptr<Expectations<TrackedDouble>> quadrature_expectations(const Activation& activation,
                                                                     const GaussianOptions& options) {
  return std::make_unique<DoubleRoute>(activation, options);
}
template <>
std::unique_ptr<Expectations<TrackedBlock>> quadrature_expectations(const Activation& activation,
                                                                    const GaussianOptions& options) {
  return std::make_unique<BlockRoute>(activation, options);
}
template <>
std::unique_ptr<Expectations<Real>> quadrature_expectations(const Activation& activation,
                                                            const GaussianOptions& options) {
  return std::make_unique<RealRoute>(activation, options);
}

}  // namespace widegeo
