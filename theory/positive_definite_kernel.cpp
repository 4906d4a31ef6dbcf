#include <Eigen/Core>
#include <array>

#include "closedform/closedform.hpp"
#include "kernel/kernel.hpp"
#include "network/pullback/decompositions.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"

namespace widegeo::theory {
namespace {

constexpr int points = 5, dimension = 2, block = 1 + dimension;

using Point = std::array<Rational, dimension>;

InputPair<TrackedDouble> pair_of(const Point& x, const Point& y) {
  Rational xx = 0, yy = 0, xy = 0;
  for (int i = 0; i < dimension; ++i) {
    const auto k = static_cast<std::size_t>(i);
    xx += x[k] * x[k];
    yy += y[k] * y[k];
    xy += x[k] * y[k];
  }
  const auto exact = [](const Rational& r) { return from_rational<TrackedDouble>(r); };
  const Rational minor = xx * yy - xy * xy, distance = xx + yy - 2 * xy;
  return {exact(xx), exact(yy), exact(xy), exact(minor), x == y, dimension, exact(distance)};
}

/// The entries of E F F^T, F = (Phi, d_1 Phi, d_2 Phi), at all points, with a bound for each.
struct Gram {
  Eigen::MatrixXd value, error;
};

Gram gram(const Model& model, const Expectations<TrackedDouble>& source, const std::vector<Point>& inputs,
          const Conditions& conditions) {
  const int size = points * block;
  Gram g{Eigen::MatrixXd::Zero(size, size), Eigen::MatrixXd::Zero(size, size)};
  const auto set = [&](int i, int j, const TrackedDouble& x) {
    g.value(i, j) = g.value(j, i) = x.value;
    g.error(i, j) = g.error(j, i) = x.error;
  };
  for (int i = 0; i < points; ++i)
    for (int j = i; j < points; ++j) {
      const Point &x = inputs[static_cast<std::size_t>(i)], &y = inputs[static_cast<std::size_t>(j)];
      const auto k = nngp(model, source, pair_of(x, y), 2);
      TrackedDouble value = k.kernel;
      // The bias of the last layer adds to every pair of units' inputs, equal points included.
      if (i == j && conditions.broken("bias-not-on-diagonal")) value -= from_rational<TrackedDouble>(model.b(1));
      set(i * block, j * block, value);
      for (int m = 0; m < dimension; ++m) {
        const auto at = [&](const Point& p, int e) {
          return from_rational<TrackedDouble>(p[static_cast<std::size_t>(e)]);
        };
        set(i * block + 1 + m, j * block, k.gx[0] * at(x, m) + k.gx[1] * at(y, m));
        set(i * block, j * block + 1 + m, k.gy[0] * at(x, m) + k.gy[1] * at(y, m));
        for (int n = 0; n < dimension; ++n) {
          TrackedDouble h = k.h[0] * at(x, m) * at(x, n) + k.h[1] * at(x, m) * at(y, n) + k.h[2] * at(y, m) * at(x, n) +
                            k.h[3] * at(y, m) * at(y, n);
          if (m == n) h += k.identity;
          if (conditions.broken("mixed-hessian-sign") && i != j) h = -h;
          set(i * block + 1 + m, j * block + 1 + n, h);
        }
      }
    }
  return g;
}

/// The smallest eigenvalue of the Gram matrix against 0.
void compare(Evidence& evidence, const std::string& at, const Gram& g) {
  const std::optional<Eigen::VectorXd> rising = eigenvalues(g.value);
  // Weyl: eigenvalues move by at most the norm of the error; the solver is backward stable to n u times the norm.
  const double rounding = static_cast<double>(g.value.rows()) * 0x1p-52 * g.value.norm();
  evidence.at_most(at + ": minus the smallest eigenvalue", rising ? -(*rising)(0) : HUGE_VAL, 0,
                   g.error.norm() + rounding);
}

void check_positive_definite_kernel(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(
      "Frobenius norm of the errors that the kernel states, and the backward error of the eigenvalue solver (n u times "
      "the norm)");
  Cases cases(conditions.seed, "positive-definite-kernel");
  const std::size_t turn = conditions.seed;
  std::size_t index = 0;
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const CatalogueEntry& entry : widegeo::catalogue()) {
      const Activation activation = make_activation(entry.name);
      const auto form = find_closed_form(activation);
      if (!form || !form->metric_exists || entry.name == "siren") continue;
      const auto source = by_closed_form<TrackedDouble>(activation);
      // Polynomials and exponentials of exponentials leave the range of numbers: those stay at depth 1.
      const bool steep = activation.analysis.growth.kind != expr::Growth::Kind::polynomial ||
                         entry.name.find("relu-power") != std::string::npos;
      Model model;
      model.depth = steep ? 1 : 1 + static_cast<unsigned>((index++ + turn) % 3);
      model.weight_variance = {cases.rational(0.5, 1.5)};
      model.bias_variance = {cases.rational(0.2, 0.6)};
      model.read_out = ReadOut::pre;
      ++model.depth;  // the last layer is linear: s K + b
      std::vector<Point> inputs(points);
      for (Point& x : inputs)
        for (Rational& coordinate : x) coordinate = cases.rational(-1, 1);
      // Two near points: the smallest eigenvalues are near 0.
      inputs[1] = inputs[0];
      inputs[1][0] += Rational(1, 64);
      compare(evidence, entry.name + ", depth " + std::to_string(model.depth - 1),
              gram(model, *source, inputs, conditions));
    }
}

}  // namespace

Theorem positive_definite_kernel() {
  return {
      .id = "positive-definite-kernel",
      .group = "kernels",
      .statement =
          "the kernel is positive semidefinite, together with its derivatives: the Gram matrix of (Phi, d_1 "
          "Phi, ..., d_d Phi) at any points has no negative eigenvalue, at any depth",
      .latex = R"(\sum_{ij}\left(c_i+w_i\cdot\partial_x\right)\left(c_j+w_j\cdot\partial_y\right)k(x_i,x_j)\ge 0)",
      .hypotheses = "phi continuous with E phi^2 and E phi'^2 finite",
      .source = "k(x, y) = E Phi(x) Phi(y) is an expectation of products; Neal 1996",
      .derivation = "docs/math/theorems.md, Positive definiteness",
      .left = "smallest eigenvalue (Eigen) of the Gram matrix of random and near points, from closed forms",
      .right = "0",
      .mutations = {{"bias-not-on-diagonal", "the bias variance added for different points only"},
                    {"mixed-hessian-sign", "the mixed Hessian of different points with the wrong sign"}},
      .check = check_positive_definite_kernel,
  };
}

}  // namespace widegeo::theory
