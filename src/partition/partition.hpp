// The real line as panels (panel.hpp): points where phi is not analytic are cut out as tiny gaps, and between them lie
// cells [i 2^level, (i + 1) 2^level], which are bisected where phi requires it. Computed lazily and cached: a cell
// serves every variance of its level, and each panel is analysed once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "expr/analysis/envelope.hpp"
#include "partition/panel.hpp"

namespace widegeo::partition {

class Partition {
 public:
  /// gap_bits: half-widths of the gaps are 2^-gap_bits (relative where |x| > 1). The activation must outlive the
  /// partition. Throws Error(input) if a condition of phi cannot be decided between two points.
  Partition(const Activation& activation, long gap_bits);

  struct Cell {
    std::vector<std::unique_ptr<Panel>> panels;  ///< in increasing order
    std::vector<std::size_t> gaps;               ///< indices of those that touch the cell
  };
  /// Hold mutex() while using a cell or any of its panels.
  Cell& cell(long level, long index);
  std::mutex& mutex() const { return mutex_; }

  /// Bounds of the integrals of phi^2 and phi'^2 (named phi and dphi) over a gap, and its smallest |x|.
  struct GapBound {
    LogBounds integral;
    double distance, low, high;
  };
  const std::vector<GapBound>& gaps() const { return gap_bounds_; }

  /// Bounds of |phi| and |phi'| on [distance, infinity) or (-infinity, -distance] as log_factor + power log(1 + |x|) +
  /// rate |x| + square x^2; exists() is false if none is known.
  std::pair<expr::Envelope, expr::Envelope> beyond(double distance, bool right) const;

  /// The branch that phi is proved to equal on all of [low, high]; nullptr if a gap lies between or no proof was found.
  /// Hold mutex().
  std::shared_ptr<const Branch> branch_on(const Ball& low, const Ball& high);

  /// True if phi is continuous by its form: composed of functions continuous on the whole line.
  bool continuous() const { return continuous_; }

  const Activation& activation() const { return activation_; }

 private:
  const Activation& activation_;
  bool continuous_;
  Line line_;
  std::vector<GapBound> gap_bounds_;
  std::map<std::pair<long, long>, Cell> cells_;
  /// For each part, where its branch is proved so far; extended on demand, so nothing is proved twice.
  struct Proved {
    bool any = false;
    Ball low, high;
  };
  std::vector<Proved> proved_;
  mutable std::mutex mutex_;
};

}  // namespace widegeo::partition
