// Truncated multivariate Taylor series. f(x + d) = sum over multi-indices k, |k| <= order, of coefficient(k) d^k;
// coefficients are TAYLOR coefficients (derivative / k!). A jet of shape (variables = 0, order = 0) is a constant and
// combines with any shape.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "number/function_list.hpp"
#include "number/scalar.hpp"

namespace widegeo {

/// The multi-indices of a shape in graded order (constant, then degree 1, ...), and the product table. Shapes are
/// created once and cached for the life of the program (thread-safe).
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

  /// Position of the first multi-index of total degree k, k <= order + 1 (the size).
  std::size_t degree_begin(unsigned k) const { return degree_begin_[k]; }
  /// For all multi-indices i of total degree < order, the position of i with one more power of `variable`.
  std::span<const std::uint32_t> raised(unsigned variable) const { return raised_[variable]; }

 private:
  JetShape(unsigned variables, unsigned order);
  unsigned variables_, order_;
  std::vector<std::vector<std::uint8_t>> exponents_;
  std::vector<Product> products_;
  std::vector<std::size_t> product_begin_, degree_begin_;
  std::vector<std::vector<std::uint32_t>> raised_;
  std::map<std::vector<unsigned>, std::size_t> index_;
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

  friend Jet operator+(const Jet& a, const Jet& b) { return sum(a, b); }
  friend Jet operator-(const Jet& a, const Jet& b) { return difference(a, b); }
  friend Jet operator*(const Jet& a, const Jet& b) { return product(a, b); }
  friend Jet operator/(const Jet& a, const Jet& b) { return quotient(a, b); }
  friend Jet operator-(const Jet& a) { return negated(a); }

  // A scalar or an integer on either side.
  friend Jet operator+(const Jet& a, const T& s) { return shifted(a, s); }
  friend Jet operator+(const T& s, const Jet& a) { return shifted(a, s); }
  friend Jet operator-(const Jet& a, const T& s) { return shifted(a, -s); }
  friend Jet operator-(const T& s, const Jet& a) { return shifted(negated(a), s); }
  friend Jet operator*(const Jet& a, const T& s) { return scaled(a, s); }
  friend Jet operator*(const T& s, const Jet& a) { return scaled(a, s); }
  friend Jet operator/(const Jet& a, const T& s) { return divided(a, s); }
  friend Jet operator/(const T& s, const Jet& a) { return quotient(Jet(s), a); }
  friend Jet operator+(const Jet& a, int s) { return shifted(a, T(s)); }
  friend Jet operator+(int s, const Jet& a) { return shifted(a, T(s)); }
  friend Jet operator-(const Jet& a, int s) { return shifted(a, T(-s)); }
  friend Jet operator-(int s, const Jet& a) { return shifted(negated(a), T(s)); }
  friend Jet operator*(const Jet& a, int s) { return scaled(a, T(s)); }
  friend Jet operator*(int s, const Jet& a) { return scaled(a, T(s)); }
  friend Jet operator/(const Jet& a, int s) { return divided(a, T(s)); }
  friend Jet operator/(int s, const Jet& a) { return quotient(Jet(T(s)), a); }

  Jet& operator+=(const Jet& b) { return *this = sum(*this, b); }
  Jet& operator-=(const Jet& b) { return *this = difference(*this, b); }
  Jet& operator*=(const Jet& b) { return *this = product(*this, b); }
  Jet& operator/=(const Jet& b) { return *this = quotient(*this, b); }

 private:
  struct Empty {};
  explicit Jet(Empty) : shape_(nullptr) {}
  static Jet sum(const Jet& a, const Jet& b);
  static Jet difference(const Jet& a, const Jet& b);
  static Jet product(const Jet& a, const Jet& b);
  static Jet quotient(const Jet& a, const Jet& b);
  static Jet negated(const Jet& a);
  static Jet shifted(const Jet& a, const T& s);
  static Jet scaled(const Jet& a, const T& s);
  static Jet divided(const Jet& a, const T& s);

  const JetShape* shape_;
  std::vector<T> coefficients_;
};

/// f(g) where f has Taylor coefficients `outer` (f^(k)(g0)/k!, k = 0..n, n >= order of g) at g0 = g.value().
template <class T>
Jet<T> compose(std::span<const T> outer, const Jet<T>& g);

/// The powers of g - g.value(), computed once for several outer functions of the same g.
template <class T>
class JetPowers {
 public:
  explicit JetPowers(const Jet<T>& g);
  /// compose(outer, g) to `order`, which is at most that of g.
  Jet<T> compose(std::span<const T> outer, unsigned order) const;

 private:
  const JetShape* shape_;
  std::vector<std::vector<T>> powers_;  ///< number k - 1: (g - g.value())^k
};

/// F(g_1, ..., g_m): `outer` is a jet in m variables at (g_1.value(), ..., g_m.value()).
template <class T>
Jet<T> compose(const Jet<T>& outer, std::span<const Jet<T>> inner);

/// d f / d (variable i), to one order less (order >= 1).
template <class T>
Jet<T> partial(const Jet<T>& f, unsigned variable);

/// f without its terms above `order`, which must not exceed its own.
template <class T>
Jet<T> truncated(const Jet<T>& f, unsigned order);

// The functions of number/functions.hpp. At kinks: abs' = sign, relu' = step, sign' = step' = 0; min and max select by
// value.
#define WIDEGEO_DECLARE(f) \
  template <class T>       \
  Jet<T> f(const Jet<T>& x);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE
#define WIDEGEO_DECLARE(f) \
  template <class T>       \
  Jet<T> f(const Jet<T>& x, const Jet<T>& y);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE

// Comparison and selection act on values.
template <class T>
struct MaskOf<Jet<T>> {
  using type = Mask<T>;
};
template <class T>
Mask<T> less(const Jet<T>& a, const Jet<T>& b) {
  return less(a.value(), b.value());
}
template <class T>
Mask<T> less_equal(const Jet<T>& a, const Jet<T>& b) {
  return less_equal(a.value(), b.value());
}
template <class T>
Mask<T> equal(const Jet<T>& a, const Jet<T>& b) {
  return equal(a.value(), b.value());
}
/// T cannot be deduced from the mask; it is deduced from the jets.
template <class T>
Jet<T> select(const Mask<Jet<T>>& mask, const Jet<T>& if_true, const Jet<T>& if_false);

template <class T>
bool is_finite(const Jet<T>& x) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!is_finite(x.coefficient(i))) return false;
  return true;
}
template <class T>
double value_of(const Jet<T>& x) {
  return value_of(x.value());
}
template <class T>
double error_of(const Jet<T>& x) {
  return error_of(x.value());
}

}  // namespace widegeo
