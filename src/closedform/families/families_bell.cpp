// Families with a Gaussian factor, which only changes the covariance. Derivations: docs/math/closed-forms.md.
#include <vector>

#include "closedform/families/families.hpp"

namespace widegeo {

std::span<const FormText> bell_families() {
  static const std::vector<FormText> forms{
      {.family = "gaussian",
       .where = "R = 1 - 2*p_b*(a+b) + 4*p_b^2*m",
       .K = "p_a^2/sqrt(R)",
       .Kdot = "4*p_a^2*p_b^2*n/(R*sqrt(R))",
       .where_q = "R = 1 - 4*p_b*q",
       .V = "p_a^2/sqrt(R)",
       .D = "4*p_a^2*p_b^2*q/(R*sqrt(R))",
       .source = "Gaussian integral; [Williams 1997] for centred Gaussian units"},
      {.family = "mexican-hat",
       .where = "P = (1+a)*(1+b); R = 1 + a + b + m",
       .K = "(P + 2*n^2)/(R^2*sqrt(R))",
       .Kdot = "n*(9*P + 6*n^2)/(R^3*sqrt(R))",
       .where_q = "P = (1+q)^2; R = 1 + 2*q",
       .V = "(P + 2*q^2)/(R^2*sqrt(R))",
       .D = "q*(9*P + 6*q^2)/(R^3*sqrt(R))",
       .source = derived_source()},
      {.family = "gabor",
       .where = "R = 1 + 2*(a+b) + 4*m; A = (a + 2*m)/R; B = (b + 2*m)/R; N = n/R; e = exp(-(A+B)/2)",
       .K = "e*sinh(N)/sqrt(R)",
       .Kdot = "e*(((1+2*a)*(1+2*b) + 4*n^2)/R^2*cosh(N) + 4*N*(2-A-B)*sinh(N))/sqrt(R)",
       .where_q = "R = 1 + 4*q; A = q/R; s = -expm1(-2*A)/2",
       .V = "s/sqrt(R)",
       .D = "(((1+2*q)^2 + 4*q^2)/R^2*(1 + exp(-2*A))/2 + 8*A*(1-A)*s)/sqrt(R)",
       .source = derived_source()},
  };
  return forms;
}

}  // namespace widegeo
