// What holds for every Gram matrix, whatever the activation: symmetry, positive semi-definiteness, rotations, tiles,
// threads, and the files of jobs.
#include <doctest/doctest.h>
#include <unistd.h>

#include <Eigen/QR>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>

#include "gram/matrix_pieces.hpp"
#include "job/job.hpp"
#include "network/pullback/decompositions.hpp"
#include "number/error.hpp"
#include "testing/gram_data.hpp"
#include "testing/gram_in_memory.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using gram::GramEngine;
using gram::GramRequest;

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Model model_of(unsigned depth, int bias) {
  Model m;
  m.depth = depth;
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

/// A directory that goes with the test.
struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / ("widegeo-gram-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const std::vector<std::string>& activations() {
  static const std::vector<std::string> names{"relu", "erf", "gelu", "tanh", "leaky-relu"};
  return names;
}

}  // namespace

TEST_CASE("gram: symmetric to the bit, the same for any tile and any number of threads") {
  std::mt19937_64 random = generator_of_test("gram symmetric");
  const std::size_t n = 300, d = 7;
  const GramData x(random_rows(random, n, d), d);
  for (const std::string& name : activations()) {
    const auto source = entries_of(make_activation(name));
    const GramEngine engine(model_of(3, 1), *source, both(), x.points, nullptr);
    const auto K = gram_in_memory(engine, 1);
    CHECK(K == gram_in_memory(engine, 3));
    std::size_t different = 0;
    for (const auto& matrix : K)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j) different += matrix[i * n + j] != matrix[j * n + i];
    CHECK(different == 0);
    const auto workspace = engine.make_workspace();
    for (int trial = 0; trial < 6; ++trial) {
      const std::size_t row = random() % n, rows = std::min<std::size_t>(1 + random() % 90, n - row);
      const std::size_t column = random() % n, columns = std::min<std::size_t>(1 + random() % 90, n - column);
      std::vector<double> nngp(rows * columns), ntk(rows * columns);
      engine.tile(row, rows, column, columns, {nngp.data(), ntk.data()}, columns, *workspace);
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
          different += nngp[i * columns + j] != K[0][(row + i) * n + column + j];
          different += ntk[i * columns + j] != K[1][(row + i) * n + column + j];
        }
    }
    CHECK(different == 0);
  }
}

TEST_CASE("gram: two sets have the entries of their union") {
  std::mt19937_64 random = generator_of_test("gram union");
  const std::size_t n = 40, m = 25, d = 5;
  const GramData all(random_rows(random, n + m, d), d);
  const auto cut = static_cast<std::ptrdiff_t>(n * d);
  const GramData x(std::vector<double>(all.values.begin(), all.values.begin() + cut), d);
  const GramData y(std::vector<double>(all.values.begin() + cut, all.values.end()), d);
  for (const std::string& name : activations()) {
    const auto source = entries_of(make_activation(name));
    const GramEngine whole(model_of(2, 1), *source, both(), all.points, nullptr);
    const GramEngine part(model_of(2, 1), *source, both(), x.points, &y.points);
    const auto K = gram_in_memory(whole, 1), C = gram_in_memory(part, 1);
    for (std::size_t k = 0; k < 2; ++k) {
      double worst = 0;
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < m; ++j) {
          const double scale = std::sqrt(K[k][i * (n + m) + i] * K[k][(n + j) * (n + m) + n + j]);
          worst = std::max(worst, std::fabs(K[k][i * (n + m) + n + j] - C[k][i * m + j]) / scale);
        }
      CHECK(worst <= whole.error_bound(k) + part.error_bound(k));
    }
  }
}

TEST_CASE("gram: the diagonal is the one-point recursion") {
  std::mt19937_64 random = generator_of_test("gram diagonal");
  const std::size_t n = 20, d = 6;
  const GramData x(random_rows(random, n, d), d);
  const Model model = model_of(3, 1);
  for (const std::string& name : activations()) {
    const auto source = entries_of(make_activation(name));
    const GramEngine engine(model, *source, both(), x.points, nullptr);
    const auto K = gram_in_memory(engine, 1);
    const PrecisionScope precision(30);
    const auto exact = exact_expectations(make_activation(name));
    for (std::size_t i = 0; i < n; i += 7)
      for (std::size_t k = 0; k < 2; ++k) {
        const Real own = exact_entry(model, 3, k == 1, *exact, x.row(i), x.row(i), d);
        const double error = abs(Real(K[k][i * n + i]) / own - 1).to_double();
        CHECK(error <= engine.error_bound(k));
      }
  }
}

TEST_CASE("gram: rotations of the data change entries by no more than the bounds") {
  std::mt19937_64 random = generator_of_test("gram rotations");
  const std::size_t n = 60, d = 9;
  const GramData x(random_rows(random, n, d), d);
  const std::vector<double> numbers = random_rows(random, d, d);
  const Matrix Q = Eigen::HouseholderQR<Matrix>(Eigen::Map<const Matrix>(numbers.data(), d, d)).householderQ();
  const Matrix turned = Eigen::Map<const Matrix>(x.values.data(), n, d) * Q;
  const GramData y(std::vector<double>(turned.data(), turned.data() + n * d), d);
  for (const std::string& name : activations()) {
    const auto source = entries_of(make_activation(name));
    const GramEngine a(model_of(3, 1), *source, both(), x.points, nullptr);
    const GramEngine b(model_of(3, 1), *source, both(), y.points, nullptr);
    const auto K = gram_in_memory(a, 1), T = gram_in_memory(b, 1);
    for (std::size_t k = 0; k < 2; ++k) {
      double worst = 0;
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          worst = std::max(worst,
                           std::fabs(K[k][i * n + j] - T[k][i * n + j]) / std::sqrt(K[k][i * n + i] * K[k][j * n + j]));
      // The rotated coordinates are rounded: an error of d ulp in the inputs, which kinks and depth may enlarge.
      CHECK(worst <= a.error_bound(k) + b.error_bound(k) + 1e-14);
    }
  }
}

