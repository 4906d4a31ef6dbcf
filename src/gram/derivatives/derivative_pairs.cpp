#include "gram/derivatives/derivative_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "kernel/checks.hpp"
#include "number/error.hpp"
#include "number/escalation.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gram {

namespace {

constexpr std::size_t width = Block::width;

template <class T>
struct RadialNumbers {
  T kernel, slope, A, B, theta, theta_slope;
};

template <class T>
RadialNumbers<T> radial_numbers(const Model& model, const Expectations<T>& source, const T& t, unsigned long dimension,
                                bool ntk) {
  const RadialJets<T> jets = radial_recursion(model, source, t, dimension, 1);
  RadialNumbers<T> r{jets.variance.value(), jets.variance.coefficient(1), jets.A.value(), jets.B.value(), T(0), T(0)};
  if (!ntk) return r;
  const T s1 = from_rational<T>(first_weight_variance(model, dimension));
  T q = s1 * t + from_rational<T>(model.b(1)), dq = s1;
  r.theta = q;
  r.theta_slope = dq;
  const unsigned activations = model.read_out == ReadOut::post ? model.depth : model.depth - 1;
  for (unsigned l = 1; l <= activations; ++l) {
    const OnePoint<T> e = source.one_point(q, 1);
    r.theta_slope = e.D[1] * dq * r.theta + e.D[0] * r.theta_slope;
    r.theta = e.D[0] * r.theta;
    if (l == model.depth) break;
    const T s = from_rational<T>(model.s(l + 1));
    q = s * e.V[0] + from_rational<T>(model.b(l + 1));
    dq = s * e.V[1] * dq;
    r.theta = q + s * r.theta;
    r.theta_slope = dq + s * r.theta_slope;
  }
  return r;
}

/// Placeholder for a value that was not computed: infinite error.
TrackedDouble unknown() { return {0, std::numeric_limits<double>::infinity()}; }

PointNumbers convert(const RadialNumbers<TrackedDouble>& r) {
  return {r.kernel, r.slope, r.A, r.B, r.theta, r.theta_slope};
}
PointNumbers convert(const RadialNumbers<TrackedBlock>& r, std::size_t lane) {
  const auto at = [lane](const TrackedBlock& x) { return TrackedDouble(x.value.lane[lane], x.error.lane[lane]); };
  return {at(r.kernel), at(r.slope), at(r.A), at(r.B), at(r.theta), at(r.theta_slope)};
}
PointNumbers convert(const RadialNumbers<Real>& a, const RadialNumbers<Real>& b) {
  return {of_two_runs(a.kernel, b.kernel), of_two_runs(a.slope, b.slope), of_two_runs(a.A, b.A),
          of_two_runs(a.B, b.B),           of_two_runs(a.theta, b.theta), of_two_runs(a.theta_slope, b.theta_slope)};
}

/// Good enough for a scale, and for most rows also as the derivative at y = x.
bool usable(const PointNumbers& n) {
  for (const TrackedDouble& x : {n.kernel, n.A, n.theta})
    if (!(x.error <= 1e-10 * std::fabs(x.value)) || !std::isfinite(x.value)) return false;
  for (const TrackedDouble& x : {n.slope, n.B, n.theta_slope})
    if (!std::isfinite(x.value) || !std::isfinite(x.error)) return false;
  return true;
}

}  // namespace

template <class T>
PairNumbers<T> pair_numbers(const Model& model, const Expectations<T>& source, const InputPair<T>& inputs,
                            const DerivativeRequest& request) {
  PairNumbers<T> r;
  r.fill(T(0));
  if (request.ntk && inputs.coincident && request.derivatives == 1) {
    const RadialNumbers<T> n = radial_numbers(model, source, inputs.xx, inputs.dimension, true);
    r[0] = n.theta;
    r[2] = n.theta_slope;
    return r;
  }
  const PairKernel<T> k =
      request.ntk ? ntk(model, source, inputs, request.derivatives) : nngp(model, source, inputs, request.derivatives);
  r[0] = k.kernel;
  if (request.derivatives >= 1) {
    r[1] = k.gy[0];
    r[2] = k.gy[1];
  }
  if (request.derivatives >= 2) {
    r[3] = k.identity;
    std::copy(k.h, k.h + 4, r.begin() + 4);
  }
  return r;
}

template PairNumbers<TrackedDouble> pair_numbers(const Model&, const Expectations<TrackedDouble>&,
                                                 const InputPair<TrackedDouble>&, const DerivativeRequest&);
template PairNumbers<TrackedBlock> pair_numbers(const Model&, const Expectations<TrackedBlock>&,
                                                const InputPair<TrackedBlock>&, const DerivativeRequest&);
template PairNumbers<Real> pair_numbers(const Model&, const Expectations<Real>&, const InputPair<Real>&,
                                        const DerivativeRequest&);

