// Module-internal: a closed form compiled to tapes, with the limits at zero variance and for parallel inputs.
#pragma once

#include <mutex>
#include <tuple>
#include <vector>

#include "closedform/closedform.hpp"
#include "jet/jet.hpp"
#include "number/ball/ball.hpp"

namespace widegeo {

/// Thread-safe pool of workspaces: each call borrows one.
template <class W>
class Pool {
 public:
  W take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return {};
    W w = std::move(free_.back());
    free_.pop_back();
    return w;
  }
  void give(W&& w) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(w));
  }

 private:
  std::mutex mutex_;
  std::vector<W> free_;
};

class Formulas {
 public:
  explicit Formulas(const ClosedForm& form);

  const ClosedForm& form() const { return form_; }
  /// Kinked forms contain 1/sqrt(q) and sqrt(m): callers must approach zeros of q and m, not insert them.
  bool kinked() const { return !form_.smooth_at_coincidence; }

  bool has_owens_t() const { return has_owens_t_; }

  /// V, V', ..., then D, D', ...: 2 (order + 1) numbers, q > 0 if kinked. T: TrackedDouble, TrackedBlock,
  /// Real, Ball.
  template <class T>
  std::vector<T> single(const T& q, unsigned order) const;

  /// K, Kdot, and with `derivatives` Ka, Kb, radial, mixed, normal. a, b, m > 0 if kinked. T: TrackedDouble,
  /// TrackedBlock, Real, Ball (not finite where the formula is not).
  template <class T>
  std::vector<T> pair(const T& a, const T& b, const T& n, const T& m, bool derivatives) const;

 private:
  template <class T>
  void evaluate(const expr::Tape& tape, std::span<const T> in, std::span<T> out) const;

  ClosedForm form_;
  bool has_owens_t_;
  std::optional<Real> threshold_;  ///< form_.nearest_threshold, to 50 digits
  expr::Tape single_, kernel_, pair_;
  template <class T>
  using Spaces = Pool<expr::Tape::Workspace<T>>;
  mutable std::tuple<Spaces<TrackedDouble>, Spaces<TrackedBlock>, Spaces<Real>, Spaces<Jet<TrackedDouble>>,
                     Spaces<Jet<TrackedBlock>>, Spaces<Jet<Real>>, Spaces<Ball>, Spaces<Jet<Ball>>>
      spaces_;
};

}  // namespace widegeo
