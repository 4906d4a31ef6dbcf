// What the integrals need to know of an activation, at one scalar type.
#pragma once

#include <vector>

#include "activation/activation.hpp"
#include "number/scalar.hpp"

namespace widegeo::gaussian {

template <class T>
struct Problem {
  const Activation* activation = nullptr;
  std::vector<T> kinks;   ///< of phi and of phi', increasing
  bool even = false;      ///< phi even or odd: products of two of phi, phi', z-weights are even
  bool jump = false;      ///< phi jumps or phi' is not square integrable: D does not exist
  bool singular = false;  ///< phi or phi' unbounded at a kink
};

template <class T>
Problem<T> make_problem(const Activation& activation);

/// Throws Error(input) when E phi(sqrt(q) z)^2 (and, with `derivative`, E phi'(sqrt(q) z)^2) does not exist: growth,
/// singular points, jumps, parts of the line without a value; or when q is negative or not finite.
void require_existence(const Activation& activation, double q, bool derivative);

}  // namespace widegeo::gaussian
