// Definitions of Jet's arithmetic and composition; included by one .cpp file per scalar type, which instantiates them.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "jet/jet.hpp"
#include "number/error.hpp"

namespace widegeo {

namespace jet_detail {

/// Shape of the result; a constant adopts the other operand's.
template <class T>
const JetShape& common_shape(const Jet<T>& a, const Jet<T>& b) {
  if (a.size() == 1 && a.shape().variables() == 0) return b.shape();
  if (b.size() == 1 && b.shape().variables() == 0) return a.shape();
  if (&a.shape() != &b.shape())
    throw Error(ErrorCode::input, "Taylor series of different shapes are combined",
                std::to_string(a.shape().variables()) + " and " + std::to_string(b.shape().variables()) + " variables");
  return a.shape();
}

template <class T>
bool is_constant_shape(const Jet<T>& a) {
  return a.shape().variables() == 0;
}

/// Many coefficients of ball series are exactly 0 (sums of a few products); their products are skipped.
template <class T>
bool is_known_zero(const T& x) {
  if constexpr (requires { x.is_exactly_zero(); })
    return x.is_exactly_zero();
  else
    return false;
}

template <class T>
void add_product(T& sum, const T& a, const T& b) {
  if (!is_known_zero(a) && !is_known_zero(b)) multiply_add(sum, a, b);
}

/// power * inner, where power has no terms below degree `degree` >= 1 and inner has no constant term.
template <class T>
std::vector<T> next_power(const JetShape& shape, const std::vector<T>& power, unsigned degree,
                          const std::vector<T>& inner) {
  std::vector<T> next(shape.size(), T(0));
  const std::size_t first = shape.degree_begin(degree);
  for (std::size_t i = shape.degree_begin(degree + 1); i < shape.size(); ++i)
    for (const auto [left, right] : shape.products(i))
      if (left >= first && right != 0) add_product(next[i], power[left], inner[right]);
  return next;
}

/// g without its constant term.
template <class T>
std::vector<T> nilpotent_part(const Jet<T>& g) {
  std::vector<T> inner(g.size(), T(0));
  for (std::size_t i = 1; i < g.size(); ++i) inner[i] = g.coefficient(i);
  return inner;
}

inline void require_outer(std::size_t size, unsigned order) {
  if (size <= order)
    throw Error(ErrorCode::input, "too few Taylor coefficients to compose", std::to_string(size),
                "order " + std::to_string(order) + " needs one more than its number");
}

/// sum += (a - a_0)(b - b_0), the products of non-constant coefficients only.
template <class T>
void add_nilpotent_product(std::vector<T>& sum, const JetShape& shape, const std::vector<T>& a,
                           const std::vector<T>& b) {
  for (std::size_t i = 1; i < shape.size(); ++i)
    for (const auto [left, right] : shape.products(i))
      if (left != 0 && right != 0) add_product(sum[i], a[left], b[right]);
}

}  // namespace jet_detail

template <class T>
Jet<T>::Jet(const T& constant) : shape_(&JetShape::get(0, 0)), coefficients_(1, constant) {}

template <class T>
Jet<T> Jet<T>::constant(const JetShape& shape, const T& value) {
  std::vector<T> c(shape.size(), T(0));
  c[0] = value;
  return from_coefficients(shape, std::move(c));
}

template <class T>
Jet<T> Jet<T>::variable(const JetShape& shape, unsigned i, const T& value) {
  if (i >= shape.variables()) throw Error(ErrorCode::input, "no such variable of a Taylor series", std::to_string(i));
  std::vector<T> c(shape.size(), T(0));
  c[0] = value;
  if (shape.order() > 0) c[1 + i] = T(1);  // graded order: degree 1 follows the constant, variable by variable
  return from_coefficients(shape, std::move(c));
}

template <class T>
Jet<T> Jet<T>::from_coefficients(const JetShape& shape, std::vector<T> coefficients) {
  if (coefficients.size() != shape.size())
    throw Error(ErrorCode::input, "wrong number of Taylor coefficients", std::to_string(coefficients.size()),
                "the shape has " + std::to_string(shape.size()));
  Jet r{Empty{}};
  r.shape_ = &shape;
  r.coefficients_ = std::move(coefficients);
  return r;
}

template <class T>
T Jet<T>::derivative(std::span<const unsigned> exponents) const {
  T r = coefficients_[shape_->index(exponents)];
  for (const unsigned k : exponents)
    for (unsigned j = 2; j <= k; ++j) r = r * T(static_cast<int>(j));
  return r;
}

template <class T>
T Jet<T>::derivative(unsigned k) const {
  if (shape_->variables() != 1)
    throw Error(ErrorCode::input, "a plain derivative of a Taylor series in several variables");
  return derivative(std::span<const unsigned>(&k, 1));
}

template <class T>
Jet<T> Jet<T>::sum(const Jet& a, const Jet& b) {
  if (jet_detail::is_constant_shape(b)) return shifted(a, b.value());
  if (jet_detail::is_constant_shape(a)) return shifted(b, a.value());
  jet_detail::common_shape(a, b);
  Jet r(a);
  for (std::size_t i = 0; i < r.size(); ++i) r.coefficients_[i] += b.coefficients_[i];
  return r;
}

template <class T>
Jet<T> Jet<T>::difference(const Jet& a, const Jet& b) {
  if (jet_detail::is_constant_shape(b)) return shifted(a, -b.value());
  if (jet_detail::is_constant_shape(a)) return shifted(negated(b), a.value());
  jet_detail::common_shape(a, b);
  Jet r(a);
  for (std::size_t i = 0; i < r.size(); ++i) r.coefficients_[i] -= b.coefficients_[i];
  return r;
}

template <class T>
Jet<T> Jet<T>::product(const Jet& a, const Jet& b) {
  if (jet_detail::is_constant_shape(b)) return scaled(a, b.value());
  if (jet_detail::is_constant_shape(a)) return scaled(b, a.value());
  const JetShape& shape = jet_detail::common_shape(a, b);
  std::vector<T> c;
  c.reserve(shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::span<const JetShape::Product> terms = shape.products(i);
    c.push_back(a.coefficients_[terms[0].left] * b.coefficients_[terms[0].right]);
    for (const auto [left, right] : terms.subspan(1))
      jet_detail::add_product(c[i], a.coefficients_[left], b.coefficients_[right]);
  }
  return from_coefficients(shape, std::move(c));
}

// q b = a solved degree by degree: q_i = (a_i - sum_{right != 0} q_left b_right) / b_0.
template <class T>
Jet<T> Jet<T>::quotient(const Jet& a, const Jet& b) {
  if (jet_detail::is_constant_shape(b)) return divided(a, b.value());
  const JetShape& shape = b.shape();
  if (!jet_detail::is_constant_shape(a)) jet_detail::common_shape(a, b);
  std::vector<T> q;
  q.reserve(shape.size());
  q.push_back(a.value() / b.value());
  for (std::size_t i = 1; i < shape.size(); ++i) {
    T rest(0);
    for (const auto [left, right] : shape.products(i))
      if (right != 0) jet_detail::add_product(rest, q[left], b.coefficients_[right]);
    if (jet_detail::is_constant_shape(a))
      q.push_back(-rest / b.value());
    else
      q.push_back((a.coefficients_[i] - rest) / b.value());
  }
  return from_coefficients(shape, std::move(q));
}

template <class T>
Jet<T> Jet<T>::negated(const Jet& a) {
  Jet r(a);
  for (T& c : r.coefficients_) c = -c;
  return r;
}

template <class T>
Jet<T> Jet<T>::shifted(const Jet& a, const T& s) {
  Jet r(a);
  r.coefficients_[0] += s;
  return r;
}

template <class T>
Jet<T> Jet<T>::scaled(const Jet& a, const T& s) {
  Jet r(a);
  for (T& c : r.coefficients_) c *= s;
  return r;
}

template <class T>
Jet<T> Jet<T>::divided(const Jet& a, const T& s) {
  Jet r(a);
  for (T& c : r.coefficients_) c /= s;
  return r;
}

// sum_k outer_k D^k with D = g - g_0, the powers of D computed successively.
template <class T>
Jet<T> compose(std::span<const T> outer, const Jet<T>& g) {
  const JetShape& shape = g.shape();
  const unsigned order = shape.variables() == 0 ? 0 : shape.order();
  jet_detail::require_outer(outer.size(), order);
  std::vector<T> c(shape.size(), T(0));
  c[0] = outer[0];
  if (order == 0) return Jet<T>::from_coefficients(shape, std::move(c));
  const std::vector<T> inner = jet_detail::nilpotent_part(g);
  for (std::size_t i = 1; i < shape.size(); ++i) c[i] = outer[1] * inner[i];
  std::vector<T> power = inner;
  for (unsigned k = 2; k <= order; ++k) {
    power = jet_detail::next_power(shape, power, k - 1, inner);
    for (std::size_t i = shape.degree_begin(k); i < shape.size(); ++i)
      jet_detail::add_product(c[i], outer[k], power[i]);
  }
  return Jet<T>::from_coefficients(shape, std::move(c));
}

template <class T>
JetPowers<T>::JetPowers(const Jet<T>& g) : shape_(&g.shape()) {
  const unsigned order = shape_->variables() == 0 ? 0 : shape_->order();
  if (order == 0) return;
  powers_.push_back(jet_detail::nilpotent_part(g));
  for (unsigned k = 2; k <= order; ++k)
    powers_.push_back(jet_detail::next_power(*shape_, powers_.back(), k - 1, powers_.front()));
}

template <class T>
Jet<T> JetPowers<T>::compose(std::span<const T> outer, unsigned order) const {
  if (shape_->variables() == 0) order = 0;
  if (order > powers_.size()) throw Error(ErrorCode::input, "a Taylor series has no terms of that order");
  jet_detail::require_outer(outer.size(), order);
  const JetShape& shape = JetShape::get(shape_->variables(), shape_->variables() == 0 ? 0 : order);
  std::vector<T> c;
  c.reserve(shape.size());
  c.push_back(outer[0]);
  for (std::size_t i = 1; i < shape.size(); ++i) c.push_back(outer[1] * powers_[0][i]);
  for (unsigned k = 2; k <= order; ++k)
    for (std::size_t i = shape.degree_begin(k); i < shape.size(); ++i)
      jet_detail::add_product(c[i], outer[k], powers_[k - 1][i]);
  return Jet<T>::from_coefficients(shape, std::move(c));
}

// sum over multi-indices k of outer_k D_1^k1 ... D_m^km; each monomial is an earlier one times one D.
template <class T>
Jet<T> compose(const Jet<T>& outer, std::span<const Jet<T>> inner) {
  const JetShape& from = outer.shape();
  if (from.variables() != inner.size())
    throw Error(ErrorCode::input, "composition with the wrong number of Taylor series", std::to_string(inner.size()));
  const JetShape* shape = &JetShape::get(0, 0);
  for (const Jet<T>& g : inner) shape = &jet_detail::common_shape(Jet<T>::constant(*shape, T(0)), g);
  const unsigned order = shape->variables() == 0 ? 0 : shape->order();
  if (from.order() < order) throw Error(ErrorCode::input, "too few Taylor coefficients to compose");
  std::vector<T> c(shape->size(), T(0));
  c[0] = outer.value();
  std::vector<std::vector<T>> shifted;
  for (const Jet<T>& g : inner) {
    std::vector<T> d(shape->size(), T(0));
    for (std::size_t i = 1; i < g.size(); ++i) d[i] = g.coefficient(i);
    shifted.push_back(std::move(d));
  }
  std::vector<std::vector<T>> monomials(1);
  std::vector<unsigned> lower(from.variables());
  for (std::size_t k = 1; k < from.size(); ++k) {
    const std::vector<std::uint8_t>& exponents = from.exponents(k);
    unsigned degree = 0;
    std::size_t last = 0;
    for (std::size_t v = 0; v < exponents.size(); ++v) {
      lower[v] = exponents[v];
      degree += exponents[v];
      if (exponents[v] != 0) last = v;
    }
    if (degree > order) break;
    if (degree == 1) {
      monomials.push_back(shifted[last]);
    } else {
      --lower[last];
      std::vector<T> monomial(shape->size(), T(0));
      jet_detail::add_nilpotent_product(monomial, *shape, monomials[from.index(lower)], shifted[last]);
      monomials.push_back(std::move(monomial));
    }
    for (std::size_t i = 1; i < shape->size(); ++i) multiply_add(c[i], outer.coefficient(k), monomials[k][i]);
  }
  return Jet<T>::from_coefficients(*shape, std::move(c));
}

template <class T>
Jet<T> select(const Mask<Jet<T>>& mask, const Jet<T>& if_true, const Jet<T>& if_false) {
  const JetShape& shape = jet_detail::common_shape(if_true, if_false);
  std::vector<T> c;
  c.reserve(shape.size());
  const T zero(0);
  for (std::size_t i = 0; i < shape.size(); ++i)
    c.push_back(select(mask, i < if_true.size() ? if_true.coefficient(i) : zero,
                       i < if_false.size() ? if_false.coefficient(i) : zero));
  return Jet<T>::from_coefficients(shape, std::move(c));
}

// Graded order: the terms of a lower order come first.
template <class T>
Jet<T> truncated(const Jet<T>& f, unsigned order) {
  if (jet_detail::is_constant_shape(f)) return f;
  if (order > f.shape().order()) throw Error(ErrorCode::input, "a Taylor series has no terms of that order");
  const JetShape& shape = JetShape::get(f.shape().variables(), order);
  std::vector<T> c;
  c.reserve(shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) c.push_back(f.coefficient(i));
  return Jet<T>::from_coefficients(shape, std::move(c));
}

template <class T>
Jet<T> partial(const Jet<T>& f, unsigned variable) {
  if (jet_detail::is_constant_shape(f)) return Jet<T>(T(0));
  if (f.shape().order() == 0 || variable >= f.shape().variables())
    throw Error(ErrorCode::input, "a Taylor series has no derivative of that order or variable");
  const JetShape& shape = JetShape::get(f.shape().variables(), f.shape().order() - 1);
  std::vector<T> c;
  c.reserve(shape.size());
  const std::span<const std::uint32_t> raised = f.shape().raised(variable);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const int power = shape.exponents(i)[variable] + 1;
    c.push_back(power == 1 ? f.coefficient(raised[i]) : f.coefficient(raised[i]) * T(power));
  }
  return Jet<T>::from_coefficients(shape, std::move(c));
}

}  // namespace widegeo
