// Module-internal: the closed forms, as text where one formula suffices and as code where it is generated.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "closedform/closedform.hpp"

namespace widegeo {

using Parameters = std::map<std::string, expr::Expr>;

/// Formulas in a, b, n, m (or q) and the activation's parameters, each written p_NAME (erf has a parameter named a).
/// `where` holds abbreviations, "name = tree" separated by ';', each in terms of earlier ones; in V and D the
/// definitions of `where_q` apply instead.
struct FormText {
  std::string family;
  std::string where{}, K{}, Kdot{}, Ka{};  ///< Ka: kinked forms only
  std::string where_q{}, V{}, D{};
  std::string source{};
  bool metric_exists = true;
};

/// An activation that is a family with other parameters.
struct FamilyMember {
  std::string name, family;
  std::map<std::string, std::string> parameters;  ///< parameter of the family -> tree in p_NAME of the activation
};

std::span<const FormText> smooth_families();
std::span<const FormText> bell_families();
std::span<const FormText> kinked_families();
std::span<const FamilyMember> family_members();

const std::string& derived_source();

/// Polynomials, Hermite polynomials, powers of ReLU.
std::optional<ClosedForm> find_polynomial_form(const std::string& name, const Parameters& parameters);
/// Activations made of half-line pieces.
std::optional<ClosedForm> find_piecewise_form(const std::string& name, const Parameters& parameters);
/// Phi((x - mu)/sigma).
std::optional<ClosedForm> find_shifted_normal_form(const std::string& name, const Parameters& parameters);

}  // namespace widegeo
