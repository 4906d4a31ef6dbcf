// Gram matrices of few pairs: each pair goes through the whole network by itself, as the kernel of two inputs does,
// with a running error per entry. No tables are built and no range of variances is scanned, so the pairs are the only
// cost.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "gram/gram.hpp"
#include "parallel/watch.hpp"

namespace widegeo::gram {

struct RowOf {
  bool of_y = false;
  std::size_t index = 0;
};

struct SinglePairSources {
  /// Must return a new object on every call: a shared one may plan its rules by the first pair it meets.
  std::function<std::unique_ptr<Expectations<TrackedDouble>>()> fast;
  /// Must depend on the order of the two rows only through their exchange; coincident for equal rows.
  std::function<InputPair<TrackedDouble>(RowOf, RowOf)> inputs;
  /// Entries of all matrices with their errors, to the tolerance: for pairs where doubles do not suffice. `roots`:
  /// lower bounds of the square roots of the entries, representable in double even where the entries underflow.
  std::function<void(RowOf, RowOf, double* entries, double* errors, double* roots)> refined;
};

class SinglePairs {
 public:
  /// The smallest positive double: the error of storing an entry, beside its bound.
  static constexpr double smallest = 5e-324;

  /// Computes everything. rows_y = 0: x with itself; pairs i <= j are computed and mirrored. Throws Error(accuracy) if
  /// some entry does not reach the tolerance.
  SinglePairs(const Model& model, const GramRequest& request, const SinglePairSources& sources, std::size_t rows_x,
              std::size_t rows_y, unsigned threads, const Watch* watch);

  const std::vector<MatrixName>& matrices() const { return matrices_; }
  /// |entry - exact| <= bound(k) sqrt(K(x,x) K(y,y)) + smallest; the maximum of the entries' own bounds.
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
