// Spectrum, rank and volume of the metric of a finite network, and what is refused.
#include "network/pullback/pullback.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>
#include <limits>
#include <string>

#include "number/error.hpp"
#include "simd/vector_math.hpp"
#include "testing/immersion.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using Eigen::Index;
using Eigen::MatrixXd;

TEST_CASE("pullback: the metric's spectrum and volume agree by singular values, eigenvalues and Cholesky") {
  auto random = generator_of_test("pullback spectrum");
  for (const Index d : {1, 2, 3, 10, 40}) {
    CAPTURE(d);
    const FeatureJet f = random_features(random, 3 * d + 5, d);
    const FeatureGram gram = gram_of(f);
    const PullbackMetric a = pullback_metric(f), b = pullback_metric(gram);
    const double size = a.eigenvalues.maxCoeff(), condition = size / a.eigenvalues.minCoeff();
    const double tolerance = static_cast<double>(8 * d) * 0x1p-52;
    CHECK(a.rank == d);
    CHECK(b.rank == d);
    CHECK((a.eigenvalues - b.eigenvalues).cwiseAbs().maxCoeff() <= tolerance * size);
    for (const PullbackMetric& m : {a, b}) {
      CHECK((m.eigenvectors * m.eigenvalues.asDiagonal() * m.eigenvectors.transpose() - gram.metric()).norm() <=
            tolerance * size * 4);
      CHECK(std::fabs(m.log_volume - *log_volume(gram)) <= tolerance * condition);
    }
  }
}

