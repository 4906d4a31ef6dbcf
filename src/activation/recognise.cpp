#include "activation/recognise.hpp"

#include <algorithm>
#include <array>

#include "activation/match.hpp"
#include "activation/parameters.hpp"
#include "number/error.hpp"
#include "number/functions.hpp"

namespace widegeo {

using expr::Expr;

namespace {

Expr x() { return Expr::variable("x"); }
const char *const output_scale = "output_scale", *const input_scale = "input_scale";

/// Larger expressions are never matched against the catalogue.
constexpr std::size_t max_nodes = 120;
/// Coefficients of a longer polynomial may be the cancelling sums that a product was written to avoid.
constexpr std::size_t max_degree = 10;

/// A tree and, when all that it has is one kink or jump at 0, its two sides.
struct Sides {
  Expr whole;
  std::optional<std::array<Expr, 2>> sides;
};

Sides sides_of(const Expr& tree, const expr::Analysis& analysis) {
  Sides result{tree, {}};
  if (analysis.points.size() != 1 || analysis.points[0].exact != Rational(0)) return result;
  const auto left = match::on_side(tree, -1), right = match::on_side(tree, 1);
  if (left && right) result.sides = {*left, *right};
  return result;
}

struct Pattern {
  const CatalogueEntry* entry = nullptr;
  std::vector<std::string> parameters;
  Sides tree;
  ScaledEntry standard;  ///< at the defaults
  Expr standard_tree;
};

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = [] {
    std::vector<Pattern> list;
    for (const CatalogueEntry& entry : catalogue()) {
      auto [tree, values] = instantiate(entry, {});
      Pattern pattern{&entry, {}, {}, {.entry = &entry, .parameters = std::move(values)}, expr::stabilise(tree)};
      for (const auto& parameter : entry.parameters) pattern.parameters.push_back(parameter.first);
      if (!entry.generated) {
        pattern.tree.whole = expr::stabilise(expr::parse(entry.expression));
        if (match::has_branches(pattern.tree.whole))
          pattern.tree = sides_of(pattern.tree.whole, expr::analyse(pattern.standard_tree));
      }
      list.push_back(std::move(pattern));
    }
    return list;
  }();
  return all;
}

Expr tree_of(const ScaledEntry& r) {
  Expr tree;
  if (r.entry->list_parameter) {
    std::vector<Expr> coefficients;
    coefficients.resize(r.parameters.size());
    for (const auto& [name, value] : r.parameters) coefficients.at(std::stoul(name.substr(1))) = value;
    tree = polynomial_tree(coefficients);
  } else {
    tree = expr::substitute(expr::parse(r.entry->expression), r.parameters);
  }
  return r.output_scale * expr::substitute(tree, {{"x", r.input_scale * x()}});
}

/// Where two functions with these points are compared: on every side of every point, near and far.
std::vector<Real> samples(const expr::Analysis& a, const expr::Analysis& b) {
  std::vector<Real> list{Real(0)};
  for (long k = -24; k <= 24; ++k) list.push_back(Real(k * 37 + 5) / 101);
  for (const auto* analysis : {&a, &b}) {
    for (std::size_t i = 0; i < std::min<std::size_t>(analysis->points.size(), 16); ++i) {
      const Real location = analysis->points[i].location();
      for (const char* distance : {"-0.3", "-1e-3", "-1e-12", "1e-12", "1e-3", "0.3"})
        list.push_back(location + Real(distance));
    }
  }
  return list;
}

/// Equal trees, or equal values to 50 digits at all samples.
bool agrees(const ScaledEntry& r, const Expr& wanted, const expr::Analysis& analysis) {
  const Expr tree = expr::stabilise(tree_of(r));
  if (tree == wanted) return true;
  const PrecisionScope precision(120);
  const expr::Tape tape(std::array{tree, wanted}, {"x"});
  expr::Tape::Workspace<Real> workspace;
  const Real relative("1e-50"), absolute("1e-90");
  for (const Real& at : samples(analysis, expr::analyse(tree))) {
    std::array<Real, 2> out;
    tape.evaluate<Real>(std::span(&at, 1), out, workspace);
    if (!isfinite(out[0]) || !isfinite(out[1])) return false;
    if (abs(Real(out[0] - out[1])) > relative * abs(out[1]) + absolute) return false;
  }
  return true;
}

bool in_range(const CatalogueEntry& entry, const std::map<std::string, Expr>& values) {
  try {
    for (const ParameterRange& range : entry.ranges)
      check_range(range, values.at(range.name), expr::to_text(values.at(range.name)));
  } catch (const Error&) {
    return false;
  }
  return true;
}

match::Alternatives match_trees(const Expr& pattern, const Expr& wanted, match::Dialect dialect) {
  return match::match_sums(match::collect_terms(pattern, dialect), match::collect_terms(wanted, dialect), dialect);
}

std::optional<ScaledEntry> as_entry(const Pattern& pattern, const Sides& wanted, const expr::Analysis& analysis,
                                    match::Dialect dialect, bool scaled) {
  const std::vector<std::string> scales{output_scale, input_scale};
  std::vector<std::string> parameters = pattern.parameters;
  if (scaled) parameters.insert(parameters.end(), scales.begin(), scales.end());
  const auto free = [&](const Expr& tree) {
    if (!scaled) return tree;
    return Expr::variable(output_scale) * expr::substitute(tree, {{"x", Expr::variable(input_scale) * x()}});
  };
  match::Alternatives all;
  if (pattern.tree.sides && wanted.sides) {
    all = match_trees(free((*pattern.tree.sides)[0]), (*wanted.sides)[0], dialect);
    if (!all.empty()) all = both(all, match_trees(free((*pattern.tree.sides)[1]), (*wanted.sides)[1], dialect));
  }
  if (all.empty()) all = match_trees(free(pattern.tree.whole), wanted.whole, dialect);
  for (match::Equations& equations : all) {
    auto values = match::solve(equations, parameters);
    if (!values && scaled && !pattern.parameters.empty()) {
      // A parameter may do the same as the scales.
      for (match::Equation& e : equations) e.pattern = expr::substitute(e.pattern, pattern.standard.parameters);
      values = match::solve(equations, scales);
      if (values) values->insert(pattern.standard.parameters.begin(), pattern.standard.parameters.end());
    }
    if (!values) continue;
    ScaledEntry result{.entry = pattern.entry, .parameters = std::move(*values)};
    if (scaled) {
      result.output_scale = result.parameters.extract(output_scale).mapped();
      result.input_scale = result.parameters.extract(input_scale).mapped();
      if (result.output_scale.is_number(0) || result.input_scale.is_number(0)) continue;
    }
    if (in_range(*pattern.entry, result.parameters) && agrees(result, wanted.whole, analysis)) return result;
  }
  return {};
}

std::optional<ScaledEntry> as_polynomial(const CatalogueEntry& entry, const Expr& wanted,
                                         const expr::Analysis& analysis) {
  ScaledEntry result{.entry = &entry, .parameters = {}};
  std::vector<Expr> coefficients;
  for (const match::Term& term : match::collect_terms(wanted, match::Dialect::plain)) {
    std::size_t degree = 0;
    if (!term.factors.empty()) {
      const match::Factor& power = term.factors[0];
      if (term.factors.size() > 1 || !(power.base == x()) || !power.exponent.is_number()) return {};
      const Rational& k = power.exponent.value();
      if (k.get_den() != 1 || k < 1 || k > static_cast<long>(max_degree)) return {};
      degree = k.get_num().get_ui();
    }
    if (coefficients.size() <= degree) coefficients.resize(degree + 1);
    coefficients[degree] = term.coefficient;
  }
  for (std::size_t k = 0; k < coefficients.size(); ++k)
    result.parameters.emplace("c" + std::to_string(k), coefficients[k]);
  if (coefficients.empty() || !agrees(result, wanted, analysis)) return {};
  return result;
}

std::optional<ScaledEntry> with_parameters(const Expr& wanted) {
  if (wanted.node_count() > max_nodes || expr::variables_of(wanted) != std::set<std::string>{"x"}) return {};
  const expr::Analysis analysis = expr::analyse(wanted);
  if (!analysis.undefined_where.empty()) return {};
  const Sides sides = sides_of(wanted, analysis);
  for (const bool scaled : {false, true}) {
    for (const auto dialect : {match::Dialect::plain, match::Dialect::erf}) {
      for (const Pattern& pattern : patterns()) {
        if (pattern.entry->list_parameter && !scaled && dialect == match::Dialect::plain) {
          if (auto found = as_polynomial(*pattern.entry, wanted, analysis)) return found;
        }
        if (pattern.entry->generated) continue;
        if (auto found = as_entry(pattern, sides, analysis, dialect, scaled)) return found;
      }
    }
  }
  return {};
}

}  // namespace

std::optional<ScaledEntry> recognise_scaled(const Expr& phi) {
  const Expr wanted = expr::stabilise(phi);
  const auto found =
      std::ranges::find_if(patterns(), [&](const Pattern& pattern) { return pattern.standard_tree == wanted; });
  if (found != patterns().end()) return found->standard;
  try {
    return with_parameters(wanted);
  } catch (const Error&) {
    return {};  // not analysable: no entry of the catalogue
  }
}

std::optional<Recognised> recognise(const Expr& phi) {
  auto found = recognise_scaled(phi);
  if (!found || !found->output_scale.is_number(1) || !found->input_scale.is_number(1)) return std::nullopt;
  return Recognised{found->entry, std::move(found->parameters)};
}

}  // namespace widegeo
