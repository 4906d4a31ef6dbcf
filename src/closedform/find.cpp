// Look-up of the closed form of an activation.
#include <algorithm>
#include <sstream>

#include "activation/recognise.hpp"
#include "closedform/build.hpp"
#include "closedform/families/families.hpp"
#include "number/error.hpp"

namespace widegeo {

using namespace build;

namespace {

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? std::string() : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// "name = tree; name = tree" with everything earlier put in.
Parameters abbreviations(const std::string& text, const Parameters& known) {
  Parameters all = known;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line, ';');) {
    const auto equal_sign = line.find('=');
    if (equal_sign == std::string::npos) continue;
    all.insert_or_assign(trimmed(line.substr(0, equal_sign)),
                         expr::substitute(expr::parse(line.substr(equal_sign + 1)), all));
  }
  return all;
}

const FormText& family(const std::string& name) {
  for (const auto forms : {smooth_families(), bell_families(), kinked_families()}) {
    const auto found = std::ranges::find(forms, name, &FormText::family);
    if (found != forms.end()) return *found;
  }
  throw Error(ErrorCode::input, "no closed form is stored under the name '" + name + "'");
}

ClosedForm instantiate(const FormText& text, const Parameters& parameters) {
  const Parameters two = abbreviations(text.where, parameters), one = abbreviations(text.where_q, parameters);
  const auto tree = [](const std::string& formula, const Parameters& where) {
    return expr::substitute(expr::parse(formula), where);
  };
  ClosedForm form;
  form.K = tree(text.K, two);
  form.Kdot = tree(text.Kdot, two);
  form.V = tree(text.V, one);
  form.D = tree(text.D, one);
  if (!text.Ka.empty()) form.Ka = tree(text.Ka, two);
  form.source = text.source;
  form.metric_exists = text.metric_exists;
  form.smooth_at_coincidence = text.Ka.empty() && text.metric_exists;
  return form;
}

std::optional<ClosedForm> find_member_form(const std::string& name, const Parameters& parameters) {
  const auto members = family_members();
  const auto member = std::ranges::find(members, name, &FamilyMember::name);
  if (member == members.end()) return std::nullopt;
  Parameters outer, inner;
  for (const auto& [key, value] : parameters) outer.emplace("p_" + key, value);
  for (const auto& [key, value] : member->parameters)
    inner.emplace("p_" + key, expr::substitute(expr::parse(value), outer));
  ClosedForm form = instantiate(family(member->family), inner);
  if (member->family == "gaussian" && sign_of(inner.at("p_b")) > 0) form.variance_limit = ratio(1, 4) / inner.at("p_b");
  return form;
}

std::optional<ClosedForm> find_named_form(const std::string& name, const Parameters& parameters) {
  for (const auto& find : {find_member_form, find_polynomial_form, find_piecewise_form, find_shifted_normal_form}) {
    if (auto form = find(name, parameters)) {
      form->name = name;
      return form;
    }
  }
  // The ends of the rectified monomials: degree 0 is the unit step.
  if (name == "rectified-monomial") {
    if (auto form = find_member_form("step", {})) {
      form->name = name;
      return form;
    }
  }
  return std::nullopt;
}

/// The form of c phi(w x): E c phi(w u) c phi(w v) is c^2 K at the covariance times w^2.
ClosedForm scaled(ClosedForm form, const Expr& c, const Expr& w) {
  const Expr value = power(c, 2), area = power(w, 2), slope = value * area;
  const Parameters covariance{{"a", area * var("a")},
                              {"b", area * var("b")},
                              {"n", area * var("n")},
                              {"m", power(w, 4) * var("m")},
                              {"q", area * var("q")}};
  const auto of = [&](const Expr& tree, const Expr& factor) { return factor * expr::substitute(tree, covariance); };
  form.K = of(form.K, value);
  form.Kdot = of(form.Kdot, slope);
  form.V = of(form.V, value);
  form.D = of(form.D, slope);
  if (form.Ka) form.Ka = of(*form.Ka, slope);
  if (form.nearest_threshold) form.nearest_threshold = abs(*form.nearest_threshold / w);
  if (form.variance_limit) form.variance_limit = *form.variance_limit / area;
  return form;
}

}  // namespace

namespace {

std::optional<ClosedForm> find_form(const Activation& activation) {
  if (activation.named) return find_named_form(activation.name, activation.parameters);
  const std::optional<ScaledEntry> known = recognise_scaled(activation.phi);
  if (!known) return std::nullopt;
  std::optional<ClosedForm> form = find_named_form(known->entry->name, known->parameters);
  if (form && !(known->output_scale.is_number(1) && known->input_scale.is_number(1)))
    form = scaled(*std::move(form), known->output_scale, known->input_scale);
  return form;
}

/// A jump of phi' is a fact of the tree, whatever its size; a phi' that is continuous and too steep, like that of
/// relu(x)^1.5, is seen by the slopes at both sides of 0.
bool slopes_differ_at_zero(const Activation& activation) {
  if (activation.derivative_analysis.has_jump_at_zero()) return true;
  const PrecisionScope precision(60);
  expr::Tape::Workspace<Real> workspace;
  std::vector<Real> slope;
  for (const int side : {1, -1}) {
    const Real x[1] = {Real(side * pow(Real(10), -40))};
    Real out[2];
    activation.tape.evaluate<Real>(x, out, workspace);
    slope.push_back(out[1]);
  }
  return !(abs(slope[0] - slope[1]) <= Real(1e-15) * (abs(slope[0]) + abs(slope[1])));
}

}  // namespace

std::optional<ClosedForm> find_closed_form(const Activation& activation) {
  std::optional<ClosedForm> form = find_form(activation);
  if (!form) return form;
  for (const expr::SpecialPoint& point : activation.analysis.points) {
    if (!point.exact || *point.exact != 0) continue;
    if (point.kind == expr::SpecialPoint::Kind::jump) {
      const Expr at_zero = expr::substitute(activation.phi, {{"x", Expr::number(0)}});
      form->square_at_zero = at_zero * at_zero;
    } else {
      form->kink_at_zero = slopes_differ_at_zero(activation);
    }
  }
  return form;
}

}  // namespace widegeo
