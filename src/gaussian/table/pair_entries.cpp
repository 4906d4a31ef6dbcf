#include "gaussian/table/pair_entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <utility>

#include "gaussian/gaussian.hpp"
#include "gaussian/pair/two_point_solver.hpp"
#include "gaussian/table/pair_points.hpp"
#include "gaussian/table/series_loops.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo {
namespace {

using gaussian::PairPoint;

using std::numbers::pi;
constexpr std::size_t terms = 800;             // of the series
constexpr double share_of_rest = 1e-14;        // of K and Kdot: what the series may leave out
constexpr unsigned digits = 25;                // of the pairs that are done again
constexpr double of_law = 64 * unit_roundoff;  // rounding of sqrt(a), n / sqrt(a) and sqrt(m / a), relative
constexpr double least_point = gaussian::pair_point_error;
constexpr double safety = 4;                 // stated errors of pairs that were not tried
constexpr double fair_coefficients = 1e-13;  // norms of the errors that are taken
constexpr std::size_t most_known = 2000;     // points kept, 13 kB each
constexpr double most_error = 1e-9;          // above it pairs go to multiprecision one and all
constexpr double smallest_part = 1e-3;       // of the largest variance: where the trial pairs of a range from 0 begin

struct Pair {
  double a, b, n, minor;
};

struct Entry {
  double K = 0, Kdot = 0, K_error = 0, Kdot_error = 0;
};

class PairLayer final : public EntryLayer {
 public:
  PairLayer(const Activation& activation, double low, double high, const EntryNeed& need, const Watch* watch)
      : activation_(activation),
        solver_(activation_, 1),
        pairs_(activation_, solver_, 1),
        dot_(need.dot),
        watch_(watch) {
    errors_.V = errors_.D = least_point;
    try_pairs(std::max(low, smallest_part * high), high);
  }

  const EntryErrors& errors() const override { return errors_; }
  const char* representation() const override { return "pairwise quadrature"; }
  bool slow() const override { return true; }
  void prepare(PointBatch& batch) const override;
  void evaluate(const EntryRow& row, const EntryValues& out) const override;

 private:
  // Features of a point: c_k, then d_k, then the square roots of the tails of V and of D (infinite: no series).
  static constexpr std::size_t slopes = terms, rest_V = 2 * terms, rest_D = 2 * terms + 1, features = 2 * terms + 2;

  /// V, D and the features of a point; points that come again (in every tile of their row) are made once.
  using Features = std::vector<double>;
  std::shared_ptr<const Features> features_of(double q) const;
  Entry quick(const Pair& pair) const;
  /// Within the bounds, or Error(accuracy).
  Entry entry(Pair pair, double size_V, double size_D) const;
  /// In multiprecision.
  Entry again(const Pair& pair) const;
  void try_pairs(double low, double high);

  const Activation activation_;
  const gaussian::OnePointSolver solver_;
  const gaussian::TwoPointSolver pairs_;
  const bool dot_;
  const Watch* const watch_;
  double c_error_ = least_point, d_error_ = least_point;  ///< bounds of the norms
  EntryErrors errors_;
  mutable std::mutex mutex_;
  mutable std::map<double, std::shared_ptr<const Features>> known_;
};

double safe_root(double x) { return std::sqrt(std::max(x, 0.0)); }

Pair pair_at(double a, double b, double theta) {
  const double size = std::sqrt(a) * std::sqrt(b), sine = size * std::sin(theta);
  return {a, b, size * std::cos(theta), sine * sine};
}

std::shared_ptr<const PairLayer::Features> PairLayer::features_of(double q) const {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = known_.find(q); found != known_.end()) return found->second;
  }
  check(watch_);
  const PairPoint p = gaussian::pair_point(solver_, q, dot_, terms);
  auto made = std::make_shared<Features>(features + 2);
  Features& f = *made;
  double in_V = 0, in_D = 0;
  for (std::size_t k = 0; k < terms; ++k) {
    f[k] = p.c[k];
    f[slopes + k] = p.d[k];
    in_V += p.c[k] * p.c[k];
    in_D += p.d[k] * p.d[k];
  }
  f[features] = p.V;
  f[features + 1] = p.D;
  if (q != 0) {  // the pairs of the origin have one term
    const bool good = p.c_error <= c_error_ && (!dot_ || p.d_error <= d_error_);
    const auto rest = [&](double all, double in) {
      // Squares that sum to more than V, which has a rule of its own, say that one of them is wrong.
      return good && in <= (1 + 1e-12) * all ? safe_root(std::max(all - in, 0.0) + 1e-13 * all) : infinity;
    };
    f[rest_V] = rest(p.V, in_V);
    f[rest_D] = std::isfinite(p.D) ? rest(p.D, in_D) : 0;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (known_.size() < most_known) known_.emplace(q, made);
  return made;
}

