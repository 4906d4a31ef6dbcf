#include "network/spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "network/feature.hpp"
#include "number/error.hpp"
#include "random/random.hpp"

namespace widegeo {
namespace {

constexpr std::uint64_t max_width = std::uint64_t{1} << 30;
constexpr std::uint64_t max_layer_numbers = std::uint64_t{1} << 30;  // two layers of doubles: 16 GiB

void check_counts(std::size_t count, unsigned depth, const char* what) {
  if (count != 1 && count != depth)
    throw Error(ErrorCode::input,
                std::string(what) + ": " + std::to_string(count) + " values for " + std::to_string(depth) + " layers",
                {}, "give one value, or one per layer");
}

std::string number_text(const char* name, double value) { return fmt::format("{} {}", name, value); }

void check_law(WeightLaw law, double parameter) {
  if (law == WeightLaw::sparse && !(parameter > 0 && parameter <= 1))
    throw Error(ErrorCode::input, "sparse weights need a probability p with 0 < p <= 1",
                number_text("weight parameter", parameter));
  if (law == WeightLaw::student_t && !(std::isfinite(parameter) && parameter > 2))
    throw Error(ErrorCode::input, "Student's t weights have a variance only for more than 2 degrees of freedom",
                number_text("weight parameter", parameter));
}

/// Requires a finite mean square of phi on the whole line, and of its derivative too unless order is 0.
void check_activation(const Activation& activation, unsigned order) {
  const std::string& undefined = activation.analysis.undefined_where;
  if (!undefined.empty())
    throw Error(ErrorCode::input, "the activation " + activation.name + " is undefined", undefined);
  for (const expr::SpecialPoint& point : activation.analysis.points) {
    if (!point.value_integrable)
      throw Error(ErrorCode::input,
                  "the kernel of " + activation.name + " does not exist: its square has no expectation",
                  "x = " + std::to_string(point.approximate));
    if (order > 0 && !point.derivative_integrable)
      throw Error(
          ErrorCode::input,
          "the metric of " + activation.name + " does not exist: the square of its derivative has no expectation",
          "x = " + std::to_string(point.approximate));
  }
}

}  // namespace

void NetworkSpec::validate() const {
  if (depth < 1) throw Error(ErrorCode::input, "a network needs at least one hidden layer", "depth 0");
  if (depth > RandomAddress::max_layer)
    throw Error(ErrorCode::input, "the network is too deep", "depth " + std::to_string(depth));
  check_counts(width.size(), depth, "width");
  check_counts(weight_variance.size(), depth, "weight variance");
  check_counts(bias_variance.size(), depth, "bias variance");
  for (const std::uint64_t units : width)
    if (units < 1 || units > max_width)
      throw Error(ErrorCode::input, "a layer has from 1 to " + std::to_string(max_width) + " units",
                  "width " + std::to_string(units));
  for (const double variance : weight_variance)
    if (!(std::isfinite(variance) && variance > 0))
      throw Error(ErrorCode::input, "a weight variance must be positive", std::to_string(variance));
  for (const double variance : bias_variance)
    if (!(std::isfinite(variance) && variance >= 0))
      throw Error(ErrorCode::input, "a bias variance must be >= 0", std::to_string(variance));
  check_law(weight_law, weight_parameter);
}

void check_simulation(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                      unsigned order) {
  spec.validate();
  if (order > 2)
    throw Error(ErrorCode::input, "a simulation takes derivatives of order 0, 1 or 2",
                "order " + std::to_string(order));
  if (x.empty()) throw Error(ErrorCode::input, "the input x has no component");
  if (!std::ranges::all_of(x, [](double v) { return std::isfinite(v); }))
    throw Error(ErrorCode::input, "the input x is not finite");
  if (order == 2 && x.size() > max_curvature_dimension)
    throw Error(ErrorCode::input, "curvature is simulated up to dimension " + std::to_string(max_curvature_dimension),
                "dimension " + std::to_string(x.size()), "ask only for the metric");
  const bool linear = !spec.activate_last && spec.depth == 1;  // no activation is applied
  if (!linear) check_activation(activation, order);
}

void check_explicit_simulation(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                               unsigned order) {
  check_simulation(spec, activation, x, order);
  const auto d = static_cast<Eigen::Index>(x.size());
  const auto numbers = static_cast<std::uint64_t>(1 + d + (order == 2 ? pair_count(d) : 0));
  std::uint64_t fan_in = x.size();
  for (unsigned l = 1; l <= spec.depth; ++l) {
    const bool whole_matrix = spec.weight_law == WeightLaw::orthogonal;
    if (spec.n(l) > max_layer_numbers / numbers || (whole_matrix && spec.n(l) > max_layer_numbers / fan_in))
      throw Error(ErrorCode::input, "the simulation needs more than 16 GiB of memory",
                  "width " + std::to_string(spec.n(l)) + ", dimension " + std::to_string(x.size()),
                  "use a smaller width");
    fan_in = spec.n(l);
  }
}

}  // namespace widegeo
