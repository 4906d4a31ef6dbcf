// Inside the module: Gaussian expectations of variances and covariances that are Taylor series.
#pragma once

#include <algorithm>
#include <span>
#include <type_traits>
#include <vector>

#include "kernel/checks.hpp"
#include "number/error.hpp"
#include "statement/evaluation/sources.hpp"

namespace widegeo::statement::evaluate {

inline bool certainly_negative(const TrackedDouble& x) { return x.value + x.error < 0; }
inline bool certainly_negative(const Real& x) { return x < 0; }
inline bool certainly_negative(const Ball& x) { return x.certainly_negative(); }

template <class T>
Jet<T> cut(const Jet<T>& f, unsigned order) {
  return f.shape().variables() == 0 || f.shape().order() <= order ? f : truncated(f, order);
}

/// To the order given here, whatever is asked for: V[0], D[0], K and Kdot are series. Where E phi'phi' is not needed, D
/// and Kdot are 0, and need not exist.
template <class T>
class SeriesExpectations final : public Expectations<Jet<T>> {
 public:
  SeriesExpectations(const Sources& sources, const Expectations<T>& source, unsigned order, bool slopes)
      : sources_(sources), source_(source), order_(order), slopes_(slopes) {}

  OnePoint<Jet<T>> one_point(const Jet<T>& q, unsigned) const override {
    require_variance(q.value());
    const unsigned order = q.shape().variables() == 0 ? 0 : std::min(order_, q.shape().order());
    const OnePoint<T> e = source_.one_point(clamp_non_negative(q.value()), order);
    const auto series = [&](std::vector<T> c) {
      T factorial(1);
      for (unsigned k = 2; k <= order; ++k) {
        factorial = factorial * T(static_cast<int>(k));
        c[k] = c[k] / factorial;
      }
      return order == 0 ? Jet<T>(c[0]) : compose(std::span<const T>(c), cut(q, order_));
    };
    return {{series(e.V)}, {slopes_ ? series(e.D) : Jet<T>(0)}};
  }

  /// By the closed form's tape, or from values and the first derivatives of K.
  TwoPoint<Jet<T>> two_point(const Covariance<Jet<T>>& c, TwoPointNeed) const override {
    require_variance(c.a.value());
    require_variance(c.b.value());
    if (certainly_negative(c.minor.value()))
      throw Error(ErrorCode::input, "there are no two normal variables of such a covariance here: n^2 > a b");
    const Jet<T> minor = clamp_non_negative(c.minor);
    TwoPoint<Jet<T>> r;
    if (sources_.closed_form() && (order_ > 0 || std::is_same_v<T, Ball>)) {
      for (const Jet<T>* q : {&c.a, &c.b}) source_.one_point(q->value(), 0);  // throws where no expectations exist
      const std::vector<Jet<T>> in{c.a, c.b, c.n, minor};
      std::vector<Jet<T>> out(2);
      thread_local expr::Tape::Workspace<Jet<T>> workspace;
      sources_.pair_tape().evaluate(std::span<const Jet<T>>(in), std::span<Jet<T>>(out), workspace);
      r.K = out[0];
      if (slopes_) r.Kdot = out[1];
      return r;
    }
    if (order_ > 1 || (order_ == 1 && slopes_))
      throw Error(ErrorCode::input, "these derivatives of expectations of two inputs need a closed form, which " +
                                        sources_.activation().name + " does not have");
    const TwoPoint<T> e = source_.two_point({c.a.value(), c.b.value(), c.n.value(), minor.value(), false},
                                            order_ == 0 ? TwoPointNeed::kernel : TwoPointNeed::derivatives);
    if (order_ > 0) r.K = (c.a - c.a.value()) * e.Ka + (c.b - c.b.value()) * e.Kb + (c.n - c.n.value()) * e.Kdot;
    r.K.value() = e.K;
    if (slopes_) r.Kdot = Jet<T>(e.Kdot);
    return r;
  }

  ErrorKind kind() const override { return source_.kind(); }

 private:
  void require_variance(const T& q) const {
    if (certainly_negative(q)) throw Error(ErrorCode::input, "a variance is negative here");
  }

  const Sources& sources_;
  const Expectations<T>& source_;
  unsigned order_;
  bool slopes_;
};

}  // namespace widegeo::statement::evaluate
