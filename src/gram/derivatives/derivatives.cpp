#include "gram/derivatives/derivatives.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "gram/derivatives/derivative_pairs.hpp"
#include "gram/derivatives/derivative_series.hpp"
#include "number/error.hpp"
#include "number/escalation.hpp"

namespace widegeo::gram {

namespace {

constexpr double unit = tracked_unit;
/// Number of columns for which the products of a run of pairs are computed at a time.
constexpr std::size_t run_length = 1024;

}  // namespace

struct DerivativeEngine::State {
  const Model* model;
  DerivativeSources sources;
  DerivativeRequest request;
  const Points *x, *y;
  ProductErrors errors;
  std::vector<PointNumbers> at_x, at_y;  ///< at_y is empty when y is x
  ErrorKind kind = ErrorKind::rounding;
  double length = 0;  ///< s_1 of the first layer
  std::unique_ptr<GradientSeries> series;
  mutable std::atomic<double> bound{0};
  mutable std::atomic<std::size_t> refined{0};

  const PointNumbers& numbers_y(std::size_t j) const { return at_y.empty() ? at_x[j] : at_y[j]; }

  void add_error(double relative) const {
    double before = bound.load();
    while (relative > before && !bound.compare_exchange_weak(before, relative)) {
    }
  }

  double scale(const PairIndex& pair) const {
    const PointNumbers &a = at_x[pair.i], &b = numbers_y(pair.j);
    const double t_a = x->squared_norm(pair.i), t_b = y->squared_norm(pair.j);
    const auto metric = [](const PointNumbers& n, double t) { return std::max(n.A.value, n.A.value + n.B.value * t); };
    const auto size = [&](const PointNumbers& n) { return request.ntk ? n.theta.value : n.kernel.value; };
    if (request.derivatives == 0) return std::sqrt(size(a)) * std::sqrt(size(b));
    if (request.derivatives == 2) return std::sqrt(metric(a, t_a)) * std::sqrt(metric(b, t_b));
    const PointNumbers &p = request.of_x ? b : a, &q = request.of_x ? a : b;
    const double t_q = request.of_x ? t_a : t_b;
    if (!request.ntk) return std::sqrt(size(p)) * std::sqrt(metric(q, t_q));
    const double variance = length * t_q + nearest_double(model->b(1));
    return variance > 0 ? std::sqrt(size(p)) * std::sqrt(size(q)) * std::sqrt(length / variance) : 0.0;
  }

  /// What combines the coefficients of a pair: the sign, and |x - sign y|^2.
  struct Frame {
    int sign = 1;
    double w_squared = 0;
  };

  Frame frame(const PairIndex& pair, double dot, double distance) const {
    if (dot >= 0) return {1, distance};
    return {-1, 2 * (x->squared_norm(pair.i) + y->squared_norm(pair.j))};  // |x + y|^2 or more
  }

  /// |error| in the norm of the header, from the errors of the coefficients and the rounding of their combination.
  double error_of(const PairIndex& pair, const PairNumbers<TrackedDouble>& n, const Frame& f) const {
    if (request.derivatives == 0) return n[0].error;
    const double w = std::sqrt(f.w_squared);
    const auto term = [](const TrackedDouble& c, double size, int roundings) {
      return (c.error + roundings * unit * std::fabs(c.value)) * size;
    };
    double sum = 0;
    if (request.derivatives == 1) {
      const double q = std::sqrt(request.of_x ? x->squared_norm(pair.i) : y->squared_norm(pair.j));
      sum = term(n[1], w, 3) + term(n[2], q, 2);
    } else {
      // Two differences, two products and two or three sums: of the whole matrix in Frobenius' norm, which is not below
      // the spectral one. The identity alone has the error of its coefficient.
      const double v = std::sqrt(y->squared_norm(pair.j));
      sum =
          term(n[3], 1, 2) + term(n[4], w * w, 7) + term(n[5], w * v, 6) + term(n[6], v * w, 6) + term(n[7], v * v, 5);
    }
    return sum * (1 + 64 * unit);  // the norms and this sum are rounded
  }

