// Activations made of half-line pieces, as lists of rays.
#include "closedform/build.hpp"
#include "closedform/families/families.hpp"
#include "closedform/families/rays.hpp"

namespace widegeo {

using namespace build;

namespace {

using Side = Ray::Side;

Ray right(const Expr& from, std::vector<Expr> polynomial) { return {Side::right, from, std::move(polynomial)}; }
Ray left(const Expr& from, std::vector<Expr> polynomial) { return {Side::left, from, std::move(polynomial)}; }

/// slope * relu(x - from)
Ray hinge(const Expr& from, const Expr& slope) { return right(from, {-slope * from, slope}); }

/// scale x for x > 0, depth (exp(rate x) - 1) for x < 0
ClosedForm exponential_unit(const Expr& scale, const Expr& depth, const Expr& rate) {
  Ray tail = left(num(0), {depth});
  tail.rate = rate;
  return form_of_rays({right(num(0), {num(0), scale}), tail, left(num(0), {-depth})}, false);
}

}  // namespace

std::optional<ClosedForm> find_piecewise_form(const std::string& name, const Parameters& p) {
  const Expr zero_ = num(0), one = num(1);
  if (name == "relu6") return form_of_rays({hinge(zero_, one), hinge(num(6), -one)}, false);
  if (name == "hard-tanh")
    return form_of_rays({{Side::everywhere, zero_, {-one}}, hinge(-one, one), hinge(one, -one)}, false);
  if (name == "hard-sigmoid") return form_of_rays({hinge(num(-3), ratio(1, 6)), hinge(num(3), ratio(-1, 6))}, false);
  if (name == "hard-swish") {
    return form_of_rays(
        {right(num(-3), {zero_, ratio(1, 2), ratio(1, 6)}), right(num(3), {zero_, ratio(1, 2), ratio(-1, 6)})}, false);
  }
  if (name == "shifted-relu") return form_of_rays({hinge(p.at("theta"), one)}, false);
  if (name == "soft-shrink") {
    const Expr l = p.at("lambda");
    return form_of_rays({hinge(l, one), left(-l, {l, one})}, false);
  }
  if (name == "triangle") return form_of_rays({hinge(-one, one), hinge(zero_, num(-2)), hinge(one, one)}, false);
  if (name == "star-relu") {
    return form_of_rays({{Side::everywhere, zero_, {p.at("b")}}, right(zero_, {zero_, zero_, p.at("s")})}, false);
  }
  if (name == "threshold") {
    const bool jumps = sign_of(p.at("theta")) != 0;
    return form_of_rays({right(p.at("theta"), {zero_, one})}, jumps);
  }
  if (name == "hard-shrink")
    return form_of_rays({right(p.at("lambda"), {zero_, one}), left(-p.at("lambda"), {zero_, one})}, true);
  if (name == "elu") return exponential_unit(one, p.at("alpha"), one);
  if (name == "celu") return exponential_unit(one, p.at("alpha"), one / p.at("alpha"));
  if (name == "selu") {
    const Expr scale = expr::parse("1.0507009873554804934193349852946"),
               alpha = expr::parse("1.6732632423543772848170429916717");
    return exponential_unit(scale, scale * alpha, one);
  }
  return std::nullopt;
}

std::optional<ClosedForm> find_shifted_normal_form(const std::string& name, const Parameters& p) {
  if (name != "laplace-cdf") return std::nullopt;
  // Phi((x - mu)/sigma) = P(z < (x - mu)/sigma): K is an orthant probability of z - u/sigma, whose covariance never
  // degenerates.
  const Expr beta = p.at("mu") / p.at("sigma"), w = num(1) / power(p.at("sigma"), 2);
  const Expr a = var("a"), b = var("b"), n = var("n"), m = var("m"), q = var("q");
  const Expr A = num(1) + w * a, B = num(1) + w * b, N = w * n, R = num(1) + w * (a + b) + w * w * m;
  ClosedForm form;
  form.K = orthant_probability(A, B, N, R, beta, beta);
  // Bivariate normal density of the pair at (beta, beta).
  form.Kdot =
      w * exp(-beta * beta * (num(2) + w * (a - n) + w * (b - n)) / (num(2) * R)) / (num(2) * Expr::pi() * sqrt(R));
  const Expr S = num(1) + num(2) * w * q, h = beta / sqrt(num(1) + w * q);
  form.V = normal_cdf(-h) - num(2) * owens_t(h, num(1) / sqrt(S));
  form.D = w * exp(-beta * beta / S) / (num(2) * Expr::pi() * sqrt(S));
  form.source = "[Owen 1956] Tables for computing bivariate normal probabilities; " + derived_source();
  return form;
}

}  // namespace widegeo
