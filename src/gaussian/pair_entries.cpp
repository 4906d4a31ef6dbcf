#include "gaussian/pair_entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "gaussian/gaussian.hpp"
#include "gaussian/problem.hpp"
#include "gaussian/rule.hpp"
#include "gaussian/two_point.hpp"

namespace widegeo {
namespace {

using gaussian::integrate_pair;
using gaussian::PairIntegrals;
using gaussian::PairLaw;
using gaussian::Problem;
using gaussian::Rule;

constexpr double infinity = std::numeric_limits<double>::infinity(), unit = 0x1p-53, pi = 3.14159265358979323846;
constexpr unsigned digits = 25;         // of the pairs that are done again
constexpr double of_law = 64 * unit;    // rounding of sqrt(a), n / sqrt(a) and sqrt(m / a), relative
constexpr double least_point = 1e-14;   // bounds of V and D; what the one-point rule states is below
constexpr double safety = 4;            // stated errors of pairs that were not tried
constexpr double most_error = 1e-9;     // above it pairs go to multiprecision one and all
constexpr double trusted_nats = -33;    // truncation and tail of a rule that serves
constexpr double smallest_part = 1e-3;  // of the largest variance: where the trial pairs of a range from 0 begin

struct Pair {
  double a, b, n, minor;
};

struct Entry {
  double K = 0, Kdot = 0, K_error = 0, Kdot_error = 0;
};

struct Single {
  double V = 0, D = 0;
};

class PairLayer final : public EntryLayer {
 public:
  PairLayer(const Activation& activation, double low, double high, const EntryNeed& need)
      : activation_(activation),
        problem_(gaussian::make_problem<double>(activation_)),
        zeros_(low == 0),
        dot_(need.dot) {
    errors_.V = errors_.D = least_point;
    choose_rule(std::max(low, smallest_part * high), high);
    try_pairs(std::max(low, smallest_part * high), high);
  }

  const EntryErrors& errors() const override { return errors_; }
  const char* representation() const override { return "pairwise quadrature"; }
  void prepare(PointBatch& batch) const override;
  void evaluate(const EntryRow& row, const EntryValues& out) const override;

 private:
  // Features of a point, where the range begins at 0: its entry with a zero variance.
  static constexpr std::size_t zero_K = 0, zero_Kdot = 1;

  Single single(double q) const;
  /// The entry of q with a zero variance: phi(0) E phi(sqrt(q) z), and the same of phi'.
  std::pair<double, double> with_zero(double q) const;
  Entry quick(const Pair& pair) const;
  bool serves(const Pair& pair, const Rule<double>& rule, PairIntegrals<double>& out) const;
  /// Within the bounds, or Error(accuracy).
  Entry entry(Pair pair, double size_V, double size_D) const;
  Entry again(const Pair& pair) const;
  void choose_rule(double low, double high);
  void try_pairs(double low, double high);

