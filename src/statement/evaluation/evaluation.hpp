// Module-internal: one evaluation of a plan; every slot is a Taylor series, computed on first use.
#pragma once

#include <cmath>
#include <limits>

#include "geometry/radial.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/error.hpp"
#include "statement/evaluation/plan.hpp"
#include "statement/evaluation/program.hpp"

namespace widegeo::statement {

namespace evaluate {

inline bool certainly_negative(const TrackedDouble& x) { return x.value + x.error < 0; }
inline bool certainly_negative(const Real& x) { return x < 0; }
inline bool certainly_negative(const Ball& x) { return x.certainly_negative(); }

/// max(x, 0), for x >= 0 in theory.
inline TrackedDouble non_negative(const TrackedDouble& x) { return {x.value < 0 ? 0 : x.value, x.error}; }
inline Real non_negative(const Real& x) { return x < 0 ? Real(0) : x; }
inline Ball non_negative(const Ball& x) { return non_negative_part(x); }

inline TrackedDouble unknown(TrackedDouble) { return {0, std::numeric_limits<double>::infinity()}; }
inline Ball unknown(Ball) { return Ball::anything(); }

template <class T>
Jet<T> cut(const Jet<T>& f, unsigned order) {
  return f.shape().variables() == 0 || f.shape().order() <= order ? f : truncated(f, order);
}

template <class T>
class Evaluation {
 public:
  Evaluation(const Plan& plan, const Sources* sources, const Expectations<T>* source, std::span<const T> variables,
             unsigned order)
      : plan_(plan), sources_(sources), source_(source), variables_(variables), extra_(order) {
    values_.resize(plan.slots.size());
    has_t_ = plan.t != Plan::none;
    // Values alone need only the series in t.
    const std::size_t others = order == 0 ? 0 : plan.range_count - (plan.t_range != Plan::none ? 1 : 0);
    count_ = static_cast<unsigned>((has_t_ ? 1 : 0) + others);
  }

  std::vector<Jet<T>> run(const Stage& stage) {
    // The tape is re-entered when a call is computed among the inputs: evaluate all inputs first.
    std::vector<Jet<T>> in, out(stage.tape.output_count());
    in.reserve(stage.slots.size());
    for (const std::size_t slot : stage.slots) in.push_back(cut(value(slot), stage.order + extra_));
    thread_local expr::Tape::Workspace<Jet<T>> workspace;
    stage.tape.evaluate(std::span<const Jet<T>>(in), std::span<Jet<T>>(out), workspace);
    return out;
  }

  /// Converts a series to the variables of the ranges.
  Jet<T> in_ranges(const Jet<T>& f) const {
    const JetShape& shape = JetShape::get(static_cast<unsigned>(plan_.range_count), extra_);
    std::vector<T> c(shape.size(), T(0));
    c[0] = f.value();
    if (extra_ == 1 && f.shape().variables() > 0)
      for (std::size_t i = 0; i < plan_.range_count; ++i) c[1 + i] = f.coefficient(1 + variable_of_range(i));
    return Jet<T>::from_coefficients(shape, std::move(c));
  }

 private:
  /// Index of a range among the jets' variables: t first, the others in their order.
  std::size_t variable_of_range(std::size_t range) const {
    if (!has_t_) return range;
    if (range == plan_.t_range) return 0;
    return 1 + range - (plan_.t_range != Plan::none && plan_.t_range < range ? 1 : 0);
  }

  Jet<T> variable(std::size_t index, const T& value, unsigned order) const {
    const unsigned n = order + extra_;
    if (n == 0 || index >= count_) return Jet<T>(value);
    return Jet<T>::variable(JetShape::get(count_, n), static_cast<unsigned>(index), value);
  }

  T radius_or_t() const {
    return plan_.t_range != Plan::none ? variables_[plan_.t_range] : from_rational<T>(plan_.t_value);
  }
  T t_value() const {
    if (!plan_.t_is_radius) return radius_or_t();
    if (plan_.t_range == Plan::none) return from_rational<T>(plan_.t_value * plan_.t_value);
    return pow_int(variables_[plan_.t_range], 2);
  }

  const Jet<T>& value(std::size_t slot) {
    std::optional<Jet<T>>& v = values_[slot];
    if (!v) {
      Jet<T> computed = compute(plan_.slots[slot]);
      values_[slot] = std::move(computed);
    }
    return *values_[slot];
  }

  Jet<T> compute(const Slot& slot) {
    switch (slot.kind) {
      case Slot::Kind::constant:
        return Jet<T>(from_rational<T>(slot.value));
      case Slot::Kind::range:
        return variable(variable_of_range(slot.index), variables_[slot.index], extra_ == 0 ? 0 : slot.order);
      case Slot::Kind::t:
        return variable(0, t_value(), slot.order);
      case Slot::Kind::radius:
        return radius(slot.order);
      case Slot::Kind::quantity:
        return quantity(slot);
      case Slot::Kind::call:
        return call(plan_.calls[slot.index], slot.order);
      case Slot::Kind::missing:
        break;
    }
    throw Error(ErrorCode::input, slot.reason);
  }