TEST_CASE("pullback: a volume has the bits of the logarithm that is the same on every processor") {
  auto random = testing::generator_of_test("pullback: bits of a volume");
  FeatureGram gram;
  gram.dimension = 1;
  gram.units = 10;
  gram.gram = Eigen::MatrixXd::Identity(2, 2);
  std::size_t different = 0, unlike_library = 0;
  for (std::size_t trial = 0; trial < testing::trials(10'000); ++trial) {
    gram.gram(1, 1) = testing::log_uniform(random, 1e-3, 1e3);
    const double root = std::sqrt(gram.gram(1, 1));
    double expected = 0;
    all_vector_functions()[0]->log(&root, &expected, 1);  // the plainest set of instructions
    different += log_volume(gram) == expected ? 0 : 1;
    unlike_library += expected == std::log(root) ? 0 : 1;
  }
  CHECK(different == 0);
  CHECK(unlike_library > 0);  // else this test would see nothing
}

TEST_CASE("pullback: singular values keep the digits of a nearly singular metric whose inner products lost them") {
  // J = (I; 0) diag(1, 1e-11) turned in feature and input space: g cannot tell 1e-22 from 0, J can.
  auto random = generator_of_test("pullback nearly singular");
  FeatureJet f{Eigen::VectorXd::Zero(9), MatrixXd::Zero(9, 2), MatrixXd::Zero(9, 3)};
  f.jacobian(0, 0) = 1;
  f.jacobian(1, 1) = 1e-11;
  f.jacobian = random_orthogonal(random, 9) * f.jacobian * random_orthogonal(random, 2);
  const PullbackMetric exact = pullback_metric(f), rounded = pullback_metric(gram_of(f));
  CHECK(exact.rank == 2);
  CHECK(std::fabs(exact.log_volume - std::log(1e-11)) < 1e-4);  // 9 eps times the condition number 1e11
  CHECK(rounded.rank == 1);
  CHECK(std::fabs(rounded.log_volume) < 1e-14);
  CHECK_FALSE(log_volume(gram_of(f)).has_value());
  CHECK(scalar_curvature(f) == 0);                      // of full rank to the features ...
  CHECK_THROWS_AS(ricci_curvature(gram_of(f)), Error);  // ... and degenerate to their inner products
}

TEST_CASE("pullback: fewer units than dimensions leave rank n and the volume of the image; there is no curvature") {
  auto random = generator_of_test("pullback degenerate");
  for (const Index d : {2, 3, 5, 12})
    for (const Index n : {Index{1}, d - 1}) {
      CAPTURE(d);
      CAPTURE(n);
      const FeatureJet f = random_features(random, n, d);
      // sqrt det J J^T is the volume of the parallelepiped of the n gradients: Gram's determinant the other way round.
      const double expected = std::log(MatrixXd(f.jacobian * f.jacobian.transpose()).determinant()) / 2;
      for (const PullbackMetric& m : {pullback_metric(f), pullback_metric(gram_of(f))}) {
        CHECK(m.rank == n);
        CHECK(m.degenerate());
        CHECK(std::fabs(m.log_volume - expected) < 1e-10);
        CHECK(m.eigenvalues.size() == d);
        CHECK(m.eigenvalues(0) <= 1e-14 * m.eigenvalues(d - 1));
      }
      CHECK_FALSE(log_volume(gram_of(f)).has_value());
      CHECK_FALSE(ricci_curvature_if_regular(gram_of(f)).has_value());
      CHECK_THROWS_WITH_AS(ricci_curvature(gram_of(f)), doctest::Contains("degenerate"), Error);
      CHECK_THROWS_WITH_AS(pullback_curvature(gram_of(f)), doctest::Contains("degenerate"), Error);
      CHECK_THROWS_WITH_AS(scalar_curvature(f), doctest::Contains(("rank " + std::to_string(n)).c_str()), Error);
      CHECK_THROWS_AS(scalar_curvature_hessian_metric(gram_of(f)), Error);
    }
  // Enough units, but one direction that none of them sees.
  FeatureJet blind = random_features(random, 20, 3);
  blind.jacobian.col(2) = blind.jacobian.col(0) - 2 * blind.jacobian.col(1);
  CHECK(pullback_metric(blind).rank == 2);
  CHECK(pullback_metric(gram_of(blind)).rank == 2);
  CHECK_THROWS_WITH_AS(ricci_curvature(gram_of(blind)), doctest::Contains("rank 2"), Error);
  CHECK_THROWS_WITH_AS(scalar_curvature(blind), doctest::Contains("rank 2"), Error);
  // As many units as dimensions: the image is open in R^n, so it is flat.
  for (const Index d : {2, 3, 6}) {
    const FeatureJet f = random_features(random, d, d);
    const double tolerance = rounding_scale(f).tolerance(static_cast<double>(d * d));
    CHECK(std::fabs(ricci_curvature(gram_of(f)).scalar) <= tolerance);
    CHECK(std::fabs(scalar_curvature(f)) <= tolerance);
  }
  // A constant map.
  const FeatureJet point{Eigen::VectorXd::Ones(4), MatrixXd::Zero(4, 2), MatrixXd::Zero(4, 3)};
  CHECK(pullback_metric(point).rank == 0);
  CHECK(pullback_metric(point).log_volume == 0);
  CHECK(pullback_metric(gram_of(point)).rank == 0);
}

TEST_CASE("pullback: dimension 1, missing second derivatives and numbers that are not finite are refused") {
  auto random = generator_of_test("pullback refusals");
  CHECK_THROWS_WITH_AS(ricci_curvature(gram_of(random_features(random, 4, 1))), doctest::Contains("one dimension"),
                       Error);
  CHECK_THROWS_WITH_AS(scalar_curvature(random_features(random, 4, 1)), doctest::Contains("one dimension"), Error);
  FeatureJet f = random_features(random, 4, 2);
  FeatureJet first{f.value, f.jacobian, {}};
  CHECK_THROWS_WITH_AS(ricci_curvature(gram_of(first)), doctest::Contains("second derivatives"), Error);
  CHECK_THROWS_WITH_AS(scalar_curvature(first), doctest::Contains("second derivatives"), Error);
  f.hessian(1, 1) = std::nan("");
  CHECK_THROWS_WITH_AS(ricci_curvature(gram_of(f)), doctest::Contains("range of double"), Error);
  CHECK_THROWS_WITH_AS(scalar_curvature(f), doctest::Contains("range of double"), Error);
  f.jacobian(0, 0) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS(pullback_metric(f), doctest::Contains("range of double"), Error);
  CHECK_THROWS_WITH_AS(pullback_metric(gram_of(f)), doctest::Contains("range of double"), Error);
  CHECK_FALSE(log_volume(gram_of(f)).has_value());
  FeatureGram wrong = gram_of(first);
  wrong.order = 2;
  CHECK_THROWS_AS(ricci_curvature(wrong), Error);
}
