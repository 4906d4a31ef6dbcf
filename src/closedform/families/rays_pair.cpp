// Two-point expectations of half-line pieces: truncated moments of the bivariate normal law.
#include <map>
#include <utility>

#include "closedform/build.hpp"
#include "closedform/families/rays.hpp"

namespace widegeo {

using namespace build;

namespace {

using Side = Ray::Side;

struct Gram {
  Expr a, b, n, m;
};

/// x/y, and 0 where x = 0 (also for y = 0: only antiparallel inputs with matching thresholds, where any value serves).
Expr safe_ratio(const Expr& x, const Expr& y) { return zero(x) ? num(0) : choose(equal(x, num(0)), num(0), x / y); }

/// A threshold with what the formulas need of its sign: s = 1 (h >= 0) or -1, and tail = Phi(-|h|).
struct Threshold {
  Expr h, s, tail, magnitude;
  explicit Threshold(const Expr& value, int known_sign = 0) : h(value) {
    if (known_sign != 0) {
      s = num(known_sign);
      magnitude = known_sign > 0 ? h : -h;
    } else {
      // A choice and not abs(h): the derivative at h = 0 must be that of the branch h >= 0.
      s = choose(less(h, num(0)), num(-1), num(1));
      magnitude = choose(less(h, num(0)), -h, h);
    }
    tail = normal_cdf(-magnitude);
  }
};

/// T(h, y/h), T Owen's function, without its singularity at h = 0: for |h| < |y| through
///   T(h, y/h) + T(y, h/y) = s_h s_y ((t_h + t_y)/2 - t_h t_y),   t = Phi(-|.|).
Expr owen_leg(const Threshold& h, const Expr& y) {
  if (zero(y)) return num(0);
  const Threshold other(y);
  const Expr swapped =
      h.s * other.s * ((h.tail + other.tail) / num(2) - h.tail * other.tail) - owens_t(y, safe_ratio(h.h, y));
  return choose(less(abs(h.h), abs(y)), swapped, owens_t(h.h, safe_ratio(y, h.h)));
}

/// Moments of u^j v^k exp(rate_u u + rate_v v) on u > c, v > d (a side `everywhere` has no bound), divided by
/// E exp(rate_u u + rate_v v): the tilt only moves the means.
class Truncated {
 public:
  Truncated(Gram g, const Ray& u, const Ray& v)
      : g_(std::move(g)),
        bounded_u_(u.side != Side::everywhere),
        bounded_v_(v.side != Side::everywhere),
        c_(u.from),
        d_(v.from),
        ru_(u.rate),
        rv_(v.rate) {
    mean_u_ = ru_ * g_.a + rv_ * g_.n;
    mean_v_ = ru_ * g_.n + rv_ * g_.b;
  }

  Expr tilt() const { return exp((ru_ * ru_ * g_.a + num(2) * ru_ * rv_ * g_.n + rv_ * rv_ * g_.b) / num(2)); }

  Expr moment(long j, long k) {
    const auto [place, fresh] = known_.try_emplace({j, k});
    if (!fresh) return place->second;
    Expr value = j == 0 && k == 0 ? probability() : j == 0 ? swapped().moment(k, 0) : step(j, k);
    return known_[{j, k}] = value;
  }

  /// Density of u at c times E[v^k on v > d | u = c].
  Expr edge(long k) const {
    const Expr s2 = g_.m / g_.a;
    const Expr density = normal_pdf((c_ - mean_u_) / sqrt(g_.a)) / sqrt(g_.a);
    const Expr mean = mean_v_ + g_.n * (c_ - mean_u_) / g_.a;
    const Expr z = safe_ratio(numerator_u(), sqrt(g_.a * g_.m));
    std::vector<Expr> I{bounded_v_ ? normal_cdf(-z) : num(1)};
    for (long i = 1; i <= k; ++i) {
      Expr next = mean * I[static_cast<std::size_t>(i - 1)];
      if (i > 1) next = next + num(i - 1) * s2 * I[static_cast<std::size_t>(i - 2)];
      if (bounded_v_) next = next + sqrt(s2) * normal_pdf(z) * power(d_, i - 1);
      I.push_back(next);
    }
    return density * I[static_cast<std::size_t>(k)];
  }