  const Activation activation_;
  const Problem<double> problem_;
  const bool zeros_, dot_;
  Rule<double> rule_;
  EntryErrors errors_;
};

double safe_root(double x) { return std::sqrt(std::max(x, 0.0)); }

Pair pair_at(double a, double b, double theta) {
  const double size = std::sqrt(a) * std::sqrt(b), sine = size * std::sin(theta);
  return {a, b, size * std::cos(theta), sine * sine};
}

/// Every call has a source of its own: one that is shared plans its rules by what it is asked for first.
Single PairLayer::single(double q) const {
  const auto one = quadrature_expectations<TrackedDouble>(activation_)->one_point(TrackedDouble(q), 0);
  Single s{one.V[0].value, one.D[0].value};
  const bool good_V = one.V[0].error <= least_point * s.V;
  const bool good_D = !dot_ || !std::isfinite(s.D) || one.D[0].error <= least_point * s.D;
  if (good_V && good_D) return s;
  const PrecisionScope precision(digits);
  const auto fine = quadrature_expectations<Real>(activation_)->one_point(Real(q), 0);
  return {fine.V[0].convert_to<double>(), fine.D[0].convert_to<double>()};
}

std::pair<double, double> PairLayer::with_zero(double q) const {
  const auto t = quadrature_expectations<TrackedDouble>(activation_)
                     ->two_point({TrackedDouble(q), TrackedDouble(0.0), TrackedDouble(0.0), TrackedDouble(0.0), false},
                                 TwoPointNeed::kernel);
  return {t.K.value, t.Kdot.value};
}

void PairLayer::prepare(PointBatch& batch) const {
  const std::size_t count = batch.count();
  batch.stride = (count + 7) / 8 * 8;
  for (auto* v : {&batch.V, &batch.D, &batch.root_V}) v->resize(count);
  batch.features.assign(zeros_ ? 2 * batch.stride : 0, 0.0);
  for (std::size_t i = 0; i < count; ++i) {
    const double q = batch.variance[i];
    const Single s = single(q);
    batch.V[i] = s.V;
    batch.root_V[i] = safe_root(s.V);
    batch.D[i] = s.D;
    if (!zeros_) continue;
    const auto [K, Kdot] = with_zero(q);
    batch.features[zero_K * batch.stride + i] = K;
    batch.features[zero_Kdot * batch.stride + i] = Kdot;
  }
}

bool PairLayer::serves(const Pair& pair, const Rule<double>& rule, PairIntegrals<double>& out) const {
  PairLaw<double> law{std::sqrt(pair.a), 0, 0};
  law.slope = pair.n / law.root_a;
  law.sigma = std::sqrt(pair.minor / pair.a);
  out = integrate_pair<double>(problem_, rule, law, 1);
  // A value that no node has seen is not trusted to be 0.
  return out.finite && out.truncation_log < trusted_nats && out.tail_log < trusted_nats && out.K.magnitude > 0 &&
         (problem_.jump || out.Kdot.magnitude > 0);
}

Entry PairLayer::quick(const Pair& pair) const {
  PairIntegrals<double> p;
  if (!serves(pair, rule_, p)) return {0, 0, infinity, infinity};
  Entry e{p.K.value, p.Kdot.value, p.K.error, p.Kdot.error};
  if (!problem_.jump) return e;
  // As where the derivative is taken of the Gaussian weight: docs of PairIntegrals.
  const double root = std::sqrt(pair.a), sigma = std::sqrt(pair.minor / pair.a), slope = pair.n / root;
  e.Kdot = sigma > 0 ? (p.kdot_u.value - slope / sigma * p.kdot_v.value) / (root * sigma) : infinity;
  e.Kdot_error = sigma > 0 ? (p.kdot_u.error + std::fabs(slope / sigma) * p.kdot_v.error) / (root * sigma) : 0;
  return e;
}

Entry PairLayer::again(const Pair& pair) const {
  const PrecisionScope precision(digits + 10);
  const auto t =
      quadrature_expectations<Real>(activation_)
          ->two_point({Real(pair.a), Real(pair.b), Real(pair.n), Real(pair.minor), false}, TwoPointNeed::kernel);
  return {t.K.convert_to<double>(), t.Kdot.convert_to<double>(), 0, 0};
}

Entry PairLayer::entry(Pair pair, double size_V, double size_D) const {
  if (pair.a < pair.b) std::swap(pair.a, pair.b);
  Entry e = quick(pair);
  const bool good_dot = !dot_ || !std::isfinite(size_D) || e.Kdot_error + of_law * size_D <= errors_.Kdot * size_D;
  if (e.K_error + of_law * size_V <= errors_.K * size_V && good_dot) return e;
  try {
    e = again(pair);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::accuracy) throw;
    throw Error(ErrorCode::accuracy, "the quadrature of a pair did not reach its bound",
                fmt::format("activation {}, variances {:.6g} and {:.6g}, covariance {:.6g}", activation_.name, pair.a,
                            pair.b, pair.n),
                "ask for a larger tolerance");
  }
  return e;
}

/// Steps are tried from wide to fine; none may serve everywhere, and then pairs are done again.
void PairLayer::choose_rule(double low, double high) {
  const double steepest = std::max(1.0, std::sqrt(high));
  if (high == 0) low = high = 1;  // every point is the origin: no pair is integrated
  for (const double reach : {11.0, 14.0, 19.0, 26.0}) {
    bool tail = true;
    for (double h = 0.14; h > 0.02; h *= 0.8) {
      rule_ = gaussian::make_rule<double>(h, reach, 1, 2 * steepest, gaussian::end_nats(problem_.singular, 16),
                                          !problem_.kinks.empty());
      bool good = true;
      for (const double b : {low, high})
        for (const double theta : {0.002, 0.3, 1.4, 2.8}) {
          PairIntegrals<double> p;
          const bool here = serves(pair_at(high, b, theta), rule_, p);
          good = good && here;
          tail = tail && p.finite && p.tail_log < trusted_nats;
          if (!good || !tail) break;
        }
      if (good) return;
      if (!tail) break;
    }
  }
}

void PairLayer::try_pairs(double low, double high) {
  errors_.K = errors_.Kdot = 0;
  errors_.by_angle = errors_.by_correlation = 0;
  if (high == 0) {
    errors_.K = errors_.Kdot = least_point;
    errors_.gap = 2 * least_point;
    return;
  }
  std::vector<double> variances{high};
  if (low < high) variances = {low, std::sqrt(low * high), high};
  std::vector<Single> singles;
  for (const double q : variances) singles.push_back(single(q));
  std::vector<double> angles{1e-3, 0.02, 0.06};
  for (int k = 1; k <= 16; ++k) angles.push_back(0.06 + (pi - 0.065) * k / 16.0);
  for (std::size_t i = 0; i < variances.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const double V = safe_root(singles[i].V) * safe_root(singles[j].V),
                   D = std::sqrt(singles[i].D) * std::sqrt(singles[j].D);
      double before = 0;
      for (std::size_t k = 0; k < angles.size(); ++k) {
        const Entry e = quick(pair_at(variances[i], variances[j], angles[k]));
        if (e.K_error <= most_error * V) errors_.K = std::max(errors_.K, e.K_error / V);
        if (!dot_ || !std::isfinite(D)) continue;
        if (e.Kdot_error <= most_error * D) errors_.Kdot = std::max(errors_.Kdot, e.Kdot_error / D);
        const double Kdot =
            e.Kdot_error <= most_error * D ? e.Kdot : again(pair_at(variances[i], variances[j], angles[k])).Kdot;
        if (k > 0 && D > 0) {
          const double change = std::fabs(Kdot - before) / D, turn = angles[k] - angles[k - 1];
          errors_.by_angle = std::max(errors_.by_angle, 2 * change / turn);
          errors_.by_correlation =
              std::max(errors_.by_correlation, 2 * change / (std::cos(angles[k - 1]) - std::cos(angles[k])));
        }
        before = Kdot;
      }
    }
  errors_.K = std::max(safety * errors_.K, least_point) + of_law;
  errors_.Kdot = problem_.jump ? infinity : std::max(safety * errors_.Kdot, least_point) + of_law;
  errors_.gap = errors_.K + errors_.V + 2 * unit;
  const auto& points = activation_.derivative_analysis.points;
  const bool bounded = std::none_of(points.begin(), points.end(), [](const expr::SpecialPoint& at) {
    return at.kind != expr::SpecialPoint::Kind::kink || !at.derivative_integrable;
  });
  if (!bounded) errors_.by_correlation = infinity;
  if (!dot_ || problem_.jump) errors_.by_angle = errors_.by_correlation = infinity;
}

void PairLayer::evaluate(const EntryRow& row, const EntryValues& out) const {
  const PointBatch &x = *row.x, &y = *row.y;
  for (std::size_t k = 0; k < row.count; ++k) {
    const std::size_t j = row.begin + k;
    const Pair pair{x.variance[row.i], y.variance[j], row.n[k], std::max(row.minor[k], 0.0)};
    const double size_V = x.root_V[row.i] * y.root_V[j], size_D = safe_root(x.D[row.i]) * safe_root(y.D[j]);
    Entry e;
    if (pair.a == 0 || pair.b == 0) {
      const PointBatch& other = pair.a == 0 ? y : x;
      const std::size_t at = pair.a == 0 ? j : row.i;
      e.K = other.features[zero_K * other.stride + at];
      e.Kdot = other.features[zero_Kdot * other.stride + at];
    } else if (size_V > 0) {
      e = entry(pair, size_V, size_D);
    }
    if (out.K != nullptr) out.K[k] = e.K;
    if (out.Kdot != nullptr) out.Kdot[k] = e.Kdot;
    if (out.gap != nullptr) out.gap[k] = std::max(0.0, size_V - e.K);
  }
}

class PairSource final : public EntrySource {
 public:
  explicit PairSource(const Activation& activation) : activation_(activation) {}
  ErrorKind kind() const override { return ErrorKind::truncation; }

  std::unique_ptr<EntryLayer> layer(double q_low, double q_high, const EntryNeed& need) const override {
    if (!(q_low >= 0) || !(q_low <= q_high) || !std::isfinite(q_high))
      throw Error(ErrorCode::input, "a range of variances must be finite, not negative and in order",
                  fmt::format("{:.6g} to {:.6g}", q_low, q_high));
    gaussian::require_existence(activation_, q_high, need.dot || need.derivatives);
    if (need.derivatives)
      throw Error(ErrorCode::accuracy, "derivatives in the variances have no bound pair by pair", activation_.name,
                  "the closed form and the Hermite series offer them");
    return std::make_unique<PairLayer>(activation_, q_low, q_high, need);
  }

 private:
  const Activation activation_;
};

}  // namespace

std::unique_ptr<EntrySource> pair_entries(const Activation& activation) {
  return std::make_unique<PairSource>(activation);
}

}  // namespace widegeo
