#include "rigorous/rigorous.hpp"
#include "statement/sources.hpp"

namespace widegeo::statement {

template <>
std::shared_ptr<const Expectations<Ball>> Sources::expectations<Ball>() const {
  const std::lock_guard lock(mutex_);
  if (in_balls_) return in_balls_;
  if (closed_)
    in_balls_ = closed_form_expectations<Ball>(*closed_);
  else
    in_balls_ = rigorous_expectations(activation_);
  return in_balls_;
}

}  // namespace widegeo::statement