 private:
  Truncated swapped() const {
    Truncated t = *this;
    std::swap(t.g_.a, t.g_.b);
    std::swap(t.bounded_u_, t.bounded_v_);
    std::swap(t.c_, t.d_);
    std::swap(t.ru_, t.rv_);
    std::swap(t.mean_u_, t.mean_v_);
    t.known_.clear();
    return t;
  }

  // a d' - n c' with the moved thresholds c' = c - mean_u, d' = d - mean_v: the tilt leaves only rate_v m, so nothing
  // cancels.
  Expr numerator_u() const { return d_ * g_.a - c_ * g_.n - rv_ * g_.m; }
  Expr numerator_v() const { return c_ * g_.b - d_ * g_.n - ru_ * g_.m; }

  /// Stein's identity for u: E[u f] = mean_u E f + a E f_u + n E f_v, the ends of the half-lines included in f_u, f_v.
  Expr step(long j, long k) {
    Expr value = mean_u_ * moment(j - 1, k);
    if (j > 1) value = value + num(j - 1) * g_.a * moment(j - 2, k);
    if (k > 0) value = value + num(k) * g_.n * moment(j - 1, k - 1);
    if (bounded_u_) value = value + g_.a * power(c_, j - 1) * edge(k);
    if (bounded_v_) value = value + g_.n * power(d_, k) * swapped().edge(j - 1);
    return value;
  }

  Expr probability() const {
    const Expr h = (c_ - mean_u_) / sqrt(g_.a), k = (d_ - mean_v_) / sqrt(g_.b);
    if (!bounded_u_ && !bounded_v_) return num(1);
    if (!bounded_u_) return normal_cdf(-k);
    if (!bounded_v_) return normal_cdf(-h);
    const bool fixed_u = zero(mean_u_), fixed_v = zero(mean_v_);
    const int sign_u = fixed_u ? sign_of(c_) : 0, sign_v = fixed_v ? sign_of(d_) : 0;
    const bool zero_u = fixed_u && sign_u == 0, zero_v = fixed_v && sign_v == 0;
    if (zero_u && zero_v) return atan2(sqrt(g_.m), -g_.n) / (num(2) * Expr::pi());
    const Threshold u(h, zero_u ? 1 : sign_u), v(k, zero_v ? 1 : sign_v);
    // A threshold at 0 leaves a quarter of the plane's angle: T(0, +-infinity) = +-1/4.
    const Expr leg_u = zero_u ? v.s / num(4) : owen_leg(u, safe_ratio(numerator_u(), sqrt(g_.a * g_.m)));
    const Expr leg_v = zero_v ? u.s / num(4) : owen_leg(v, safe_ratio(numerator_v(), sqrt(g_.b * g_.m)));
    const Expr both = (num(1) - u.s) * (num(1) - v.s) / num(4);
    return (u.s * u.tail + v.s * v.tail) / num(2) + both - leg_u - leg_v;
  }

