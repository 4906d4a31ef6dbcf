// The derivatives of a pair are taken along directions in (a, b, n) in which m = ab - n^2 changes without cancellation
// (z1, z2 as in activation/expectations.hpp; a factor 1 + t on z1, a correlation t of z1 and z2, a factor 1 + t on z2):
//   radial  a' = 2a, n' = 2n,      b' = 2n^2/a,          m' = 2m
//   mixed   a' = 0,  n' = sqrt(m), b' = 2 n sqrt(m)/a,   m' = 0
//   normal  a' = 0,  n' = 0,       b' = 2m/a,            m' = 2m
// and for dK/da, dK/db of smooth forms a' = 1, m' = b and b' = 1, m' = a.
#include "closedform/formulas.hpp"

#include <array>

#include "closedform/build.hpp"
#include "number/error.hpp"

namespace widegeo {

namespace {

bool exactly_zero(const TrackedDouble& x) { return x.value == 0 && x.error == 0; }
bool exactly_zero(const Real& x) { return x == 0; }
bool exactly_zero(const Ball& x) { return x.is_exactly_zero(); }
bool exactly_zero(const TrackedBlock&) { return false; }  // such a lane becomes infinite, and is done again alone

/// A pair form with kinks at |x| >= c > 0 is a difference of terms as large as the tail of the wider variable beyond c.
/// A result below their last digit has lost all of its own, in the same way at every precision, so that comparing two
/// precisions would not notice. It is moved by the size of that last digit, which the comparison does notice.
void show_lost_digits(const Real& threshold, const Real& variance, std::span<Real> results) {
  const Real c = at_working_precision(threshold), h = c / sqrt(variance);
  const Real terms = (1 + c * c + variance) * (1 + h * h) * normal_cdf(Real(-h));
  const Real last_digit = terms * pow_int(Real(10), 1 - static_cast<long>(working_digits()));
  for (Real& result : results) {
    if (abs(result) < last_digit * pow_int(Real(10), 10)) result += last_digit;
  }
}

}  // namespace

Formulas::Formulas(const ClosedForm& form)
    : form_(form),
      has_owens_t_(expr::to_text(form.K).find("owens_t") != std::string::npos),
      single_(std::array{form.V, form.D}, {"q"}),
      kernel_(std::array{form.K, form.Kdot}, {"a", "b", "n", "m"}) {
  if (form.nearest_threshold) threshold_ = build::value_of_constant(*form.nearest_threshold);
  if (!form.Ka) return;
  const expr::Expr Kb =
      expr::substitute(*form.Ka, {{"a", expr::Expr::variable("b")}, {"b", expr::Expr::variable("a")}});
  pair_ = expr::Tape(std::array{form.K, form.Kdot, *form.Ka, Kb}, {"a", "b", "n", "m"});
}

template <class T>
void Formulas::evaluate(const expr::Tape& tape, std::span<const T> in, std::span<T> out) const {
  auto& pool = std::get<Spaces<T>>(spaces_);
  auto workspace = pool.take();
  tape.evaluate(in, out, workspace);
  pool.give(std::move(workspace));
}

template <class T>
std::vector<T> Formulas::single(const T& q, unsigned order) const {
  const JetShape& shape = JetShape::get(1, order);
  const Jet<T> in = order == 0 ? Jet<T>::constant(shape, q) : Jet<T>::variable(shape, 0, q);
  std::array<Jet<T>, 2> out;
  evaluate(single_, std::span<const Jet<T>>(&in, 1), std::span<Jet<T>>(out));
  std::vector<T> result;
  result.reserve(2 * (order + 1));
  for (const Jet<T>& jet : out) {
    T factorial(1);
    for (unsigned k = 0; k <= order; ++k) {
      if (k > 1) factorial = factorial * T(static_cast<int>(k));
      result.push_back(k < jet.size() ? jet.coefficient(k) * factorial : T(0));  // a constant has the empty shape
    }
  }
  return result;
}

template <class T>
std::vector<T> Formulas::pair(const T& a, const T& b, const T& n, const T& m, bool derivatives) const {
  if (!derivatives) {
    const std::array<T, 4> in{a, b, n, m};
    std::vector<T> out(2);
    evaluate(kernel_, std::span<const T>(in), std::span<T>(out));
    if constexpr (std::is_same_v<T, Real>) {
      if (threshold_) show_lost_digits(*threshold_, a < b ? b : a, out);
    }
    return out;
  }
  const unsigned directions = form_.Ka ? 3 : 5;
  const JetShape& shape = JetShape::get(directions, 1);
  const T zero(0), one(1), two(2), root = sqrt(m);
  // a = 0 (smooth forms only): u = 0, and v is z2's alone.
  const bool degenerate = !kinked() && exactly_zero(a);
  const T ratio = degenerate ? zero : n / a, s2 = degenerate ? b : m / a;
  const auto jet = [&](const T& value, std::initializer_list<T> slopes) {
    std::vector<T> c{value};
    for (const T& slope : slopes) {
      if (c.size() <= directions) c.push_back(slope);  // first order stands in the order of the variables
    }
    return Jet<T>::from_coefficients(shape, std::move(c));
  };
  const std::array<Jet<T>, 4> in{jet(a, {two * a, zero, zero, one, zero}),
                                 jet(b, {two * n * ratio, two * ratio * root, two * s2, zero, one}),
                                 jet(n, {two * n, root, zero, zero, zero}), jet(m, {two * m, zero, two * m, b, a})};
  std::array<Jet<T>, 4> out;
  evaluate(form_.Ka ? pair_ : kernel_, std::span<const Jet<T>>(in), std::span<Jet<T>>(out.data(), form_.Ka ? 4 : 2));
  const auto slope = [&](const Jet<T>& j, std::size_t i) { return i + 1 < j.size() ? j.coefficient(i + 1) : zero; };
  std::vector<T> result{out[0].value(),
                        out[1].value(),
                        form_.Ka ? out[2].value() : slope(out[0], 3),
                        form_.Ka ? out[3].value() : slope(out[0], 4),
                        slope(out[1], 0),
                        slope(out[1], 1),
                        slope(out[1], 2)};
  if constexpr (std::is_same_v<T, Real>) {
    if (threshold_) show_lost_digits(*threshold_, a < b ? b : a, result);
  }
  return result;
}

template std::vector<TrackedDouble> Formulas::single(const TrackedDouble&, unsigned) const;
template std::vector<TrackedBlock> Formulas::single(const TrackedBlock&, unsigned) const;
template std::vector<Real> Formulas::single(const Real&, unsigned) const;
template std::vector<Ball> Formulas::single(const Ball&, unsigned) const;
template std::vector<TrackedDouble> Formulas::pair(const TrackedDouble&, const TrackedDouble&, const TrackedDouble&,
                                                   const TrackedDouble&, bool) const;
template std::vector<TrackedBlock> Formulas::pair(const TrackedBlock&, const TrackedBlock&, const TrackedBlock&,
                                                  const TrackedBlock&, bool) const;
template std::vector<Real> Formulas::pair(const Real&, const Real&, const Real&, const Real&, bool) const;
template std::vector<Ball> Formulas::pair(const Ball&, const Ball&, const Ball&, const Ball&, bool) const;

}  // namespace widegeo
