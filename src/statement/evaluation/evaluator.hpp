// Module-internal: Evaluator<T>, instantiated by one .cpp file per scalar type.
#pragma once

#include "statement/evaluation/evaluation.hpp"

namespace widegeo::statement {

template <class T>
struct Evaluator<T>::Parts {
  Parts(const Program& program, const Choice& choice)
      : plan(program, choice),
        sources(program.sources(choice.activation)),
        claim(program.claim()),
        hypothesis(program.hypothesis() ? *program.hypothesis() : Claim{}) {
    if (sources) source = &sources->expectations<T>();
  }

  evaluate::Evaluation<T> evaluation(std::span<const T> variables, unsigned order) const {
    if (variables.size() != plan.range_count)
      throw Error(ErrorCode::input, "wrong number of variables of a statement", std::to_string(variables.size()));
    return {plan, sources, source, variables, order};
  }

  EvaluationPlan plan;
  const Sources* sources;
  const Expectations<T>* source = nullptr;
  Claim claim, hypothesis;
};

namespace evaluate {

/// True if a condition certainly fails at a point.
inline bool certainly_broken(Condition::Kind kind, const TrackedDouble& x) {
  const bool negative = x.value + x.error < 0, zero = x.value == 0 && x.error == 0;
  if (kind == Condition::Kind::finite) return std::isnan(x.value);
  if (kind == Condition::Kind::not_zero) return zero;
  return negative || (kind == Condition::Kind::positive && zero);
}
inline bool certainly_broken(Condition::Kind kind, const Real& x) {
  if (kind == Condition::Kind::finite) return x != x;
  if (kind == Condition::Kind::not_zero) return x == 0;
  return kind == Condition::Kind::positive ? x <= 0 : x < 0;
}

/// Processes the values of the conditions, which follow those of the comparisons: at points they are checked and
/// removed; for balls, a value required to be finite is replaced by 0 if it is.
template <class T>
void judge_conditions(const Claim& claim, std::vector<Jet<T>>& sides) {
  const std::size_t first = claim.comparisons.size();
  for (std::size_t i = 0; i < claim.conditions.size(); ++i) {
    const Condition& condition = claim.conditions[i];
    if constexpr (std::is_same_v<T, Ball>) {
      if (condition.kind != Condition::Kind::finite) continue;
      const JetShape& shape = sides[first + i].shape();
      const Ball known = is_finite(sides[first + i].value()) ? Ball(0) : Ball::anything();
      sides[first + i] = Jet<Ball>::constant(shape, known);
    } else {
      if (certainly_broken(condition.kind, sides[first + i].value())) throw Error(ErrorCode::input, condition.broken);
    }
  }
  if constexpr (!std::is_same_v<T, Ball>) sides.resize(first);
}

}  // namespace evaluate

template <class T>
Evaluator<T>::Evaluator(const Program& program, const Choice& choice)
    : parts_(std::make_unique<Parts>(program, choice)) {}
template <class T>
Evaluator<T>::~Evaluator() = default;
template <class T>
Evaluator<T>::Evaluator(Evaluator&&) noexcept = default;

template <class T>
typename Program::Sides<T> Evaluator<T>::operator()(std::span<const T> variables, unsigned order) const {
  if (order > 1) throw Error(ErrorCode::input, "statements are evaluated to order 0 or 1", "order");
  auto evaluation = parts_->evaluation(variables, order);
  typename Program::Sides<T> sides;
  const auto fill = [&](const Stage& stage, const Claim& claim, std::vector<Jet<T>>& to, bool& exists) {
    try {
      for (const Jet<T>& f : evaluation.run(stage)) {
        to.push_back(evaluation.in_ranges(f));
        if constexpr (!std::is_same_v<T, Ball>)
          if (std::isnan(value_of(f))) throw Error(ErrorCode::input, "a side of a comparison is not a number here");
      }
      evaluate::judge_conditions(claim, to);
    } catch (const Error& e) {
      if (e.code() == ErrorCode::accuracy && !std::is_same_v<T, Real>) {
        if constexpr (!std::is_same_v<T, Real>) {
          const JetShape& shape = JetShape::get(static_cast<unsigned>(parts_->plan.range_count), order);
          const std::size_t count = std::is_same_v<T, Ball> ? claim.sides() : claim.comparisons.size();
          to.assign(count, Jet<T>::from_coefficients(shape, std::vector<T>(shape.size(), evaluate::unknown(T()))));
        }
        return;
      }
      if (e.code() != ErrorCode::input) throw;
      to.clear();
      exists = sides.exists = false;
      sides.reason = e.where().empty() ? e.summary() : e.summary() + " (" + e.where() + ")";
    }
  };
  bool claim_exists = true;
  if (!parts_->hypothesis.comparisons.empty())
    fill(parts_->plan.hypothesis, parts_->hypothesis, sides.hypothesis, sides.hypothesis_exists);
  fill(parts_->plan.claim, parts_->claim, sides.claim, claim_exists);
  return sides;
}

template <class T>
std::vector<std::pair<T, T>> Evaluator<T>::compared(std::span<const T> variables) const {
  auto evaluation = parts_->evaluation(variables, 0);
  const std::vector<Jet<T>> values = evaluation.run(parts_->plan.sides);
  std::vector<std::pair<T, T>> r;
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) r.emplace_back(values[i].value(), values[i + 1].value());
  return r;
}

template <class T>
std::string Evaluator<T>::route() const {
  if (!parts_->sources) return "arithmetic";
  if (parts_->sources->closed_form()) return "closed form";
  return std::is_same_v<T, Ball> ? "rigorous integration" : "quadrature";
}

}  // namespace widegeo::statement
