#include "api/scalar.hpp"

#include <cmath>

#include "api/kernel.hpp"
#include "api/scalar_taylor.hpp"
#include "gram/scalar/scalar_kernel.hpp"
#include "gram/scalar/scalar_source.hpp"

namespace widegeo::api {
namespace {

constexpr unsigned max_degree = 1024;
constexpr unsigned guard_digits = 25, second_run_digits = 20;

template <class T>
PairKernel<T> kernel(const ScalarRequest& request, const Expectations<T>& source, const InputPair<T>& pair) {
  return pair_kernel<T>(request.network, {request.ntk, 0}, source, pair);
}

/// One correlation, exactly.
struct AtCorrelation {
  const ScalarRequest& request;
  const Rational& rho;

  template <class T>
  Outcomes<T> operator()() const {
    return by_route(request.network, [&](bool closed) {
      const auto source = make_expectations<T>(request.network, closed);
      const Rational one_minus = 1 - rho, sine_squared = one_minus * (1 + rho);
      const InputPair<T> pair =
          gram::pair_of_one_norm<T>(from_rational<T>(request.t), from_rational<T>(rho), from_rational<T>(sine_squared),
                                    from_rational<T>(one_minus), request.dimension);
      const std::string infinite = request.network.no_metric_reason();
      const gram::WithoutSlope<T> without_slope(*source);
      const PairKernel<T> k =
          infinite.empty() ? kernel<T>(request, *source, pair) : kernel<T>(request, without_slope, pair);
      Outcomes<T> result;
      result.kind = source->kind();
      result.add("kernel", k.kernel);
      if (!infinite.empty()) {
        result.none("kernel_dot", infinite);
      } else if (!k.kernel_dot) {
        result.none("kernel_dot", k.kernel_dot_reason);
      } else {
        result.add("kernel_dot", *k.kernel_dot);
      }
      return result;
    });
  }
};

/// Coefficients of rho^k and K(1) less their sum so far, k = 0..order.
struct Power {
  const ScalarRequest& request;
  unsigned order;

  template <class T>
  Outcomes<T> operator()() const {
    return by_route(request.network, [&](bool closed) {
      const auto taylor = taylor_of_kernel<T>(request.network, closed);
      const auto source = make_expectations<T>(request.network, closed);
      const gram::WithoutSlope<T> without_slope(*source);
      const T t = from_rational<T>(request.t), one(1), zero(0);
      const std::vector<T> c =
          gram::power_series<T>(request.network.model, *source, taylor, t, request.dimension, request.ntk, order);
      const auto pair = gram::pair_of_one_norm<T>(t, one, zero, zero, request.dimension);
      T rest = (request.ntk ? kernel<T>(request, *source, pair) : kernel<T>(request, without_slope, pair)).kernel;
      Outcomes<T> result;
      result.kind = source->kind();
      for (unsigned k = 0; k <= order; ++k) {
        result.add("coefficient[" + std::to_string(k) + "]", c[k]);
        rest = rest - c[k];
        result.add("remainder_at_one[" + std::to_string(k) + "]", rest);
      }
      return result;
    });
  }
};

/// v in [-1, 1] as the correlation, or as 2 theta / pi - 1.
template <class T>
InputPair<T> pair_at(const ScalarRequest& request, const T& v, int end, bool in_angle) {
  const T t = from_rational<T>(request.t), one(1), two(2), zero(0);
  if (end != 0) {
    const bool same = (end > 0) != in_angle;
    return gram::pair_of_one_norm<T>(t, same ? one : -one, zero, same ? zero : two, request.dimension);
  }
  if (!in_angle) return gram::pair_of_one_norm<T>(t, v, (one - v) * (one + v), one - v, request.dimension);
  const T theta = pi<T>() * (v + one) / two, half = sin(theta / two), sine = sin(theta);
  return gram::pair_of_one_norm<T>(t, cos(theta), sine * sine, two * half * half, request.dimension);
}

/// Samples for Chebyshev series: doubles with running errors, or two working precisions.
gram::ChebyshevSampler sampler(const ScalarRequest& request, bool in_angle, unsigned digits, bool in_double,
                               bool closed) {
  const auto end_of = [](const Real& v) { return v == 1 ? 1 : v == -1 ? -1 : 0; };
  if (in_double) {
    return [=, &request](const Real& v) {
      const auto source = make_expectations<TrackedDouble>(request.network, closed);
      const gram::WithoutSlope<TrackedDouble> without_slope(*source);
      const double nearest = v.to_double();
      const TrackedDouble tracked(nearest, std::fabs(nearest) * 0x1p-53);
      const auto pair = pair_at<TrackedDouble>(request, tracked, end_of(v), in_angle);
      const TrackedDouble k = (request.ntk ? kernel<TrackedDouble>(request, *source, pair)
                                           : kernel<TrackedDouble>(request, without_slope, pair))
                                  .kernel;
      return std::pair<Real, Real>(Real(k.value), Real(k.error));
    };
  }
  return [=, &request](const Real& v) {
    const auto value = [&](unsigned precision) {
      const PrecisionScope scope(precision);
      const auto source = make_expectations<Real>(request.network, closed);
      const gram::WithoutSlope<Real> without_slope(*source);
      const auto pair = pair_at<Real>(request, at_working_precision(v), end_of(v), in_angle);
      return (request.ntk ? kernel<Real>(request, *source, pair) : kernel<Real>(request, without_slope, pair)).kernel;
    };
    const unsigned p = digits + guard_digits;
    const Real low = value(p), high = value(p + second_run_digits);
    return std::pair<Real, Real>(high, 2 * abs(high - low) + abs(high) * pow(Real(10), Real(-static_cast<int>(p))));
  };
}

}  // namespace

Answers kernel_at_correlation(const ScalarRequest& request, const Rational& rho, const Accuracy& accuracy) {
  return evaluate(AtCorrelation{request, rho}, accuracy);
}

Answers power_coefficients(const ScalarRequest& request, unsigned order, const Accuracy& accuracy) {
  return evaluate(Power{request, order}, accuracy);
}

unsigned chebyshev_digits(const Accuracy& accuracy) { return accuracy.digits + guard_digits + second_run_digits; }

ChebyshevKernel chebyshev_kernel(const ScalarRequest& request, const Accuracy& accuracy) {
  ChebyshevKernel result;
  result.in_angle = !request.network.activation.analysis.analytic();
  const auto compute = [&](bool in_double) {
    result.series = by_route(request.network, [&](bool closed) {
      const auto f = sampler(request, result.in_angle, accuracy.digits, in_double, closed);
      const Real at_one = f(Real(result.in_angle ? -1 : 1)).first;
      using gram::SeriesVariable;
      return gram::chebyshev_series(f, result.in_angle ? SeriesVariable::angle : SeriesVariable::correlation,
                                    Real(abs(at_one) * pow(Real(10), Real(-static_cast<int>(accuracy.digits)))),
                                    max_degree, accuracy.threads);
    });
  };
  bool done = false;
  if (accuracy.digits <= 13) {
    try {
      compute(true);
      done = true;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::accuracy) throw;
    }
  }
  if (!done) compute(false);
  return result;
}

}  // namespace widegeo::api
