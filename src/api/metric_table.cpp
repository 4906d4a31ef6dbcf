#include "api/metric_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "geometry/interpolant.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::api {
namespace {

constexpr std::size_t width = Block::width;
/// Blocks handled by one task: small enough to balance, large enough to reuse a source.
constexpr std::size_t task_blocks = 16;
/// Right digits of a long table when none are asked for: what double keeps at nearly every point. Twelve, the default
/// of a single point and of a short table, would send most curvatures of a deep network to multiprecision, a hundred
/// times slower.
constexpr unsigned long_table_digits = 8;
constexpr std::size_t short_table = 200;
/// Points from which an interpolant in t costs less than quadrature at each of them.
constexpr std::size_t interpolant_points = 64;

TrackedBlock gather(const BulkPoints& points, std::size_t begin, std::size_t end) {
  TrackedBlock t;
  for (std::size_t lane = 0; lane < width; ++lane) {
    const TrackedDouble value = points.t(std::min(begin + lane, end - 1));  // the last point fills up the block
    t.value.lane[lane] = value.value;
    t.error.lane[lane] = value.error;
  }
  return t;
}

}  // namespace

BulkMetric::BulkMetric(const PreparedNetwork& network, const BulkPoints& points, const Accuracy& accuracy)
    : dimension_(points.dimension),
      before_(points.before),
      accuracy_(accuracy),
      kind_(network.use_closed() ? ErrorKind::rounding : ErrorKind::truncation),
      no_metric_(network.no_metric_reason()) {
  if (!accuracy_.all_digits && points.count > short_table) accuracy_.digits = long_table_digits;
  if (!no_metric_.empty()) return;
  constexpr double unknown = std::numeric_limits<double>::infinity();
  value_.assign(points.count * quantity_count, 0.0);
  error_.assign(points.count * quantity_count, unknown);
  if (accuracy_.digits <= 15) {
    if (network.use_closed()) {
      fill_closed(network, points);
    } else if (points.count >= interpolant_points) {
      fill_interpolated(network, points);
    }
  }
  recompute(network, points);
}

void BulkMetric::fill_closed(const PreparedNetwork& network, const BulkPoints& points) {
  const std::size_t blocks = (points.count + width - 1) / width;
  parallel_for_ordered((blocks + task_blocks - 1) / task_blocks, network.threads, [&](std::size_t task) {
    const auto source = make_expectations<TrackedBlock>(network, true);
    for (std::size_t block = task * task_blocks; block < std::min(blocks, (task + 1) * task_blocks); ++block) {
      const std::size_t begin = block * width, end = std::min(points.count, begin + width);
      try {
        const TrackedBlock t = gather(points, begin, end);
        const auto g = radial_geometry(radial_metric(network.model, *source, t, dimension_), t, dimension_);
        for (std::size_t k = 0; k < quantity_count; ++k) {
          const TrackedBlock& q = quantity(g, k);
          for (std::size_t i = begin; i < end; ++i) {
            value_[i * quantity_count + k] = q.value.lane[i - begin];
            error_[i * quantity_count + k] = q.error.lane[i - begin];
          }
        }
      } catch (const Error&) {
        // One lane spoils its block; all of them are done again one by one.
      }
    }
  });
}

void BulkMetric::fill_interpolated(const PreparedNetwork& network, const BulkPoints& points) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (std::size_t i = 0; i < points.count; ++i) {
    const TrackedDouble t = points.t(i);
    low = std::min(low, t.value);
    high = std::max(high, t.value);
  }
  if (!(low < high)) return;
  try {
    const auto source = make_expectations<TrackedDouble>(network, false);
    const RadialInterpolant interpolant(
        [&](double t) { return radial_metric(network.model, *source, TrackedDouble(t), dimension_); }, low, high);
    const std::size_t blocks = (points.count + width - 1) / width;
    parallel_for_ordered(blocks, network.threads, [&](std::size_t block) {
      const std::size_t begin = block * width, end = std::min(points.count, begin + width);
      const TrackedBlock t = gather(points, begin, end);
      try {
        const auto g = radial_geometry(interpolant(t.value), t, dimension_);
        for (std::size_t k = 0; k < quantity_count; ++k) {
          const TrackedBlock& q = quantity(g, k);
          for (std::size_t i = begin; i < end; ++i) {
            value_[i * quantity_count + k] = q.value.lane[i - begin];
            error_[i * quantity_count + k] = q.error.lane[i - begin];
          }
        }
      } catch (const Error&) {
        // As above.
      }
    });
  } catch (const Error&) {
    // No interpolant of that accuracy: every point by quadrature.
  }
}