void PairLayer::prepare(PointBatch& batch) const {
  const std::size_t count = batch.count();
  batch.stride = (count + 7) / 8 * 8;
  for (auto* v : {&batch.V, &batch.D, &batch.root_V}) v->resize(count);
  batch.features.assign(features * batch.stride, 0.0);
  for (std::size_t i = 0; i < count; ++i) {
    const std::shared_ptr<const Features> f = features_of(batch.variance[i]);
    batch.V[i] = (*f)[features];
    batch.root_V[i] = safe_root(batch.V[i]);
    batch.D[i] = (*f)[features + 1];
    for (std::size_t k = 0; k < features; ++k) batch.features[k * batch.stride + i] = (*f)[k];
  }
}

Entry PairLayer::quick(const Pair& pair) const {
  const auto t = pairs_.solve({TrackedDouble(pair.a), TrackedDouble(pair.b), TrackedDouble(pair.n),
                               TrackedDouble(pair.minor), pair.minor == 0 && pair.a == pair.b && pair.n > 0},
                              TwoPointNeed::kernel);
  return {t.K.value, t.Kdot.value, t.K.error, t.Kdot.error};
}

Entry PairLayer::again(const Pair& pair) const {
  const PrecisionScope precision(digits + 10);
  const auto t =
      pairs_.solve({Real(pair.a), Real(pair.b), Real(pair.n), Real(pair.minor), false}, TwoPointNeed::kernel, digits);
  return {t.K.to_double(), t.Kdot.to_double(), 0, 0};
}

Entry PairLayer::entry(Pair pair, double size_V, double size_D) const {
  check(watch_);
  if (pair.a < pair.b) std::swap(pair.a, pair.b);
  Entry e = quick(pair);
  const bool good_dot = !dot_ || !std::isfinite(size_D) || e.Kdot_error + of_law * size_D <= errors_.Kdot * size_D;
  if (e.K_error + of_law * size_V <= errors_.K * size_V && good_dot) return e;
  try {
    e = again(pair);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::accuracy) throw;
    throw Error(ErrorCode::accuracy, "the quadrature of a pair did not reach its error bound",
                fmt::format("activation {}, variances {:.6g} and {:.6g}, covariance {:.6g}", activation_.name, pair.a,
                            pair.b, pair.n),
                "ask for a larger tolerance");
  }
  return e;
}

void PairLayer::try_pairs(double low, double high) {
  errors_.by_angle = errors_.by_correlation = infinity;
  if (high == 0) {
    errors_.K = errors_.Kdot = least_point;
    errors_.gap = 2 * least_point;
    return;
  }
  PointBatch batch;
  batch.variance = {high};
  if (low < high) batch.variance = {low, std::sqrt(low * high), high};
  double rise = 0, bend = 0;
  for (const double q : batch.variance) {
    const PairPoint p = gaussian::pair_point(solver_, q, dot_, terms);
    rise = std::max(rise, p.rise);
    bend = std::max(bend, p.bend);
    if (p.c_error <= fair_coefficients) c_error_ = std::max(c_error_, safety * p.c_error);
    if (p.d_error <= fair_coefficients) d_error_ = std::max(d_error_, safety * p.d_error);
  }
  prepare(batch);  // the first to ask whether coefficients are good enough
  const std::size_t count = batch.count();
  double nested_K = least_point, nested_Kdot = least_point;
  const auto sizes = [&](std::size_t i, std::size_t j) {
    return std::pair(batch.root_V[i] * batch.root_V[j], safe_root(batch.D[i]) * safe_root(batch.D[j]));
  };
  for (std::size_t i = 0; i < count; ++i)
    for (const double theta : {0.002, 0.15, pi - 0.05}) {
      const auto [V, D] = sizes(i, count - 1);
      const Entry e = quick(pair_at(batch.variance[count - 1], batch.variance[i], theta));
      if (e.K_error <= most_error * V) nested_K = std::max(nested_K, safety * e.K_error / V);
      if (std::isfinite(D) && e.Kdot_error <= most_error * D)
        nested_Kdot = std::max(nested_Kdot, safety * e.Kdot_error / D);
    }
  // Horner's rounding of the term k is at most (2k + 4) u, that of rho^k another 4k u.
  errors_.K = std::max(nested_K, 2 * c_error_ + share_of_rest + (10 + 9 * rise) * unit_roundoff) + of_law;
  errors_.Kdot = std::max(nested_Kdot, 2 * d_error_ + share_of_rest + (12 + 9 * bend) * unit_roundoff) + of_law;
  errors_.gap = errors_.K + errors_.V + 2 * unit_roundoff;
  if (solver_.derivative_diverges()) errors_.Kdot = infinity;
  if (solver_.derivative_diverges() || !dot_) return;

  // How Kdot follows its input: differences of neighbours, doubled.
  errors_.by_angle = errors_.by_correlation = 0;
  std::vector<double> angles{1e-3, 0.02, 0.1};
  for (int k = 1; k <= 16; ++k) angles.push_back(0.1 + (pi - 0.105) * k / 16.0);
  for (std::size_t i = 0; i < count; ++i)
    for (const std::size_t j : {i, count - 1}) {
      double before = 0;
      for (std::size_t k = 0; k < angles.size(); ++k) {
        const Pair at = pair_at(batch.variance[i], batch.variance[j], angles[k]);
        double Kdot = 0;
        evaluate({&batch, i, &batch, j, 1, &at.n, &at.minor}, {nullptr, &Kdot, nullptr, nullptr, nullptr});
        const double change = std::fabs(Kdot - before) / sizes(i, j).second;
        before = Kdot;
        if (k == 0) continue;
        const double along = std::cos(angles[k - 1]) - std::cos(angles[k]);
        errors_.by_angle = std::max(errors_.by_angle, 2 * change / (angles[k] - angles[k - 1]));
        errors_.by_correlation = std::max(errors_.by_correlation, 2 * change / along);
      }
    }
  const auto& points = activation_.derivative_analysis.points;
  const bool bounded = std::none_of(points.begin(), points.end(), [](const expr::SpecialPoint& at) {
    return at.kind != expr::SpecialPoint::Kind::kink || !at.derivative_integrable;
  });
  if (!bounded) errors_.by_correlation = infinity;
}

