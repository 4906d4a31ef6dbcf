// Running error analysis as a scalar: a value with a bound of the rounding (and inherited) error it carries.
// First order with safety: the bound of each operation is |df| times the input errors plus the rounding of the operation
// itself. T is double or Block; multiprecision uses two working precisions instead.
#pragma once

namespace widegeo {

template <class T>
struct Tracked {
  T value{};
  T error{};  ///< absolute, >= 0

  Tracked() = default;
  Tracked(int constant) : value(constant), error(0) {}                   // NOLINT: exact constants mix freely
  explicit Tracked(const T& exact) : value(exact), error(0.0) {}         ///< exactly this floating-point number
  Tracked(const T& value_, const T& error_) : value(value_), error(error_) {}
};

}  // namespace widegeo
