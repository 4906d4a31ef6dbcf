// The real line as panels (panel.hpp): the places where phi is not analytic, cut out as tiny gaps, and between them
// cells [i 2^level, (i + 1) 2^level] that are halved where phi asks for it. Made on demand and kept: a cell serves
// every variance of its level, and what was found about a panel is found once.
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
  /// gap_bits: half-widths of the gaps are 2^-gap_bits (relative where |x| > 1). The activation outlives the partition.
  /// Throws Error(input) when a condition of phi cannot be decided between two places.
  Partition(const Activation& activation, long gap_bits);

  struct Cell {
    std::vector<std::unique_ptr<Panel>> panels;  ///< in increasing order
    std::vector<std::size_t> gaps;               ///< that touch the cell
  };
  /// Hold mutex() while a cell or anything of its panels is used.
  Cell& cell(long level, long index);
  std::mutex& mutex() const { return mutex_; }

  /// Of the integrals of phi^2 and phi'^2 (named phi and dphi) over a gap, and its least |x|.
  struct GapBound {
    LogBounds integral;
    double distance, low, high;
  };
  const std::vector<GapBound>& gaps() const { return gap_bounds_; }

  /// Bounds of |phi| and |phi'| on [distance, infinity) or (-infinity, -distance] as log_factor + power log(1 + |x|) +
  /// rate |x| + square x^2; not existing where none is known.
  std::pair<expr::Envelope, expr::Envelope> beyond(double distance, bool right) const;

  /// The branch that phi is proved to be on all of [low, high], or nullptr: a place lies between, or no proof was
  /// found. Hold mutex().
  std::shared_ptr<const Branch> branch_on(const Ball& low, const Ball& high);

  /// phi is continuous by its form: made of functions that are, on all of the line.
  bool continuous() const { return continuous_; }

  const Activation& activation() const { return activation_; }

 private:
  const Activation& activation_;
  bool continuous_;
  Line line_;
  std::vector<GapBound> gap_bounds_;
  std::map<std::pair<long, long>, Cell> cells_;
  /// For each part where its branch is proved so far: grown by what is asked, so that nothing is proved twice.
  struct Proved {
    bool any = false;
    Ball low, high;
  };
  std::vector<Proved> proved_;
  mutable std::mutex mutex_;
};

}  // namespace widegeo::partition
