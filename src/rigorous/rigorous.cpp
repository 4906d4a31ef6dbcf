#include "rigorous/rigorous.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "expr/analysis/envelope.hpp"
#include "number/ball/interval.hpp"
#include "rigorous/taylor.hpp"

namespace widegeo {

namespace {

using rigorous::Integrals;
using rigorous::Model;
using rigorous::Series;

/// Centres have this many bits, so that |u| <= 2^-7 for a thin q.
constexpr int centre_bits = 7;
constexpr double widest = 0.25;  ///< |u| of one series; a wider q is cut
constexpr double most_ratio = 0x1p40;
constexpr unsigned max_order = 12;

double centre_near(double q) {
  int exponent = 0;
  const double fraction = std::frexp(q, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, centre_bits)), exponent - centre_bits);
}

/// Terms that bring the remainder at |u| = 2^-7 to the precision, for the derivatives up to `order`, with some for
/// bounds on the circle that are larger than the values at the centre.
std::size_t term_count(unsigned order, long bits) {
  return std::max(order, 3U) + 6 + static_cast<std::size_t>(2 * bits / 13);
}

Ball at_precision(const Ball& x) {
  Ball r;
  arb_set_round(r.get(), x.get(), ball_bits());
  return r;
}

/// d^i/dq^i for i <= order at every number of q, |u| <= widest.
std::vector<Ball> enclose(const Series& series, double centre, const Ball& q, unsigned order) {
  const Ball c(centre), u = (q - c) / c;
  constexpr double thin = 0x1p-40;
  const bool wide = u.radius() > thin;
  std::vector<Ball> values(order + 1);
  const Ball low = ball_detail::lowest(u), high = ball_detail::highest(u), middle = u.centre();
  Ball above;  // the enclosure of the next derivative
  if (wide) above = series.derivative(order + 1, u);
  for (unsigned i = order + 1; i-- > 0;) {
    Ball value = series.derivative(i, u);
    if (wide) {
      if (above.certainly_non_negative() || above.certainly_non_positive()) {
        const Ball ends = Ball::hull(series.derivative(i, low), series.derivative(i, high));
        if (value.overlaps(ends)) value = intersection(value, ends);
      } else {
        const Ball centred = series.derivative(i, middle) + above * (u - middle);
        if (value.overlaps(centred)) value = intersection(value, centred);
      }
      above = value;
    }
    values[i] = value;
  }
  Ball scale(1);
  for (unsigned i = 0; i <= order; ++i) {
    values[i] = at_precision(values[i] / scale);
    scale *= c;
  }
  return values;
}

class RigorousExpectations final : public Expectations<Ball> {
 public:
  RigorousExpectations(const Activation& activation, const RigorousOptions& options)
      : activation_(activation), options_(options) {}

  OnePoint<Ball> one_point(const Ball& q, unsigned order) const override {
    if (order > max_order)
      throw Error(ErrorCode::input, "no derivatives in q of order " + std::to_string(order), "rigorous integration",
                  "at most " + std::to_string(max_order));
    if (q.certainly_non_positive())
      throw Error(ErrorCode::input, "rigorous integration needs a variance above 0", "q = " + q.text());
    const double low = q.lower(), high = q.upper();
    if (!(low > 0) || !(high < low * most_ratio)) return unknown(order);
    // Pieces of equal ratio, each with |u| <= widest around its centre (centres are rounded: some margin).
    constexpr double ratio = (1 + widest) / (1 - widest) * 0.95;
    const int pieces = high <= low * ratio ? 1 : static_cast<int>(std::ceil(std::log(high / low) / std::log(ratio)));
    if (pieces == 1) return around(centre_near(low / 2 + high / 2), q, order);
    OnePoint<Ball> all;
    for (int i = 0; i < pieces; ++i) {
      const double step = std::pow(high / low, 1.0 / pieces);
      const double a = i == 0 ? low : low * std::pow(step, i);
      const double b = i + 1 == pieces ? high : low * std::pow(step, i + 1);
      const OnePoint<Ball> piece = around(centre_near(a / 2 + b / 2), Ball::between(a, b), order);
      for (unsigned k = 0; k <= order; ++k) {
        if (i == 0) {
          all = piece;
          break;
        }
        all.V[k] = Ball::hull(all.V[k], piece.V[k]);
        all.D[k] = Ball::hull(all.D[k], piece.D[k]);
      }
    }
    return all;
  }

