// Truncated multivariate Taylor series. f(x + d) = sum over multi-indices k, |k| <= order, of coefficient(k) d^k;
// coefficients are TAYLOR coefficients (derivative / k!). A jet of shape (variables = 0, order = 0) is a constant and combines with
// any shape.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/scalar.hpp"

namespace widegeo {

/// The multi-indices of a shape, graded order (constant, then degree 1, ...), and the product table. Shapes are made once
/// and cached for the life of the program (thread-safe).
class JetShape {
 public:
  static const JetShape& get(unsigned variables, unsigned order);

  unsigned variables() const { return variables_; }
  unsigned order() const { return order_; }
  std::size_t size() const { return exponents_.size(); }
  const std::vector<std::uint8_t>& exponents(std::size_t i) const { return exponents_[i]; }
  /// Position of a multi-index of total degree <= order.
  std::size_t index(std::span<const unsigned> exponents) const;

  struct Product {
    std::uint32_t left, right;
  };
  /// All (left, right) with exponents(left) + exponents(right) == exponents(i), in a fixed order.
  std::span<const Product> products(std::size_t i) const;

 private:
  JetShape(unsigned variables, unsigned order);
  unsigned variables_, order_;
  std::vector<std::vector<std::uint8_t>> exponents_;
  std::vector<Product> products_;
  std::vector<std::size_t> product_begin_;
};

template <class T>
class Jet {
 public:
  Jet() : Jet(T(0)) {}
  Jet(const T& constant);  // NOLINT: constants mix freely with jets
  Jet(int constant) : Jet(T(constant)) {}
  static Jet constant(const JetShape& shape, const T& value);
  /// value + d_i, the i-th independent variable.
  static Jet variable(const JetShape& shape, unsigned i, const T& value);
  static Jet from_coefficients(const JetShape& shape, std::vector<T> coefficients);

  const JetShape& shape() const { return *shape_; }
  const T& value() const { return coefficients_[0]; }
  T& value() { return coefficients_[0]; }
  const T& coefficient(std::size_t i) const { return coefficients_[i]; }
  T& coefficient(std::size_t i) { return coefficients_[i]; }
  std::size_t size() const { return coefficients_.size(); }
  /// d^k f at the point: coefficient times k!.
  T derivative(std::span<const unsigned> exponents) const;
  /// One variable: the k-th derivative.
  T derivative(unsigned k) const;

 private:
  const JetShape* shape_;
  std::vector<T> coefficients_;
};

/// f(g) where f has Taylor coefficients `outer` (f^(k)(g0)/k!, k = 0..n, n >= order of g) at g0 = g.value().
template <class T>
Jet<T> compose(std::span<const T> outer, const Jet<T>& g);

/// F(g_1, ..., g_m): `outer` is a jet in m variables at (g_1.value(), ..., g_m.value()).
template <class T>
Jet<T> compose(const Jet<T>& outer, std::span<const Jet<T>> inner);

}  // namespace widegeo