  /// Accepts the regrouped numbers of a pair, or says no.
  bool accept(const PairIndex& pair, const PairNumbers<TrackedDouble>& n, const Frame& f, PairCoefficients& out) const {
    const double size = scale(pair), error = error_of(pair, n, f);
    if (size == 0) {
      // One of the two features vanishes, and so does the product.
      out = {};
      return true;
    }
    if (!(error <= request.tolerance * size) || !std::isfinite(size)) return false;
    add_error(error / size);
    out = {n[0].value,
           static_cast<double>(f.sign),
           {n[1].value, n[2].value},
           n[3].value,
           {n[4].value, n[5].value, n[6].value, n[7].value}};
    return true;
  }

  /// Number k of a row of the tables: the error of the vector stands at the coefficient of q.
  bool accept_series(const PairIndex& pair, const GradientSeries::Row& row, std::size_t k, const Frame& f,
                     PairCoefficients& out) const {
    const double t_x = x->squared_norm(pair.i), t_y = y->squared_norm(pair.j);
    const double p_over_q = std::sqrt(request.of_x ? t_y / t_x : t_x / t_y);
    if (!std::isfinite(row.error_p[k]) || !std::isfinite(p_over_q)) return false;
    PairNumbers<TrackedDouble> n;
    n.fill(TrackedDouble(0));
    n[0] = TrackedDouble(row.value[k]);
    n[1] = TrackedDouble(row.g_p[k]);
    n[2] = TrackedDouble(row.g_q[k]);
    n = regrouped(n, f.sign);
    n[2].error += row.error_q[k] + row.error_p[k] * p_over_q * (1 + 4 * unit);
    return accept(pair, n, f, out);
  }

  [[noreturn]] void rethrow(const PairIndex& pair, const Error& error) const {
    throw Error(error.code(), error.summary(),
                "rows " + std::to_string(pair.i + 1) + " and " + std::to_string(pair.j + 1) + ", counted from 1",
                error.hint());
  }

  /// Coefficients are stored as doubles: where they cancel below the tolerance, as beside a row that is smaller by many
  /// decades, no digits help.
  void require_representable(const PairIndex& pair, const PairNumbers<Real>& n, const Frame& f) const {
    PairNumbers<TrackedDouble> nearest;
    for (std::size_t k = 0; k < n.size(); ++k) {
      const double value = n[k].to_double();
      nearest[k] = {value, std::fabs(value) * unit};
    }
    // Twice what is allowed, for numbers that are not exact yet.
    const double size = scale(pair);
    if (size > 0 && error_of(pair, nearest, f) > 2 * request.tolerance * size)
      throw Error(ErrorCode::accuracy, "the norms differ too much: the terms of the derivative cancel in double", "",
                  "leave the row out and compute its pairs one by one, or allow a larger --tolerance");
  }

  /// From the exact rows, with as many digits as it takes.
  void by_multiprecision(const PairIndex& pair, PairCoefficients& out) const {
    ++refined;
    try {
      const std::size_t d = x->dimension();
      std::vector<double> u(d), v(d);
      x->reader().read(pair.i, 1, u.data());
      y->reader().read(pair.j, 1, v.data());
      const ExactPair exact = exact_pair(u, v);
      const bool exchange = exchanged(x->squared_norm(pair.i), y->squared_norm(pair.j));
      const Frame f = frame(pair, exact.xy < 0 ? -1 : 1, nearest_double(Rational(exact.xx + exact.yy - 2 * exact.xy)));
      std::optional<PairNumbers<Real>> before;
      for (unsigned digits = 40; digits <= 640; digits *= 2) {
        const PrecisionScope scope(digits);
        PairNumbers<Real> now;
        try {
          now = regrouped(pair_numbers<Real>(*model, *sources.exact(), exact.at_working_precision(exchange), request),
                          f.sign);
        } catch (const Error& error) {
          if (error.code() != ErrorCode::accuracy || digits == 640 || before) throw;
          continue;
        }
        require_representable(pair, now, f);
        if (before) {
          PairNumbers<TrackedDouble> rounded;
          for (std::size_t k = 0; k < now.size(); ++k) rounded[k] = of_two_runs((*before)[k], now[k]);
          if (accept(pair, rounded, f, out)) return;
        }
        before = std::move(now);
      }
      throw Error(ErrorCode::accuracy, "the derivative of the kernel did not converge in multiprecision", "");
    } catch (const Error& error) {
      rethrow(pair, error);
    }
  }

