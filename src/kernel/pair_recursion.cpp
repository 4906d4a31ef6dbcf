#include "kernel/pair_recursion.hpp"

#include "kernel/checks.hpp"
#include "number/error.hpp"

namespace widegeo {

template <class T>
PairField<T> affine(const PairField<T>& f, const T& s, const T& b) {
  PairField<T> r;
  r.value = s * f.value + b;
  for (int i = 0; i < 2; ++i) {
    r.gx[i] = s * f.gx[i];
    r.gy[i] = s * f.gy[i];
  }
  r.identity = s * f.identity;
  for (int i = 0; i < 4; ++i) r.h[i] = s * f.h[i];
  return r;
}

template <class T>
PairField<T> product(const PairField<T>& f, const PairField<T>& g, unsigned derivatives) {
  PairField<T> r;
  r.value = f.value * g.value;
  if (derivatives >= 1)
    for (int i = 0; i < 2; ++i) {
      r.gx[i] = f.gx[i] * g.value + f.value * g.gx[i];
      r.gy[i] = f.gy[i] * g.value + f.value * g.gy[i];
    }
  if (derivatives >= 2) {
    r.identity = f.identity * g.value + f.value * g.identity;
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j)
        r.h[2 * i + j] = f.h[2 * i + j] * g.value + f.value * g.h[2 * i + j] + f.gx[i] * g.gy[j] + g.gx[i] * f.gy[j];
  }
  return r;
}

namespace {

/// (s p + b)(s q + b) - (s c + b)^2 from pq - c^2 and p + q - 2c, neither of them negative.
template <class T>
T minor_of_affine(const T& minor, const T& distance, const T& s, const T& b) {
  return clamp_non_negative(s * (s * minor + b * distance));
}

}  // namespace

template <class T>
PairState<T> first_layer(const T& s, const T& b, const InputPair<T>& inputs) {
  PairState<T> r;
  r.a = s * inputs.xx + b;
  r.b = s * inputs.yy + b;
  r.ax = r.by = T(2) * s;
  r.n.value = s * inputs.xy + b;
  r.n.gx[1] = r.n.gy[0] = s;
  r.n.identity = s;
  const T distance = inputs.distance_squared ? *inputs.distance_squared : inputs.xx + inputs.yy - T(2) * inputs.xy;
  r.minor = minor_of_affine(inputs.minor, distance, s, b);
  require_in_range(r.a, "the variance", 1);
  require_in_range(r.b, "the variance", 1);
  return r;
}

template <class T>
PairField<T> feature_kernel(const PairState<T>& state, const TwoPoint<T>& e, unsigned derivatives) {
  const PairField<T>& n = state.n;
  PairField<T> r;
  r.value = e.K;
  if (derivatives == 0) return r;
  const T two(2);
  r.gx[0] = e.Ka * state.ax + e.Kdot * n.gx[0];
  r.gx[1] = e.Kdot * n.gx[1];
  r.gy[0] = e.Kdot * n.gy[0];
  r.gy[1] = e.Kb * state.by + e.Kdot * n.gy[1];
  if (derivatives == 1) return r;

  const T slope = n.value / state.a;
  const T half_ax = state.ax / two, half_by = state.by / two;
  // c1 and e1 times sqrt(a), c2 and e2 times sqrt(minor/a); the divisors go into the three expectations.
  const T c1[2] = {half_ax, T(0)};
  const T c2[2] = {n.gx[0] - slope * half_ax, n.gx[1]};
  const T e1[2] = {n.gy[0], n.gy[1]};
  const T e2[2] = {-(slope * n.gy[0]), half_by - slope * n.gy[1]};
  const T radial = e.radial / state.a;
  r.identity = e.Kdot * n.identity;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) r.h[2 * i + j] = e.Kdot * n.h[2 * i + j] + radial * c1[i] * e1[j];
  if (is_zero(state.minor)) return r;
  const T mixed = e.mixed / sqrt(state.minor), normal = e.normal / (state.minor / state.a);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j)
      r.h[2 * i + j] = r.h[2 * i + j] + mixed * (c1[i] * e2[j] + c2[i] * e1[j]) + normal * c2[i] * e2[j];
  return r;
}

template <class T>
PairField<T> slope_kernel_gradients(const PairState<T>& state, const TwoPoint<T>& e) {
  if (is_zero(state.minor))
    throw Error(ErrorCode::input,
                "the gradient of the NTK at parallel inputs needs averages of phi'', which are not computed",
                "derivatives");
  // With m = minor: normal = 2 (m/a) Kdot_b, mixed = sqrt(m) (Kdot_n + 2 (n/a) Kdot_b),
  // radial = 2 (a Kdot_a + n Kdot_n + (n^2/a) Kdot_b).
  const T two(2);
  const T& n = state.n.value;
  const T slope = n / state.a;
  const T dot_b = e.normal * state.a / (two * state.minor);
  const T dot_n = e.mixed / sqrt(state.minor) - two * slope * dot_b;
  const T dot_a = (e.radial / two - n * dot_n - n * slope * dot_b) / state.a;
  PairField<T> r;
  r.value = e.Kdot;
  r.gx[0] = dot_a * state.ax + dot_n * state.n.gx[0];
  r.gx[1] = dot_n * state.n.gx[1];
  r.gy[0] = dot_n * state.n.gy[0];
  r.gy[1] = dot_b * state.by + dot_n * state.n.gy[1];
  return r;
}

template <class T>
PairState<T> next_layer(const PairState<T>& state, const PairField<T>& feature, const OnePoint<T>& at_a,
                        const OnePoint<T>& at_b, const T& s, const T& b, unsigned derivatives) {
  PairState<T> r;
  const T &p = at_a.V[0], &q = at_b.V[0], &K = feature.value;
  r.a = s * p + b;
  r.b = s * q + b;
  r.n = affine(feature, s, b);
  r.minor = minor_of_affine<T>(clamp_non_negative(p * q - K * K), clamp_non_negative(p + q - T(2) * K), s, b);
  if (derivatives >= 1) {
    r.ax = s * at_a.V[1] * state.ax;
    r.by = s * at_b.V[1] * state.by;
  }
  return r;
}

#define WIDEGEO_INSTANTIATE(T)                                                                                       \
  template PairField<T> affine(const PairField<T>&, const T&, const T&);                                             \
  template PairField<T> product(const PairField<T>&, const PairField<T>&, unsigned);                                 \
  template PairState<T> first_layer(const T&, const T&, const InputPair<T>&);                                        \
  template PairField<T> feature_kernel(const PairState<T>&, const TwoPoint<T>&, unsigned);                           \
  template PairField<T> slope_kernel_gradients(const PairState<T>&, const TwoPoint<T>&);                             \
  template PairState<T> next_layer(const PairState<T>&, const PairField<T>&, const OnePoint<T>&, const OnePoint<T>&, \
                                   const T&, const T&, unsigned);
WIDEGEO_INSTANTIATE(TrackedDouble)
WIDEGEO_INSTANTIATE(TrackedBlock)
WIDEGEO_INSTANTIATE(Real)
WIDEGEO_INSTANTIATE(Jet<TrackedDouble>)
WIDEGEO_INSTANTIATE(Jet<Real>)
WIDEGEO_INSTANTIATE(Jet<Ball>)
#undef WIDEGEO_INSTANTIATE

}  // namespace widegeo
