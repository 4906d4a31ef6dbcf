#include "rigorous/rigorous.hpp"
#include "statement/evaluation/program.hpp"
#include "statement/evaluation/sources.hpp"

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

std::string no_proof_reason(const Program& program, const Choice& choice) {
  const Sources* sources = program.sources(choice.activation);
  if (!sources || sources->closed_form()) return {};
  if (std::string reason = no_rigorous_reason(sources->activation()); !reason.empty()) return reason;
  for (const Claim* claim : {&program.claim(), program.hypothesis()}) {
    if (!claim) continue;
    for (const Call& call : claim->calls)
      if (call.function != "V" && call.function != "D" && call.function != "derivative")
        return "no closed form of " + call.function + " is known for " + choice.activation +
               ", and balls need one for two inputs";
  }
  return {};
}

}  // namespace widegeo::statement
