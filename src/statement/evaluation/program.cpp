#include "statement/evaluation/program.hpp"

#include <cctype>
#include <set>

#include "number/error.hpp"
#include "statement/claim/names.hpp"

namespace widegeo::statement {

namespace {

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Position of a name in a text as a whole word; npos if absent.
std::size_t position_of(const std::string& name, const std::string& text) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || !is_name_char(text[at - 1])) && (end == text.size() || !is_name_char(text[end]))) return at;
  }
  return std::string::npos;
}

/// Checks that the names of one text can be served by the statement.
class Names {
 public:
  Names(const Statement& statement, const std::string& text, std::string part)
      : statement_(statement), text_(text), part_(std::move(part)) {}

  void check(const Claim& claim) const {
    std::set<std::string> names;
    for (const Comparison& c : claim.comparisons) {
      names.merge(expr::variables_of(c.left));
      names.merge(expr::variables_of(c.right));
    }
    for (const Call& call : claim.calls) {
      for (const expr::Expr& e : call.arguments) names.merge(expr::variables_of(e));
      check_call(call.function);
    }
    for (const std::string& name : names)
      if (!name.starts_with("__")) check_name(name);
  }

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& problem, const std::string& hint) const {
    const std::size_t at = position_of(name, text_);
    throw Error(
        ErrorCode::input, problem,
        "column " + std::to_string(at == std::string::npos ? 1 : at + 1) + " of the " + part_ + " '" + text_ + "'",
        hint);
  }

  [[noreturn]] void not_quantified(const std::string& name) const {
    fail(name, "the " + part_ + " uses '" + name + "', which is not quantified", "add forall." + name);
  }

  bool has_t() const { return statement_.find("radius") || statement_.find("t"); }

  void require(const std::string& user, const std::string& variable) const {
    if (!statement_.find(variable))
      fail(user,
           "'" + user + "' needs " + (variable == "activation" ? "an activation" : "a dimension") +
               ", which is not quantified",
           "add forall." + variable);
  }

  void require_t(const std::string& user) const {
    if (!has_t()) fail(user, "'" + user + "' needs a radius, which is not quantified", "add forall.radius");
  }

  void require_dimension_of_scale(const std::string& user) const {
    if (statement_.input_scale == InputScale::fan_in && !statement_.find("dimension"))
      fail(user, "the input scale fan-in needs a dimension, which is not quantified", "add forall.dimension");
  }

  void check_call(const std::string& function) const {
    if (function == "derivative") return require_t(function);
    require(function, "activation");
    if (function == "kernel" || function == "ntk") require_dimension_of_scale(function);
  }

  void check_name(const std::string& name) const {
    if (name == "activation") fail(name, "the activation is not a number", "quantify it, and compare quantities");
    if (statement_.find(name)) return;
    if (is_known_variable(name)) {
      if ((name == "t" || name == "radius") && has_t()) return;
      const unsigned layer = layer_of(name);
      if (layer > 0 && statement_.find(is_weight_variance(name) ? "weight_variance" : "bias_variance")) return;
      not_quantified(name);
    }
    const std::optional<GeometricQuantity> quantity = quantity_of(name);
    if (!quantity) unknown(name);
    require(name, "activation");
    require_t(name);
    if (entry_of(*quantity).uses_dimension) require(name, "dimension");
    require_dimension_of_scale(name);
  }

  [[noreturn]] void unknown(const std::string& name) const {
    if (is_keyword(name) || is_call(name)) fail(name, "unexpected '" + name + "'", "");
    std::vector<std::string> known;
    for (const Domain& d : statement_.forall) known.push_back(d.variable);
    for (const QuantityEntry& q : quantity_table) known.emplace_back(q.name);
    for (const char* variable : {"radius", "t", "depth", "dimension", "weight_variance", "bias_variance"})
      known.emplace_back(variable);
    std::string near = name.size() < 3 ? std::string() : nearest_name(name, known);
    if (near.size() < 3) near.clear();  // every short name is near a shorter one
    fail(name, "unknown name '" + name + "'",
         near.empty() ? "quantify it (forall." + name + "), or use a quantity such as scalar_curvature"
                      : "did you mean " + near + "?");
  }

  const Statement& statement_;
  const std::string& text_;
  std::string part_;
};

/// A variable of the statement's own that nothing uses is most likely a known one misspelt: the verdict would be about
/// less than it seems to be.
void check_used(const Statement& statement) {
  const auto in = [](const std::string& name, const std::string& text) {
    return position_of(name, text) != std::string::npos;
  };
  for (const Domain& d : statement.forall) {
    if (is_known_variable(d.variable) || in(d.variable, statement.claim) || in(d.variable, statement.hypothesis))
      continue;
    const std::vector<std::string> known{"activation", "depth",           "dimension",
                                         "radius",     "weight_variance", "bias_variance"};
    const std::string near = d.variable.size() < 3 ? std::string() : nearest_name(d.variable, known);
    throw Error(ErrorCode::input,
                "'" + d.variable + "' is quantified, but neither the claim nor the hypothesis uses it",
                d.where.empty() ? "forall." + d.variable : d.where,
                near.empty() ? "use it, or leave it out" : "did you mean " + near + "?");
  }
}

}  // namespace

Program::Program(Statement statement) : statement_(std::move(statement)) {
  statement_.validate();
  claim_ = parse_claim(statement_.claim);
  Names(statement_, statement_.claim, "claim").check(claim_);
  if (!trim(statement_.hypothesis).empty()) {
    hypothesis_ = parse_claim(statement_.hypothesis, "__where");
    Names(statement_, statement_.hypothesis, "hypothesis").check(*hypothesis_);
  }
  check_used(statement_);
  ranges_ = ranges_of(statement_);
  choices_ = choices_of(statement_);
  if (const Domain* activations = statement_.find("activation"))
    for (const std::string& text : activations->texts)
      if (!sources_.contains(text)) sources_.emplace(text, std::make_shared<const Sources>(text));
}

const Claim* Program::hypothesis() const { return hypothesis_ ? &*hypothesis_ : nullptr; }

const Sources* Program::sources(const std::string& activation) const {
  const auto found = sources_.find(activation);
  return found == sources_.end() ? nullptr : found->second.get();
}

}  // namespace widegeo::statement
