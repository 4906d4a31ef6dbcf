// Module-internal: the trees behind the entries of a Gram matrix, split into parts that depend on one point (evaluated
// once per point) and on the pair.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "closedform/closedform.hpp"
#include "expr/tape/tape.hpp"

namespace widegeo {

/// Trees in a, b, n, m. gap = sqrt(V(a) V(b)) - K; Ka and Kb exist when `derivatives`.
///
/// Piecewise linear phi (slope p left of 0, r right of 0) is recognised: with c = (p^2 + r^2)/2, k = (r - p)^2/(2 pi),
/// t = atan2(sqrt(m), n) and s = sqrt(ab),
///   K = c n + k (sqrt(m) - n t),  Kdot = c - k t,  gap = c (s - n) - k (sqrt(m) - n t),
///   s - n = m/(s + n) for n > 0,  sqrt(m) - n t = sqrt(m) (t^2/3 + t^4/45 + ...) for small t:
/// so nothing cancels for near-parallel inputs. For even phi (p = -r) |n| replaces n, also for antiparallel inputs.
struct EntryTrees {
  explicit EntryTrees(const ClosedForm& form);
  expr::Expr K, Kdot, gap, Ka, Kb;
  bool derivatives = false;
  bool gap_is_relative = false;  ///< the form above is used: gap has a small relative error
};

/// Source of an input of the pair tape: feature `feature` of the first or second point.
struct FeatureUse {
  bool second;
  std::size_t feature;
};

/// Inputs: n, m, then the features.
struct PairTape {
  expr::Tape tape;
  std::vector<FeatureUse> uses;
};

/// Extracts subtrees that depend on a alone or on b alone as features of a point (trees in q), and turns divisions by
/// these and by constants into multiplications.
class FeatureSplit {
 public:
  PairTape split(std::span<const expr::Expr> outputs);
  const std::vector<expr::Expr>& features() const { return features_; }

 private:
  enum Depends : unsigned { nothing = 0, on_a = 1, on_b = 2, on_pair = 4 };
  struct Part {
    expr::Expr tree;
    unsigned depends;
  };
  Part rewrite(const expr::Expr& e);
  expr::Expr place(const Part& part);  ///< in the tree of a pair
  expr::Expr quotient(expr::Expr numerator, const expr::Expr& denominator);
  unsigned dependence(const expr::Expr& e);

  std::vector<expr::Expr> features_;
  std::vector<expr::Expr> kept_;  ///< the nodes whose identities are keys of the maps
  std::unordered_map<const void*, unsigned> dependence_;
  std::unordered_map<const void*, expr::Expr> rewritten_;
};

}  // namespace widegeo
