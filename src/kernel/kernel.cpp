#include "kernel/kernel.hpp"

#include "kernel/checks.hpp"
#include "kernel/pair_recursion.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/error.hpp"

namespace widegeo {

namespace {

constexpr const char* no_activation = "a linear map (pre, depth 1) has no activation";

template <class T>
void require_finite_pair(PairKernel<T>& k, unsigned derivatives) {
  const char* what = "the kernel";
  require_finite(k.kernel, what, 0);
  if (k.kernel_dot) require_finite(*k.kernel_dot, "E phi'phi'", 0);
  if (derivatives >= 1)
    for (int i = 0; i < 2; ++i) {
      require_finite(k.gx[i], "a gradient of the kernel", 0);
      require_finite(k.gy[i], "a gradient of the kernel", 0);
    }
  if (derivatives < 2) return;
  require_finite(k.identity, "the mixed Hessian", 0);
  for (T& h : k.h) require_finite(h, "the mixed Hessian", 0);
}

template <class T>
PairKernel<T> to_result(const PairField<T>& f, std::optional<T> dot, unsigned derivatives) {
  PairKernel<T> r;
  r.kernel = f.value;
  r.kernel_dot = std::move(dot);
  if (!r.kernel_dot) r.kernel_dot_reason = no_activation;
  for (int i = 0; i < 2; ++i) {
    r.gx[i] = f.gx[i];
    r.gy[i] = f.gy[i];
  }
  r.identity = f.identity;
  for (int i = 0; i < 4; ++i) r.h[i] = f.h[i];
  require_finite_pair(r, derivatives);
  return r;
}

/// k(x, y) = k'(y, x): converts coefficients on (y, x) to those on (x, y).
template <class T>
PairKernel<T> exchanged(const PairKernel<T>& k) {
  PairKernel<T> r = k;
  for (int i = 0; i < 2; ++i) {
    r.gx[i] = k.gy[1 - i];
    r.gy[i] = k.gx[1 - i];
  }
  r.h[0] = k.h[3];
  r.h[3] = k.h[0];
  return r;
}

template <class T>
InputPair<T> exchanged(const InputPair<T>& p) {
  InputPair<T> r = p;
  r.xx = p.yy;
  r.yy = p.xx;
  return r;
}

/// x = 0 without bias: u = 0 has no direction z1 to regress on, but v has one.
template <class T>
bool needs_exchange(const LayerVariances<T>& variances, const InputPair<T>& p, unsigned derivatives) {
  return derivatives > 0 && !p.coincident && is_zero(variances.b[0]) && is_zero(p.xx) && !is_zero(p.yy);
}

template <class T>
void check(const Model& model, const InputPair<T>& inputs, unsigned derivatives) {
  model.validate();
  if (inputs.dimension == 0) throw Error(ErrorCode::input, "the dimension is 0", "dimension");
  if (derivatives > 2) throw Error(ErrorCode::input, "derivatives of order above 2", "derivatives", "0, 1 or 2");
}

/// E f f over a state, as a field; `e` is filled with the TwoPoint.
template <class T>
PairField<T> apply(const Expectations<T>& source, const PairState<T>& state, unsigned derivatives, TwoPoint<T>& e) {
  e = source.two_point({state.a, state.b, state.n.value, state.minor, false},
                       derivatives > 0 ? TwoPointNeed::derivatives : TwoPointNeed::kernel);
  require_finite(e.K, "the kernel", 0);
  require_finite(e.Kdot, "E phi'phi'", 0);
  return feature_kernel(state, e, derivatives);
}

template <class T>
PairState<T> advance(const LayerVariances<T>& variances, const Expectations<T>& source, const PairState<T>& state,
                     const PairField<T>& feature, unsigned layer, unsigned derivatives) {
  const unsigned order = derivatives > 0 ? 1 : 0;
  PairState<T> next = next_layer(state, feature, source.one_point(state.a, order), source.one_point(state.b, order),
                                 variances.s[layer - 1], variances.b[layer - 1], derivatives);
  require_in_range(next.a, "the variance", layer);
  require_in_range(next.b, "the variance", layer);
  return next;
}

/// The coincident field of radial jets of k(x, x) = f(t): gradient f'(t) x, mixed Hessian A I + B x x^T.
template <class T>
PairField<T> coincident_field(const T& value, const T& slope, const T& A, const T& B) {
  PairField<T> r;
  r.value = value;
  r.gx[0] = r.gy[1] = slope;
  r.identity = A;
  r.h[1] = B;
  return r;
}

/// Of coincident inputs the value alone.
template <class T>
PairKernel<T> nngp_of(const LayerVariances<T>& variances, const Expectations<T>& source, const InputPair<T>& inputs,
                      unsigned derivatives) {
  const unsigned depth = variances.depth(), activations = variances.activations();
  std::optional<T> dot;
  PairState<T> state = first_layer(variances.s[0], variances.b[0], inputs);
  if (inputs.coincident) {
    T q = state.a;
    for (unsigned l = 1; l <= activations; ++l) {
      const OnePoint<T> e = source.one_point(q, 0);
      q = e.V[0];
      dot = e.D[0];
      if (l == depth) break;
      q = variances.s[l] * q + variances.b[l];
      require_in_range(q, "the variance", l + 1);
    }
    PairField<T> f;
    f.value = q;
    return to_result(f, std::move(dot), 0);
  }
  for (unsigned l = 1; l <= activations; ++l) {
    TwoPoint<T> e;
    const PairField<T> feature = apply(source, state, derivatives, e);
    dot = e.Kdot;
    if (l == depth) return to_result(feature, std::move(dot), derivatives);
    state = advance(variances, source, state, feature, l + 1, derivatives);
  }
  return to_result(state.n, std::move(dot), derivatives);
}

template <class T>
PairKernel<T> ntk_of(const LayerVariances<T>& variances, const Expectations<T>& source, const InputPair<T>& inputs,
                     unsigned derivatives, const Expectations<T>* slope_source) {
  const unsigned depth = variances.depth(), activations = variances.activations();
  if (activations > 0 && !slope_source) {
    if (derivatives == 2)
      throw Error(ErrorCode::input, "the mixed Hessian of the NTK needs averages of phi'', which are not computed",
                  "derivatives", "ask for --derivatives 1, or for the NNGP");
    if (derivatives == 1 && inputs.coincident)
      throw Error(ErrorCode::input,
                  "the gradient of the NTK at y = x needs averages of phi'', which are not computed for one pair",
                  "derivatives", "--input FILE --derivatives 1 gives it where the activation is smooth");
  }
  std::optional<T> dot;
  PairState<T> state = first_layer(variances.s[0], variances.b[0], inputs);
  PairField<T> theta = state.n;
  for (unsigned l = 1; l <= activations; ++l) {
    PairField<T> feature, slope;
    TwoPoint<T> e, e_slope;
    if (inputs.coincident) {
      // u = v: K = V, Ka = Kb = (V' - D)/2, and the Hessian of a layer as in the radial recursion.
      const auto layer_at = [&](const Expectations<T>& f) {
        const OnePoint<T> o = f.one_point(state.a, derivatives > 0 ? 1 : 0);
        const T two(2);
        PairField<T> r;
        r.value = o.V[0];
        dot = o.D[0];
        if (derivatives == 0) return r;
        const T cross = (o.V[1] - o.D[0]) / two;
        for (int i = 0; i < 2; ++i) {
          r.gx[i] = cross * (i == 0 ? state.ax : T(0)) + o.D[0] * state.n.gx[i];
          r.gy[i] = cross * (i == 1 ? state.by : T(0)) + o.D[0] * state.n.gy[i];
        }
        // B = D beta + 2 D' q'^2 with q' = ax/2; x = y, so the coefficient may stand on x y^T.
        r.identity = o.D[0] * state.n.identity;
        for (int i = 0; i < 4; ++i) r.h[i] = o.D[0] * state.n.h[i];
        r.h[1] = r.h[1] + o.D[1] * state.ax * state.ax / two;
        return r;
      };
      if (slope_source && derivatives > 0) slope = layer_at(*slope_source);
      feature = layer_at(source);
      if (!(slope_source && derivatives > 0)) slope.value = *dot;
    } else {
      feature = apply(source, state, derivatives, e);
      dot = e.Kdot;
      if (slope_source && derivatives > 0)
        slope = apply(*slope_source, state, derivatives, e_slope);
      else if (derivatives > 0)
        slope = slope_kernel_gradients(state, e);
      else
        slope.value = e.Kdot;
    }
    theta = product(slope, theta, derivatives);
    if (l == depth) break;
    state = advance(variances, source, state, feature, l + 1, derivatives);
    if (inputs.coincident) {
      state.b = state.n.value = state.a;
      state.minor = T(0);
    }
    theta = affine(theta, variances.s[l], T(0));
    theta.value = theta.value + state.n.value;
    for (int i = 0; i < 2; ++i) {
      theta.gx[i] = theta.gx[i] + state.n.gx[i];
      theta.gy[i] = theta.gy[i] + state.n.gy[i];
    }
    theta.identity = theta.identity + state.n.identity;
    for (int i = 0; i < 4; ++i) theta.h[i] = theta.h[i] + state.n.h[i];
    require_finite(theta.value, "the NTK", l + 1);
  }
  return to_result(theta, std::move(dot), derivatives);
}

}  // namespace

template <class T>
PairKernel<T> nngp(const Model& model, const Expectations<T>& source, const InputPair<T>& inputs,
                   unsigned derivatives) {
  check(model, inputs, derivatives);
  if (inputs.coincident && derivatives > 0) {
    const RadialJets<T> r = radial_recursion(model, source, inputs.xx, inputs.dimension, 1);
    std::optional<T> dot;
    if (model.depth > 1 || model.read_out == ReadOut::post) dot = r.dot;
    return to_result(coincident_field<T>(r.variance.value(), r.variance.coefficient(1), r.A.value(), r.B.value()),
                     std::move(dot), derivatives);
  }
  const auto variances = layer_variances<T>(model, inputs.dimension);
  if (needs_exchange(variances, inputs, derivatives))
    return exchanged(nngp_of(variances, source, exchanged(inputs), derivatives));
  return nngp_of(variances, source, inputs, derivatives);
}

template <class T>
PairKernel<T> ntk(const Model& model, const Expectations<T>& source, const InputPair<T>& inputs, unsigned derivatives,
                  const Expectations<T>* slope_source) {
  check(model, inputs, derivatives);
  const auto variances = layer_variances<T>(model, inputs.dimension);
  if (needs_exchange(variances, inputs, derivatives))
    return exchanged(ntk_of(variances, source, exchanged(inputs), derivatives, slope_source));
  return ntk_of(variances, source, inputs, derivatives, slope_source);
}

template <class T>
T nngp_value(const LayerVariances<T>& variances, const Expectations<T>& source, const InputPair<T>& inputs) {
  return nngp_of(variances, source, inputs, 0).kernel;
}

template <class T>
T ntk_value(const LayerVariances<T>& variances, const Expectations<T>& source, const InputPair<T>& inputs) {
  return ntk_of<T>(variances, source, inputs, 0, nullptr).kernel;
}

template PairKernel<TrackedDouble> nngp(const Model&, const Expectations<TrackedDouble>&,
                                        const InputPair<TrackedDouble>&, unsigned);
template PairKernel<TrackedBlock> nngp(const Model&, const Expectations<TrackedBlock>&, const InputPair<TrackedBlock>&,
                                       unsigned);
template PairKernel<Real> nngp(const Model&, const Expectations<Real>&, const InputPair<Real>&, unsigned);
template PairKernel<TrackedDouble> ntk(const Model&, const Expectations<TrackedDouble>&,
                                       const InputPair<TrackedDouble>&, unsigned, const Expectations<TrackedDouble>*);
template PairKernel<TrackedBlock> ntk(const Model&, const Expectations<TrackedBlock>&, const InputPair<TrackedBlock>&,
                                      unsigned, const Expectations<TrackedBlock>*);
template PairKernel<Real> ntk(const Model&, const Expectations<Real>&, const InputPair<Real>&, unsigned,
                              const Expectations<Real>*);

#define WIDEGEO_INSTANTIATE(T)                                                                  \
  template T nngp_value(const LayerVariances<T>&, const Expectations<T>&, const InputPair<T>&); \
  template T ntk_value(const LayerVariances<T>&, const Expectations<T>&, const InputPair<T>&);
WIDEGEO_INSTANTIATE(Jet<TrackedDouble>)
WIDEGEO_INSTANTIATE(Jet<Real>)
WIDEGEO_INSTANTIATE(Jet<Ball>)
#undef WIDEGEO_INSTANTIATE

}  // namespace widegeo
