// Maps from R^d to R^n written over jets, as features of a network with derivatives and as a metric with derivatives:
// the reference for the curvature of finite networks.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/QR>
#include <cmath>
#include <functional>
#include <random>
#include <span>
#include <vector>

#include "geometry/tensor.hpp"
#include "jet/jet.hpp"
#include "network/feature.hpp"
#include "network/pullback/decompositions.hpp"
#include "testing/checks.hpp"

namespace widegeo::testing {

using JetMap = std::function<std::vector<Jet<double>>(std::span<const Jet<double>> x)>;

struct Immersion {
  FeatureJet features;
  MetricJet<double> metric;
};

/// One jet of order 3 per unit gives all derivatives; those of the metric follow by the product rule.
inline Immersion immersion(const JetMap& map, const std::vector<double>& point) {
  const auto d = static_cast<unsigned>(point.size());
  const JetShape& shape = JetShape::get(d, 3);
  std::vector<Jet<double>> x;
  for (unsigned a = 0; a < d; ++a) x.push_back(Jet<double>::variable(shape, a, point[a]));
  const std::vector<Jet<double>> units = map(x);
  const auto n = static_cast<Eigen::Index>(units.size());

  Immersion r{{Eigen::VectorXd(n), Eigen::MatrixXd(n, d), Eigen::MatrixXd(n, pair_count(d))}, MetricJet<double>(d)};
  MetricJet<double>& m = r.metric;
  for (Eigen::Index i = 0; i < n; ++i) {
    const Jet<double>& f = units[static_cast<std::size_t>(i)];
    const auto derivative = [&](std::initializer_list<unsigned> indices) {
      if (f.shape().variables() == 0) return indices.size() == 0 ? f.value() : 0.0;
      std::vector<unsigned> k(d, 0);
      for (const unsigned a : indices) ++k[a];
      return f.derivative(std::span<const unsigned>(k));
    };
    r.features.value(i) = derivative({});
    for (unsigned a = 0; a < d; ++a) {
      r.features.jacobian(i, a) = derivative({a});
      for (unsigned b = 0; b < d; ++b) {
        r.features.hessian(i, pair_index(d, a, b)) = derivative({a, b});
        m.g[a * d + b] += derivative({a}) * derivative({b});
        for (unsigned c = 0; c < d; ++c) {
          m.dg[(c * d + a) * d + b] += derivative({c, a}) * derivative({b}) + derivative({a}) * derivative({c, b});
          for (unsigned e = 0; e < d; ++e)
            m.ddg[((c * d + e) * d + a) * d + b] +=
                derivative({a, c, e}) * derivative({b}) + derivative({a, c}) * derivative({b, e}) +
                derivative({a, e}) * derivative({b, c}) + derivative({a}) * derivative({b, c, e});
        }
      }
    }
  }
  return r;
}

/// Standard normal numbers, the same on every platform.
inline double standard_normal(std::mt19937_64& generator) {
  const double u = uniform(generator, 0x1p-60, 1), w = uniform(generator, 0, 1);
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * M_PI * w);
}

inline Eigen::MatrixXd normal_matrix(std::mt19937_64& generator, Eigen::Index rows, Eigen::Index columns) {
  Eigen::MatrixXd m(rows, columns);
  for (Eigen::Index i = 0; i < m.size(); ++i) m.data()[i] = standard_normal(generator);
  return m;
}

inline Eigen::MatrixXd random_orthogonal(std::mt19937_64& generator, Eigen::Index n) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(normal_matrix(generator, n, n)).householderQ();
}

/// Independent normal derivatives: any values are the derivatives of some map.
inline FeatureJet random_features(std::mt19937_64& generator, Eigen::Index n, Eigen::Index d) {
  return {normal_matrix(generator, n, 1), normal_matrix(generator, n, d), normal_matrix(generator, n, pair_count(d))};
}

inline Eigen::MatrixXd second_derivatives(const FeatureJet& f, Eigen::Index unit) {
  const Eigen::Index d = f.jacobian.cols();
  Eigen::MatrixXd m(d, d);
  for (Eigen::Index a = 0; a < d; ++a)
    for (Eigen::Index b = 0; b < d; ++b) m(a, b) = f.hessian(unit, pair_index(d, a, b));
  return m;
}

/// Derivatives along new axes, the columns of `axes`: d'_a = sum_b axes_ba d_b (a linear change of coordinates).
inline FeatureJet along_axes(const FeatureJet& f, const Eigen::MatrixXd& axes) {
  FeatureJet r{f.value, f.jacobian * axes, f.hessian};
  for (Eigen::Index i = 0; i < f.value.size(); ++i) {
    const Eigen::MatrixXd m = axes.transpose() * second_derivatives(f, i) * axes;
    for (Eigen::Index a = 0; a < axes.cols(); ++a)
      for (Eigen::Index b = a; b < axes.cols(); ++b) r.hessian(i, pair_index(axes.cols(), a, b)) = m(a, b);
  }
  return r;
}

/// Scale of rounding errors: the squared length of all second derivatives in an orthonormal frame, of which curvature
/// keeps the normal part, and the condition number of g.
struct RoundingScale {
  double curvature = 0, condition = 1;
  /// Error bound of R: sums of `terms` products, each formed with g^{-1}.
  double tolerance(double terms) const { return terms * 0x1p-52 * condition * curvature; }
};
inline RoundingScale rounding_scale(const FeatureJet& f) {
  const Eigen::MatrixXd g = f.jacobian.transpose() * f.jacobian;
  const Eigen::VectorXd rising = eigenvalues(g).value();
  const Eigen::MatrixXd inverse = g.llt().solve(Eigen::MatrixXd::Identity(g.rows(), g.rows()));
  RoundingScale r;
  r.condition = rising.maxCoeff() / rising.minCoeff();
  for (Eigen::Index i = 0; i < f.value.size(); ++i) {
    const Eigen::MatrixXd mixed = second_derivatives(f, i) * inverse;
    r.curvature += (mixed * mixed).trace() + mixed.trace() * mixed.trace();
  }
  return r;
}

}  // namespace widegeo::testing
