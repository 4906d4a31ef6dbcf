// Many points at once: blocks of doubles with running errors over all threads; the few points whose error is too large
// are computed again in multiprecision.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "api/metric.hpp"
#include "api/metric_fields.hpp"

namespace widegeo::api {

struct BulkPoints {
  std::size_t count = 0;
  std::size_t before = 0;  ///< points that stand before the first one, for messages
  unsigned long dimension = 1;
  std::function<TrackedDouble(std::size_t)> t;  ///< |x|^2 in double with its error
  std::function<Rational(std::size_t)> exact_t;
};

/// Compact results: quantities of point i stand at i * quantity_count.
class BulkMetric {
 public:
  BulkMetric(const PreparedNetwork& network, const BulkPoints& points, const Accuracy& accuracy);

  /// The answers of point i in the order of metric_fields.hpp.
  Answers answers(std::size_t i) const;
  /// Quantity k of point i in double, with its error. Throws Error(input) with the reason where there is none.
  TrackedDouble number(std::size_t i, std::size_t k) const;
  ErrorKind kind() const { return kind_; }
  /// Right digits of every number: fewer than asked by default in a long table.
  unsigned digits() const { return accuracy_.digits; }
  std::size_t recomputed() const { return exceptions_.size(); }

 private:
  void fill_closed(const PreparedNetwork& network, const BulkPoints& points);
  void fill_interpolated(const PreparedNetwork& network, const BulkPoints& points);
  void recompute(const PreparedNetwork& network, const BulkPoints& points);

  unsigned long dimension_;
  std::size_t before_;
  Accuracy accuracy_;
  ErrorKind kind_;
  std::string no_metric_;
  std::vector<double> value_, error_;
  std::map<std::size_t, Answers> exceptions_;
};

/// The same for any number of points, a million of them in memory at a time: ask in ascending order.
class BlockedMetric {
 public:
  BlockedMetric(PreparedNetwork network, BulkPoints points, const Accuracy& accuracy);

  Answers answers(std::size_t i) { return block_of(i).answers(i - begin_); }
  TrackedDouble number(std::size_t i, std::size_t k) { return block_of(i).number(i - begin_, k); }
  ErrorKind kind() { return block_of(begin_).kind(); }
  unsigned digits() { return block_of(begin_).digits(); }

 private:
  BulkMetric& block_of(std::size_t i);

  PreparedNetwork network_;
  BulkPoints points_;
  Accuracy accuracy_;
  std::size_t size_;  ///< of a block
  std::size_t begin_ = 0;
  std::unique_ptr<BulkMetric> block_;
};

}  // namespace widegeo::api
