// Sigmoidal, trigonometric and exponential families. Derivations: docs/math/closed-forms.md.
#include <vector>

#include "closedform/families/families.hpp"

namespace widegeo {

const std::string& derived_source() {
  static const std::string text = "derived: docs/math/closed-forms.md";
  return text;
}

namespace {

// E exp(i w (u -+ v)): differences first, they are exact for near inputs. half = (near - far)/2 without cancellation.
const char* const waves =
    "B = p_b^2; near = exp(-B*((a-n)+(b-n))/2); far = exp(-B*((a+n)+(b+n))/2);"
    "half = if(n < 0, far*expm1(2*B*n)/2, -near*expm1(-2*B*n)/2)";
const char* const waves_q = "B = p_b^2; far = exp(-2*B*q); half = -expm1(-2*B*q)/2";

}  // namespace

std::span<const FormText> smooth_families() {
  static const std::vector<FormText> forms{
      {.family = "erf",
       .where = "B = p_b^2; R = 1 + 2*B*(a+b) + 4*B^2*m",
       .K = "p_a^2*2/pi*atan2(2*B*n, sqrt(R)) + p_c^2",
       .Kdot = "4*p_a^2*B/(pi*sqrt(R))",
       .where_q = "B = p_b^2; R = 1 + 4*B*q",
       .V = "p_a^2*2/pi*atan2(2*B*q, sqrt(R)) + p_c^2",
       .D = "4*p_a^2*B/(pi*sqrt(R))",
       .source = "[Williams 1997] Computing with infinite networks; scales " + derived_source()},
      {.family = "normal-cdf",
       .where = "R = 1 + a + b + m",
       .K = "atan2(sqrt(R), -n)/(2*pi)",
       .Kdot = "1/(2*pi*sqrt(R))",
       .where_q = "R = 1 + 2*q",
       .V = "atan2(sqrt(R), -q)/(2*pi)",
       .D = "1/(2*pi*sqrt(R))",
       .source = "[Williams 1997] Computing with infinite networks, erf up to scale and shift"},
      {.family = "gelu",
       .where = "P = (1+a)*(1+b); R = 1 + a + b + m; t = atan2(sqrt(R), -n)",
       .K = "(n*t + (n^2 + a*b*R)/(P*sqrt(R)))/(2*pi)",
       .Kdot = "(t + n*(1/R + (2+a+b)/P)/sqrt(R))/(2*pi)",
       .where_q = "R = 1 + 2*q; t = atan2(sqrt(R), -q)",
       .V = "q*(t + 2*q/((1+q)*sqrt(R)))/(2*pi)",
       .D = "(t + q*(1/R + 2/(1+q))/sqrt(R))/(2*pi)",
       .source = "[Tsuchida et al. 2021] Avoiding kernel fixed points; this form " + derived_source()},
      {.family = "sin",
       .where = waves,
       .K = "p_a^2*(half + sin(p_c)^2*far)",
       .Kdot = "p_a^2*B*(half + cos(p_c)^2*far)",
       .where_q = waves_q,
       .V = "p_a^2*(half + sin(p_c)^2*far)",
       .D = "p_a^2*B*(half + cos(p_c)^2*far)",
       .source = derived_source()},
      {.family = "cos",
       .where = waves,
       .K = "p_a^2*(half + cos(p_c)^2*far)",
       .Kdot = "p_a^2*B*(half + sin(p_c)^2*far)",
       .where_q = waves_q,
       .V = "p_a^2*(half + cos(p_c)^2*far)",
       .D = "p_a^2*B*(half + sin(p_c)^2*far)",
       .source = derived_source()},
      {.family = "rbf",
       .where = "",
       .K = "exp(-p_gamma*((a-n)+(b-n)))",
       .Kdot = "2*p_gamma*exp(-p_gamma*((a-n)+(b-n)))",
       .where_q = "",
       .V = "1",
       .D = "2*p_gamma",
       .source = "[Rahimi & Recht 2007] Random features for large-scale kernel machines"},
      {.family = "snake",
       .where = "B = p_alpha^2; near = exp(-B*((a-n)+(b-n))); far = exp(-B*((a+n)+(b+n)));"
                "s = if(n < 0, far*expm1(4*B*n)/2, -near*expm1(-4*B*n)/2);"
                "s2 = if(n < 0, far^2*expm1(8*B*n)/2, -near^2*expm1(-8*B*n)/2)",
       .K = "n + (expm1(-2*B*a)*expm1(-2*B*b) + 2*s^2)/(4*B)",
       .Kdot = "1 + s2",
       .where_q = "B = p_alpha^2",
       .V = "q + (expm1(-2*B*q)^2 + expm1(-4*B*q)^2/2)/(4*B)",
       .D = "1 - expm1(-8*B*q)/2",
       .source = derived_source()},
      {.family = "growing-cosine",
       .where = "near = exp(-((a-n)+(b-n))/2); far = exp(-((a+n)+(b+n))/2)",
       .K = "(near*(n + (a-n)*(b-n)) + far*(n - (a+n)*(b+n)))/2",
       .Kdot = "(near*(1 + n - (a-n) - (b-n) + (a-n)*(b-n)) + far*(1 - n - (a+n) - (b+n) + (a+n)*(b+n)))/2",
       .where_q = "",
       .V = "(q + exp(-2*q)*(q - 4*q^2))/2",
       .D = "(1 + q + exp(-2*q)*(1 - 5*q + 4*q^2))/2",
       .source = derived_source()},
      {.family = "exp",
       .where = "B = p_b^2; e = exp(B*((a+n)+(b+n))/2)",
       .K = "p_a^2*e",
       .Kdot = "p_a^2*B*e",
       .where_q = "B = p_b^2; e = exp(2*B*q)",
       .V = "p_a^2*e",
       .D = "p_a^2*B*e",
       .source = "moment generating function of the normal law"},
      {.family = "soft-exponential",
       .where = "B = p_alpha^2; x = expm1(B*a/2); y = expm1(B*b/2)",
       .K = "(x*y + exp(B*(a+b)/2)*expm1(B*n))/B + x + y + B",
       .Kdot = "exp(B*((a+n)+(b+n))/2)",
       .where_q = "B = p_alpha^2; x = expm1(B*q/2)",
       .V = "(x^2 + exp(B*q)*expm1(B*q))/B + 2*x + B",
       .D = "exp(2*B*q)",
       .source = derived_source()},
      {.family = "sinh",
       .where = "e = exp((a+b)/2)",
       .K = "e*sinh(n)",
       .Kdot = "e*cosh(n)",
       .where_q = "",
       .V = "expm1(2*q)/2",
       .D = "(exp(2*q) + 1)/2",
       .source = derived_source()},
      {.family = "cosh",
       .where = "e = exp((a+b)/2)",
       .K = "e*cosh(n)",
       .Kdot = "e*sinh(n)",
       .where_q = "",
       .V = "(exp(2*q) + 1)/2",
       .D = "expm1(2*q)/2",
       .source = derived_source()},
  };
  return forms;
}

std::span<const FamilyMember> family_members() {
  static const std::vector<FamilyMember> members{
      {"erf", "erf", {{"a", "p_a"}, {"b", "p_b"}, {"c", "p_c"}}},
      {"erf-scaled", "erf", {{"a", "1"}, {"b", "sqrt(1/2)"}, {"c", "0"}}},
      {"erfc", "erf", {{"a", "-1"}, {"b", "1"}, {"c", "1"}}},
      {"sigmoid-like", "erf", {{"a", "1/2"}, {"b", "1/2.4020563531719796"}, {"c", "1/2"}}},
      {"normal-cdf", "normal-cdf", {}},
      {"gelu", "gelu", {}},
      {"sin", "sin", {{"a", "p_a"}, {"b", "p_b"}, {"c", "p_c"}}},
      {"cos", "cos", {{"a", "p_a"}, {"b", "p_b"}, {"c", "p_c"}}},
      {"sine", "sin", {{"a", "1"}, {"b", "p_omega"}, {"c", "0"}}},
      {"siren", "sin", {{"a", "1"}, {"b", "p_omega"}, {"c", "0"}}},
      {"rbf", "rbf", {{"gamma", "p_gamma"}}},
      {"snake", "snake", {{"alpha", "p_alpha"}}},
      {"growing-cosine", "growing-cosine", {}},
      {"exp", "exp", {{"a", "p_a"}, {"b", "p_b"}}},
      {"exp-normalized", "exp", {{"a", "exp(p_gamma*(p_shift - 1)/2)"}, {"b", "sqrt(p_gamma)"}}},
      {"soft-exponential", "soft-exponential", {{"alpha", "p_alpha"}}},
      {"sinh", "sinh", {}},
      {"cosh", "cosh", {}},
      {"gaussian", "gaussian", {{"a", "p_a"}, {"b", "p_b"}}},
      {"normal-pdf", "gaussian", {{"a", "1/sqrt(2*pi)"}, {"b", "-1/2"}}},
      {"mexican-hat", "mexican-hat", {}},
      {"gabor", "gabor", {}},
      {"relu", "relu", {}},
      {"leaky-relu", "abrelu", {{"a", "p_alpha"}, {"b", "1"}}},
      {"prelu", "abrelu", {{"a", "p_alpha"}, {"b", "1"}}},
      {"abrelu", "abrelu", {{"a", "p_a"}, {"b", "p_b"}}},
      {"abs", "abs", {}},
      {"sign", "sign", {}},
      {"step", "step", {}},
  };
  return members;
}

}  // namespace widegeo