  Jet<T> radius(unsigned order) {
    const T t = t_value(), r = plan_.t_is_radius ? radius_or_t() : sqrt(t);
    if (order + extra_ == 0) return Jet<T>(r);
    if constexpr (!std::is_same_v<T, Ball>)
      if (value_of(t) == 0) throw Error(ErrorCode::input, "the radius has no derivative in t at radius = 0");
    Jet<T> jet = sqrt(variable(0, t, order));
    jet.value() = r;
    return jet;
  }

  Jet<T> divided_input_variance(unsigned order) {
    const Jet<T> s = cut(value(plan_.s[0]), order + extra_);
    return plan_.input_divisor == 1 ? s : s / from_rational<T>(plan_.input_divisor);
  }

  const RadialJets<T>& radial() {
    if (!radial_) {
      const unsigned n = plan_.radial_order + extra_;
      RadialParameters<T> p;
      p.t = cut(value(plan_.t), n);
      for (std::size_t l = 0; l < plan_.depth; ++l) {
        p.s.push_back(l == 0 ? divided_input_variance(plan_.radial_order) : cut(value(plan_.s[l]), n));
        p.b.push_back(cut(value(plan_.b[l]), n));
      }
      radial_ = radial_recursion(plan_.layer, p, *source_);
    }
    return *radial_;
  }

  const RadialGeometry<Jet<T>>& geometry() {
    if (!geometry_) {
      const unsigned long d = plan_.dimension == 0 ? 3 : plan_.dimension;  // sectional curvatures do not depend on it
      geometry_ = radial_geometry_series(radial(), value(plan_.t), d);
    }
    return *geometry_;
  }

  /// A + B t > 0.
  Jet<T> radial_eigenvalue(unsigned order) {
    const Jet<T> e =
        cut(radial().A, order + extra_) + cut(value(plan_.t), order + extra_) * cut(radial().B, order + extra_);
    return e;
  }

  Jet<T> quantity(const Slot& slot) {
    const unsigned n = slot.order + extra_;
    switch (slot.quantity) {
      case QuantityName::A:
        return cut(radial().A, n);
      case QuantityName::B:
        return cut(radial().B, n);
      case QuantityName::defect:
        return cut(radial().defect, n);
      case QuantityName::variance:
        return cut(radial().variance, n);
      case QuantityName::preactivation_variance:
        return cut(radial().q, n);
      case QuantityName::radial_eigenvalue:
        return radial_eigenvalue(slot.order);
      case QuantityName::omega:
        return log(cut(radial().A, n));
      case QuantityName::log_volume: {
        const Jet<T> volume = log(radial_eigenvalue(slot.order));
        if (plan_.dimension == 1) return volume / 2;
        const T one_less = from_rational<T>(Rational(plan_.dimension - 1));
        return (log(cut(radial().A, n)) * one_less + volume) / 2;
      }
      case QuantityName::sectional_radial:
        return cut(geometry().sectional_radial, n);
      case QuantityName::sectional_tangential:
        return cut(geometry().sectional_tangential, n);
      case QuantityName::ricci_radial:
        return cut(geometry().ricci_radial, n);
      case QuantityName::ricci_tangential:
        return cut(geometry().ricci_tangential, n);
      case QuantityName::scalar_curvature:
        return cut(geometry().scalar_curvature, n);
    }
    throw Error(ErrorCode::input, "unknown quantity '" + slot.name + "'");
  }

  Jet<T> call(const CallPlan& c, unsigned order) {
    const std::vector<Jet<T>> a = run(c.arguments);
    const unsigned n = order + extra_;
    if (c.function == "derivative") {
      Jet<T> f = a[0];
      for (unsigned k = 0; k < c.derivative; ++k) f = f.shape().variables() == 0 ? Jet<T>(T(0)) : partial(f, 0U);
      return f;
    }
    if (c.function == "V" || c.function == "D") return one_point(a[0], c.function == "V", n);
    if (c.function == "K" || c.function == "Kdot") {
      if (c.coincident) return one_point(a[0], c.function == "K", n);
      Pair pair = two_point(a[0], a[1], a[2], a[0] * a[1] - a[2] * a[2], n, c.function == "Kdot");
      return c.function == "K" ? pair.K : pair.Kdot;
    }
    return network_kernel(c, a, n);
  }

  void require_variance(const T& q) const {
    if (certainly_negative(q)) throw Error(ErrorCode::input, "a variance is negative here");
  }

