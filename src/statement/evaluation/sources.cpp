#include "statement/evaluation/sources.hpp"

#include <vector>

#include "gaussian/gaussian.hpp"

namespace widegeo::statement {

Sources::Sources(const std::string& activation)
    : activation_(make_activation(activation)), closed_(find_closed_form(activation_)) {
  if (closed_) pair_tape_ = expr::Tape(std::vector<expr::Expr>{closed_->K, closed_->Kdot}, {"a", "b", "n", "m"});
}

namespace {

/// The closed form, with quadrature as fallback if more digits cancel in it than it carries.
template <class T>
class ClosedElseQuadrature final : public Expectations<T> {
 public:
  ClosedElseQuadrature(const ClosedForm& closed, const Activation& activation) : activation_(activation) {
    ClosedForm form = closed;
    form.brief = true;
    closed_ = closed_form_expectations<T>(form);
  }

  OnePoint<T> one_point(const T& q, unsigned order) const override {
    return first([&](const Expectations<T>& source) { return source.one_point(q, order); });
  }
  TwoPoint<T> two_point(const Covariance<T>& c, TwoPointNeed need) const override {
    return first([&](const Expectations<T>& source) { return source.two_point(c, need); });
  }
  ErrorKind kind() const override { return ErrorKind::truncation; }

 private:
  template <class Ask>
  auto first(const Ask& ask) const {
    try {
      return ask(*closed_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::accuracy) throw;
    }
    std::shared_ptr<const Expectations<T>> other;
    {
      const std::lock_guard lock(mutex_);
      if (!quadrature_) quadrature_ = quadrature_expectations<T>(activation_);
      other = quadrature_;
    }
    return ask(*other);
  }

  std::shared_ptr<const Expectations<T>> closed_;
  const Activation& activation_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Expectations<T>> quadrature_;
};

template <class T>
std::shared_ptr<const Expectations<T>> make(const std::optional<ClosedForm>& closed, const Activation& activation) {
  if (closed) return std::make_shared<ClosedElseQuadrature<T>>(*closed, activation);
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
