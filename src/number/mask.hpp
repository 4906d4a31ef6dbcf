// Lane-wise selection in place of branches: Mask<T> = less(a, b), then select(mask, if_true, if_false). For Tracked a
// comparison can be undecided (|a - b| within the errors); select then keeps the side chosen by the values and enlarges
// the error to cover the other side too.
#pragma once

#include <array>

#include "number/block.hpp"
#include "number/real.hpp"
#include "number/tracked/tracked.hpp"

namespace widegeo {

/// 1 where the condition holds, else 0; doubles, because every compiler can vectorise a select on them.
struct BlockMask {
  std::array<double, Block::width> lane;
};

template <class M>
struct TrackedMask {
  M holds;      ///< the comparison of the values
  M undecided;  ///< the errors also allow the opposite
};

template <class T>
struct MaskOf;
template <>
struct MaskOf<double> {
  using type = bool;
};
template <>
struct MaskOf<Real> {
  using type = bool;
};
template <>
struct MaskOf<Block> {
  using type = BlockMask;
};
template <class T>
struct MaskOf<Tracked<T>> {
  using type = TrackedMask<typename MaskOf<T>::type>;
};

template <class T>
using Mask = typename MaskOf<T>::type;

inline bool less(double a, double b) { return a < b; }
inline bool less_equal(double a, double b) { return a <= b; }
inline bool equal(double a, double b) { return a == b; }
inline bool less(const Real& a, const Real& b) { return a < b; }
inline bool less_equal(const Real& a, const Real& b) { return a <= b; }
inline bool equal(const Real& a, const Real& b) { return a == b; }

template <class F>
BlockMask compare_lanes(F f, const Block& a, const Block& b) {
  BlockMask m;
  for (std::size_t i = 0; i < Block::width; ++i) m.lane[i] = f(a.lane[i], b.lane[i]) ? 1.0 : 0.0;
  return m;
}
inline BlockMask less(const Block& a, const Block& b) {
  return compare_lanes([](double x, double y) { return x < y; }, a, b);
}
inline BlockMask less_equal(const Block& a, const Block& b) {
  return compare_lanes([](double x, double y) { return x <= y; }, a, b);
}
inline BlockMask equal(const Block& a, const Block& b) {
  return compare_lanes([](double x, double y) { return x == y; }, a, b);
}

inline bool logical_not(bool m) { return !m; }
inline bool logical_and(bool a, bool b) { return a && b; }
inline bool logical_or(bool a, bool b) { return a || b; }
inline bool any(bool m) { return m; }
inline BlockMask logical_not(const BlockMask& m) {
  BlockMask r;
  for (std::size_t i = 0; i < Block::width; ++i) r.lane[i] = 1.0 - m.lane[i];
  return r;
}
inline BlockMask logical_and(const BlockMask& a, const BlockMask& b) {
  BlockMask r;
  for (std::size_t i = 0; i < Block::width; ++i) r.lane[i] = a.lane[i] * b.lane[i];
  return r;
}
inline BlockMask logical_or(const BlockMask& a, const BlockMask& b) {
  BlockMask r;
  for (std::size_t i = 0; i < Block::width; ++i) r.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
  return r;
}
inline bool any(const BlockMask& m) {
  double sum = 0;
  for (const double lane : m.lane) sum += lane;
  return sum > 0;
}

inline double select(bool mask, double if_true, double if_false) { return mask ? if_true : if_false; }
inline Real select(bool mask, const Real& if_true, const Real& if_false) { return mask ? if_true : if_false; }
inline bool select(bool mask, bool if_true, bool if_false) { return mask ? if_true : if_false; }
inline Block select(const BlockMask& mask, const Block& if_true, const Block& if_false) {
  Block r{Block::Uninitialised{}};
  for (std::size_t i = 0; i < Block::width; ++i) r.lane[i] = mask.lane[i] != 0.0 ? if_true.lane[i] : if_false.lane[i];
  return r;
}

/// Undecided if |a - b| <= da + db with a non-zero right side (exact values always decide).
template <class T>
Mask<T> within_errors(const Tracked<T>& a, const Tracked<T>& b) {
  const T gap = a.value - b.value, slack = a.error + b.error;
  // An infinite or NaN slack is undecided as well: "not (slack <= 0) and not (slack < |gap|)".
  return logical_and(logical_not(less_equal(slack, T(0))),
                     logical_not(logical_or(less(slack, gap), less(slack, -gap))));
}

template <class T>
Mask<Tracked<T>> less(const Tracked<T>& a, const Tracked<T>& b) {
  return {less(a.value, b.value), within_errors(a, b)};
}
template <class T>
Mask<Tracked<T>> less_equal(const Tracked<T>& a, const Tracked<T>& b) {
  return {less_equal(a.value, b.value), within_errors(a, b)};
}
template <class T>
Mask<Tracked<T>> equal(const Tracked<T>& a, const Tracked<T>& b) {
  return {equal(a.value, b.value), within_errors(a, b)};
}
template <class M>
TrackedMask<M> logical_not(const TrackedMask<M>& m) {
  return {logical_not(m.holds), m.undecided};
}
template <class M>
TrackedMask<M> logical_and(const TrackedMask<M>& a, const TrackedMask<M>& b) {
  return {logical_and(a.holds, b.holds), logical_or(a.undecided, b.undecided)};
}
template <class M>
TrackedMask<M> logical_or(const TrackedMask<M>& a, const TrackedMask<M>& b) {
  return {logical_or(a.holds, b.holds), logical_or(a.undecided, b.undecided)};
}

/// The chosen side; in undecided lanes with error max(chosen error, |difference| + other error), infinite if the other
/// side is NaN.
template <class T>
Tracked<T> select(const TrackedMask<Mask<T>>& mask, const Tracked<T>& if_true, const Tracked<T>& if_false) {
  Tracked<T> r(select(mask.holds, if_true.value, if_false.value), select(mask.holds, if_true.error, if_false.error));
  if (any(mask.undecided)) {
    const T other_error = select(mask.holds, if_false.error, if_true.error);
    const T gap = if_true.value - if_false.value;
    const T distance = select(less(gap, T(0)), -gap, gap) + other_error;
    const T covering = select(less_equal(distance, r.error), r.error, distance);
    const T honest = select(equal(covering, covering), covering, T(std::numeric_limits<double>::infinity()));
    r.error = select(mask.undecided, honest, r.error);
  }
  return r;
}

}  // namespace widegeo
