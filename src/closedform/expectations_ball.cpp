// Closed forms over balls, for proofs.
//
// Over a wide q the formulas alone overestimate the range of V, D and their derivatives, because q occurs in them
// several times. They are also evaluated at both ends, and the ranges follow from the highest derivative downwards,
// each being the slope of the one below.
#include <algorithm>

#include "closedform/formulas.hpp"
#include "number/ball/range.hpp"
#include "number/error.hpp"

namespace widegeo {

namespace {

/// Relative radius below which the formulas alone are tight enough.
constexpr double thin = 0x1p-32;
/// The highest derivative that is enclosed better than by the formulas alone.
constexpr unsigned most_tight = 4;

class BallExpectations final : public Expectations<Ball> {
 public:
  explicit BallExpectations(const ClosedForm& form) : formulas_(form) {
    if (form.variance_limit) limit_ = expr::Tape(std::span<const expr::Expr>(&*form.variance_limit, 1), {});
    if (form.square_at_zero) square_at_zero_ = expr::Tape(std::span<const expr::Expr>(&*form.square_at_zero, 1), {});
  }

  ErrorKind kind() const override { return ErrorKind::rigorous; }

  OnePoint<Ball> one_point(const Ball& q, unsigned order) const override {
    const ClosedForm& form = formulas_.form();
    if (!form.metric_exists && order > 0) no_metric();
    const Ball variance = checked(q);
    std::vector<Ball> values(2 * (order + 1), Ball::anything());
    if (within_limit(variance)) values = over(variance, order);
    if (variance.is_exactly_zero() && formulas_.kinked() && !std::ranges::all_of(values, is_finite_ball)) {
      throw Error(ErrorCode::input, "the closed form divides by the variance, which is zero here",
                  "activation " + form.name, "give a bias variance above 0 or an input other than 0");
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(order) + 1;
    OnePoint<Ball> r{{values.begin(), middle}, {middle, values.end()}};
    if (!form.metric_exists) r.D[0] = Ball::anything();
    // E phi^2 at q = 0 is phi(0)^2, which is not the limit where phi jumps at 0.
    if (square_at_zero_) {
      Ball at_zero;
      expr::Tape::Workspace<Ball> workspace;
      square_at_zero_->evaluate<Ball>({}, std::span<Ball>(&at_zero, 1), workspace);
      if (variance.is_exactly_zero()) r.V[0] = at_zero;
      if (variance.contains_zero()) r.V[0] = Ball::hull(r.V[0], at_zero);
    }
    return r;
  }

  TwoPoint<Ball> two_point(const Covariance<Ball>& c, TwoPointNeed need) const override {
    const bool derivatives = need == TwoPointNeed::derivatives;
    if (derivatives && !formulas_.form().metric_exists) no_metric();
    if (c.coincident) return coincident(c.a, derivatives);
    const Ball a = checked(c.a), b = checked(c.b);
    std::vector<Ball> v(derivatives ? 7 : 2, Ball::anything());
    if (within_limit(a) && within_limit(b)) v = formulas_.pair(a, b, c.n, non_negative_part(c.minor), derivatives);
    TwoPoint<Ball> r;
    r.K = v[0];
    r.Kdot = v[1];
    if (!derivatives) return r;
    r.Ka = v[2];
    r.Kb = v[3];
    r.radial = v[4];
    r.mixed = v[5];
    r.normal = v[6];
    return r;
  }

 private:
  static bool is_finite_ball(const Ball& x) { return is_finite(x); }

  [[noreturn]] void no_metric() const {
    throw Error(ErrorCode::input, "phi jumps, so E phi'^2 is infinite and the metric does not exist",
                "activation " + formulas_.form().name);
  }

  /// A variance is >= 0: what is below in the ball is none.
  Ball checked(const Ball& q) const {
    if (q.certainly_negative())
      throw Error(ErrorCode::input, "a variance must be finite and not negative",
                  "activation " + formulas_.form().name);
    return non_negative_part(q);
  }

  bool within_limit(const Ball& q) const {
    if (!is_finite(q)) return false;
    if (!limit_) return true;
    Ball limit;
    expr::Tape::Workspace<Ball> workspace;
    limit_->evaluate<Ball>({}, std::span<Ball>(&limit, 1), workspace);
    const Ball room = limit - q;
    if (room.certainly_non_positive()) {
      throw Error(ErrorCode::input, "the Gaussian average of phi^2 diverges", "activation " + formulas_.form().name,
                  "the variance must stay below " + expr::to_text(*formulas_.form().variance_limit));
    }
    return room.certainly_positive();
  }

  std::vector<Ball> over(const Ball& q, unsigned order) const {
    if (q.radius() <= thin * q.upper()) return formulas_.single(q, order);
    const double low = std::max(q.lower(), 0.0), high = q.upper();
    // Higher derivatives are asked for as remainders of Taylor's formula.
    const unsigned tight = std::min(order, most_tight);
    const std::vector<Ball> at_low = formulas_.single(Ball(low), tight), at_high = formulas_.single(Ball(high), tight);
    const std::vector<Ball> plain = formulas_.single(Ball::between(low, high), order + 1);
    const Ball step = Ball::between(0.0, (Ball(high) - Ball(low)).upper());
    std::vector<Ball> r(2 * (order + 1));
    for (std::size_t f = 0; f < 2; ++f) {
      for (unsigned k = tight + 1; k <= order; ++k) r[f * (order + 1) + k] = plain[f * (order + 2) + k];
      Ball slope = plain[f * (order + 2) + tight + 1];
      for (unsigned k = tight + 1; k-- > 0;) {
        const Ball &p = at_low[f * (tight + 1) + k], &h = at_high[f * (tight + 1) + k];
        Ball& range = r[f * (order + 1) + k];
        range = range_from_ends(plain[f * (order + 2) + k], slope, p, h, step);
        slope = range;
      }
      r[f * (order + 1)] = non_negative_part(r[f * (order + 1)]);  // averages of squares
    }
    return r;
  }

  TwoPoint<Ball> coincident(const Ball& q, bool derivatives) const {
    const OnePoint<Ball> o = one_point(q, derivatives ? 1 : 0);
    TwoPoint<Ball> r;
    r.K = o.V[0];
    r.Kdot = o.D[0];
    if (!derivatives) return r;
    r.Ka = r.Kb = (o.V[1] - o.D[0]) / Ball(2);
    r.radial = Ball(2) * q * o.D[1];
    return r;
  }

  Formulas formulas_;
  std::optional<expr::Tape> limit_, square_at_zero_;
};

}  // namespace

template <>
std::unique_ptr<Expectations<Ball>> closed_form_expectations<Ball>(const ClosedForm& form) {
  return std::make_unique<BallExpectations>(form);
}

}  // namespace widegeo
