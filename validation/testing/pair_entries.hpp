// Entries of a layer one pair at a time, from the expectations of single pairs: slow, and sharing nothing with the
// library's sources for whole data sets.
#pragma once

#include <cmath>
#include <memory>

#include "activation/entry_expectations.hpp"
#include "activation/expectations.hpp"
#include "number/scalar.hpp"

namespace widegeo::testing {

class PairEntries final : public EntrySource {
 public:
  /// `errors` are trusted. The gap is a difference and has an absolute error only.
  PairEntries(const Expectations<TrackedDouble>& source, EntryErrors errors) : source_(source), errors_(errors) {}

  std::unique_ptr<EntryLayer> layer(double q_low, double q_high, const EntryNeed&) const override {
    return std::make_unique<Layer>(source_, errors_, q_low, q_high);
  }
  ErrorKind kind() const override { return source_.kind(); }

 private:
  class Layer final : public EntryLayer {
   public:
    Layer(const Expectations<TrackedDouble>& source, const EntryErrors& errors, double low, double high)
        : source_(source), errors_(errors), low_(low), high_(high) {}

    void prepare(PointBatch& batch) const override {
      const std::size_t count = batch.count();
      batch.V.resize(count);
      batch.root_V.resize(count);
      batch.D.resize(count);
      for (std::size_t i = 0; i < count; ++i) {
        if (!(batch.variance[i] >= low_ && batch.variance[i] <= high_)) std::abort();  // guaranteed by the engine
        const OnePoint<TrackedDouble> e = source_.one_point(TrackedDouble{batch.variance[i], 0}, 0);
        batch.V[i] = e.V[0].value;
        batch.root_V[i] = std::sqrt(batch.V[i]);
        batch.D[i] = e.D[0].value;
      }
    }

    void evaluate(const EntryRow& row, const EntryValues& out) const override {
      for (std::size_t j = 0; j < row.count; ++j) {
        const std::size_t other = row.begin + j;
        const auto exact = [](double value) { return TrackedDouble{value, 0}; };
        const TwoPoint<TrackedDouble> e = source_.two_point(
            {exact(row.x->variance[row.i]), exact(row.y->variance[other]), exact(row.n[j]), exact(row.minor[j]), false},
            TwoPointNeed::kernel);
        if (out.K != nullptr) out.K[j] = e.K.value;
        if (out.Kdot != nullptr) out.Kdot[j] = e.Kdot.value;
        if (out.gap != nullptr) out.gap[j] = std::fmax(0, row.x->root_V[row.i] * row.y->root_V[other] - e.K.value);
      }
    }

    const EntryErrors& errors() const override { return errors_; }

   private:
    const Expectations<TrackedDouble>& source_;
    EntryErrors errors_;
    double low_, high_;
  };

  const Expectations<TrackedDouble>& source_;
  EntryErrors errors_;
};

}  // namespace widegeo::testing
