// Gram matrices of few pairs: the whole network of each pair by itself, as the kernel of two inputs is computed, with a
// running error of each entry. No tables are made and no range of variances is looked at: what a pair costs is all.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "gram/gram.hpp"
#include "parallel/watch.hpp"

namespace widegeo::gram {

/// A row of x or of y.
struct RowOf {
  bool of_y = false;
  std::size_t index = 0;
};

struct SinglePairSources {
  /// A new one for every call: one that is shared may plan its rules by the pair it meets first.
  std::function<std::unique_ptr<Expectations<TrackedDouble>>()> fast;
  /// Must not depend on the order of the two rows but for their exchange; coincident for equal rows.
  std::function<InputPair<TrackedDouble>(RowOf, RowOf)> inputs;
  /// Entries of all matrices with their errors, to the tolerance: for pairs that doubles do not serve. `roots`: the
  /// square roots of the entries less their errors, which are doubles where the entries are too small to be.
  std::function<void(RowOf, RowOf, double* entries, double* errors, double* roots)> careful;
};

class SinglePairs {
 public:
  /// The least double above 0: what storing an entry may cost beside its bound.
  static constexpr double smallest = 5e-324;

  /// Computes everything. rows_y = 0: x with itself, of which the pairs i <= j are computed and mirrored.
  /// Throws Error(accuracy) when some entry does not reach the tolerance.
  SinglePairs(const Model& model, const GramRequest& request, const SinglePairSources& sources, std::size_t rows_x,
              std::size_t rows_y, unsigned threads, const Watch* watch);

  const std::vector<MatrixName>& matrices() const { return matrices_; }
  /// |entry - exact| <= bound(k) sqrt(K(x,x) K(y,y)) + smallest: the largest of the entries' own.
  double bound(std::size_t k) const { return bound_[k]; }
  ErrorKind kind() const { return kind_; }
  /// Entry (i, j) of matrix k at [i * columns + j].
  const std::vector<double>& values(std::size_t k) const { return values_[k]; }

 private:
  std::vector<MatrixName> matrices_;
  std::vector<double> bound_;
  std::vector<std::vector<double>> values_;
  ErrorKind kind_ = ErrorKind::rounding;
};

}  // namespace widegeo::gram
