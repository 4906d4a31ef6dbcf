#include "statement/evaluation/point.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "closedform/entries/entries.hpp"
#include "number/error.hpp"
#include "report/decimal.hpp"
#include "statement/evaluation/sources.hpp"

namespace widegeo::statement {

namespace {

template <class T>
std::vector<T> converted(const std::vector<Rational>& ranges) {
  std::vector<T> r;
  r.reserve(ranges.size());
  for (const Rational& value : ranges) r.push_back(from_rational<T>(value));
  return r;
}

Outcome missing(std::string reason) {
  Outcome o;
  o.reason = std::move(reason);
  return o;
}

std::vector<Real> values_of(const std::vector<Jet<Real>>& sides) {
  std::vector<Real> r;
  for (const Jet<Real>& side : sides) r.push_back(side.value());
  return r;
}

/// From the values at two precisions, whose difference bounds the error of the more precise one.
std::vector<Difference> differences_of(const std::vector<Real>& coarse, const std::vector<Real>& fine) {
  std::vector<Difference> r;
  for (std::size_t i = 0; i < fine.size(); ++i) {
    const Real error = 2 * abs(fine[i] - coarse[i]);
    Difference d = difference_of(value_of(fine[i]), value_of(error));
    // Numbers beyond the range of double keep their sign, with the largest double as their size.
    if (is_finite(fine[i])) {
      constexpr double largest = std::numeric_limits<double>::max();
      d.value = std::clamp(value_of(fine[i]), -largest, largest);
      d.error = std::min(value_of(error), largest);
      d.side = fine[i] > error ? 1 : fine[i] < -error ? -1 : 0;
      d.exact = fine[i] == 0 && error == 0;
    }
    r.push_back(d);
  }
  return r;
}

/// Whether the ball shows that the condition is met.
bool certainly_met(Condition::Kind kind, const Ball& x) {
  switch (kind) {
    case Condition::Kind::finite:
      return is_finite(x);
    case Condition::Kind::not_zero:
      return is_finite(x) && !x.contains_zero();
    case Condition::Kind::positive:
      return x.certainly_positive();
    default:
      return x.certainly_non_negative();
  }
}

/// Of the comparisons of a claim; empty where some ball is not finite or some condition may be broken.
std::vector<Difference> differences_of(const Claim& claim, const std::vector<Jet<Ball>>& sides) {
  const std::size_t count = claim.comparisons.size();
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (!is_finite(sides[i].value())) return {};
    if (i >= count && !certainly_met(claim.conditions[i - count].kind, sides[i].value())) return {};
  }
  std::vector<Difference> r;
  for (std::size_t i = 0; i < count; ++i) {
    const Ball& x = sides[i].value();
    constexpr double largest = std::numeric_limits<double>::max();
    Difference d;
    d.value = std::clamp(x.midpoint(), -largest, largest);
    d.error = std::min(x.radius(), largest);
    d.side = x.certainly_positive() ? 1 : x.certainly_negative() ? -1 : 0;
    d.exact = x.is_exactly_zero();
    r.push_back(d);
  }
  return r;
}

std::string side_text(const Real& coarse, const Real& fine) {
  constexpr unsigned digits = 15;
  const double nearest = value_of(fine);
  if (coarse == fine && std::isfinite(nearest) && Real(nearest) == fine) return report::shortest(nearest);
  const Real error = 2 * abs(fine - coarse);
  if (abs(fine) <= error) return "0";
  const double right = value_of(log(abs(fine) / error)) / std::log(10.0);
  return report::decimal(fine, static_cast<unsigned>(std::clamp(right, 1.0, double(digits))));
}

}  // namespace

PointEvaluator::PointEvaluator(const Program& program, const Choice& choice)
    : program_(program),
      choice_(choice),
      in_double_(program, choice),
      in_real_(program, choice),
      quick_(in_double_.route() != "quadrature") {
  if (quick_) in_balls_.emplace(program, choice);
  const Sources* sources = program.sources(choice.activation);
  if (sources && sources->closed_form()) quick_ = has_fast_entries(*sources->closed_form());
}

Outcome PointEvaluator::outcome(const std::vector<Difference>& claim, const std::vector<Difference>& hypothesis) const {
  Outcome o;
  if (program_.hypothesis()) {
    const Judgement h = judge(*program_.hypothesis(), hypothesis);
    if (h.truth != Truth::holds) {
      o.status = Outcome::Status::excluded;
      o.hypothesis_margin = h.margin;
      return o;
    }
  }
  o.status = Outcome::Status::searched;
  o.claim = judge(program_.claim(), claim);
  return o;
}

Outcome PointEvaluator::operator()(const std::vector<Rational>& ranges) const {
  const std::vector<TrackedDouble> variables = converted<TrackedDouble>(ranges);
  const auto sides = in_double_(std::span<const TrackedDouble>(variables), 0);
  const auto differences = [](const std::vector<Jet<TrackedDouble>>& values) {
    std::vector<Difference> r;
    for (const auto& v : values) r.push_back(difference_of(v.value().value, v.value().error));
    return r;
  };
  const std::vector<Difference> hypothesis = differences(sides.hypothesis);
  if (!sides.hypothesis_exists) return missing(sides.reason);
  if (!sides.exists) {
    // A claim that has no meaning where its hypothesis is not met lacks nothing.
    Outcome o = program_.hypothesis()
                    ? outcome(std::vector<Difference>(program_.claim().comparisons.size()), hypothesis)
                    : Outcome{};
    return o.status == Outcome::Status::excluded ? o : missing(sides.reason);
  }
  return outcome(differences(sides.claim), hypothesis);
}