  TwoPoint<Ball> two_point(const Covariance<Ball>& c, TwoPointNeed need) const override {
    if (!c.coincident || need != TwoPointNeed::kernel)
      throw Error(ErrorCode::input, "the proof of a kernel of two points needs a closed form",
                  "rigorous integration of " + activation_.name, "only coincident points can be treated without one");
    const OnePoint<Ball> one = one_point(c.a, 0);
    TwoPoint<Ball> r{};
    r.K = one.V[0];
    r.Kdot = one.D[0];
    return r;
  }

  ErrorKind kind() const override { return ErrorKind::rigorous; }

 private:
  static OnePoint<Ball> unknown(unsigned order) {
    const std::vector<Ball> all(order + 1, Ball::anything());
    return {all, all};
  }

  OnePoint<Ball> around(double centre, const Ball& q, unsigned order) const {
    const long bits = options_.bits != 0 ? options_.bits : ball_bits();
    std::shared_ptr<const Model> model;
    {
      const std::lock_guard lock(mutex_);
      std::unique_ptr<Integrals>& integrals = integrals_[bits];
      if (!integrals) integrals = std::make_unique<Integrals>(activation_, bits);
      model = integrals->model(centre, term_count(order, bits));
    }
    OnePoint<Ball> r{enclose(model->series[0], centre, q, order), enclose(model->series[1], centre, q, order)};
    if (!is_finite(r.V[0]) || !is_finite(r.D[0]))
      throw Error(ErrorCode::accuracy, "no finite bound of the integrals of V and D was found at q = " + q.text(),
                  "rigorous integration of " + activation_.name);
    for (std::vector<Ball>* values : {&r.V, &r.D}) (*values)[0] = non_negative_part((*values)[0]);
    return r;
  }

  Activation activation_;
  RigorousOptions options_;
  mutable std::mutex mutex_;
  mutable std::map<long, std::unique_ptr<Integrals>> integrals_;
};

/// What can be told from the tree alone.
std::string refused_by_form(const Activation& activation) {
  if (!activation.analysis.undefined_where.empty())
    return activation.name + " is not defined where " + activation.analysis.undefined_where;
  for (const expr::SpecialPoint& point : activation.analysis.points) {
    if (point.kind == expr::SpecialPoint::Kind::jump)
      return activation.name + " jumps at x = " + std::to_string(point.approximate) + ": D does not exist";
    if (point.kind == expr::SpecialPoint::Kind::singular)
      return activation.name + " is singular at x = " + std::to_string(point.approximate);
  }
  constexpr double far = 1e6, infinity = std::numeric_limits<double>::infinity();
  for (const expr::Expr* tree : {&activation.phi, &activation.derivative}) {
    if (!expr::envelope(*tree, far, infinity).exists() || !expr::envelope(*tree, -infinity, -far).exists())
      return "no envelope of " + to_text(*tree) + " decays against the Gaussian";
  }
  return {};
}

}  // namespace

std::unique_ptr<Expectations<Ball>> rigorous_expectations(const Activation& activation,
                                                          const RigorousOptions& options) {
  if (const std::string reason = refused_by_form(activation); !reason.empty())
    throw Error(ErrorCode::input, reason, "rigorous integration");
  return std::make_unique<RigorousExpectations>(activation, options);
}

std::string no_rigorous_reason(const Activation& activation) {
  if (std::string reason = refused_by_form(activation); !reason.empty()) return reason;
  try {
    RigorousExpectations(activation, {}).one_point(Ball(1), 0);
  } catch (const Error& error) {
    return error.summary();
  }
  return {};
}

}  // namespace widegeo
