// Module-internal: one evaluation of a plan; every slot is a Taylor series, computed on first use.
#pragma once

#include <cmath>
#include <limits>

#include "geometry/read_quantity.hpp"
#include "kernel/kernel.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/error.hpp"
#include "statement/evaluation/plan.hpp"
#include "statement/evaluation/program.hpp"
#include "statement/evaluation/series_expectations.hpp"

namespace widegeo::statement {

namespace evaluate {

inline TrackedDouble unknown(TrackedDouble) { return {0, std::numeric_limits<double>::infinity()}; }
inline Ball unknown(Ball) { return Ball::anything(); }

template <class T>
class Evaluation {
 public:
  Evaluation(const EvaluationPlan& plan, const Sources* sources, const Expectations<T>* source,
             std::span<const T> variables, unsigned order)
      : plan_(plan), sources_(sources), source_(source), variables_(variables), extra_(order) {
    values_.resize(plan.slots.size());
    has_t_ = plan.t != EvaluationPlan::none;
    // Values alone need only the series in t.
    const std::size_t others = order == 0 ? 0 : plan.range_count - (plan.t_range != EvaluationPlan::none ? 1 : 0);
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
    return 1 + range - (plan_.t_range != EvaluationPlan::none && plan_.t_range < range ? 1 : 0);
  }

  Jet<T> variable(std::size_t index, const T& value, unsigned order) const {
    const unsigned n = order + extra_;
    if (n == 0 || index >= count_) return Jet<T>(value);
    return Jet<T>::variable(JetShape::get(count_, n), static_cast<unsigned>(index), value);
  }

  T radius_or_t() const {
    return plan_.t_range != EvaluationPlan::none ? variables_[plan_.t_range] : from_rational<T>(plan_.t_value);
  }
  T t_value() const {
    if (!plan_.t_is_radius) return radius_or_t();
    if (plan_.t_range == EvaluationPlan::none) return from_rational<T>(plan_.t_value * plan_.t_value);
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

  LayerVariances<Jet<T>> variances_to(unsigned order) {
    LayerVariances<Jet<T>> r{plan_.read_out, {}, {}};
    for (std::size_t l = 0; l < plan_.depth; ++l) {
      r.s.push_back(cut(value(plan_.s[l]), order + extra_));
      r.b.push_back(cut(value(plan_.b[l]), order + extra_));
    }
    if (plan_.input_divisor != 1) r.s[0] = r.s[0] / from_rational<T>(plan_.input_divisor);
    return r;
  }

  const RadialJets<T>& radial() {
    if (!radial_) {
      const Jet<T> t = cut(value(plan_.t), plan_.radial_order + extra_);
      const LayerVariances<Jet<T>> variances = variances_to(plan_.radial_order);
      radial_ = radial_recursion(plan_.read_out, RadialParameters<T>{t, variances.s, variances.b}, *source_);
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

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch"
  /// Of no higher order of the metric than is needed: curvature alone takes the computed geometry.
  Jet<T> quantity(const Slot& slot) {
    using Q = GeometricQuantity;
    const unsigned n = slot.order + extra_;
    switch (slot.quantity) {
      case Q::A:
      case Q::tangential_eigenvalue:
        return cut(radial().A, n);
      case Q::B:
        return cut(radial().B, n);
      case Q::defect:
        return cut(radial().defect, n);
      case Q::variance:
        return cut(radial().variance, n);
      case Q::preactivation_variance:
        return cut(radial().q, n);
      case Q::radial_eigenvalue:
        return radial_eigenvalue(slot.order);
      case Q::omega:
        return log(cut(radial().A, n));
      case Q::log_volume: {
        const Jet<T> volume = log(radial_eigenvalue(slot.order));
        if (plan_.dimension == 1) return volume / 2;
        const T one_less = from_rational<T>(Rational(plan_.dimension - 1));
        return (log(cut(radial().A, n)) * one_less + volume) / 2;
      }
      case Q::sectional_radial:
      case Q::sectional_tangential:
      case Q::ricci_radial:
      case Q::ricci_tangential:
      case Q::scalar_curvature:
        return cut(read_quantity(geometry(), slot.quantity), n);
    }
    throw Error(ErrorCode::input, "unknown quantity '" + slot.name + "'");
  }
#pragma GCC diagnostic pop

  Jet<T> call(const CallPlan& c, unsigned order) {
    const std::vector<Jet<T>> a = run(c.arguments);
    const unsigned n = order + extra_;
    if (c.function == "derivative") {
      Jet<T> f = a[0];
      for (unsigned k = 0; k < c.derivative; ++k) f = f.shape().variables() == 0 ? Jet<T>(T(0)) : partial(f, 0U);
      return f;
    }
    if (c.function == "kernel" || c.function == "ntk") return network_kernel(c, a, n);
    const bool slope = c.function == "D" || c.function == "Kdot";
    const SeriesExpectations<T> series(*sources_, *source_, n, slope);
    if (c.coincident) {
      const OnePoint<Jet<T>> e = series.one_point(a[0], n);
      return slope ? e.D[0] : e.V[0];
    }
    const TwoPoint<Jet<T>> e =
        series.two_point({a[0], a[1], a[2], a[0] * a[1] - a[2] * a[2], false}, TwoPointNeed::kernel);
    return slope ? e.Kdot : e.K;
  }

  /// NNGP and NTK (docs/math/kernels.md) over Taylor series.
  Jet<T> network_kernel(const CallPlan& c, const std::vector<Jet<T>>& inputs, unsigned n) {
    InputPair<Jet<T>> pair;
    pair.xx = cut(inputs[0], n);
    pair.yy = cut(inputs[1], n);
    pair.xy = cut(inputs[2], n);
    pair.coincident = c.coincident;
    if (c.coincident)
      pair.distance_squared = Jet<T>(0);
    else
      pair.minor = pair.xx * pair.yy - pair.xy * pair.xy;
    for (const Jet<T>* x : {&pair.xx, &pair.yy})
      if (certainly_negative(x->value())) throw Error(ErrorCode::input, "a squared length is negative here");
    if (certainly_negative(pair.minor.value()))
      throw Error(ErrorCode::input, "there are no two inputs of such lengths here: xy^2 > xx yy");
    const bool tangent = c.function == "ntk";
    const SeriesExpectations<T> series(*sources_, *source_, n, tangent);
    const LayerVariances<Jet<T>> variances = variances_to(n - extra_);
    return tangent ? ntk_value(variances, series, pair) : nngp_value(variances, series, pair);
  }

  const EvaluationPlan& plan_;
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