  InputPair<TrackedDouble> inputs(const PairIndex& pair, const TileProducts& products, std::size_t column) const {
    const double xx = x->squared_norm(pair.i), yy = y->squared_norm(pair.j);
    InputPair<TrackedDouble> r;
    r.xx = {xx, errors.norm * xx};
    r.yy = {yy, errors.norm * yy};
    r.xy = {products.dot[column], errors.dot * std::sqrt(xx) * std::sqrt(yy) * (1 + 8 * unit)};
    r.minor = {products.minor[column], errors.minor * products.minor[column]};
    r.distance_squared = TrackedDouble(products.distance[column], errors.distance * products.distance[column]);
    r.dimension = x->dimension();
    r.coincident = products.distance[column] == 0;
    if (exchanged(xx, yy)) std::swap(r.xx, r.yy);
    return r;
  }

  /// Whether (p, q) is (y, x). The value itself is taken in the order of the norms, so that exchanging x and y changes
  /// no bit.
  bool exchanged(double xx, double yy) const {
    return request.derivatives == 1 ? request.of_x : request.derivatives == 0 && xx > yy;
  }
};

DerivativeEngine::DerivativeEngine(const Model& model, DerivativeSources sources, const DerivativeRequest& request,
                                   const Points& x, const Points* y, unsigned threads)
    : state_(std::make_unique<State>()) {
  model.validate();
  const Points& other = y == nullptr ? x : *y;
  if (x.dimension() != other.dimension())
    throw Error(
        ErrorCode::input,
        "the rows have " + std::to_string(x.dimension()) + " and " + std::to_string(other.dimension()) + " columns",
        "derivatives");
  if (request.derivatives > 2)
    throw Error(ErrorCode::input, "derivatives of order above 2", "derivatives", "0, 1 or 2");
  if (request.ntk && request.derivatives == 2)
    throw Error(ErrorCode::input, "the mixed Hessian of the NTK needs averages of phi'', which are not computed",
                "derivatives", "ask for gradients, or for the NNGP");
  State& s = *state_;
  s.model = &model;
  s.sources = std::move(sources);
  s.request = request;
  s.x = &x;
  s.y = &other;
  s.errors = product_errors(x.dimension(), 0);
  s.length = nearest_double(first_weight_variance(model, x.dimension()));
  s.kind = s.sources.single()->kind();
  const auto of_points = [&](const Points& points) {
    return point_numbers(model, s.sources.block, s.sources.single, s.sources.exact, points, request.ntk, threads);
  };
  s.at_x = of_points(x);
  if (y != nullptr) s.at_y = of_points(other);
  if (s.sources.entries) s.series = GradientSeries::make(model, *s.sources.entries, request, x, y);
}

DerivativeEngine::~DerivativeEngine() = default;

std::size_t DerivativeEngine::rows() const { return state_->x->count(); }
std::size_t DerivativeEngine::columns() const { return state_->y->count(); }
std::size_t DerivativeEngine::dimension() const { return state_->x->dimension(); }
double DerivativeEngine::error_bound() const { return state_->bound.load(); }
std::size_t DerivativeEngine::refined_pairs() const { return state_->refined.load(); }
ErrorKind DerivativeEngine::kind() const { return state_->kind; }

std::unique_ptr<DerivativeEngine::Worker> DerivativeEngine::make_worker() const {
  auto worker = std::make_unique<Worker>();
  if (state_->sources.block) worker->block = state_->sources.block();
  worker->single = state_->sources.single();
  return worker;
}

void DerivativeEngine::coefficients(std::span<const PairIndex> pairs, PairCoefficients* out, Worker& worker) const {
  const State& s = *state_;
  std::vector<InputPair<TrackedDouble>> waiting;  // of the block
  std::vector<std::size_t> places;
  std::vector<State::Frame> frames;
  GradientSeries::Row row;
  const auto flush = [&] {
    if (waiting.empty()) return;
    const std::vector<PairNumbers<TrackedDouble>> n = block_numbers(*s.model, *worker.block, waiting, s.request);
    for (std::size_t lane = 0; lane < places.size(); ++lane) {
      const std::size_t k = places[lane];
      const State::Frame& f = frames[lane];
      if (!s.accept(pairs[k], regrouped(n[lane], f.sign), f, out[k])) s.by_multiprecision(pairs[k], out[k]);
    }
    waiting.clear();
    places.clear();
    frames.clear();
  };
  for (std::size_t begin = 0; begin < pairs.size();) {
    std::size_t end = begin + 1;
    while (end < pairs.size() && end - begin < run_length && pairs[end].i == pairs[begin].i &&
           pairs[end].j == pairs[end - 1].j + 1)
      ++end;
    if (pairs[begin].i >= rows() || pairs[end - 1].j >= columns())
      throw Error(ErrorCode::input, "a pair names a row that does not exist",
                  std::to_string(pairs[begin].i) + ", " + std::to_string(pairs[end - 1].j));
    tile_products(*s.x, pairs[begin].i, 1, *s.y, pairs[begin].j, end - begin, worker.products);
    if (s.series)
      s.series->row(pairs[begin].i, pairs[begin].j, end - begin, worker.products.dot.data(),
                    worker.products.minor.data(), worker.products.distance.data(), row);
    for (std::size_t k = begin; k < end; ++k) {
      const InputPair<TrackedDouble> in = s.inputs(pairs[k], worker.products, k - begin);
      const State::Frame f = s.frame(pairs[k], worker.products.dot[k - begin], worker.products.distance[k - begin]);
      if (in.coincident) {
        const PointNumbers& n = s.at_x[pairs[k].i];
        if (!s.accept(pairs[k], regrouped(coincident_numbers(n, s.request), f.sign), f, out[k]))
          s.by_multiprecision(pairs[k], out[k]);
        continue;
      }
      if (s.series && s.accept_series(pairs[k], row, k - begin, f, out[k])) continue;
      // Parallel rows and zero rows are special cases of the recursion: each alone.
      if (worker.block && in.minor.value > 0) {
        waiting.push_back(in);
        places.push_back(k);
        frames.push_back(f);
        if (places.size() == Block::width) flush();
        continue;
      }
      bool good = false;
      try {
        good = s.accept(pairs[k], regrouped(pair_numbers(*s.model, *worker.single, in, s.request), f.sign), f, out[k]);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::accuracy) s.rethrow(pairs[k], error);
      }
      if (!good) s.by_multiprecision(pairs[k], out[k]);
    }
    begin = end;
  }
  flush();
}

void DerivativeEngine::gradient(const PairCoefficients& c, const double* x, const double* y, double* out) const {
  const double *p = state_->request.of_x ? y : x, *q = state_->request.of_x ? x : y;
  const double sign = c.sign, g0 = c.g[0], g1 = c.g[1];
  const std::size_t d = dimension();
  for (std::size_t k = 0; k < d; ++k) out[k] = g0 * (p[k] - sign * q[k]) + g1 * q[k];
}

void DerivativeEngine::hessian(const PairCoefficients& c, const double* x, const double* y, std::size_t first,
                               std::size_t count, double* out) const {
  const std::size_t d = dimension();
  for (std::size_t m = first; m < first + count; ++m) {
    double* row = out + (m - first) * d;
    const double w = x[m] - c.sign * y[m], v = y[m];
    // Products of coordinates first: at y = x, where w = 0, the matrix is symmetric to the bit.
    for (std::size_t n = 0; n < d; ++n) {
      const double u = x[n] - c.sign * y[n];
      row[n] = (c.h[0] * (w * u) + c.h[1] * (w * y[n])) + (c.h[2] * (v * u) + c.h[3] * (v * y[n]));
    }
    row[m] += c.identity;
  }
}

}  // namespace widegeo::gram
