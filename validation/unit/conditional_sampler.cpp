// Networks have the same bits whatever the caches of the machine, and the sampler's frame is the one of all modules.
#include "network/conditional/conditional_sampler.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>

#include "network/explicit_network.hpp"
#include "network/pullback/frame.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

/// Caches of several processors: the first, the second and the last level. Eigen's blocks differ with each.
constexpr std::array<std::array<std::ptrdiff_t, 3>, 4> machines = {{{48 << 10, 2 << 20, 32 << 20},
                                                                    {32 << 10, 256 << 10, 8 << 20},
                                                                    {16 << 10, 128 << 10, 1 << 20},
                                                                    {128 << 10, 16 << 20, 16 << 20}}};

/// Counts the machines on which `matrix()` differs from the first.
template <class Make>
std::size_t different(const Make& matrix) {
  std::size_t count = 0;
  Eigen::MatrixXd expected;
  for (const auto& [first, second, third] : machines) {
    Eigen::setCpuCacheSizes(first, second, third);
    const Eigen::MatrixXd result = matrix();
    REQUIRE(result.allFinite());
    if (expected.size() == 0) expected = result;
    count += result == expected ? 0 : 1;
  }
  return count;
}

NetworkSpec spec_of(unsigned depth, std::uint64_t width) {
  NetworkSpec spec;
  spec.depth = depth;
  spec.width.assign(depth, width);
  return spec;
}

}  // namespace

TEST_CASE("network: the caches of the machine do not reach the bits of a network") {
  const Activation phi = make_activation("tanh");
  std::vector<double> x(10);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<double>(i + 1));
  const NetworkId id{20230127, 3, 7};
  for (const std::size_t d : {2, 10})
    for (const unsigned order : {1U, 2U}) {
      CAPTURE(d);
      CAPTURE(order);
      const std::span<const double> point(x.data(), d);
      CHECK(different([&] {
              const ConditionalSampler sampler(spec_of(3, 2000), phi, point, order);
              ConditionalSampler::Workspace workspace;
              FeatureGram gram;
              sampler.draw(id, gram, {}, workspace);
              return gram.gram;
            }) == 0);
      for (const WeightLaw law : {WeightLaw::gaussian, WeightLaw::orthogonal}) {
        NetworkSpec spec = spec_of(2, 900);
        spec.weight_law = law;
        CHECK(different([&] { return gram_of(ExplicitSampler(spec, phi, point, order).draw(id)).gram; }) == 0);
        CHECK(different([&] {
                return gram_of(ExplicitNetwork(spec, phi, id, static_cast<unsigned>(d)).at(point, order)).gram;
              }) == 0);
      }
    }
}

TEST_CASE("network: the sampler's frame is frame_along, orthonormal for every x that is finite") {
  const Activation phi = make_activation("tanh");
  const std::vector<std::vector<double>> points = {{0, 0, 0},  {3, 0, 0},       {-3, 0, 0},       {1, 1e-12, 0},
                                                   {1, -2, 3}, {1e150, -1e150}, {1e-320, 2e-320}, {1e-200, 1e-201}};
  for (const std::vector<double>& x : points) {
    CAPTURE(x[0]);
    const Eigen::MatrixXd q = ConditionalSampler(spec_of(2, 10), phi, x).frame();
    CHECK(q == frame_along(x));
    CHECK((q.transpose() * q - Eigen::MatrixXd::Identity(q.rows(), q.rows())).cwiseAbs().maxCoeff() <= 8 * 0x1p-52);
  }
}
