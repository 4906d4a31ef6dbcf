// Closed forms behind the Expectations interface.
#include <array>
#include <cmath>
#include <limits>

#include "closedform/build.hpp"
#include "closedform/refined.hpp"
#include "number/error.hpp"

namespace widegeo {

namespace {

double nearest(const TrackedDouble& x) { return x.value; }
double nearest(const Real& x) { return x.to_double(); }

template <class T>
T infinite() {
  if constexpr (std::is_same_v<T, TrackedBlock>) {
    return T(Block(std::numeric_limits<double>::infinity()));
  } else if constexpr (std::is_same_v<T, TrackedDouble>) {
    return T(std::numeric_limits<double>::infinity());
  } else {
    return T(std::numeric_limits<double>::infinity());
  }
}

template <class T>
class ClosedFormExpectations final : public Expectations<T> {
 public:
  explicit ClosedFormExpectations(const ClosedForm& form) : formulas_(form) {
    if (form.variance_limit) limit_ = build::value_of_constant(*form.variance_limit);
    if (form.square_at_zero) square_at_zero_ = build::value_of_constant(*form.square_at_zero);
  }

  ErrorKind kind() const override { return ErrorKind::rounding; }

  OnePoint<T> one_point(const T& q, unsigned order) const override {
    const ClosedForm& form = formulas_.form();
    if (!form.metric_exists && order > 0) no_metric();
    check_variance(q);
    std::vector<T> values;
    if constexpr (std::is_same_v<T, Real>) {
      values = limit_single(formulas_, q, order);
      check_finite(values);
    } else {
      values = refined_single(formulas_, q, order);
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(order) + 1;
    OnePoint<T> r{{values.begin(), middle}, {middle, values.end()}};
    if (!form.metric_exists) r.D[0] = infinite<T>();
    if (square_at_zero_) set_at_zero(q, r.V[0]);
    return r;
  }

  TwoPoint<T> two_point(const Covariance<T>& c, TwoPointNeed need) const override {
    const bool derivatives = need == TwoPointNeed::derivatives, metric = formulas_.form().metric_exists;
    if (derivatives && !metric) no_metric();
    if (c.coincident) return coincident(c.a, derivatives);
    check_variance(c.a);
    check_variance(c.b);
    if constexpr (!std::is_same_v<T, TrackedBlock>) {
      if (derivatives && formulas_.form().kink_at_zero && (nearest(c.a) == 0) != (nearest(c.b) == 0))
        throw Error(ErrorCode::input, "the kernel has no derivatives where one variance vanishes: phi' has a kink at 0",
                    formulas_.form().name, "give the biases a variance, or move the point off the origin");
    }
    std::vector<T> v;
    if constexpr (std::is_same_v<T, Real>) {
      v = limit_pair(formulas_, c.a, c.b, c.n, c.minor, derivatives);
      check_finite(v);
    } else {
      v = refined_pair(formulas_, c.a, c.b, c.n, c.minor, derivatives);
    }
    TwoPoint<T> r;
    r.K = v[0];
    r.Kdot = v[1];
    if (!metric) mark_parallel(c.minor, r.Kdot);
    if (!derivatives) return r;
    r.Ka = v[2];
    r.Kb = v[3];
    r.radial = v[4];
    r.mixed = v[5];
    r.normal = v[6];
    if constexpr (std::is_same_v<T, TrackedBlock>) {
      if (formulas_.form().kink_at_zero) mark_vanishing(c.a.value, c.b.value, r);
    }
    return r;
  }

 private:
  /// Where one variance vanishes derivatives do not exist: errors are infinite there.
  static void mark_vanishing(const Block& a, const Block& b, TwoPoint<TrackedBlock>& r) {
    for (std::size_t lane = 0; lane < Block::width; ++lane) {
      if ((a.lane[lane] == 0) == (b.lane[lane] == 0)) continue;
      for (TrackedBlock* x : {&r.Kdot, &r.Ka, &r.Kb, &r.radial, &r.mixed, &r.normal})
        x->error.lane[lane] = std::numeric_limits<double>::infinity();
    }
  }

  /// E phi^2 at q = 0 is phi(0)^2, which is not the limit where phi jumps at 0.
  void set_at_zero(const T& q, T& value) const {
    if constexpr (std::is_same_v<T, TrackedBlock>) {
      for (std::size_t lane = 0; lane < Block::width; ++lane) {
        if (q.value.lane[lane] != 0) continue;
        value.value.lane[lane] = square_at_zero_->to_double();
        value.error.lane[lane] = q.error.lane[lane] == 0 ? 1e-16 : std::numeric_limits<double>::infinity();
      }
    } else if (nearest(q) == 0) {
      if constexpr (std::is_same_v<T, TrackedDouble>) {
        const double at_zero = square_at_zero_->to_double();
        value = TrackedDouble(at_zero, q.error == 0 ? 3e-16 * at_zero : std::fabs(value.value - at_zero));
      } else {
        value = at_working_precision(*square_at_zero_);
      }
    }
  }

  [[noreturn]] void no_metric() const {
    throw Error(ErrorCode::input, "phi jumps, so E phi'^2 is infinite and the metric does not exist",
                "activation " + formulas_.form().name);
  }

  /// Kdot is infinite for parallel inputs of an activation that jumps.
  static void mark_parallel(const T& minor, T& dot) {
    if constexpr (std::is_same_v<T, TrackedBlock>) {
      for (std::size_t lane = 0; lane < Block::width; ++lane) {
        if (minor.value.lane[lane] > 0) continue;
        dot.value.lane[lane] = std::numeric_limits<double>::infinity();
        dot.error.lane[lane] = 0;
      }
    } else {
      if (!(nearest(minor) > 0)) dot = infinite<T>();
    }
  }

  void check_variance(const T& q) const {
    if constexpr (!std::is_same_v<T, TrackedBlock>) {
      const double v = nearest(q);
      if (!(v >= 0))
        throw Error(ErrorCode::input, "a variance must be finite and not negative",
                    "activation " + formulas_.form().name);
      if (limit_ && !(v < limit_->to_double())) {
        throw Error(ErrorCode::input, "the Gaussian average of phi^2 diverges", "activation " + formulas_.form().name,
                    "the variance must stay below " + expr::to_text(*formulas_.form().variance_limit));
      }
    }
  }

  void check_finite(const std::vector<Real>& values) const {
    for (const Real& v : values) {
      if (!is_finite(v)) {
        throw Error(ErrorCode::accuracy, "a Gaussian average is outside the range of the number format",
                    "activation " + formulas_.form().name);
      }
    }
  }

  TwoPoint<T> coincident(const T& q, bool derivatives) const {
    const OnePoint<T> o = one_point(q, derivatives ? 1 : 0);
    TwoPoint<T> r;
    r.K = o.V[0];
    r.Kdot = o.D[0];
    if (!derivatives) return r;
    r.Ka = r.Kb = (o.V[1] - o.D[0]) / T(2);
    r.radial = T(2) * q * o.D[1];
    r.mixed = r.normal = T(0);
    return r;
  }

  Formulas formulas_;
  std::optional<Real> limit_, square_at_zero_;
};

}  // namespace

template <class T>
std::unique_ptr<Expectations<T>> closed_form_expectations(const ClosedForm& form) {
  return std::make_unique<ClosedFormExpectations<T>>(form);
}

template std::unique_ptr<Expectations<TrackedDouble>> closed_form_expectations<TrackedDouble>(const ClosedForm&);
template std::unique_ptr<Expectations<TrackedBlock>> closed_form_expectations<TrackedBlock>(const ClosedForm&);
template std::unique_ptr<Expectations<Real>> closed_form_expectations<Real>(const ClosedForm&);

}  // namespace widegeo
