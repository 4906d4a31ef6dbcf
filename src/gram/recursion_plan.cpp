#include "gram/recursion_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "gram/recursion_bound.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gram {

namespace {

constexpr std::size_t largest_batch = 1024, least_batch = 4, wanted_batches = 64;
constexpr double smallest = 0x1p-500, largest = 0x1p500;  ///< products of two variances stay in range
/// From this layer on the expectations are made for slightly wider ranges, so that they can be shared by many layers.
constexpr unsigned shared_from = 16;
constexpr double shared_slack = 0x1p-10;

struct Range {
  double low = infinity, high = 0;  ///< of all
  double least = infinity;          ///< of those that are not 0
};

[[noreturn]] void too_large(const char* what, unsigned layer) {
  throw OutOfRange(ErrorCode::accuracy, std::string(what) + " exceeds the range of double precision",
                   "layer " + std::to_string(layer), "use smaller variances, or fewer layers");
}
[[noreturn]] void too_small(const char* what, unsigned layer) {
  throw OutOfRange(ErrorCode::accuracy, std::string(what) + " falls below the range of double precision",
                   "layer " + std::to_string(layer), "use larger weight or bias variances, or fewer layers");
}

Range range_of(const std::vector<double>& q, unsigned layer) {
  Range r;
  for (const double value : q) {
    if (!(value <= largest)) too_large("the variance", layer);
    if (value != 0 && value < smallest) too_small("the variance", layer);
    r.low = std::min(r.low, value);
    r.high = std::max(r.high, value);
    if (value > 0) r.least = std::min(r.least, value);
  }
  if (!(r.least < infinity)) r.least = 1;  // all are 0: any range will do for the sensitivities
  return r;
}

/// Everything one layer is asked for that depends on its range alone.
struct RangeLayer {
  std::shared_ptr<const EntryLayer> entries;
  double low = 1, high = 0;  ///< what the entries were made for
  double least = 0;          ///< of the positive variances, with a margin below
  LayerSensitivity sensitivity;
};

class Planner {
 public:
  Planner(const Model& model, const EntrySource& source, const GramRequest& request, const Points& x, const Points* y,
          bool refined, unsigned threads, const Watch* watch)
      : model_(model), source_(source), refined_(refined), threads_(threads), watch_(watch) {
    plan_.request = request;
    plan_.pre = model.read_out == ReadOut::pre;
    const Rational s = first_weight_variance(model, x.dimension());
    scale_ = {nearest_double(s), nearest_double(model.b(1))};
    for (const Points* points : {&x, y})
      if (points != nullptr)
        for (const double t : points->squared_norms()) q_.push_back(scale_.s * t + scale_.b);
    theta_ = q_;
    const ProductErrors a = product_errors(x.dimension(), x.reader().input_error());
    errors_ = std::make_unique<ErrorState>(
        y == nullptr ? a : worse(a, product_errors(y->dimension(), y->reader().input_error())));
  }

  RecursionPlan make() {
    const unsigned depth = model_.depth;
    for (unsigned l = 1; l <= depth; ++l) {
      check(watch_);
      const Range range = range_of(q_, l);
      PlannedLayer layer;
      layer.scale = scale_;
      layer.refined_below = least_sine_;
      layer.wanted = plan_.request.all_layers || l == depth;
      layer.first_matrix = plan_.matrices.size();
      if (plan_.pre && layer.wanted) add_matrices(l, errors_->n(), errors_->ntk());
      const bool activation = !plan_.pre || l < depth;
      if (activation) {
        choose_layer(range);
        layer.entries = current_.entries;
      }
      plan_.layers.push_back(std::move(layer));
      if (activation) pass(l);
    }
    for (const PlannedLayer& layer : plan_.layers) plan_.has_refined |= layer.refined_below > 0;
    return std::move(plan_);
  }