TEST_CASE("gram: positive semi-definite within the bound") {
  std::mt19937_64 random = generator_of_test("gram positive");
  const std::size_t n = 120, d = 3;
  std::vector<double> values = random_rows(random, n, d);
  std::copy_n(values.begin(), 20 * d, values.begin() + 40 * d);  // duplicates
  const GramData x(values, d);
  for (const std::string& name : activations()) {
    const auto source = entries_of(make_activation(name));
    const GramEngine engine(model_of(2, 1), *source, both(), x.points, nullptr);
    const auto K = gram_in_memory(engine, 1);
    for (std::size_t k = 0; k < 2; ++k) {
      const Eigen::Map<const Matrix> M(K[k].data(), n, n);
      const double least = eigenvalues(M).value()(0);
      const double size = M.diagonal().maxCoeff();
      // |perturbation|_2 <= n max |entry|; the eigenvalues themselves are computed to n ulp of the largest one.
      CHECK(least >= -static_cast<double>(n) * size * (engine.error_bound(k) + 4e-16 * static_cast<double>(n)));
    }
  }
}

TEST_CASE("gram: depths of thousands cost their layers and stay in their bound") {
  std::mt19937_64 random = generator_of_test("gram deep");
  const GramData x(random_rows(random, 6, 4), 4);
  const auto source = entries_of(make_activation("relu"));
  Model model = model_of(3000, 0);
  model.weight_variance = {Rational(2)};
  const GramEngine engine(model, *source, GramRequest{}, x.points, nullptr);
  const auto K = gram_in_memory(engine, 1);
  std::printf("ReLU, depth 3000: bound %.1e\n", engine.error_bound(0));
  CHECK(engine.error_bound(0) < 1e-6);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(K[0][7 * i] == doctest::Approx(x.points.squared_norm(i) / 4).epsilon(1e-11));
}

TEST_CASE("gram job: the same files for any threads, and after a stop and a resume") {
  std::mt19937_64 random = generator_of_test("gram job");
  const std::size_t n = 600, d = 5;
  const GramData x(random_rows(random, n, d), d), y(random_rows(random, 300, d), d);
  const auto source = entries_of(make_activation("relu"));
  const Folder folder;
  for (const bool symmetric : {true, false}) {
    GramRequest request = both();
    request.all_layers = !symmetric;
    const GramEngine engine(model_of(2, 1), *source, request, x.points, symmetric ? nullptr : &y.points);
    const gram::MatrixPieces pieces(engine);
    const std::string kind = symmetric ? "s" : "g";
    const auto path = [&](const std::string& name) { return (folder.path / (kind + name + ".npy")).string(); };
    const auto run_job = [&](const std::string& name, unsigned threads, int stop_after) {
      std::atomic<int> asked{0};
      const Watch watch([&] { return stop_after >= 0 && asked++ >= stop_after; });
      job::FileRequest file;
      file.path = path(name);
      file.resume = true;
      file.digest = 1;
      return job::fill(pieces, file, {threads, nullptr, &watch});
    };
    CHECK(run_job("one", 1, -1).pieces == pieces.count());
    CHECK(run_job("two", 3, -1).pieces == pieces.count());
    CHECK_THROWS_AS(run_job("stop", 1, 2), Stopped);
    const job::Stats resumed = run_job("stop", 2, -1);
    CHECK(resumed.pieces_before == 2);
    CHECK(resumed.pieces == pieces.count() - 2);
    std::string expected = storage::array_header({pieces.extents()});
    for (const std::vector<double>& matrix : gram_in_memory(engine, 1))
      expected.append(reinterpret_cast<const char*>(matrix.data()), sizeof(double) * matrix.size());
    for (const char* name : {"one", "two", "stop"}) CHECK(bytes_of(path(name)) == expected);
  }
}

TEST_CASE("gram: a row of zeros without bias has the kernel 0 with every row, at any depth") {
  for (const char* name : {"relu", "leaky-relu", "abs", "erf", "gelu"})
    for (const unsigned depth : {1U, 2U, 3U}) {
      const GramData x({0, 0, 1, 0.5, 0.3, -2, 0, 0}, 2);
      const auto source = entries_of(make_activation(name));
      const GramEngine engine(model_of(depth, 0), *source, both(), x.points, nullptr);
      for (const std::vector<double>& K : gram_in_memory(engine, 1)) {
        for (std::size_t j = 0; j < 4; ++j) CHECK(K[j] == 0);
        CHECK(K[5] > 0);
      }
    }
}

TEST_CASE("gram: the bound of a bounded activation does not grow with the norms") {
  // |dK/d theta| of erf is at most 2/pi of its scale, whatever the variance is.
  for (const double scale : {1e3, 1e8}) {
    const GramData x({scale, 2 * scale, 3 * scale, -scale}, 2);
    const auto source = entries_of(make_activation("erf"));
    const GramEngine engine(model_of(2, 0), *source, {}, x.points, nullptr);
    CHECK(engine.error_bound(0) < 1e-12);
  }
}
