#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "montecarlo/observe.hpp"
#include "network/pullback/pullback.hpp"
#include "number/error.hpp"
#include "quantity/quantity.hpp"

namespace widegeo {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// The quantities of the table that are measured; the others are refused.
constexpr std::array<std::pair<Observable, GeometricQuantity>, 10> measured_quantities{
    {{Observable::radial_eigenvalue, GeometricQuantity::radial_eigenvalue},
     {Observable::tangential_eigenvalue, GeometricQuantity::tangential_eigenvalue},
     {Observable::A, GeometricQuantity::A},
     {Observable::B, GeometricQuantity::B},
     {Observable::log_volume, GeometricQuantity::log_volume},
     {Observable::sectional_radial, GeometricQuantity::sectional_radial},
     {Observable::sectional_tangential, GeometricQuantity::sectional_tangential},
     {Observable::ricci_radial, GeometricQuantity::ricci_radial},
     {Observable::ricci_tangential, GeometricQuantity::ricci_tangential},
     {Observable::scalar_curvature, GeometricQuantity::scalar_curvature}}};

/// None for the kernel and for entries of the metric.
std::optional<GeometricQuantity> quantity_of(Observable observable) {
  for (const auto& [known, quantity] : measured_quantities)
    if (known == observable) return quantity;
  return std::nullopt;
}

/// A and B are measured across x.
std::size_t least_dimension(GeometricQuantity quantity) {
  const bool across = quantity == GeometricQuantity::A || quantity == GeometricQuantity::B;
  return across ? 2 : entry_of(quantity).least_dimension;
}

/// "g[2,3]" -> (1, 2), in either order; nullopt if the text is not of this form.
std::optional<Quantity> parse_entry(std::string_view text, std::size_t dimension) {
  if (!text.starts_with("g[") || !text.ends_with("]")) return std::nullopt;
  unsigned i = 0, j = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto first = std::from_chars(text.data() + 2, end, i);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ',') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, j);
  if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
  if (i < 1 || j < 1 || i > dimension || j > dimension)
    throw Error(ErrorCode::input, "the metric has entries from g[1,1] to g[d,d], d = " + std::to_string(dimension),
                "quantity " + std::string(text));
  return Quantity{Observable::metric_entry, std::min(i, j) - 1, std::max(i, j) - 1};
}

std::vector<Quantity> all_entries(std::size_t dimension) {
  std::vector<Quantity> entries;
  for (unsigned i = 0; i < dimension; ++i)
    for (unsigned j = i; j < dimension; ++j) entries.push_back({Observable::metric_entry, i, j});
  return entries;
}

/// What several quantities of one network share, computed when the first of them asks.
class Measured {
 public:
  Measured(const FeatureGram& gram, const MatrixXd& frame) : gram_(gram), frame_(frame) {}

  double radial() const { return gram_.gram(1, 1); }
  /// The mean of the diagonal entries across x: a sum of positive numbers, no difference of traces.
  double tangential() const {
    const Index d = gram_.dimension;
    return d < 2 ? no_value : gram_.gram.diagonal().segment(2, d - 1).sum() / static_cast<double>(d - 1);
  }
  /// (Q g Q^T)_ij. The product with row i of Q serves all entries of that row; the bits do not depend on which.
  double entry(Index i, Index j) {
    if (row_ != i) {
      product_.noalias() = gram_.metric() * frame_.row(i).transpose();
      row_ = i;
    }
    return frame_.row(j) * product_;
  }
  double log_of_volume() const { return log_volume(gram_).value_or(no_value); }
  double scalar() {
    curve();
    return scalar_;
  }
  double ricci_radial() {
    curve();
    return ricci_radial_;
  }

 private:
  void curve() {
    if (asked_) return;
    asked_ = true;
    const auto curvature = ricci_curvature_if_regular(gram_);
    if (!curvature) return;
    scalar_ = curvature->scalar;
    ricci_radial_ = curvature->ricci(0, 0) / radial();
  }

  const FeatureGram& gram_;
  const MatrixXd& frame_;
  Eigen::VectorXd product_;
  Index row_ = -1;
  bool asked_ = false;
  double scalar_ = no_value, ricci_radial_ = no_value;
};

double value_of(const Quantity& quantity, const FeatureGram& gram, Measured& measured, double t) {
  const auto d = static_cast<double>(gram.dimension);
  switch (quantity.observable) {
    case Observable::kernel:
      return gram.gram(0, 0);
    case Observable::metric_entry:
      return measured.entry(quantity.i, quantity.j);
    case Observable::radial_eigenvalue:
      return measured.radial();
    case Observable::tangential_eigenvalue:
    case Observable::A:
      return measured.tangential();
    case Observable::B:
      return (measured.radial() - measured.tangential()) / t;
    case Observable::log_volume:
      return measured.log_of_volume();
    case Observable::sectional_radial:
      return measured.ricci_radial() / (d - 1);
    case Observable::sectional_tangential:
      return (measured.scalar() - 2 * measured.ricci_radial()) / ((d - 1) * (d - 2));
    case Observable::ricci_radial:
      return measured.ricci_radial();
    case Observable::ricci_tangential:
      return (measured.scalar() - measured.ricci_radial()) / (d - 1);
    case Observable::scalar_curvature:
      return measured.scalar();
  }
  return no_value;
}

