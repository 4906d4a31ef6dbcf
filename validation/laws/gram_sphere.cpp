// Gram matrices of data of one norm, by one scalar function of the angle: the laws of all Gram matrices, and the bound
// against entries of thirty digits and more.
#include <doctest/doctest.h>

#include <Eigen/QR>
#include <cstdio>
#include <string>

#include "network/pullback/decompositions.hpp"
#include "testing/gram_data.hpp"
#include "testing/gram_in_memory.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using gram::GramEngine;
using gram::GramRequest;

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Model model_of(unsigned depth, int bias, ReadOut read_out = ReadOut::post) {
  Model m;
  m.depth = depth;
  m.read_out = read_out;
  m.weight_variance = {Rational(9, 5)};
  m.bias_variance = {Rational(bias, 10)};
  m.input_scale = InputScale::fan_in;
  return m;
}

GramRequest both() {
  GramRequest request;
  request.ntk = true;
  return request;
}

gram::OneNormSources singles_of(const Activation& activation) {
  gram::OneNormSources sources;
  if (const auto form = find_closed_form(activation)) {
    sources.fast = closed_form_expectations<TrackedDouble>(*form);
    sources.refined = closed_form_expectations<Real>(*form);
  } else {
    sources.fast = quadrature_expectations<TrackedDouble>(activation);
  }
  sources.least_layers = sources.least_pairs = 1;
  return sources;
}

/// Every row divided by its norm, times `norm`.
std::vector<double> on_sphere(std::vector<double> x, std::size_t d, double norm) {
  for (std::size_t i = 0; i < x.size(); i += d) {
    double square = 0;
    for (std::size_t k = 0; k < d; ++k) square += x[i + k] * x[i + k];
    for (std::size_t k = 0; k < d; ++k) x[i + k] *= norm / std::sqrt(square);
  }
  return x;
}

/// Random rows; the second next to the first, the third nearly opposite, the fourth equal to the first.
std::vector<double> hard_rows(std::mt19937_64& random, std::size_t n, std::size_t d) {
  std::vector<double> x = random_rows(random, n, d);
  for (std::size_t k = 0; k < d; ++k) {
    x[d + k] = x[k] + 1e-6 * x[d + k];
    x[2 * d + k] = -x[k] + 1e-5 * x[2 * d + k];
    x[3 * d + k] = x[k];
  }
  return on_sphere(std::move(x), d, 1.75);
}

struct Engines {
  Engines(const std::string& name, const Model& model, const GramRequest& request, const gram::Points& x,
          const gram::Points* y = nullptr)
      : activation(make_activation(name)),
        source(entries_of(activation)),
        angle(model, *source, request, x, y, {}, 1, singles_of(activation)) {}
  Activation activation;
  std::unique_ptr<EntrySource> source;
  GramEngine angle;
};

const std::vector<std::string>& activations() {
  static const std::vector<std::string> names{"relu", "erf", "gelu", "leaky-relu", "abs"};
  return names;
}

void check_bounds(const char* name, unsigned depth, int bias, ReadOut read_out, std::mt19937_64& random) {
  const std::size_t n = 7, d = 8;
  const GramData x(hard_rows(random, n, d), d);
  const Model model = model_of(depth, bias, read_out);
  const Engines e(name, model, both(), x.points);
  CHECK_MESSAGE(e.angle.by_angle(), name);
  const auto K = gram_in_memory(e.angle, 1);
  const bool closed = find_closed_form(e.activation).has_value();
  const PrecisionScope precision(closed ? 40 : 22);
  const auto exact = exact_expectations(e.activation);
  const std::size_t rows = closed ? n : 1, columns = closed ? n : 3;
  for (std::size_t k = 0; k < 2; ++k) {
    std::vector<Real> own;
    for (std::size_t i = 0; i < columns; ++i)
      own.push_back(exact_entry(model, depth, k == 1, *exact, x.row(i), x.row(i), d));
    double worst = 0;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = i; j < columns; ++j) {
        const Real entry = i == j ? own[i] : exact_entry(model, depth, k == 1, *exact, x.row(i), x.row(j), d);
        worst = std::max(worst, Real(abs(entry - Real(K[k][i * n + j])) / sqrt(own[i] * own[j])).to_double());
      }
    const double bound = e.angle.error_bound(k);
    std::printf("%-12s %s %s depth %2u bias %d: error %.1e, bound %.1e\n", name, k == 1 ? "NTK " : "NNGP",
                read_out == ReadOut::pre ? "pre " : "post", depth, bias, worst, bound);
    CHECK_MESSAGE(worst <= bound, name);
    CHECK_MESSAGE(bound <= 1e-12, name);
  }
}

}  // namespace