void PairLayer::evaluate(const EntryRow& row, const EntryValues& out) const {
  const PointBatch &x = *row.x, &y = *row.y;
  const gaussian::SeriesLoops& loops = gaussian::series_loops();
  thread_local std::vector<double> weight;
  weight.resize(features);
  for (std::size_t f = 0; f < features; ++f) weight[f] = x.features[f * x.stride + row.i];
  const double a = x.variance[row.i];
  double rho[gaussian::series_chunk], K[gaussian::series_chunk], Kdot[gaussian::series_chunk];
  for (std::size_t begin = 0; begin < row.count; begin += gaussian::series_chunk) {
    const std::size_t count = std::min(gaussian::series_chunk, row.count - begin), first = row.begin + begin;
    for (std::size_t l = 0; l < count; ++l) {
      const double size = std::sqrt(a) * std::sqrt(y.variance[first + l]);
      rho[l] = size > 0 ? std::clamp(row.n[begin + l] / size, -1.0, 1.0) : 0;
    }
    const double* feature = y.features.data() + first;
    loops.horner({count, terms, y.stride, weight.data(), feature}, rho, K, nullptr);
    if (out.Kdot != nullptr)
      loops.horner({count, terms, y.stride, weight.data() + slopes, feature + slopes * y.stride}, rho, Kdot, nullptr);
    for (std::size_t l = 0; l < count; ++l) {
      const double b = y.variance[first + l], size_V = x.root_V[row.i] * y.root_V[first + l],
                   size_D = safe_root(x.D[row.i]) * safe_root(y.D[first + l]);
      if (a != 0 && b != 0 && size_V > 0) {
        const double fade = std::pow(std::fabs(rho[l]), static_cast<double>(terms - 1));
        const double K_rest = fade * weight[rest_V] * feature[rest_V * y.stride + l],
                     Kdot_rest = fade * weight[rest_D] * feature[rest_D * y.stride + l];
        const bool series = K_rest <= share_of_rest * size_V && (out.Kdot == nullptr || solver_.derivative_diverges() ||
                                                                 Kdot_rest <= share_of_rest * size_D);
        if (!series) {
          const Entry e = entry({a, b, row.n[begin + l], std::max(row.minor[begin + l], 0.0)}, size_V, size_D);
          K[l] = e.K;
          Kdot[l] = e.Kdot;
        }
      }
      if (out.K != nullptr) out.K[begin + l] = K[l];
      if (out.Kdot != nullptr) out.Kdot[begin + l] = Kdot[l];
      if (out.gap != nullptr) out.gap[begin + l] = std::clamp(size_V - K[l], 0.0, 2 * size_V);
    }
  }
}

class PairSource final : public EntrySource {
 public:
  PairSource(const Activation& activation, const Watch* watch) : activation_(activation), watch_(watch) {}
  ErrorKind kind() const override { return ErrorKind::truncation; }

  std::unique_ptr<EntryLayer> layer(double q_low, double q_high, const EntryNeed& need) const override {
    if (!(q_low >= 0) || !(q_low <= q_high) || !std::isfinite(q_high))
      throw Error(ErrorCode::input, "a range of variances must be finite, not negative and in order",
                  fmt::format("{:.6g} to {:.6g}", q_low, q_high));
    gaussian::require_existence(activation_, q_high, need.dot || need.derivatives);
    if (need.derivatives)
      throw Error(ErrorCode::accuracy, "pairwise quadrature has no error bound for derivatives in the variances",
                  activation_.name, "use the closed form or the Hermite series");
    return std::make_unique<PairLayer>(activation_, q_low, q_high, need, watch_);
  }

 private:
  const Activation activation_;
  const Watch* const watch_;
};

}  // namespace

std::unique_ptr<EntrySource> pair_entries(const Activation& activation, const Watch* watch) {
  return std::make_unique<PairSource>(activation, watch);
}

}  // namespace widegeo
