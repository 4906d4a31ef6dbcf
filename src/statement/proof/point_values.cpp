#include "statement/proof/point_values.hpp"

#include <algorithm>
#include <cmath>

#include "number/error.hpp"
#include "report/decimal.hpp"

namespace widegeo::statement {
namespace {

constexpr unsigned digits = 15;
constexpr int factor = 4;  // between radii of one number

std::string side_text(const Ball& ball) {
  if (is_finite(ball) && (ball - Ball(ball.midpoint())).is_exactly_zero()) return report::shortest(ball.midpoint());
  return ball.text(digits);
}

/// Parses a text that side_text or report::error_text may have written; not finite if it cannot be read.
Ball ball_of(const std::string& text) {
  constexpr std::size_t longest = 100;
  Ball ball;
  if (text.size() > longest || arb_set_str(ball.get(), text.c_str(), 256) != 0) return Ball::anything();
  return ball;
}

bool same_size(double a, double b) { return a <= factor * b && b <= factor * a; }

bool same_ball(const std::string& stated, const std::string& again) {
  if (stated == again) return true;
  const Ball a = ball_of(stated), b = ball_of(again);
  return is_finite(a) && is_finite(b) && a.overlaps(b) && same_size(a.radius(), b.radius());
}

bool same_error(const std::string& stated, const std::string& again) {
  if (stated == again) return true;
  const Ball a = ball_of(stated), b = ball_of(again);
  return is_finite(a) && is_finite(b) && a.certainly_non_negative() && same_size(a.midpoint(), b.midpoint());
}

}  // namespace

std::vector<Compared> compared_in_balls(const Program& program, const Choice& choice, std::span<const Rational> point,
                                        long bits) {
  const BallPrecision precision(bits);
  std::vector<Compared> compared;
  try {
    const std::vector<Ball> variables = balls_of(point);
    const auto sides = Evaluator<Ball>(program, choice).compared(std::span<const Ball>(variables));
    for (std::size_t k = 0; k < sides.size(); ++k) {
      const auto& [left, right] = sides[k];
      const double error = (left - right).radius();
      compared.push_back({program.claim().comparisons.at(k).text, side_text(left), side_text(right),
                          std::isfinite(error) ? report::error_text(error) : "unknown"});
    }
  } catch (const Error& error) {
    // A comparison that another one makes unnecessary may have no sides.
    if (error.code() != ErrorCode::accuracy && error.code() != ErrorCode::input) throw;
    compared.clear();
  }
  return compared;
}

std::string difference_between(const std::vector<Compared>& stated, const std::vector<Compared>& again) {
  if (stated.size() != again.size()) return "it does not state the sides of every comparison";
  for (std::size_t k = 0; k < stated.size(); ++k) {
    if (stated[k].text != again[k].text) return "it states the sides of another comparison than " + again[k].text;
    if (!same_ball(stated[k].left, again[k].left))
      return "the left side of " + again[k].text + " is " + again[k].left + ", not " + stated[k].left;
    if (!same_ball(stated[k].right, again[k].right))
      return "the right side of " + again[k].text + " is " + again[k].right + ", not " + stated[k].right;
    if (!same_error(stated[k].error, again[k].error))
      return "the error of " + again[k].text + " is " + again[k].error + ", not " + stated[k].error;
  }
  return {};
}

std::pair<double, double> middle_and_reach(const Interval& interval) {
  const double middle = interval.low / 2 + interval.high / 2;
  const double reach = std::max(interval.high - middle, middle - interval.low);
  return {middle, reach == 0 ? 0 : std::nextafter(reach, HUGE_VAL)};
}

}  // namespace widegeo::statement
