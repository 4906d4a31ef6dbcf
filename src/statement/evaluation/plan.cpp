#include "statement/evaluation/plan.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "number/error.hpp"
#include "statement/claim/cancel.hpp"
#include "statement/claim/names.hpp"

namespace widegeo::statement {

namespace {

const Rational* value_in(const Choice& choice, const std::string& name) {
  for (const auto& [variable, value] : choice.values)
    if (variable == name) return &value;
  return nullptr;
}

bool is_of_the_metric(GeometricQuantity q) {
  return q != GeometricQuantity::variance && q != GeometricQuantity::preactivation_variance;
}

bool is_constant(const Sources* sources) {
  return sources != nullptr && expr::variables_of(sources->activation().phi).empty();
}

/// Why a quantity has no meaning at this choice; empty where it has.
std::string no_quantity_reason(GeometricQuantity q, const Choice& choice, ReadOut read_out) {
  if (q == GeometricQuantity::omega && (choice.depth != 1 || read_out != ReadOut::post))
    return "omega exists only at depth 1 and layer post: other metrics are not of the form e^omega (I + 2 omega' x "
           "x^T)";
  return no_dimension_reason(q, choice.dimension);
}

/// left - right of every comparison, then the values of the conditions.
std::vector<expr::Expr> differences(const Claim& claim, const Statement& statement) {
  std::vector<expr::Expr> outputs;
  for (const Comparison& c : claim.comparisons)
    outputs.push_back(expr::stabilise(cancelled(in_A_and_B(c.left - c.right, statement))));
  for (const Condition& c : claim.conditions) outputs.push_back(expr::stabilise(c.value));
  return outputs;
}

}  // namespace

EvaluationPlan::EvaluationPlan(const Program& program, const Choice& choice) : program_(&program), choice_(&choice) {
  const Statement& statement = program.statement();
  read_out = statement.read_out;
  depth = choice.depth;
  dimension = choice.dimension;
  if (statement.input_scale == InputScale::fan_in && dimension > 0) input_divisor = Rational(dimension);
  range_count = program.ranges().size();
  add_parameters();

  add_calls(program.claim());
  const std::size_t first_of_hypothesis = calls.size();
  if (program.hypothesis()) add_calls(*program.hypothesis());
  claim = stage(differences(program.claim(), statement), 0);
  std::vector<expr::Expr> both;
  for (const Comparison& c : program.claim().comparisons) {
    both.push_back(expr::stabilise(c.left));
    both.push_back(expr::stabilise(c.right));
  }
  sides = stage(both, 0);
  if (program.hypothesis()) {
    hypothesis = stage(differences(*program.hypothesis(), statement), 0);
    need_arguments(*program.hypothesis(), first_of_hypothesis);
  }
  need_arguments(program.claim(), 0);

  for (const Slot& slot : slots)
    if (slot.kind == Slot::Kind::quantity)
      radial_order = std::max({radial_order, slot.order + entry_of(slot.quantity).order, 1U});
  if (t != none) need(t, radial_order);
  for (std::size_t l = 0; l < depth; ++l) {
    need(s[l], radial_order);
    need(b[l], radial_order);
  }
  for (const Slot& slot : slots) top_order = std::max(top_order, slot.order);
  program_ = nullptr;
  choice_ = nullptr;
}

void EvaluationPlan::add_parameters() {
  const Statement& statement = program_->statement();
  for (const char* name : {"radius", "t"}) {
    if (!statement.find(name)) continue;
    t_is_radius = std::string(name) == "radius";
    for (std::size_t i = 0; i < range_count; ++i)
      if (program_->ranges()[i].variable == name) t_range = i;
    if (const Rational* value = value_in(*choice_, name)) t_value = *value;
    t = slot_of("t");
  }
  for (unsigned l = 1; l <= depth; ++l) {
    s.push_back(slot_of("weight_variance_" + std::to_string(l)));
    b.push_back(slot_of("bias_variance_" + std::to_string(l)));
  }
}

Slot EvaluationPlan::classified(const std::string& name) const {
  const Statement& statement = program_->statement();
  Slot slot;
  slot.name = name;
  const auto constant = [&](const Rational& value) {
    slot.value = value;
    return slot;
  };
  if (name == "t" || name == "radius") {
    slot.kind = name == "t" ? Slot::Kind::t : Slot::Kind::radius;
    return slot;
  }
  if (name == "depth") return constant(Rational(depth));
  if (name == "dimension") return constant(Rational(dimension));
  if (statement.find(name)) {
    if (const Rational* value = value_in(*choice_, name)) return constant(*value);
    slot.kind = Slot::Kind::range;
    while (program_->ranges()[slot.index].variable != name) ++slot.index;
    return slot;
  }
  if (name == "weight_variance") return constant(1);  // left out
  if (name == "bias_variance") return constant(0);
  if (const unsigned l = layer_of(name); l > 0) {
    slot.kind = Slot::Kind::missing;
    slot.reason = "there is no layer " + std::to_string(l) + " at depth " + std::to_string(depth);
    return slot;
  }
  const std::optional<GeometricQuantity> quantity = quantity_of(name);
  if (!quantity) throw Error(ErrorCode::input, "unknown quantity '" + name + "'");
  slot.kind = Slot::Kind::quantity;
  slot.quantity = *quantity;
  slot.reason = no_quantity_reason(*quantity, *choice_, read_out);
  if (slot.reason.empty() && is_of_the_metric(slot.quantity) && is_constant(program_->sources(choice_->activation)))
    slot.reason = "degenerate: " + choice_->activation + " is constant, and the metric is 0";
  if (!slot.reason.empty()) slot.kind = Slot::Kind::missing;
  return slot;
}

std::size_t EvaluationPlan::slot_of(const std::string& name) {
  const Statement& statement = program_->statement();
  std::string resolved = name;
  if (!statement.find(name)) {
    if (const auto quantity = quantity_of(name)) resolved = name_of(*quantity);
    const std::string common = is_weight_variance(name) ? "weight_variance" : "bias_variance";
    const unsigned l = layer_of(name);
    if (l > 0 && l <= depth) resolved = common;  // quantified or left out
  }
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (slots[i].name == resolved) return i;
  slots.push_back(classified(resolved));
  return slots.size() - 1;
}

void EvaluationPlan::need(std::size_t slot, unsigned order) { slots[slot].order = std::max(slots[slot].order, order); }

Stage EvaluationPlan::stage(const std::vector<expr::Expr>& outputs, unsigned order) {
  Stage r;
  r.order = order;
  std::set<std::string> names;
  for (const expr::Expr& e : outputs) names.merge(expr::variables_of(e));
  const std::vector<std::string> inputs(names.begin(), names.end());
  r.tape = expr::Tape(outputs, inputs);
  for (const std::string& name : inputs) {
    r.slots.push_back(slot_of(name));
    need(r.slots.back(), order);
  }
  return r;
}

void EvaluationPlan::add_calls(const Claim& source) {
  for (const Call& call : source.calls) {
    Slot slot;
    slot.kind = Slot::Kind::call;
    slot.name = call.variable;
    slot.index = calls.size();
    slots.push_back(slot);
    CallPlan plan;
    plan.function = call.function;
    plan.text = call.text;
    plan.derivative = call.order;
    plan.coincident = std::all_of(call.arguments.begin(), call.arguments.end(),
                                  [&](const expr::Expr& e) { return e == call.arguments.front(); });
    calls.push_back(std::move(plan));
  }
}

// Later calls use earlier ones, so their orders are known first.
void EvaluationPlan::need_arguments(const Claim& source, std::size_t first) {
  for (std::size_t i = source.calls.size(); i-- > 0;) {
    const Call& call = source.calls[i];
    const unsigned order = slots[slot_of(call.variable)].order;
    std::vector<expr::Expr> arguments;
    for (const expr::Expr& e : call.arguments) arguments.push_back(expr::stabilise(e));
    calls[first + i].arguments = stage(arguments, order + call.order);
    if (call.function != "kernel" && call.function != "ntk") continue;
    for (std::size_t l = 0; l < depth; ++l) {
      need(s[l], order);
      need(b[l], order);
    }
  }
}

}  // namespace widegeo::statement