 private:
  static ProductErrors worse(const ProductErrors& a, const ProductErrors& b) {
    ProductErrors r = a;
    r.dot = std::max(a.dot, b.dot);
    r.minor = std::max(a.minor, b.minor);
    r.distance = std::max(a.distance, b.distance);
    r.norm = std::max(a.norm, b.norm);
    r.angle = std::max(a.angle, b.angle);
    return r;
  }

  void add_matrices(unsigned layer, double nngp, double ntk) {
    if (plan_.request.nngp) add(layer, false, nngp);
    if (plan_.request.ntk) add(layer, true, ntk);
  }
  void add(unsigned layer, bool ntk, double bound) {
    if (!(bound < 1))
      throw Error(ErrorCode::accuracy, std::string("no error bound is known for the ") + (ntk ? "NTK" : "kernel"),
                  "layer " + std::to_string(layer), "compute single pairs, with more digits");
    plan_.matrices.push_back({layer, ntk});
    plan_.bound.push_back(bound);
  }

  void choose_layer(const Range& range) {
    const bool deep = plan_.layers.size() >= shared_from;
    const double least = range.least * (1 - sensitivity_margin);
    const double high = range.high > 0 ? range.high : range.least;
    const bool covered =
        current_.entries && current_.low <= range.low && current_.least <= least && high <= current_.high;
    // Early layers have ranges of their own, which are often much shorter.
    if (covered && (deep || (current_.least == least && current_.high == high))) return;
    EntryNeed need;
    need.dot = plan_.request.ntk;
    need.tolerance = plan_.request.tolerance;
    RangeLayer made{nullptr, std::min(least, range.low), high, least, {}};
    if (deep) {
      RangeLayer wide{
          nullptr, made.low * (1 - shared_slack), high * (1 + shared_slack), least * (1 - shared_slack), {}};
      try {
        wide.entries = source_.layer(wide.low, wide.high, need);
        made = wide;
      } catch (const Error&) {  // the expectations may end just above
      }
    }
    if (!made.entries) made.entries = source_.layer(made.low, made.high, need);
    made.sensitivity = sensitivity_of(*made.entries, made.least, made.high, need.dot);
    current_ = std::move(made);
    map_known_ = false;
  }

  /// Through the activation of layer l and into the next one: points, then errors.
  void pass(unsigned l) {
    const bool last = l == model_.depth;
    const LayerScale next =
        last ? LayerScale{} : LayerScale{nearest_double(model_.s(l + 1)), nearest_double(model_.b(l + 1))};
    const std::vector<double> V = points(l, next);
    const EntryErrors& e = current_.entries->errors();
    PlannedLayer& layer = plan_.layers.back();
    if (!plan_.pre && layer.wanted) {
      const bool ntk = plan_.request.ntk;
      add_matrices(l, errors_->K(e, current_.sensitivity, extremes_),
                   ntk ? errors_->ntk_above(e, current_.sensitivity) : 0);
    }
    if (last) return;
    if (!map_known_ || map_scale_.s != next.s || map_scale_.b != next.b) {
      map_ = sensitivity_of(*current_.entries, current_.least, current_.high, next);
      map_scale_ = next;
      map_known_ = true;
    }
    least_sine_ = least_sine_above(e);
    errors_->advance(e, current_.sensitivity, map_, extremes_, plan_.request.ntk, least_sine_);
    scale_ = next;
    for (std::size_t i = 0; i < q_.size(); ++i) q_[i] = next.s * V[i] + next.b;
  }

  /// A gap with an absolute error leaves small angles uncertain, which a kinked activation's Kdot follows: from where
  /// on this costs a quarter of the tolerance in all layers together. 0: no pair needs care.
  double least_sine_above(const EntryErrors& e) const {
    if (!plan_.request.ntk || !refined_ || std::isfinite(e.gap_relative) || std::isfinite(e.by_correlation)) return 0;
    const double by_angle = std::isfinite(e.by_angle) ? e.by_angle : 1;
    return std::min(0.5, 4 * model_.depth * by_angle * e.gap / plan_.request.tolerance);
  }

