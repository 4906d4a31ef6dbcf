// One-point expectations of half-line pieces, and the assembly of a closed form.
#include <algorithm>

#include "closedform/build.hpp"
#include "closedform/families/rays.hpp"
#include "expr/tape/tape.hpp"

namespace widegeo {

using namespace build;

Real build::value_of_constant(const Expr& constant) {
  const expr::Tape tape(std::span<const Expr>(&constant, 1), {});
  expr::Tape::Workspace<Real> workspace;
  const PrecisionScope precision(50);
  Real value;
  tape.evaluate<Real>({}, std::span<Real>(&value, 1), workspace);
  return value;
}

int build::sign_of(const Expr& constant) {
  if (constant.is_number()) return sgn(constant.value());
  const Real value = value_of_constant(constant);
  return value < 0 ? -1 : value > 0 ? 1 : 0;
}

namespace {

using Side = Ray::Side;

struct Term {
  Expr coefficient;
  long degree;
  Expr rate;
};

/// An interval, without ends where it is unbounded.
struct Interval {
  std::optional<Expr> low, high;
};

/// P(low < x < high) for x ~ N(mean, q), each case as the difference of small numbers.
Expr interval_probability(const Interval& i, const Expr& mean, const Expr& sigma) {
  if (!i.low && !i.high) return num(1);
  if (!i.low) return normal_cdf((*i.high - mean) / sigma);
  if (!i.high) return normal_cdf((mean - *i.low) / sigma);
  if (sign_of(*i.low) >= 0 && !zero(*i.low))
    return normal_cdf((mean - *i.low) / sigma) - normal_cdf((mean - *i.high) / sigma);
  if (sign_of(*i.high) <= 0 && !zero(*i.high))
    return normal_cdf((*i.high - mean) / sigma) - normal_cdf((*i.low - mean) / sigma);
  const Expr scale = sqrt(num(2)) * sigma;
  return (erf((*i.high - mean) / scale) - erf((*i.low - mean) / scale)) / num(2);
}

/// E[x^k exp(rate x) on the interval], x ~ N(0, q), by Stein's identity.
Expr interval_moment(const Interval& i, const Term& term) {
  const Expr q = var("q"), sigma = sqrt(q), mean = term.rate * q;
  const auto density = [&](const Expr& x) { return normal_pdf((x - mean) / sigma) / sigma; };
  std::vector<Expr> I{interval_probability(i, mean, sigma)};
  for (long k = 1; k <= term.degree; ++k) {
    Expr next = mean * I[static_cast<std::size_t>(k - 1)];
    if (k > 1) next = next + num(k - 1) * q * I[static_cast<std::size_t>(k - 2)];
    if (i.low && !(k > 1 && zero(*i.low))) next = next + q * power(*i.low, k - 1) * density(*i.low);
    if (i.high && !(k > 1 && zero(*i.high))) next = next - q * power(*i.high, k - 1) * density(*i.high);
    I.push_back(next);
  }
  return exp(term.rate * term.rate * q / num(2)) * I[static_cast<std::size_t>(term.degree)];
}

void add_term(std::vector<Term>& terms, const Term& term) {
  for (Term& t : terms) {
    if (t.degree == term.degree && t.rate == term.rate) {
      t.coefficient = t.coefficient + term.coefficient;
      return;
    }
  }
  terms.push_back(term);
}

}  // namespace

Expr square_expectation(const std::vector<Ray>& f) {
  std::vector<Expr> ends;
  for (const Ray& ray : f) {
    const bool known = std::ranges::any_of(ends, [&](const Expr& e) { return sign_of(e - ray.from) == 0; });
    if (ray.side != Side::everywhere && !known) ends.push_back(ray.from);
  }
  std::ranges::sort(ends, [](const Expr& x, const Expr& y) { return sign_of(x - y) < 0; });
  Expr sum = num(0);
  for (std::size_t piece = 0; piece <= ends.size(); ++piece) {
    Interval interval;
    if (piece > 0) interval.low = ends[piece - 1];
    if (piece < ends.size()) interval.high = ends[piece];
    std::vector<Term> terms;  // of f on the interval
    for (const Ray& ray : f) {
      const bool on = ray.side == Side::everywhere ||
                      (ray.side == Side::right && interval.low && sign_of(*interval.low - ray.from) >= 0) ||
                      (ray.side == Side::left && interval.high && sign_of(ray.from - *interval.high) >= 0);
      for (std::size_t k = 0; on && k < ray.polynomial.size(); ++k)
        add_term(terms, {ray.polynomial[k], static_cast<long>(k), ray.rate});
    }
    std::vector<Term> squares;
    for (const Term& s : terms) {
      for (const Term& t : terms)
        add_term(squares, {s.coefficient * t.coefficient, s.degree + t.degree, s.rate + t.rate});
    }
    for (const Term& t : squares) {
      if (!zero(t.coefficient)) sum = sum + t.coefficient * interval_moment(interval, t);
    }
  }
  return sum;
}

ClosedForm form_of_rays(const std::vector<Ray>& rays, bool jumps) {
  ClosedForm form;
  form.K = pair_expectation(rays, rays);
  form.V = square_expectation(rays);
  form.smooth_at_coincidence = false;
  form.metric_exists = !jumps;
  for (const Ray& ray : rays) {
    const int side = ray.side == Ray::Side::everywhere ? 0 : sign_of(ray.from);
    if (side == 0) continue;
    const Expr distance = side < 0 ? -ray.from : ray.from;
    if (!form.nearest_threshold || sign_of(distance - *form.nearest_threshold) < 0) form.nearest_threshold = distance;
  }
  if (jumps) {
    form.Kdot = pair_expectation_of_slopes(rays);
  } else {
    const std::vector<Ray> slope = slope_of(rays);
    form.Kdot = pair_expectation(slope, slope);
    form.D = square_expectation(slope);
    // dK/da = E phi''(u) phi(v) / 2 (heat equation); the jumps of phi' are point masses of phi''.
    form.Ka = pair_expectation_of_slope(slope, rays) / num(2);
  }
  form.source = "derived: docs/math/closed-forms.md";
  return form;
}

}  // namespace widegeo