void check(const FeatureGram& gram, const MatrixXd& frame, std::span<const Quantity> quantities) {
  const Index d = gram.dimension;
  if (d < 1 || frame.rows() != d || frame.cols() != d)
    throw Error(ErrorCode::input, "the frame and the inner products have different dimensions");
  for (const Quantity& quantity : quantities) {
    if (quantity.observable == Observable::metric_entry && (quantity.i >= d || quantity.j >= d))
      throw Error(ErrorCode::input, "the metric has no such entry", quantity.name());
    if (quantity.order() > gram.order)
      throw Error(ErrorCode::input, "this quantity needs the second derivatives of the features", quantity.name());
  }
}

/// The second derivatives along the axes of the frame, M -> Q^T M Q for each row of packed symmetric matrices.
void rotate_pairs(MatrixXd& rows, Index first, const MatrixXd& frame) {
  const Index d = frame.rows();
  MatrixXd second(d, d);
  for (Index r = 0; r < rows.rows(); ++r) {
    for (Index a = 0; a < d; ++a)
      for (Index b = 0; b < d; ++b) second(a, b) = rows(r, first + pair_index(d, a, b));
    second = (frame.transpose() * second * frame).eval();
    for (Index a = 0; a < d; ++a)
      for (Index b = a; b < d; ++b) rows(r, first + pair_index(d, a, b)) = second(a, b);
  }
}

/// Columns of a matrix whose rows list Phi and its derivatives, expressed in the frame.
void rotate_columns(MatrixXd& rows, const MatrixXd& frame, bool second_derivatives) {
  const Index d = frame.rows();
  rows.middleCols(1, d) = (rows.middleCols(1, d) * frame).eval();
  if (second_derivatives) rotate_pairs(rows, 1 + d, frame);
}

}  // namespace

std::string Quantity::name() const {
  if (observable == Observable::metric_entry) return "g[" + std::to_string(i + 1) + "," + std::to_string(j + 1) + "]";
  const std::optional<GeometricQuantity> quantity = quantity_of(observable);
  return quantity ? name_of(*quantity) : "kernel";
}

unsigned Quantity::order() const {
  if (observable == Observable::kernel) return 0;
  const std::optional<GeometricQuantity> quantity = quantity_of(observable);
  return quantity && entry_of(*quantity).order == 2 ? 2 : 1;
}

bool Quantity::linear_in_gram() const { return order() < 2 && observable != Observable::log_volume; }

std::vector<Quantity> parse_quantity(std::string_view text, std::size_t dimension) {
  if (text.empty()) throw Error(ErrorCode::input, "the name of a quantity is empty", "quantity");
  if (dimension < 1) throw Error(ErrorCode::input, "the dimension is 0", "dimension");
  if (text == "metric") return all_entries(dimension);
  if (text == "kernel") return {Quantity{Observable::kernel}};
  for (const auto& [observable, quantity] : measured_quantities) {
    if (text != entry_of(quantity).name) continue;
    if (dimension < least_dimension(quantity))
      throw Error(ErrorCode::input,
                  "this quantity needs dimension " + std::to_string(least_dimension(quantity)) + " or more",
                  std::string(text) + " in dimension " + std::to_string(dimension));
    return {Quantity{observable}};
  }
  if (const auto entry = parse_entry(text, dimension)) return {*entry};

  std::vector<std::string> names{"metric", "g[1,1]", "kernel"};
  std::string list = "metric, g[i,j], kernel";
  for (const auto& [observable, quantity] : measured_quantities) {
    names.push_back(name_of(quantity));
    list += ", " + name_of(quantity);
  }
  const std::string nearest = nearest_name(std::string(text), names);
  throw Error(ErrorCode::input, "no quantity has this name", std::string(text),
              nearest.empty() ? "known are " + list : "did you mean '" + nearest + "'?");
}

void observe(const FeatureGram& gram, const MatrixXd& frame, double t, std::span<const Quantity> quantities,
             std::span<double> out) {
  check(gram, frame, quantities);
  if (out.size() != quantities.size())
    throw Error(ErrorCode::input, "results and quantities differ in number", std::to_string(out.size()));
  Measured measured(gram, frame);
  for (std::size_t k = 0; k < quantities.size(); ++k) {
    const bool curved = quantities[k].order() == 2;
    const double value = curved && gram.dimension < 2 ? no_value : value_of(quantities[k], gram, measured, t);
    out[k] = std::isfinite(value) ? value : no_value;
  }
}

FeatureGram rotated(const FeatureGram& gram, const MatrixXd& frame) {
  check(gram, frame, {});
  FeatureGram result = gram;
  rotate_columns(result.gram, frame, gram.order >= 2);
  result.gram.transposeInPlace();
  rotate_columns(result.gram, frame, gram.order >= 2);
  result.gram = ((result.gram + result.gram.transpose()) / 2).eval();
  return result;
}

}  // namespace widegeo