  std::vector<double> points(unsigned l, const LayerScale& next) {
    const std::size_t count = q_.size(), batch_points = std::clamp(count / wanted_batches, least_batch, largest_batch),
                      batches = (count + batch_points - 1) / batch_points;
    std::vector<double> V(count), D(count);
    std::vector<std::size_t> bytes(batches);
    parallel_for_ordered(batches, threads_, [&](std::size_t k) {
      const std::size_t first = k * batch_points, size = std::min(batch_points, count - first);
      PointBatch batch;
      batch.variance.assign(q_.begin() + static_cast<std::ptrdiff_t>(first),
                            q_.begin() + static_cast<std::ptrdiff_t>(first + size));
      current_.entries->prepare(batch);
      std::copy(batch.V.begin(), batch.V.end(), V.begin() + static_cast<std::ptrdiff_t>(first));
      std::copy(batch.D.begin(), batch.D.end(), D.begin() + static_cast<std::ptrdiff_t>(first));
      bytes[k] = sizeof(double) * (4 + (batch.stride == 0 ? 0 : batch.features.size() / batch.stride));
    });
    for (const std::size_t b : bytes) plan_.bytes_of_point = std::max(plan_.bytes_of_point, b);
    extremes_ = {};
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isfinite(V[i])) too_large("the variance", l + 1);
      extremes_.V_constant = extremes_.V_constant && V[i] == V[0];
      if (plan_.request.ntk && !std::isfinite(D[i]))
        throw Error(ErrorCode::input, "the NTK does not exist: E phi'^2 is infinite", "layer " + std::to_string(l));
      const double slope = q_[i] == 0 ? 0 : q_[i] * D[i];
      if (slope > 0) {
        extremes_.chi = std::max(extremes_.chi, slope / V[i]);
        extremes_.chi_next = std::max(extremes_.chi_next, next.s * slope / (next.s * V[i] + next.b));
      }
      if (!plan_.request.ntk) continue;
      const double direct = next.s * V[i] + next.b, through = next.s * D[i] * theta_[i];
      theta_[i] = direct + through;
      if (!(theta_[i] <= largest)) too_large("the NTK", l + 1);
      if (through > 0) extremes_.ntk_share = std::max(extremes_.ntk_share, through / theta_[i]);
    }
    return V;
  }

  const Model& model_;
  const EntrySource& source_;
  bool refined_;
  unsigned threads_;
  const Watch* watch_;
  RecursionPlan plan_;
  LayerScale scale_;
  std::vector<double> q_, theta_;  ///< of all points of both sides
  std::unique_ptr<ErrorState> errors_;
  RangeLayer current_;
  PointExtremes extremes_;
  MapSensitivity map_;
  LayerScale map_scale_;
  bool map_known_ = false;
  double least_sine_ = 0;
};

}  // namespace

void check_request(const Model& model, const GramRequest& request, const Points& x, const Points* y) {
  model.validate();
  if (!request.nngp && !request.ntk) throw Error(ErrorCode::input, "no kernel is requested", "nngp, ntk");
  if (x.count() == 0 || (y != nullptr && y->count() == 0)) throw Error(ErrorCode::input, "a data set has no rows");
  if (y != nullptr && y->dimension() != x.dimension())
    throw Error(ErrorCode::input, "the two data sets have " + std::to_string(x.dimension()) + " and " +
                                      std::to_string(y->dimension()) + " columns");
}

RecursionPlan plan_recursion(const Model& model, const EntrySource& source, const GramRequest& request, const Points& x,
                             const Points* y, bool refined, unsigned threads, const Watch* watch) {
  check_request(model, request, x, y);
  return Planner(model, source, request, x, y, refined, threads, watch).make();
}

}  // namespace widegeo::gram
