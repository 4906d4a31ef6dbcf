#include "theory/support_metric.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "kernel/kernel.hpp"
#include "number/error.hpp"
#include "theory/support_formula.hpp"

namespace widegeo::theory {
Model random_model(Cases& cases, unsigned depth) {
  Model m;
  m.depth = depth;
  m.weight_variance.clear();
  m.bias_variance.clear();
  for (unsigned l = 0; l < depth; ++l) {
    m.weight_variance.push_back(cases.rational(0.5, 1.5));
    m.bias_variance.push_back(cases.rational(0.05, 0.5));
  }
  return m;
}

std::vector<Rational> random_point(Cases& cases, unsigned dimension) {
  std::vector<Rational> x;
  for (unsigned i = 0; i < dimension; ++i) {
    const Rational size = cases.rational(0.1, 0.9);
    x.push_back(cases.index(2) == 0 ? size : Rational(-size));
  }
  return x;
}

const std::vector<ClosedCase>& closed_cases() {
  static const std::vector<ClosedCase> all = [] {
    std::vector<ClosedCase> r;
    for (const CatalogueEntry& entry : widegeo::catalogue()) {
      Activation activation = make_activation(entry.name);
      auto form = find_closed_form(activation);
      if (form && form->metric_exists) r.push_back({std::move(activation), std::move(*form)});
    }
    return r;
  }();
  return all;
}

const std::vector<const ClosedCase*>& smooth_cases() {
  static const std::vector<const ClosedCase*> all = [] {
    std::vector<const ClosedCase*> r;
    for (const ClosedCase& c : closed_cases())
      if (c.form.smooth_at_coincidence) r.push_back(&c);
    return r;
  }();
  return all;
}

const ClosedCase& closed_case(const std::string& name) {
  for (const ClosedCase& c : closed_cases())
    if (c.activation.name == name) return c;
  throw Error(ErrorCode::input, "no closed form of '" + name + "' with a metric", "theory");
}

bool grows_fast(const ClosedCase& c) {
  static const std::vector<std::string> names{"exp",       "exp-normalized", "soft-exponential", "sinh",     "cosh",
                                              "square",    "cube",           "quadratic",        "monomial", "hermite",
                                              "polynomial"};
  return std::ranges::find(names, c.activation.name) != names.end();
}

FeatureFunction<Real> feature_of(const ClosedForm& form) {
  const auto a = expr::Expr::variable("a"), b = expr::Expr::variable("b"), n = expr::Expr::variable("n");
  const expr::Expr K = expr::substitute(form.K, {{"m", a * b - n * n}});
  const auto tape =
      std::make_shared<expr::Tape>(std::span<const expr::Expr>(&K, 1), std::vector<std::string>{"a", "b", "n"});
  return [tape](const Jet<Real>& x, const Jet<Real>& y, const Jet<Real>& xy) {
    expr::Tape::Workspace<Jet<Real>> workspace;
    const Jet<Real> in[] = {x, y, xy};
    Jet<Real> out;
    tape->evaluate<Jet<Real>>(in, std::span<Jet<Real>>(&out, 1), workspace);
    return out;
  };
}

Rational squared_length(const std::vector<Rational>& point) {
  Rational t = 0;
  for (const Rational& x : point) t += x * x;
  return t;
}

std::vector<Real> real_point(const std::vector<Rational>& point) {
  std::vector<Real> x;
  for (const Rational& value : point) x.push_back(to_real(value));
  return x;
}

RadialRoute radial_route(const ClosedCase& c, const Model& model, const Rational& t, unsigned dimension) {
  const auto source = closed_form_expectations<Real>(c.form);
  const Real at = to_real(t);
  RadialRoute r;
  r.metric = radial_metric(model, *source, at, dimension);
  r.geometry = radial_geometry(r.metric, at, dimension);
  return r;
}

std::vector<Real> mixed_hessian(const KernelFunction<Real>& kernel, const std::vector<Real>& x) {
  const unsigned d = static_cast<unsigned>(x.size());
  const JetShape& shape = JetShape::get(2 * d, 2);
  std::vector<Jet<Real>> u, v;
  for (unsigned i = 0; i < d; ++i) {
    u.push_back(Jet<Real>::variable(shape, i, x[i]));
    v.push_back(Jet<Real>::variable(shape, d + i, x[i]));
  }
  const Jet<Real> k = kernel(u, v);
  std::vector<Real> g;
  std::vector<unsigned> index(2 * d, 0);
  for (unsigned m = 0; m < d; ++m)
    for (unsigned n = 0; n < d; ++n) {
      index[m] = index[d + n] = 1;
      g.push_back(k.derivative(std::span<const unsigned>(index)));
      index[m] = index[d + n] = 0;
    }
  return g;
}

namespace {

template <class T>
InputPair<T> pair_of(const std::vector<T>& x, const std::vector<T>& y) {
  InputPair<T> p{T(0), T(0), T(0), T(0)};
  T distance(0);
  p.dimension = x.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    p.xx = p.xx + x[i] * x[i];
    p.yy = p.yy + y[i] * y[i];
    p.xy = p.xy + x[i] * y[i];
    distance = distance + (x[i] - y[i]) * (x[i] - y[i]);
    for (std::size_t j = 0; j < i; ++j) {
      const T m = x[i] * y[j] - x[j] * y[i];
      p.minor = p.minor + m * m;
    }
  }
  p.distance_squared = distance;
  return p;
}

/// x + h v.
template <class T>
std::vector<T> moved(const std::vector<T>& x, const T& h, const std::vector<T>& v) {
  std::vector<T> r;
  for (std::size_t i = 0; i < x.size(); ++i) r.push_back(x[i] + h * v[i]);
  return r;
}

}  // namespace

