#include "statement/statement.hpp"

#include <algorithm>

#include "number/error.hpp"
#include "statement/claim/claim.hpp"
#include "statement/claim/names.hpp"

namespace widegeo::statement {

namespace {

constexpr std::size_t max_choices = 1'000'000, max_ranges = 16;

[[noreturn]] void refuse(const Domain& d, const std::string& what, const std::string& hint = {}) {
  throw Error(ErrorCode::input, what, d.where.empty() ? "forall." + d.variable : d.where, hint);
}

void check_name(const Domain& d) {
  const std::string& name = d.variable;
  if (is_known_variable(name)) return;
  const bool good = is_name(name) && !name.starts_with("__");
  if (!good) refuse(d, "'" + name + "' is not a name", "a name is a letter and then letters, digits and _");
  if (is_reserved(name)) refuse(d, "'" + name + "' is a word of the language", "choose another name");
  // q is the usual name for the argument of V and D: a statement may use it for a variable of its own.
  if (name == "q") return;
  if (quantity_of(name)) refuse(d, "'" + name + "' is a quantity, not a variable", "choose another name");
}

/// What a value of the variable must be.
void check_value(const Domain& d, const Rational& value) {
  const std::string text = widegeo::to_text(value);
  const bool count = d.variable == "depth" || d.variable == "dimension";
  if (count && (value.get_den() != 1 || value < 1 || value > 100000))
    refuse(d, "the " + d.variable + " " + text + " is not a whole number from 1 to 100000");
  if (is_weight_variance(d.variable) && value <= 0) refuse(d, "the weight variance " + text + " is not positive");
  if (is_bias_variance(d.variable) && value < 0) refuse(d, "the bias variance " + text + " is negative");
  if ((d.variable == "radius" || d.variable == "t") && value < 0) refuse(d, d.variable + " = " + text + " is negative");
}

/// Numbers whose squares are doubles, as on the command line: a search beyond them would only meet overflow.
void check_size(const Domain& d, const Rational& value) {
  static const Rational largest = *parse_rational("1e150"), smallest = *parse_rational("1e-150");
  const Rational size = abs(value);
  if (size > largest || (size != 0 && size < smallest))
    refuse(d, d.variable + " has a number that is too large or too small",
           "0, or between 1e-150 and 1e150 in absolute value");
}

void check_domain(const Domain& d) {
  for (const Rational& value : d.values) check_size(d, value);
  if (d.range) {
    check_size(d, d.range->first);
    check_size(d, d.range->second);
  }
  check_name(d);
  if (d.variable == "activation") {
    if (!d.values.empty() || d.range) refuse(d, "an activation must be a name or an expression in x");
  } else if (!d.texts.empty()) {
    refuse(d, d.variable + " runs over numbers, not strings", "write \"0.5:2\" for a range, or a list of numbers");
  }
  if (d.choices() == 0) refuse(d, d.variable + " has no values", "give at least one value");
  for (const Rational& value : d.values) check_value(d, value);
  if (!d.range) return;
  if (d.variable == "depth" || d.variable == "dimension")
    refuse(d, d.variable + " cannot run over a range", "give a list of whole numbers");
  if (d.range->first > d.range->second)
    refuse(d, "the range " + widegeo::to_text(d.range->first) + ":" + widegeo::to_text(d.range->second) + " is empty",
           "write it as low:high");
  check_value(d, d.range->first);
  check_value(d, d.range->second);
}

Rational number_of(const std::string& variable, const std::string& text, const std::string& where) {
  const auto trimmed = trim(text);
  const auto value = parse_rational(trimmed);
  if (!value)
    throw Error(ErrorCode::input, variable + ": '" + text + "' is not an exact number",
                where.empty() ? "forall." + variable : where, "write numbers as 0.5, 1e-3 or 3/7, a range as 0.5:2");
  return *value;
}

}  // namespace

const Domain* Statement::find(const std::string& variable) const {
  for (const Domain& d : forall)
    if (d.variable == variable) return &d;
  return nullptr;
}

void Statement::validate() const {
  if (trim(claim).empty()) throw Error(ErrorCode::input, "the statement has no claim", place.empty() ? id : place);
  std::size_t count = 1, ranges = 0;
  unsigned long deepest = 1;
  for (std::size_t i = 0; i < forall.size(); ++i) {
    const Domain& d = forall[i];
    check_domain(d);
    for (std::size_t j = 0; j < i; ++j)
      if (forall[j].variable == d.variable) refuse(d, d.variable + " is quantified twice");
    if (d.variable == "depth")
      for (const Rational& value : d.values) deepest = std::max(deepest, value.get_num().get_ui());
    ranges += d.range ? 1 : 0;
    count *= d.choices();
    if (count > max_choices) refuse(d, "the lists have more than " + std::to_string(max_choices) + " combinations");
  }
  if (ranges > max_ranges)
    throw Error(ErrorCode::input, "more than " + std::to_string(max_ranges) + " variables run over ranges", place);
  if (find("radius") && find("t"))
    refuse(*find("t"), "both radius and t are quantified, but t = radius^2", "leave one of them out");
  for (const Domain& d : forall)
    if (const unsigned layer = layer_of(d.variable); layer > deepest)
      refuse(d, "there is no layer " + std::to_string(layer), "the largest depth is " + std::to_string(deepest));
}

Domain parse_domain(const std::string& variable, const std::vector<std::string>& items, const std::string& where) {
  Domain d{variable, {}, {}, std::nullopt, where};
  if (variable == "activation") {
    for (const std::string& item : items) d.texts.push_back(trim(item));
    for (const std::string& text : d.texts)
      if (text.empty()) refuse(d, "an activation is empty", "a name or an expression in x");
  } else {
    for (const std::string& item : items) {
      const std::size_t colon = item.find(':');
      if (colon == std::string::npos) {
        d.values.push_back(number_of(variable, item, where));
        continue;
      }
      if (items.size() > 1) refuse(d, variable + " has a range among other values", "a range stands alone: \"0.5:2\"");
      const Rational low = number_of(variable, item.substr(0, colon), where);
      const Rational high = number_of(variable, item.substr(colon + 1), where);
      if (low == high)
        d.values.push_back(low);
      else
        d.range = {low, high};
    }
  }
  check_domain(d);
  return d;
}

std::vector<Choice> choices_of(const Statement& statement) {
  std::vector<Choice> choices(1);
  for (const Domain& d : statement.forall) {
    if (d.range) continue;
    std::vector<Choice> next;
    next.reserve(choices.size() * d.choices());
    for (const Choice& choice : choices) {
      for (const std::string& text : d.texts) {
        next.push_back(choice);
        next.back().activation = text;
      }
      for (const Rational& value : d.values) {
        next.push_back(choice);
        if (d.variable == "depth")
          next.back().depth = static_cast<unsigned>(value.get_num().get_ui());
        else if (d.variable == "dimension")
          next.back().dimension = value.get_num().get_ui();
        else
          next.back().values.emplace_back(d.variable, value);
      }
    }
    choices = std::move(next);
  }
  return choices;
}

std::vector<Domain> ranges_of(const Statement& statement) {
  std::vector<Domain> ranges;
  for (const Domain& d : statement.forall)
    if (d.range) ranges.push_back(d);
  return ranges;
}

std::string describe(const Choice& choice) {
  std::string text = choice.activation.empty() ? "" : choice.activation + ", ";
  text += "depth " + std::to_string(choice.depth);
  if (choice.dimension > 0) text += ", dimension " + std::to_string(choice.dimension);
  for (const auto& [name, value] : choice.values) text += ", " + name + " = " + widegeo::to_text(value);
  return text;
}

}  // namespace widegeo::statement