  /// V or D of a series, to order n.
  Jet<T> one_point(const Jet<T>& q, bool value_kind, unsigned n) const {
    require_variance(q.value());
    const unsigned m = q.shape().variables() == 0 ? 0 : std::min(n, q.shape().order());
    const OnePoint<T> e = source_->one_point(non_negative(q.value()), m);
    std::vector<T> c = value_kind ? e.V : e.D;
    T factorial(1);
    for (unsigned k = 2; k <= m; ++k) {
      factorial = factorial * T(static_cast<int>(k));
      c[k] = c[k] / factorial;
    }
    return m == 0 ? Jet<T>(c[0]) : compose(std::span<const T>(c), cut(q, n));
  }

  struct Pair {
    Jet<T> K, Kdot;
  };

  /// K and, if requested, Kdot of series, to order n: by the closed form's tape, or from values and the first
  /// derivatives of K.
  Pair two_point(const Jet<T>& a, const Jet<T>& b, const Jet<T>& n, Jet<T> minor, unsigned order, bool dot) const {
    require_variance(a.value());
    require_variance(b.value());
    if (certainly_negative(minor.value()))
      throw Error(ErrorCode::input, "there are no two normal variables of such a covariance here: n^2 > a b");
    minor.value() = non_negative(minor.value());
    if (sources_->closed_form() && (order > 0 || std::is_same_v<T, Ball>)) {
      for (const Jet<T>* q : {&a, &b}) source_->one_point(q->value(), 0);  // throws where the expectations do not exist
      const std::vector<Jet<T>> in{a, b, n, minor};
      std::vector<Jet<T>> out(2);
      thread_local expr::Tape::Workspace<Jet<T>> workspace;
      sources_->pair_tape().evaluate(std::span<const Jet<T>>(in), std::span<Jet<T>>(out), workspace);
      return {out[0], out[1]};
    }
    const Covariance<T> c{a.value(), b.value(), n.value(), minor.value(), false};
    if (order > 1 || (order == 1 && dot))
      throw Error(ErrorCode::input, "these derivatives of expectations of two inputs need a closed form, which " +
                                        sources_->activation().name + " does not have");
    const TwoPoint<T> e = source_->two_point(c, order == 0 ? TwoPointNeed::kernel : TwoPointNeed::derivatives);
    if (order == 0) return {Jet<T>(e.K), Jet<T>(e.Kdot)};
    Pair pair{(a - a.value()) * e.Ka + (b - b.value()) * e.Kb + (n - n.value()) * e.Kdot, Jet<T>(e.Kdot)};
    pair.K.value() = e.K;
    return pair;
  }

  /// The kernel recursion of docs/math/kernels.md, "Definition", over series.
  Jet<T> network_kernel(const CallPlan& c, const std::vector<Jet<T>>& inputs, unsigned n) {
    const unsigned order = n - extra_;
    const auto parameter = [&](std::size_t slot) { return cut(value(slot), n); };
    const Jet<T> xx = cut(inputs[0], n), yy = cut(inputs[1], n), xy = cut(inputs[2], n);
    const Jet<T> s1 = divided_input_variance(order), b1 = parameter(plan_.b[0]);
    Jet<T> minor_x = c.coincident ? Jet<T>(T(0)) : xx * yy - xy * xy;
    Jet<T> distance = c.coincident ? Jet<T>(T(0)) : xx + yy - xy * 2;
    for (const Jet<T>* x : {&xx, &yy})
      if (certainly_negative(x->value())) throw Error(ErrorCode::input, "a squared length is negative here");
    if (certainly_negative(minor_x.value()))
      throw Error(ErrorCode::input, "there are no two inputs of such lengths here: xy^2 > xx yy");
    Jet<T> a = s1 * xx + b1, b = s1 * yy + b1, k = s1 * xy + b1;
    Jet<T> minor = s1 * (s1 * minor_x + b1 * distance), theta = k;
    const unsigned activations = plan_.layer == Layer::post ? plan_.depth : plan_.depth - 1;
    for (unsigned l = 1; l <= activations; ++l) {
      Pair pair = c.coincident ? Pair{one_point(a, true, n), one_point(a, false, n)}
                               : two_point(a, b, k, minor, n, c.function == "ntk");
      theta = pair.Kdot * theta;
      if (l == plan_.depth) return c.function == "kernel" ? pair.K : theta;
      const Jet<T> s = parameter(plan_.s[l]), bias = parameter(plan_.b[l]);
      a = s * one_point(a, true, n) + bias;
      b = c.coincident ? a : s * one_point(b, true, n) + bias;
      k = c.coincident ? a : s * pair.K + bias;
      minor = c.coincident ? Jet<T>(T(0)) : a * b - k * k;
      theta = k + s * theta;
    }
    return c.function == "kernel" ? k : theta;
  }

  const Plan& plan_;
  const Sources* sources_;
  const Expectations<T>* source_;
  std::span<const T> variables_;
  unsigned extra_;
  bool has_t_ = false;
  unsigned count_ = 0;
  std::vector<std::optional<Jet<T>>> values_;
  std::optional<RadialJets<T>> radial_;
  std::optional<RadialGeometry<Jet<T>>> geometry_;
};

}  // namespace evaluate

}  // namespace widegeo::statement
