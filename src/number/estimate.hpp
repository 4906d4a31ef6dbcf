// A number with its error. Kinds are never mixed silently: combining two estimates gives the weaker kind.
#pragma once

#include <string_view>

namespace widegeo {

/// Ordered from the strongest guarantee to the weakest.
enum class ErrorKind {
  rigorous,     ///< |true - value| <= error is proved (ball arithmetic)
  rounding,     ///< running error analysis of a closed form
  truncation,   ///< quadrature: a proved bound; series, tables, interpolants: an a-posteriori one; with rounding
  statistical,  ///< error is one standard error of a simulation
};

std::string_view to_text(ErrorKind kind);
constexpr ErrorKind weaker(ErrorKind a, ErrorKind b) { return a < b ? b : a; }

template <class T>
struct Estimate {
  T value{};
  T error{};
  ErrorKind kind = ErrorKind::rounding;
};

}  // namespace widegeo
