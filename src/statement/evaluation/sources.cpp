#include "statement/evaluation/sources.hpp"

#include <vector>

#include "rigorous/rigorous.hpp"
#include "statement/evaluation/program.hpp"

namespace widegeo::statement {

Sources::Sources(const std::string& activation) : routed_(route_to(make_activation(activation))) {
  if (const auto& closed = closed_form())
    pair_tape_ = expr::Tape(std::vector<expr::Expr>{closed->K, closed->Kdot}, {"a", "b", "n", "m"});
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