std::vector<PairNumbers<TrackedDouble>> block_numbers(const Model& model, const Expectations<TrackedBlock>& source,
                                                      const std::vector<InputPair<TrackedDouble>>& inputs,
                                                      const DerivativeRequest& request) {
  InputPair<TrackedBlock> block;
  block.dimension = inputs.front().dimension;
  TrackedBlock distance;
  for (std::size_t lane = 0; lane < width; ++lane) {
    const InputPair<TrackedDouble>& in = inputs[std::min(lane, inputs.size() - 1)];  // the last one fills up
    const auto put = [lane](TrackedBlock& to, const TrackedDouble& from) {
      to.value.lane[lane] = from.value;
      to.error.lane[lane] = from.error;
    };
    put(block.xx, in.xx);
    put(block.yy, in.yy);
    put(block.xy, in.xy);
    put(block.minor, in.minor);
    put(distance, *in.distance_squared);
  }
  block.distance_squared = distance;
  std::vector<PairNumbers<TrackedDouble>> r(inputs.size());
  try {
    const PairNumbers<TrackedBlock> n = pair_numbers(model, source, block, request);
    for (std::size_t lane = 0; lane < r.size(); ++lane)
      for (std::size_t k = 0; k < n.size(); ++k) r[lane][k] = {n[k].value.lane[lane], n[k].error.lane[lane]};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::accuracy) throw;
    for (auto& lane : r) lane.fill(unknown());
  }
  return r;
}

PairNumbers<TrackedDouble> coincident_numbers(const PointNumbers& point, const DerivativeRequest& request) {
  PairNumbers<TrackedDouble> r;
  r.fill(TrackedDouble(0));
  r[0] = request.ntk ? point.theta : point.kernel;
  if (request.derivatives == 1) r[2] = request.ntk ? point.theta_slope : point.slope;
  if (request.derivatives == 2) {
    r[3] = point.A;
    r[5] = point.B;
  }
  return r;
}

std::vector<PointNumbers> point_numbers(const Model& model,
                                        const std::function<std::unique_ptr<Expectations<TrackedBlock>>()>& block,
                                        const std::function<std::unique_ptr<Expectations<TrackedDouble>>()>& single,
                                        const std::function<std::unique_ptr<Expectations<Real>>()>& exact,
                                        const Points& points, bool ntk, unsigned threads) {
  const double relative = product_errors(points.dimension(), 0).norm;
  const auto t_of = [&](std::size_t i) {
    const double t = points.squared_norm(i);
    return TrackedDouble(t, relative * t);
  };
  const std::size_t blocks = (points.count() + width - 1) / width;
  std::vector<PointNumbers> r(points.count(), {unknown(), unknown(), unknown(), unknown(), unknown(), unknown()});
  parallel_for_ordered(blocks, threads, [&](std::size_t k) {
    const std::size_t begin = k * width, end = std::min(points.count(), begin + width);
    if (block) {
      TrackedBlock t;
      for (std::size_t lane = 0; lane < width; ++lane) {
        const TrackedDouble one = t_of(std::min(begin + lane, end - 1));
        t.value.lane[lane] = one.value;
        t.error.lane[lane] = one.error;
      }
      try {
        const auto n = radial_numbers(model, *block(), t, points.dimension(), ntk);
        for (std::size_t i = begin; i < end; ++i) r[i] = convert(n, i - begin);
      } catch (const Error&) {
        // One lane spoils its block; all of them are done again one by one.
      }
    }
    const auto one = single();
    for (std::size_t i = begin; i < end; ++i) {
      if (usable(r[i])) continue;
      try {
        try {
          r[i] = convert(radial_numbers(model, *one, t_of(i), points.dimension(), ntk));
        } catch (const Error& error) {
          if (error.code() != ErrorCode::accuracy) throw;
        }
        if (usable(r[i])) continue;
        std::vector<double> row(points.dimension());
        points.reader().read(i, 1, row.data());
        const ExactPair pair = exact_pair(row, row);
        const auto at = [&](unsigned digits) {
          const PrecisionScope scope(digits);
          return radial_numbers(model, *exact(), to_real(pair.xx), points.dimension(), ntk);
        };
        const RadialNumbers<Real> low = at(50), high = at(100);
        r[i] = convert(low, high);
      } catch (const Error& error) {
        throw Error(error.code(), error.summary(), "row " + std::to_string(i + 1), error.hint());
      }
    }
  });
  return r;
}

InputPair<Real> ExactPair::at_working_precision(bool exchange) const {
  InputPair<Real> r;
  r.xx = to_real(exchange ? yy : xx);
  r.yy = to_real(exchange ? xx : yy);
  r.xy = to_real(xy);
  r.minor = to_real(Rational(xx * yy - xy * xy));
  r.distance_squared = to_real(Rational(xx + yy - 2 * xy));
  r.coincident = equal;
  r.dimension = dimension;
  return r;
}

ExactPair exact_pair(const std::vector<double>& x, const std::vector<double>& y) {
  ExactPair r;
  r.dimension = x.size();
  r.equal = x == y;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const Rational u(x[k]), v(y[k]);
    r.xx += u * u;
    r.yy += v * v;
    r.xy += u * v;
  }
  return r;
}

}  // namespace widegeo::gram
