// Properties of an activation that the integrals use, at one scalar type.
#pragma once

#include <vector>

#include "activation/activation.hpp"
#include "number/scalar.hpp"

namespace widegeo::gaussian {

template <class T>
struct Problem {
  const Activation* activation = nullptr;
  std::vector<T> kinks;   ///< of phi and of phi', increasing
  bool even = false;      ///< phi is even or odd: the integrands are even
  bool jump = false;      ///< phi jumps or phi' is not square integrable: D does not exist
  bool singular = false;  ///< phi or phi' unbounded at a kink
};

template <class T>
Problem<T> make_problem(const Activation& activation);

/// Throws Error(input) if E phi(sqrt(q) z)^2 (and, with `derivative`, E phi'(sqrt(q) z)^2) does not exist, because of
/// growth, singular points, jumps or parts of the line without a value, or if q is negative or not finite.
void require_existence(const Activation& activation, double q, bool derivative);

}  // namespace widegeo::gaussian