Limit chord_metric(const ClosedCase& c, const Model& model, const std::vector<Real>& x, const std::vector<Real>& v) {
  const auto source = closed_form_expectations<Real>(c.form);
  const auto quotient = [&](const Real& h) {
    const std::vector<Real> low = moved(x, Real(-h), v), high = moved(x, h, v);
    const auto kernel = [&](const std::vector<Real>& y, const std::vector<Real>& z, bool same) {
      InputPair<Real> p = pair_of(y, z);
      p.coincident = same;
      return nngp(model, *source, p, 0).kernel;
    };
    const Real square = kernel(low, low, true) + kernel(high, high, true) - 2 * kernel(low, high, false);
    return Real(square / (4 * h * h));
  };
  // A fifth of the digits for the step: its square costs two fifths, and two fifths remain.
  const long step_digits = static_cast<long>(working_digits()) / 5;
  const Real h = pow_int(Real(10), -step_digits);
  const Real coarse = quotient(h), fine = quotient(h / 2);
  return {fine, 2 * abs(coarse - fine) + abs(fine) * pow_int(Real(10), -step_digits)};
}

TrackedDouble separated_metric(const Expectations<TrackedDouble>& source, const Model& model,
                               const std::vector<double>& x, const std::vector<double>& u) {
  std::vector<TrackedDouble> at, direction;
  for (std::size_t i = 0; i < x.size(); ++i) {
    at.push_back(TrackedDouble(x[i]));
    // Neither along x nor across it.
    direction.push_back(TrackedDouble(i == 0 ? 1.0 : -0.5));
  }
  const auto value = [&](double h) {
    const auto y = moved(at, TrackedDouble(-h), direction), z = moved(at, TrackedDouble(h), direction);
    const auto k = nngp(model, source, pair_of(y, z), 2);
    TrackedDouble uu(0), uy(0), uz(0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const TrackedDouble ui(u[i]);
      uu += ui * ui;
      uy += ui * y[i];
      uz += ui * z[i];
    }
    return k.identity * uu + k.h[0] * uy * uy + (k.h[1] + k.h[2]) * uy * uz + k.h[3] * uz * uz;
  };
  const TrackedDouble coarse = value(0.016), fine = value(0.008);
  // Even in h: (4 fine - coarse)/3 is right to h^4, and the correction stays well above what it leaves.
  const TrackedDouble extrapolated = fine + (fine - coarse) / TrackedDouble(3);
  return {extrapolated.value, extrapolated.error + std::fabs(fine.value - coarse.value) * 0.016};
}

const std::vector<std::string>& quadrature_names() {
  static const std::vector<std::string> names{"tanh", "sigmoid", "softplus", "silu", "mish", "arctan"};
  return names;
}

OmegaValues omega_values(const ClosedForm& form, const Model& model, const Rational& t) {
  const auto time = expr::Expr::variable("t"), s = expr::Expr::number(model.s(1)), b = expr::Expr::number(model.b(1));
  const std::vector<std::string> names{"t"};
  const Formula omega(expr::Expr::make(expr::Op::log, {s * expr::substitute(form.D, {{"q", s * time + b}})}), names);
  const Formula first = omega.derivative("t"), second = first.derivative("t");
  const std::vector<Real> at{to_real(t)};
  return {omega(at), first(at), second(at)};
}

namespace {
std::string decimal(const Rational& value) { return short_text(nearest_double(value)); }
}  // namespace

std::string place_of(const std::string& activation, const Model& model, unsigned dimension, const Rational& t) {
  std::string text = activation + ", depth " + std::to_string(model.depth) + ", d = " + std::to_string(dimension) +
                     ", t = " + decimal(t) + ", s =";
  for (unsigned l = 1; l <= model.depth; ++l) text += " " + decimal(model.s(l));
  text += ", b =";
  for (unsigned l = 1; l <= model.depth; ++l) text += " " + decimal(model.b(l));
  return text;
}

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos)
    throw Error(ErrorCode::input, "'" + from + "' does not stand in '" + text + "'", "theory");
  return std::string(text).replace(at, from.size(), to);
}

}  // namespace widegeo::theory
