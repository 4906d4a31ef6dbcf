// NNGP and NTK matrices of whole data sets, tile by tile, with one error bound for all entries.
//
// Recursion of one entry (docs/math/kernels.md), with a, b the variances of the two points and m = ab - n^2:
//   K = E phi(u) phi(v),   gap = sqrt(V(a) V(b)) - K
//   n' = s K + b0,   m' = s^2 gap (sqrt(V(a)V(b)) + K) + s b0 [(sqrt V(a) - sqrt V(b))^2 + 2 gap]     (no cancellation)
//   Theta' = n' + s Kdot Theta
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "activation/entry_expectations.hpp"
#include "gram/points.hpp"
#include "kernel/kernel.hpp"
#include "number/error.hpp"
#include "parallel/watch.hpp"

namespace widegeo::gram {

struct SinglePairSources;

struct GramRequest {
  bool nngp = true, ntk = false;
  bool all_layers = false;   ///< a matrix for each depth 1..L (network truncated there, same `post` or `pre`)
  double tolerance = 1e-12;  ///< relative to sqrt(K(x,x) K(y,y))
};

/// A number of the recursion is out of the range of double; no other source of expectations would help.
class OutOfRange : public Error {
 public:
  using Error::Error;
};

/// One of the matrices: layer 1..L, NNGP or NTK.
struct MatrixName {
  unsigned layer = 0;
  bool ntk = false;
};

/// Fallback for pairs that the fast path marks as inaccurate (near-duplicates under a kinked activation, say): the
/// entries of the pair (i, j) in all matrices, in the order of matrices(), accurate to the tolerance.
using RefinedPair = std::function<void(std::size_t i, std::size_t j, double* entries)>;

/// Single pairs, for data of equal norm: `fast` with running errors, `refined` (null: none) with more digits.
struct OneNormSources {
  std::shared_ptr<const Expectations<TrackedDouble>> fast;
  std::shared_ptr<const Expectations<Real>> refined;
  /// Least numbers of activations and of pairs for the scalar function. Its samples must pay off: for closed forms some
  /// milliseconds per layer against 3 ns per pair and layer; by quadrature seconds (2^28 pairs).
  std::size_t least_layers = 3, least_pairs = std::size_t{1} << 22U;
};

class GramEngine {
 public:
  /// y == nullptr: x with itself. Builds the tables of every layer. `source`, the points and `watch` (null: none) are
  /// owned by the caller. With `one_norm`, data of equal norm may take their entries from one scalar function of the
  /// angle instead of layer by layer (conditions: scalar_matrix.hpp). Throws Error(input, accuracy); the constructor
  /// and tile() throw Stopped when `watch` asks to stop.
  GramEngine(const Model& model, const EntrySource& source, const GramRequest& request, const Points& x,
             const Points* y, RefinedPair refined = {}, unsigned threads = 1, const OneNormSources& one_norm = {},
             const Watch* watch = nullptr);
  /// For few pairs: computes all of them now, each by itself (single_pairs.hpp); tiles are copies.
  GramEngine(const Model& model, const SinglePairSources& sources, const GramRequest& request, const Points& x,
             const Points* y, unsigned threads, const Watch* watch);
  ~GramEngine();

  bool symmetric() const;
  std::size_t rows() const, columns() const;
  const std::vector<MatrixName>& matrices() const;

  /// Per-thread scratch, for this engine only.
  class Workspace {
   public:
    virtual ~Workspace() = default;
  };
  std::unique_ptr<Workspace> make_workspace() const;

  /// Computes a tile of every matrix: out[k] receives rows x columns numbers at the given stride. Thread-safe. Entries
  /// do not depend on the tile; entry (i, j) equals entry (j, i) to the bit; the diagonal of a symmetric matrix is V of
  /// the closed recursion (for the NTK, its own one-point recursion).
  void tile(std::size_t first_row, std::size_t rows, std::size_t first_column, std::size_t columns,
            const std::vector<double*>& out, std::size_t stride, Workspace& workspace) const;

  /// |entry - exact| <= bound(k) sqrt(K(x,x) K(y,y)) + 5e-324 for all entries of matrix k, computed so far or later.
  double error_bound(std::size_t k) const;
  ErrorKind kind() const;
  std::size_t refined_pairs() const;  ///< pairs recomputed so far
  bool by_angle() const;              ///< entries come from one scalar function of the angle
  bool by_single_pairs() const;

 private:
  struct Scratch;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace widegeo::gram