TEST_CASE("gram on a sphere: entries lie within the bound of the matrix") {
  std::mt19937_64 random = generator_of_test("gram sphere bound");
  for (const std::string& name : activations())
    for (const unsigned depth : {2U, 3U, 8U})
      check_bounds(name.c_str(), depth, depth == 8 ? 0 : static_cast<int>(random() % 2),
                   depth == 2 ? ReadOut::pre : ReadOut::post, random);
  check_bounds("tanh", 1, 1, ReadOut::post, random);
}

TEST_CASE("gram on a sphere: symmetric to the bit, the same for any tile and any number of threads") {
  std::mt19937_64 random = generator_of_test("gram sphere symmetric");
  const std::size_t n = 300, d = 7;
  const GramData x(hard_rows(random, n, d), d);
  for (const std::string& name : activations()) {
    const Engines e(name, model_of(3, 1), both(), x.points);
    REQUIRE_MESSAGE(e.angle.by_angle(), name);
    const auto K = gram_in_memory(e.angle, 1);
    CHECK(K == gram_in_memory(e.angle, 3));
    std::size_t different = 0;
    for (const auto& matrix : K)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j) different += matrix[i * n + j] != matrix[j * n + i];
    CHECK(different == 0);
    const auto workspace = e.angle.make_workspace();
    for (int trial = 0; trial < 6; ++trial) {
      const std::size_t row = random() % n, rows = std::min<std::size_t>(1 + random() % 90, n - row);
      const std::size_t column = random() % n, columns = std::min<std::size_t>(1 + random() % 90, n - column);
      std::vector<double> nngp(rows * columns), ntk(rows * columns);
      e.angle.tile(row, rows, column, columns, {nngp.data(), ntk.data()}, columns, *workspace);
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
          different += nngp[i * columns + j] != K[0][(row + i) * n + column + j];
          different += ntk[i * columns + j] != K[1][(row + i) * n + column + j];
        }
    }
    CHECK(different == 0);
  }
}

TEST_CASE("gram on a sphere: agrees with the layers, and has their diagonal to the bit") {
  std::mt19937_64 random = generator_of_test("gram sphere layers");
  const std::size_t n = 60, d = 64;
  const GramData x(hard_rows(random, n, d), d), y(hard_rows(random, n / 2, d), d);
  for (const std::string& name : activations())
    for (const gram::Points* other : {static_cast<const gram::Points*>(nullptr), &y.points}) {
      const Engines e(name, model_of(4, 1), both(), x.points, other);
      const GramEngine layers(model_of(4, 1), *e.source, both(), x.points, other);
      REQUIRE_MESSAGE(e.angle.by_angle(), name);
      const auto K = gram_in_memory(e.angle, 1), L = gram_in_memory(layers, 1);
      const std::size_t columns = layers.columns();
      for (std::size_t k = 0; k < 2; ++k) {
        const double size = gram_in_memory(GramEngine(model_of(4, 1), *e.source, both(), x.points, nullptr), 1)[k][0];
        double worst = 0;
        for (std::size_t i = 0; i < n * columns; ++i) worst = std::max(worst, std::fabs(K[k][i] - L[k][i]) / size);
        CHECK_MESSAGE(worst <= e.angle.error_bound(k) + layers.error_bound(k), name);
        if (other != nullptr) continue;
        CHECK(K[k][3] == K[k][0]);  // equal rows
        for (std::size_t i = 0; i < n; ++i) CHECK(K[k][i * (n + 1)] == L[k][i * (n + 1)]);
      }
    }
}

TEST_CASE("gram on a sphere: rotations of the data change entries by no more than the bounds") {
  std::mt19937_64 random = generator_of_test("gram sphere rotations");
  const std::size_t n = 60, d = 9;
  const GramData x(hard_rows(random, n, d), d);
  const std::vector<double> numbers = random_rows(random, d, d);
  const Matrix Q = Eigen::HouseholderQR<Matrix>(Eigen::Map<const Matrix>(numbers.data(), d, d)).householderQ();
  const Matrix turned = Eigen::Map<const Matrix>(x.values.data(), n, d) * Q;
  const GramData y(on_sphere(std::vector<double>(turned.data(), turned.data() + n * d), d, 1.75), d);
  for (const std::string& name : activations()) {
    const Engines a(name, model_of(3, 1), both(), x.points), b(name, model_of(3, 1), both(), y.points);
    const auto K = gram_in_memory(a.angle, 1), T = gram_in_memory(b.angle, 1);
    for (std::size_t k = 0; k < 2; ++k) {
      double worst = 0;
      for (std::size_t i = 0; i < n * n; ++i) worst = std::max(worst, std::fabs(K[k][i] - T[k][i]) / K[k][0]);
      // The rotated coordinates are rounded: an error of d ulp in the inputs, which kinks and depth may enlarge.
      CHECK(worst <= a.angle.error_bound(k) + b.angle.error_bound(k) + 1e-14);
    }
  }
}

