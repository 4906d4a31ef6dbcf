// Families with kinks or jumps at 0 only: the angle is the one ingredient. pi - angle(u, v) = atan2(sqrt(m), -n).
#include <vector>

#include "closedform/families/families.hpp"

namespace widegeo {

std::span<const FormText> kinked_families() {
  static const std::vector<FormText> forms{
      {.family = "relu",
       .where = "t = atan2(sqrt(m), -n)",
       .K = "(sqrt(m) + n*t)/(2*pi)",
       .Kdot = "t/(2*pi)",
       .Ka = "sqrt(m)/(4*pi*a)",
       .where_q = "",
       .V = "q/2",
       .D = "1/2",
       .source = "[Cho & Saul 2009] Kernel methods for deep learning, arc-cosine kernels of degree 1 and 0"},
      {.family = "abrelu",
       .where = "t = atan2(sqrt(m), -n); d = ((p_a^2 + p_b^2)*t + 2*p_a*p_b*atan2(sqrt(m), n))/(2*pi)",
       .K = "(p_b - p_a)^2*sqrt(m)/(2*pi) + n*d",
       .Kdot = "d",
       .Ka = "(p_b - p_a)^2*sqrt(m)/(4*pi*a)",
       .where_q = "",
       .V = "(p_a^2 + p_b^2)/2*q",
       .D = "(p_a^2 + p_b^2)/2",
       .source = "[Cho & Saul 2009] Kernel methods for deep learning, for two slopes: " + derived_source()},
      {.family = "abs",
       .where = "t = atan2(n, sqrt(m))",
       .K = "(sqrt(m) + n*t)*2/pi",
       .Kdot = "2/pi*t",
       .Ka = "sqrt(m)/(pi*a)",
       .where_q = "",
       .V = "q",
       .D = "1",
       .source = "[Cho & Saul 2009] Kernel methods for deep learning, for two slopes: " + derived_source()},
      {.family = "sign",
       .where = "",
       .K = "2/pi*atan2(n, sqrt(m))",
       .Kdot = "2/(pi*sqrt(m))",
       .where_q = "",
       .V = "1",
       .D = "0",
       .source = "[Cho & Saul 2009] Kernel methods for deep learning, degree 0",
       .metric_exists = false},
      {.family = "step",
       .where = "",
       .K = "atan2(sqrt(m), -n)/(2*pi)",
       .Kdot = "1/(2*pi*sqrt(m))",
       .where_q = "",
       .V = "1/2",
       .D = "0",
       .source = "[Cho & Saul 2009] Kernel methods for deep learning, degree 0",
       .metric_exists = false},
  };
  return forms;
}

}  // namespace widegeo
