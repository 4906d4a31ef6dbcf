#include "gaussian/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "number/error.hpp"

namespace widegeo::gaussian {
namespace {

void require_growth(const expr::Growth& growth, double q, const std::string& name, const char* what) {
  using Kind = expr::Growth::Kind;
  const std::string where = fmt::format("activation {}, variance {:.6g}", name, q);
  if (growth.kind == Kind::faster) {
    throw Error(ErrorCode::input,
                fmt::format("the Gaussian average of {} diverges: it grows faster than any exp(c x^2)", what), where);
  }
  if (growth.kind == Kind::gaussian && growth.rate > 0 && q >= 1 / (4 * growth.rate)) {
    throw Error(
        ErrorCode::input,
        fmt::format("the Gaussian average of {} diverges: it grows like exp({:.6g} x^2)", what, 2 * growth.rate), where,
        fmt::format("the variance must stay below {:.6g}", 1 / (4 * growth.rate)));
  }
}

}  // namespace

void require_existence(const Activation& activation, double q, bool derivative) {
  const std::string& name = activation.name;
  if (!std::isfinite(q) || q < 0) {
    throw Error(ErrorCode::input, "a variance must be finite and not negative", fmt::format("variance {:.6g}", q));
  }
  if (!activation.analysis.undefined_where.empty()) {
    throw Error(ErrorCode::input, "the activation is undefined on part of the real line",
                fmt::format("{} where {}", name, activation.analysis.undefined_where));
  }
  if (q == 0) return;
  require_growth(activation.analysis.growth, q, name, "phi^2");
  if (derivative) require_growth(activation.derivative_analysis.growth, q, name, "phi'^2");
  for (const auto& point : activation.analysis.points) {
    const std::string where = fmt::format("activation {}, x = {:.6g}", name, point.approximate);
    if (!point.value_integrable) throw Error(ErrorCode::input, "phi^2 is not integrable at a singular point", where);
    if (!derivative) continue;
    if (point.kind == expr::SpecialPoint::Kind::jump) {
      throw Error(ErrorCode::input, "phi jumps, so E phi'^2 is infinite and the metric does not exist", where);
    }
    if (!point.derivative_integrable)
      throw Error(ErrorCode::input, "phi'^2 is not integrable at a singular point", where);
  }
}

template <class T>
Problem<T> make_problem(const Activation& activation) {
  Problem<T> problem;
  problem.activation = &activation;
  problem.even = activation.analysis.parity != expr::Parity::none;
  problem.jump = activation.analysis.has_jump();
  const auto take = [&](const expr::Analysis& analysis) {
    for (const auto& point : analysis.points) {
      if (&analysis == &activation.analysis && !point.derivative_integrable) problem.jump = true;
      problem.singular = problem.singular || point.kind == expr::SpecialPoint::Kind::singular;
      problem.kinks.push_back(point.exact ? from_rational<T>(*point.exact) : T(point.location()));
    }
  };
  take(activation.analysis);
  take(activation.derivative_analysis);
  std::sort(problem.kinks.begin(), problem.kinks.end());
  // Duplicates of one point differ by rounding; two distinct kinks this close would leave no visible piece between
  // them.
  const double tiny = std::pow(10.0, -0.9 * (std::is_same_v<T, double> ? 16 : std::min(250u, working_digits())));
  std::vector<T> distinct;
  for (const T& c : problem.kinks) {
    if (distinct.empty() || c - distinct.back() > T(tiny) * (T(1) + T(abs(c)))) distinct.push_back(c);
  }
  problem.kinks = distinct;
  return problem;
}

template Problem<double> make_problem(const Activation&);
template Problem<Real> make_problem(const Activation&);

}  // namespace widegeo::gaussian