void BulkMetric::recompute(const PreparedNetwork& network, const BulkPoints& points) {
  std::vector<std::size_t> bad;
  for (std::size_t i = 0; i < points.count; ++i) {
    for (std::size_t k = 0; k < quantity_count; ++k) {
      if (!meaningless(k, dimension_).empty()) continue;
      if (!accurate(value_[i * quantity_count + k], error_[i * quantity_count + k], accuracy_)) {
        bad.push_back(i);
        break;
      }
    }
  }
  std::vector<Answers> answers(bad.size());
  Accuracy single = accuracy_;
  single.threads = 1;
  PreparedNetwork one = network;
  one.threads = 1;
  parallel_for_ordered(bad.size(), network.threads, [&](std::size_t i) {
    MetricPoint point;
    point.t = points.exact_t(bad[i]);
    point.dimension = dimension_;
    try {
      answers[i] = metric_answers(one, point, single);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::input) throw;
      answers[i] = no_metric(point, error.summary());
    }
  });
  for (std::size_t i = 0; i < bad.size(); ++i) exceptions_.emplace(bad[i], std::move(answers[i]));
}

TrackedDouble BulkMetric::number(std::size_t i, std::size_t k) const {
  const auto missing = [&](const std::string& reason) {
    return Error(ErrorCode::input, std::string(quantity_names[k]) + " does not exist: " + reason,
                 "row " + std::to_string(before_ + i + 1), "leave the row out, or name other --fields");
  };
  if (!no_metric_.empty()) throw missing(no_metric_);
  if (const std::string reason = meaningless(k, dimension_); !reason.empty()) throw missing(reason);
  const auto found = exceptions_.find(i);
  if (found == exceptions_.end()) return {value_[i * quantity_count + k], error_[i * quantity_count + k]};
  const Answer& answer = found->second[k];
  if (const auto* none = std::get_if<Missing>(&answer.value)) throw missing(none->reason);
  const Estimate<double> estimate = in_double(answer);
  return {estimate.value, estimate.error};
}

Answers BulkMetric::answers(std::size_t i) const {
  if (!no_metric_.empty()) return no_metric({}, no_metric_);
  if (const auto found = exceptions_.find(i); found != exceptions_.end()) return found->second;
  Answers result;
  for (std::size_t k = 0; k < quantity_count; ++k) {
    const std::string reason = meaningless(k, dimension_);
    if (reason.empty()) {
      result.push_back(
          {quantity_names[k], Estimate<double>{value_[i * quantity_count + k], error_[i * quantity_count + k], kind_}});
    } else {
      result.push_back({quantity_names[k], Missing{reason}});
    }
  }
  return result;
}

BlockedMetric::BlockedMetric(PreparedNetwork network, BulkPoints points, const Accuracy& accuracy)
    : network_(std::move(network)), points_(std::move(points)), accuracy_(accuracy) {
  // Of one size: the last one must not be a short table, which is computed to other digits.
  constexpr std::size_t most = std::size_t{1} << 20U;
  const std::size_t blocks = (points_.count + most - 1) / most;
  size_ = (points_.count + blocks - 1) / std::max<std::size_t>(blocks, 1);
  (void)block_of(0);
}

BulkMetric& BlockedMetric::block_of(std::size_t i) {
  if (block_ != nullptr && i >= begin_ && i < begin_ + size_) return *block_;
  const std::size_t begin = i / size_ * size_;
  BulkPoints part;
  part.count = std::min(size_, points_.count - begin);
  part.before = points_.before + begin;
  part.dimension = points_.dimension;
  part.t = [this, begin](std::size_t k) { return points_.t(begin + k); };
  part.exact_t = [this, begin](std::size_t k) { return points_.exact_t(begin + k); };
  block_.reset();  // before the next one is made
  block_ = std::make_unique<BulkMetric>(network_, part, accuracy_);
  begin_ = begin;
  return *block_;
}

}  // namespace widegeo::api
