// Polynomials by Wick's theorem, Hermite polynomials by their generating function, powers of ReLU by the recursion of
// the arc-cosine kernels. Derivations: docs/math/closed-forms.md.
#include "closedform/build.hpp"
#include "closedform/families/families.hpp"

namespace widegeo {

using namespace build;

namespace {

mpz_class factorial(long k) {
  mpz_class r;
  mpz_fac_ui(r.get_mpz_t(), static_cast<unsigned long>(k));
  return r;
}

/// 1 * 3 * ... * (k - 1) for even k: E z^k.
mpz_class normal_moment(long k) {
  mpz_class r = 1;
  for (long i = 1; i < k; i += 2) r *= i;
  return r;
}

mpz_class binomial(long n, long k) {
  mpz_class r;
  mpz_bin_uiui(r.get_mpz_t(), static_cast<unsigned long>(n), static_cast<unsigned long>(k));
  return r;
}

using Coefficients = std::vector<Expr>;

/// E u^i v^j = sum_r r! C(i,r) C(j,r) (i-r-1)!! (j-r-1)!! a^((i-r)/2) b^((j-r)/2) n^r over the pairings with r mixed
/// pairs.
Expr wick_sum(const Coefficients& c) {
  const Expr a = var("a"), b = var("b"), n = var("n");
  const long size = static_cast<long>(c.size());
  Expr sum = num(0);
  for (long r = size - 1; r >= 0; --r) {
    // The double sum factorises for every r: c -> sum_i c_i C(i,r) (i-r-1)!! x^((i-r)/2), Horner in x.
    const auto factor = [&](const Expr& x) {
      Expr s = num(0);
      for (long i = size - 1 - (size - 1 - r) % 2; i >= r; i -= 2) {
        s = s * x + Expr::number(Rational(binomial(i, r) * normal_moment(i - r))) * c[static_cast<std::size_t>(i)];
      }
      return s;
    };
    const Expr fa = factor(a), fb = factor(b);
    if (!zero(fa)) sum = sum + Expr::number(Rational(factorial(r))) * power(n, r) * fa * fb;
  }
  return sum;
}

Expr even_moments(const Coefficients& c) {
  const Expr q = var("q");
  const long size = static_cast<long>(c.size());
  Expr sum = num(0);
  for (long k = 2 * (size - 1); k >= 0; k -= 2) {
    Expr coefficient = num(0);  // of x^k in the square
    for (long i = std::max(0L, k - size + 1); i <= std::min(k, size - 1); ++i)
      coefficient = coefficient + c[static_cast<std::size_t>(i)] * c[static_cast<std::size_t>(k - i)];
    sum = sum * q + Expr::number(Rational(normal_moment(k))) * coefficient;
  }
  return sum;
}

ClosedForm polynomial_form(const Coefficients& c) {
  Coefficients slope;
  for (std::size_t k = 1; k < c.size(); ++k) slope.push_back(num(static_cast<long>(k)) * c[k]);
  if (slope.empty()) slope.push_back(num(0));
  ClosedForm form;
  form.K = wick_sum(c);
  form.Kdot = wick_sum(slope);
  form.V = even_moments(c);
  form.D = even_moments(slope);
  form.source = "Wick's theorem: docs/math/closed-forms.md";
  return form;
}

/// E He_k(u) He_k(v)/k! = sum over j = k, k-2, ... of k!/(j! p!^2) n^j ((a-1)(b-1)/4)^p, p = (k-j)/2: powers of the
/// differences a - 1, b - 1, where the sum of monomials would cancel.
Expr hermite_pair(long k, const Expr& a, const Expr& b, const Expr& n) {
  const Expr w = (a - num(1)) * (b - num(1)) / num(4);
  Expr sum = num(0);
  for (long j = k % 2; j <= k; j += 2) {
    const long p = (k - j) / 2;
    Rational coefficient(factorial(k), factorial(j) * factorial(p) * factorial(p));
    coefficient.canonicalize();
    sum = sum + Expr::number(coefficient) * power(n, j) * power(w, p);
  }
  return sum;
}

ClosedForm hermite_form(long k) {
  const Expr a = var("a"), b = var("b"), n = var("n"), q = var("q");
  ClosedForm form;
  // He_k' = k He_(k-1), and He_k/sqrt(k!) is the normalised one: the slope is sqrt(k) times the one before.
  form.K = hermite_pair(k, a, b, n);
  form.V = hermite_pair(k, q, q, q);
  if (k > 0) {
    form.Kdot = num(k) * hermite_pair(k - 1, a, b, n);
    form.D = num(k) * hermite_pair(k - 1, q, q, q);
  }
  form.source = "Mehler's formula at any variance: docs/math/closed-forms.md";
  return form;
}

/// (p, s) with J_k = (-1)^k (p(cos) (pi - theta) + s(cos) sin), the arc-cosine kernel of degree k.
std::pair<std::vector<mpz_class>, std::vector<mpz_class>> arc_cosine(long k) {
  std::vector<mpz_class> p{1}, s{0};
  const auto at = [](const std::vector<mpz_class>& c, long i) {
    return i < 0 || i >= static_cast<long>(c.size()) ? mpz_class(0) : c[static_cast<std::size_t>(i)];
  };
  for (long i = 0; i < k; ++i) {
    std::vector<mpz_class> np(static_cast<std::size_t>(i + 2)), ns(static_cast<std::size_t>(i + 1));
    // -(1 - c^2) f' - w c f, coefficient by coefficient
    const auto step = [&](const std::vector<mpz_class>& f, long j, long w) {
      return mpz_class(-(j + 1) * at(f, j + 1) + (j - 1) * at(f, j - 1) - w * at(f, j - 1));
    };
    for (long j = 0; j <= i + 1; ++j) np[static_cast<std::size_t>(j)] = step(p, j, 2 * i + 1);
    for (long j = 0; j <= i; ++j) ns[static_cast<std::size_t>(j)] = mpz_class(step(s, j, 2 * i) - at(p, j));
    p = std::move(np);
    s = std::move(ns);
  }
  if (k % 2 == 1) {
    for (mpz_class& x : p) x = -x;
    for (mpz_class& x : s) x = -x;
  }
  return {p, s};
}

/// E relu(u)^k relu(v)^k = (ab)^(k/2) J_k/(2 pi), written in n, ab and sqrt(m).
Expr rectified_pair(long k) {
  const Expr n = var("n"), P = var("a") * var("b"), root = sqrt(var("m"));
  const auto [p, s] = arc_cosine(k);
  const auto homogeneous = [&](const std::vector<mpz_class>& c, long degree) {
    Expr sum = num(0);
    for (long j = 0; j < static_cast<long>(c.size()); ++j) {
      if (c[static_cast<std::size_t>(j)] != 0)
        sum = sum + Expr::number(Rational(c[static_cast<std::size_t>(j)])) * power(n, j) * power(P, (degree - j) / 2);
    }
    return sum;
  };
  return (homogeneous(p, k) * atan2(root, -n) + homogeneous(s, k - 1) * root) / (num(2) * Expr::pi());
}

/// k >= 1
ClosedForm rectified_power_form(long k) {
  const Expr q = var("q");
  ClosedForm form;
  form.K = rectified_pair(k);
  form.Kdot = num(k * k) * rectified_pair(k - 1);
  form.V = Expr::number(Rational(normal_moment(2 * k), 2)) * power(q, k);
  form.D = Expr::number(Rational(k * k * normal_moment(2 * k - 2), 2)) * power(q, k - 1);
  // Euler: K is homogeneous in u, so 2 a dK/da + n Kdot = k K.
  form.Ka = k == 1 ? sqrt(var("m")) / (num(4) * Expr::pi() * var("a"))
                   : (num(k) * form.K - var("n") * form.Kdot) / (num(2) * var("a"));
  form.smooth_at_coincidence = false;
  form.source = "[Cho & Saul 2009] Kernel methods for deep learning, arc-cosine kernels of degree k";
  return form;
}

long integer(const Parameters& p, const std::string& name) { return p.at(name).value().get_num().get_si(); }

}  // namespace

std::optional<ClosedForm> find_polynomial_form(const std::string& name, const Parameters& p) {
  const Expr zero_ = num(0), one = num(1);
  const auto monomial = [&](long k) {
    Coefficients c(static_cast<std::size_t>(k + 1), zero_);
    c.back() = one;
    return polynomial_form(c);
  };
  if (name == "linear") return monomial(1);
  if (name == "square") return monomial(2);
  if (name == "cube") return monomial(3);
  if (name == "monomial") return monomial(integer(p, "degree"));
  if (name == "affine") return polynomial_form({p.at("b"), p.at("a")});
  if (name == "quadratic") return polynomial_form({p.at("c"), p.at("b"), p.at("a")});
  if (name == "polynomial") {
    Coefficients c;
    for (std::size_t k = 0; p.contains("c" + std::to_string(k)); ++k) c.push_back(p.at("c" + std::to_string(k)));
    return polynomial_form(c);
  }
  if (name == "hermite") return hermite_form(integer(p, "degree"));
  if (name == "squared-relu") return rectified_power_form(2);
  if (name == "relu-power") return rectified_power_form(integer(p, "k"));
  if (name == "rectified-monomial" && integer(p, "degree") > 0) return rectified_power_form(integer(p, "degree"));
  return std::nullopt;
}

}  // namespace widegeo
