// Gaussian expectations of very many pairs (a layer of a Gram matrix): arrays at a time, in plain double, with ONE
// error bound for all entries of the layer. Closed forms and series implement this interface independently.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "number/estimate.hpp"

namespace widegeo {

/// Per-point data of one side of a tile at one layer; every array has one element per point.
struct PointBatch {
  std::vector<double> variance;      ///< q
  std::vector<double> V, root_V, D;  ///< V(q), sqrt(V(q)), D(q) (infinite where phi jumps)
  /// Route-specific features: feature f of point i is at [f * stride + i], where stride is count() rounded up so that
  /// every feature starts at a multiple of 8.
  std::vector<double> features;
  std::size_t stride = 0;
  std::size_t count() const { return variance.size(); }
};

/// One point paired with `count` others at one layer: a is the variance of the one, b those of the others.
struct EntryRow {
  const PointBatch* x = nullptr;
  std::size_t i = 0;  ///< index of the one point in x
  const PointBatch* y = nullptr;
  std::size_t begin = 0, count = 0;  ///< range of the other points in y
  const double* n = nullptr;         ///< covariance of each pair, count numbers
  const double* minor = nullptr;     ///< ab - n^2 >= 0, known to a small RELATIVE error
};

/// Output arrays of `count` numbers each; null: not wanted.
struct EntryValues {
  double* K = nullptr;
  double* Kdot = nullptr;               ///< +infinity is possible for parallel pairs where phi jumps
  double* gap = nullptr;                ///< sqrt(V(a) V(b)) - K >= 0
  double *Ka = nullptr, *Kb = nullptr;  ///< dK/da, dK/db at fixed n; only from a layer made with `derivatives`
};

/// Bounds that hold for all pairs of a layer whose inputs (a, b, n, minor) are exact.
struct EntryErrors {
  double V = 0, D = 0;  ///< relative
  double K = 0;         ///< |error of K| <= K * sqrt(V(a) V(b))
  double Kdot = 0;      ///< |error of Kdot| <= Kdot * sqrt(D(a) D(b))
  double gap = 0;       ///< |error of gap| <= gap * sqrt(V(a) V(b)) ...
  /// ... or gap_relative * gap where that is smaller (forms without cancellation near correlation 1).
  double gap_relative = std::numeric_limits<double>::infinity();
  double Ka = 0;  ///< |error of a Ka| <= Ka * sqrt(V(a) V(b)), and the same of Kb
  /// Sensitivity of Kdot to errors of its inputs. With rho = n / sqrt(ab) = cos(theta):
  ///   |d Kdot / d theta| <= by_angle sqrt(D D),   |d Kdot / d rho| <= by_correlation sqrt(D D)  (infinite if kinked)
  double by_angle = std::numeric_limits<double>::infinity(), by_correlation = by_angle;
};

struct EntryNeed {
  bool dot = false;
  bool derivatives = false;  ///< also Ka and Kb
  double tolerance = 1e-12;  ///< for K and Kdot as in EntryErrors; closed forms may exceed it or stay below
};

/// The expectations of one activation over one range of variances. Thread-safe.
class EntryLayer {
 public:
  virtual ~EntryLayer() = default;
  /// Fills V, root_V, D and features of a batch from its variances, which must lie in the range.
  virtual void prepare(PointBatch& batch) const = 0;
  virtual void evaluate(const EntryRow& row, const EntryValues& out) const = 0;
  virtual const EntryErrors& errors() const = 0;
  /// Representation of the entries, for records: "closed form", "hermite series", "angle table", "pairwise quadrature".
  virtual const char* representation() const { return ""; }
  /// One entry may take milliseconds: parallelise over rows.
  virtual bool slow() const { return false; }
};

class EntrySource {
 public:
  virtual ~EntrySource() = default;
  /// 0 <= q_low <= q_high. Throws Error(input) where the expectations do not exist, Error(accuracy) where the tolerance
  /// cannot be reached.
  virtual std::unique_ptr<EntryLayer> layer(double q_low, double q_high, const EntryNeed& need) const = 0;
  virtual ErrorKind kind() const = 0;
};

}  // namespace widegeo
