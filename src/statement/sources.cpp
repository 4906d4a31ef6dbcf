#include "statement/sources.hpp"

#include <vector>

#include "gaussian/gaussian.hpp"

namespace widegeo::statement {

Sources::Sources(const std::string& activation)
    : activation_(make_activation(activation)), closed_(find_closed_form(activation_)) {
  if (closed_) pair_tape_ = expr::Tape(std::vector<expr::Expr>{closed_->K, closed_->Kdot}, {"a", "b", "n", "m"});
}

namespace {

template <class T>
std::shared_ptr<const Expectations<T>> make(const std::optional<ClosedForm>& closed, const Activation& activation) {
  if (closed) return closed_form_expectations<T>(*closed);
  return quadrature_expectations<T>(activation);
}

}  // namespace

template <>
std::shared_ptr<const Expectations<TrackedDouble>> Sources::expectations<TrackedDouble>() const {
  const std::lock_guard lock(mutex_);
  if (!in_double_) in_double_ = make<TrackedDouble>(closed_, activation_);
  return in_double_;
}

template <>
std::shared_ptr<const Expectations<Real>> Sources::expectations<Real>() const {
  const std::lock_guard lock(mutex_);
  if (!in_real_) in_real_ = make<Real>(closed_, activation_);
  return in_real_;
}

}  // namespace widegeo::statement