  Gram g_;
  bool bounded_u_, bounded_v_;
  Expr c_, d_, ru_, rv_, mean_u_, mean_v_;
  std::map<std::pair<long, long>, Expr> known_;
};

Expr value_at(const Ray& ray, const Expr& x) {
  Expr sum = num(0);
  for (std::size_t i = 0; i < ray.polynomial.size(); ++i)
    sum = sum + ray.polynomial[i] * power(x, static_cast<long>(i));
  return sum * exp(ray.rate * x);
}

/// x -> -x, which turns a half-line to the right.
Ray reflected(const Ray& ray) {
  Ray r{ray.side == Side::left ? Side::right : Side::left, -ray.from, ray.polynomial, -ray.rate};
  for (std::size_t i = 1; i < r.polynomial.size(); i += 2) r.polynomial[i] = -r.polynomial[i];
  return r;
}

Gram gram_of_variables() { return {var("a"), var("b"), var("n"), var("m")}; }

/// The jumps of f: where, and by how much.
std::vector<std::pair<Expr, Expr>> masses_of(const std::vector<Ray>& f) {
  std::vector<std::pair<Expr, Expr>> masses;
  for (const Ray& ray : f) {
    if (ray.side == Side::everywhere) continue;
    const Expr value = value_at(ray, ray.from);
    if (!zero(value)) masses.emplace_back(ray.from, ray.side == Side::right ? value : -value);
  }
  return masses;
}

/// E of the point masses of f'(u) times g(v).
Expr point_expectation(const std::vector<Ray>& f, const std::vector<Ray>& g) {
  Expr sum = num(0);
  for (const auto& [from, mass] : masses_of(f)) {
    for (const Ray& gv : g) {
      Gram gram = gram_of_variables();
      const bool turn = gv.side == Side::left;
      if (turn) gram.n = -gram.n;
      const Ray v = turn ? reflected(gv) : gv;
      const Truncated truncated(gram, {Side::right, from, {num(1)}}, v);
      Expr moments = num(0);
      for (std::size_t k = 0; k < v.polynomial.size(); ++k) {
        if (!zero(v.polynomial[k])) moments = moments + v.polynomial[k] * truncated.edge(static_cast<long>(k));
      }
      sum = sum + mass * truncated.tilt() * moments;
    }
  }
  return sum;
}

}  // namespace

std::vector<Ray> slope_of(const std::vector<Ray>& rays) {
  std::vector<Ray> slopes;
  for (const Ray& ray : rays) {
    Ray slope = ray;
    bool any = false;
    for (std::size_t i = 0; i < ray.polynomial.size(); ++i) {
      slope.polynomial[i] = ray.rate * ray.polynomial[i];
      if (i + 1 < ray.polynomial.size())
        slope.polynomial[i] = slope.polynomial[i] + num(static_cast<long>(i + 1)) * ray.polynomial[i + 1];
      any = any || !zero(slope.polynomial[i]);
    }
    if (any) slopes.push_back(slope);
  }
  return slopes;
}

Expr pair_expectation(const std::vector<Ray>& f, const std::vector<Ray>& g) {
  Expr sum = num(0);
  for (const Ray& fu : f) {
    for (const Ray& gv : g) {
      Gram gram = gram_of_variables();
      const bool turn_u = fu.side == Side::left, turn_v = gv.side == Side::left;
      if (turn_u != turn_v) gram.n = -gram.n;
      const Ray u = turn_u ? reflected(fu) : fu, v = turn_v ? reflected(gv) : gv;
      Truncated truncated(gram, u, v);
      Expr moments = num(0);
      for (std::size_t j = 0; j < u.polynomial.size(); ++j) {
        for (std::size_t k = 0; k < v.polynomial.size(); ++k) {
          const Expr coefficient = u.polynomial[j] * v.polynomial[k];
          if (!zero(coefficient))
            moments = moments + coefficient * truncated.moment(static_cast<long>(j), static_cast<long>(k));
        }
      }
      sum = sum + truncated.tilt() * moments;
    }
  }
  return sum;
}

Expr pair_expectation_of_slope(const std::vector<Ray>& f, const std::vector<Ray>& g) {
  return pair_expectation(slope_of(f), g) + point_expectation(f, g);
}

Expr pair_expectation_of_slopes(const std::vector<Ray>& f) {
  const std::vector<Ray> slope = slope_of(f);
  const Expr one_sided = point_expectation(f, slope);
  Expr sum =
      pair_expectation(slope, slope) + one_sided + expr::substitute(one_sided, {{"a", var("b")}, {"b", var("a")}});
  // Two point masses meet in the bivariate normal density.
  const Gram g = gram_of_variables();
  for (const auto& [c, mass_c] : masses_of(f)) {
    for (const auto& [d, mass_d] : masses_of(f)) {
      const Expr exponent = (c * (c * g.b - d * g.n) + d * (d * g.a - c * g.n)) / (num(2) * g.m);
      sum = sum + mass_c * mass_d * exp(-exponent) / (num(2) * Expr::pi() * sqrt(g.m));
    }
  }
  return sum;
}

Expr orthant_probability(const Expr& a, const Expr& b, const Expr& n, const Expr& m, const Expr& c, const Expr& d) {
  return Truncated({a, b, n, m}, {Side::right, c, {num(1)}}, {Side::right, d, {num(1)}}).moment(0, 0);
}

}  // namespace widegeo