std::optional<Outcome> PointEvaluator::over_balls(const std::vector<Rational>& ranges, unsigned digits) const {
  if (!in_balls_) return std::nullopt;
  const BallPrecision precision(std::lround(3.33 * digits));
  const std::vector<Ball> variables = converted<Ball>(ranges);
  const auto sides = (*in_balls_)(std::span<const Ball>(variables), 0);
  if (!sides.exists || !sides.hypothesis_exists) return std::nullopt;
  const std::vector<Difference> claim = differences_of(program_.claim(), sides.claim);
  const std::vector<Difference> hypothesis =
      program_.hypothesis() ? differences_of(*program_.hypothesis(), sides.hypothesis) : std::vector<Difference>{};
  if (claim.empty() || (program_.hypothesis() && hypothesis.empty())) return std::nullopt;
  return outcome(claim, hypothesis);
}

Outcome PointEvaluator::at_digits(const std::vector<Rational>& ranges, unsigned digits) const {
  // What balls of Owen's T leave open at so few digits quadrature may decide. That sides are equal no ball shows: of
  // claims without functions (K, V, derivative) two precisions may say so, and `refined` asks 500 digits again.
  const std::optional<Outcome> o = over_balls(ranges, 2 * digits);
  if (o && (!o->claim.close || (quick_ && !program_.claim().calls.empty()))) return *o;
  Program::Sides<Real> coarse, fine;
  try {
    for (auto [sides, precision] : {std::pair{&coarse, digits}, std::pair{&fine, 2 * digits}}) {
      const PrecisionScope scope(precision);
      const std::vector<Real> variables = converted<Real>(ranges);
      *sides = in_real_(std::span<const Real>(variables), 0);
    }
  } catch (const Error& e) {
    if (e.code() != ErrorCode::accuracy) throw;
    Outcome o;
    o.status = Outcome::Status::searched;
    o.claim.error = std::numeric_limits<double>::infinity();
    o.claim.close = true;
    return o;
  }
  const PrecisionScope scope(2 * digits);
  if (!coarse.exists || !fine.exists) return missing(fine.exists ? coarse.reason : fine.reason);
  return outcome(differences_of(values_of(coarse.claim), values_of(fine.claim)),
                 differences_of(values_of(coarse.hypothesis), values_of(fine.hypothesis)));
}

Outcome PointEvaluator::refined(const std::vector<Rational>& ranges) const {
  Outcome o = at_digits(ranges, 30);
  if (o.status == Outcome::Status::searched && o.claim.close && quick_) o = at_digits(ranges, 60);
  // A difference of 0 at both precisions may have lost all of its digits (A + B t of erf at r = 1e30, or a term beside
  // one that is larger by 100 orders), and would refute, or hide that the claim fails.
  if (o.status != Outcome::Status::searched || o.claim.margin != 0 || o.claim.close) return o;
  if (quick_) return at_digits(ranges, 500);
  if (o.claim.truth == Truth::fails) o.claim.truth = Truth::undecided;
  return o;
}

Outcome PointEvaluator::deep(const std::vector<Rational>& ranges) const {
  Outcome o;
  for (const unsigned digits : {120U, 480U}) {
    o = at_digits(ranges, digits);
    if (o.status != Outcome::Status::searched || !o.claim.close) break;
  }
  return o;
}

std::vector<Compared> PointEvaluator::compared(const std::vector<Rational>& ranges) const {
  std::vector<std::pair<Real, Real>> coarse, fine;
  for (auto [sides, precision] : {std::pair{&coarse, 30U}, std::pair{&fine, 60U}}) {
    const PrecisionScope scope(precision);
    const std::vector<Real> variables = converted<Real>(ranges);
    *sides = in_real_.compared(std::span<const Real>(variables));
  }
  const PrecisionScope scope(60);
  std::vector<Compared> r;
  for (std::size_t i = 0; i < fine.size(); ++i) {
    const auto& [left, right] = fine[i];
    const Real error = 2 * abs((left - right) - (coarse[i].first - coarse[i].second));
    r.push_back({program_.claim().comparisons[i].text, side_text(coarse[i].first, left),
                 side_text(coarse[i].second, right), report::error_text(error)});
  }
  return r;
}

Point PointEvaluator::point(const std::vector<Rational>& ranges) const { return point_of(program_, choice_, ranges); }

Point point_of(const Program& program, const Choice& choice, const std::vector<Rational>& ranges) {
  Point p{choice.activation, choice.depth, choice.dimension, {}};
  std::size_t range = 0, value = 0;
  for (const Domain& d : program.statement().forall) {
    if (d.range)
      p.values.emplace_back(d.variable, ranges[range++]);
    else if (d.variable != "activation" && d.variable != "depth" && d.variable != "dimension")
      p.values.push_back(choice.values[value++]);
  }
  return p;
}

}  // namespace widegeo::statement
