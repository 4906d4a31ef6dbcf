#include "kernel/radial_logarithmic.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "number/ball/range.hpp"

namespace widegeo {

namespace {

/// Functions of the variance, in the notation of the header, as Taylor coefficients.
enum Name { of_V, of_X, of_qX_X, of_Y, of_qY, of_E, of_F, of_qF, of_U, of_M, name_count };
using Functions = std::array<std::vector<Ball>, name_count>;

Jet<Ball> series(const std::vector<Ball>& derivatives, unsigned order) {
  std::vector<Ball> c;
  Ball factorial(1);  // 13! is beyond an int
  for (unsigned k = 0; k <= order; ++k) {
    if (k > 1) factorial *= Ball(static_cast<int>(k));
    c.push_back(k < 2 ? derivatives[k] : derivatives[k] / factorial);
  }
  return Jet<Ball>::from_coefficients(JetShape::get(1, order), std::move(c));
}

/// To `order`, from expectations to two orders more.
Functions functions_at(const Ball& q, const OnePoint<Ball>& e, unsigned order, bool last) {
  const Jet<Ball> D = series(e.D, order + 2), low_D = truncated(D, order + 1);
  const Jet<Ball> at = Jet<Ball>::variable(JetShape::get(1, order + 1), 0, q), low = truncated(at, order);
  Functions f;
  const auto keep = [&](Name name, const Jet<Ball>& x) {
    for (std::size_t k = 0; k <= order; ++k) f[name].push_back(x.coefficient(k));
  };
  const Jet<Ball> Y = at * partial(D, 0) / low_D, U = 1 + 2 * Y;
  keep(of_Y, Y);
  keep(of_qY, low * partial(Y, 0));
  keep(of_U, U);
  if (last) return f;
  const Jet<Ball> V = series(e.V, order + 2), low_V = truncated(V, order + 1), slope = partial(V, 0);
  const Jet<Ball> X = at * slope / low_V, E = slope / low_D, F = (slope - low_D) / low_D;
  keep(of_V, V);
  keep(of_X, X);
  keep(of_qX_X, low * partial(X, 0) / truncated(X, order));
  keep(of_E, E);
  keep(of_F, F);
  keep(of_qF, low * partial(F, 0));
  keep(of_M, U - X * E);
  return f;
}

/// Taylor coefficients 0..order of f over m + [-r, r] from those at m to the order N - 1 and number N over all of it.
std::vector<Ball> by_taylor(const std::vector<Ball>& centre, const Ball& last, const Ball& offset, unsigned order) {
  const unsigned N = static_cast<unsigned>(centre.size());
  std::vector<Ball> powers{Ball(1)}, result;
  for (unsigned j = 1; j <= N; ++j) powers.push_back(pow_int(offset, static_cast<long>(j)));
  for (unsigned k = 0; k <= order; ++k) {
    Ball sum = centre[k];
    int binomial = 1;  // of k + j over k
    for (unsigned j = 1; k + j <= N; ++j) {
      binomial = binomial * static_cast<int>(k + j) / static_cast<int>(j);
      multiply_add(sum, (k + j == N ? last : centre[k + j]) * Ball(binomial), powers[j]);
    }
    result.push_back(std::move(sum));
  }
  return result;
}

// Relative radii below which an enclosure without the ends is as good, and few terms of Taylor's formula are enough.
constexpr double thin = 0x1p-32, small = 0x1p-5, large = 0x1p-3;

unsigned terms(const Ball& q, unsigned order) {
  const double relative = q.radius() / q.upper();
  return order + (relative < small ? 2 : relative < large ? 4 : 6);
}

/// Over all of q: by Taylor's formula around the middle with its remainder from the expectations over q, then by the
/// end values where the slope has one sign.
Functions functions_over(const Ball& q, const OnePoint<Ball>& over_q, const Expectations<Ball>& source, unsigned order,
                         bool last) {
  if (!(q.radius() > thin * q.upper())) return functions_at(q, over_q, order, last);
  // The ends are balls of one rounding that hold the true ends.
  const Ball middle = q.centre(), radius(q.radius()), low = middle - radius, high = middle + radius;
  const unsigned N = terms(q, order);
  const Functions at_low = functions_at(low, source.one_point(low, order + 2), order, last);
  const Functions at_high = functions_at(high, source.one_point(high, order + 2), order, last);
  const Functions at_middle = functions_at(middle, source.one_point(middle, N + 1), N - 1, last);
  Functions f = functions_at(q, over_q, N, last);
  const Ball width = Ball::between(0.0, (high - low).upper()), offset = q - middle;
  for (std::size_t name = 0; name < f.size(); ++name) {
    if (f[name].empty()) continue;
    const std::vector<Ball> taylor = by_taylor(at_middle[name], f[name][N], offset, order + 1);
    for (std::size_t k = 0; k <= order + 1; ++k) f[name][k] = intersection(f[name][k], taylor[k]);
    for (std::size_t k = order + 1; k-- > 0;) {
      const Ball slope = f[name][k + 1] * Ball(static_cast<int>(k + 1));
      f[name][k] = range_from_ends(f[name][k], slope, at_low[name][k], at_high[name][k], width);
    }
    f[name].resize(order + 1);
  }
  return f;
}

/// x / (1 + x) and 1 / (1 + x), x >= 0.
struct Shares {
  Jet<Ball> part, rest;
};
Shares shares(const Jet<Ball>& ratio) {
  Shares r{ratio, 1 / (1 + ratio)};
  r.part = ratio * r.rest;
  return r;
}

bool all_finite(const LogarithmicRadial<Ball>& r) {
  return is_finite(r.tau) && is_finite(r.theta_tau) && is_finite(r.c) && is_finite(r.theta_c) && is_finite(r.e);
}

}  // namespace

OnePoint<Ball> RecordedSource::one_point(const Ball& q, unsigned order) const {
  const bool wide = q.radius() > thin * q.upper();
  OnePoint<Ball> e = source_.one_point(q, std::max(order, (wide ? terms(q, order_) : order_) + 2));
  points_.push_back(e);
  e.V.resize(order + 1);
  e.D.resize(order + 1);
  return e;
}

std::optional<LogarithmicRadial<Ball>> logarithmic_radial(ReadOut read_out, const RadialParameters<Ball>& parameters,
                                                          const RecordedSource& recorded) {
  const Jet<Ball>& t = parameters.t;
  if (!t.value().certainly_positive() || !parameters.s[0].value().certainly_positive()) return {};
  const JetShape& shape = t.shape();
  const unsigned order = shape.order();
  const std::size_t depth = parameters.s.size(), activations = read_out == ReadOut::post ? depth : depth - 1;
  const Jet<Ball> zero = Jet<Ball>::constant(shape, Ball(0)), one = Jet<Ball>::constant(shape, Ball(1));
  LogarithmicRadial<Ball> r{zero, zero, zero, zero, one};
  if (activations == 0) return r;

  Jet<Ball> q = parameters.s[0] * t + parameters.b[0];
  Shares first = shares(zero + parameters.b[0] / (parameters.s[0] * t));
  Jet<Ball> k = first.rest, j = first.part, m = first.part, p = one, delta = zero, theta_delta = zero;
  for (std::size_t l = 1; l <= activations; ++l) {
    if (!is_finite(q.value()) || !q.value().certainly_positive()) return {};
    const bool last = l == activations;
    const Functions f = functions_over(q.value(), recorded.points()[l - 1], recorded.source(), order, last);
    const JetPowers<Ball> powers(q);
    const auto of = [&](Name name) { return powers.compose(std::span<const Ball>(f[name]), order); };
    const auto non_negative = [](Jet<Ball> x) {
      x.value() = non_negative_part(x.value());
      return x;
    };
    const Jet<Ball> Y = of(of_Y), Yk = Y * k, theta_Yk = k * (k * of(of_qY) + j * Y);
    r.tau = r.tau + Yk;
    r.theta_tau = r.theta_tau + theta_Yk;
    if (l > 1) {
      r.c = r.c + 2 * (Yk * delta);
      r.theta_c = r.theta_c + 2 * (theta_Yk * delta + Yk * theta_delta);
    }
    const Jet<Ball> kp = l > 1 ? k * p : k;
    r.e = m + kp * non_negative(of(of_U));
    if (last) break;
    const Jet<Ball> V = of(of_V), X = of(of_X), E = of(of_E);
    const Jet<Ball>&weight = parameters.s[l], &bias = parameters.b[l];
    if (!V.value().certainly_positive() || !weight.value().certainly_positive()) return {};
    const Jet<Ball> product = V * weight;
    const Shares share = shares(zero + bias / product);
    m = m + kp * (non_negative(of(of_M)) + share.part * X * E);
    theta_delta = of(of_qF) * kp + (l > 1 ? E * theta_delta : zero);
    delta = of(of_F) + (l > 1 ? E * delta : zero);
    p = l > 1 ? E * p : E;
    j = j + k * (share.part * X + of(of_qX_X));
    k = share.rest * X * k;
    q = product + bias;
  }
  if (!all_finite(r)) return {};
  return r;
}

}  // namespace widegeo