TEST_CASE("gram on a sphere: positive semi-definite within the bound") {
  std::mt19937_64 random = generator_of_test("gram sphere positive");
  const std::size_t n = 120, d = 3;
  const GramData x(hard_rows(random, n, d), d);
  for (const std::string& name : activations()) {
    const Engines e(name, model_of(3, 1), both(), x.points);
    const auto K = gram_in_memory(e.angle, 1);
    for (std::size_t k = 0; k < 2; ++k) {
      const Eigen::Map<const Matrix> M(K[k].data(), n, n);
      const double least = eigenvalues(M).value()(0);
      // |perturbation|_2 <= n max |entry|; the eigenvalues themselves are computed to n ulp of the largest one.
      const double size = M.diagonal().maxCoeff(), count = static_cast<double>(n);
      CHECK(least >= -count * size * (e.angle.error_bound(k) + 4e-16 * count));
    }
  }
}

TEST_CASE("gram on a sphere: near-duplicates keep K(x,x) - K(x,y) to a few ulp of K") {
  std::mt19937_64 random = generator_of_test("gram sphere near-duplicates");
  const std::size_t d = 10;
  for (const std::string& name : activations())
    for (const double step : {1e-4, 1e-6, 1e-8}) {
      std::vector<double> values = random_rows(random, 2, d);
      for (std::size_t k = 0; k < d; ++k) values[d + k] = values[k] * (1 + 2 * step * uniform(random, -1, 1));
      const GramData x(on_sphere(values, d, 1), d);
      const Engines e(name, model_of(3, 1), both(), x.points);
      REQUIRE_MESSAGE(e.angle.by_angle(), name);
      const auto K = gram_in_memory(e.angle, 1);
      const PrecisionScope precision(60);
      const auto exact = exact_expectations(e.activation);
      for (std::size_t k = 0; k < 2; ++k) {
        const Real one = exact_entry(model_of(3, 1), 3, k == 1, *exact, x.row(0), x.row(0), d);
        const Real two = exact_entry(model_of(3, 1), 3, k == 1, *exact, x.row(0), x.row(1), d);
        const Real off = ((Real(K[k][0]) - Real(K[k][1])) - (one - two)) / one;
        const double ulps = abs(off).to_double() * 0x1p52;
        std::printf("%-12s %s |x-y| ~ %.0e: off by %.1f ulp of K\n", name.c_str(), k == 1 ? "NTK " : "NNGP", step,
                    ulps);
        // Alternating sums of some forty terms round at their largest terms.
        CHECK_MESSAGE(ulps <= 32, name);
      }
    }
}

TEST_CASE("gram on a sphere: other data, all layers and small matrices go layer by layer") {
  std::mt19937_64 random = generator_of_test("gram sphere rule");
  const std::size_t d = 6;
  const GramData sphere(hard_rows(random, 8, d), d);
  std::vector<double> longer = sphere.values, zero = sphere.values;
  for (std::size_t k = 0; k < d; ++k) {
    longer[k] *= 1 + 1e-13;
    zero[k] = 0;
  }
  const GramData off(longer, d), origin(zero, d);
  const Activation activation = make_activation("relu");
  const auto source = entries_of(activation);
  gram::OneNormSources singles = singles_of(activation);
  const auto by_angle = [&](const gram::Points& x, const gram::Points* y, unsigned depth, bool all) {
    GramRequest request;
    request.all_layers = all;
    return GramEngine(model_of(depth, 0), *source, request, x, y, {}, 1, singles).by_angle();
  };
  CHECK(by_angle(sphere.points, nullptr, 3, false));
  CHECK(!by_angle(off.points, nullptr, 3, false));
  CHECK(!by_angle(sphere.points, &off.points, 3, false));
  CHECK(!by_angle(origin.points, nullptr, 3, false));
  CHECK(!by_angle(sphere.points, nullptr, 3, true));
  singles.least_layers = 4;
  CHECK(!by_angle(sphere.points, nullptr, 3, false));
  singles.least_layers = 1;
  singles.least_pairs = 37;  // 8 rows make 36
  CHECK(!by_angle(sphere.points, nullptr, 3, false));
}
