#include "api/gram/gram_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/kernel.hpp"

namespace widegeo::api {
namespace {

/// The network cut off behind layer `depth`.
Model cut_off(Model model, unsigned depth) {
  model.depth = depth;
  if (model.weight_variance.size() > 1) model.weight_variance.resize(depth);
  if (model.bias_variance.size() > 1) model.bias_variance.resize(depth);
  return model;
}

Rational product(const std::vector<Rational>& x, const std::vector<Rational>& y) {
  Rational sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * y[k];
  return sum;
}

/// Rows as exact numbers, each read once.
struct RowsInMemory {
  std::vector<std::vector<Rational>> row;
  std::vector<Rational> square;

  explicit RowsInMemory(const ExactRows& rows) {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      row.push_back(rows.exact(i));
      square.push_back(product(row.back(), row.back()));
    }
  }
};

}  // namespace

void kernels_of_pair(const PreparedNetwork& given, const gram::GramRequest& request, std::vector<Rational> x,
                     std::vector<Rational> y, double* entries, double* errors, double* roots) {
  // One order for both (x, y) and (y, x): the matrix is symmetric to the bit.
  if (y < x) std::swap(x, y);
  Accuracy accuracy;
  accuracy.digits = static_cast<unsigned>(std::clamp(std::ceil(-std::log10(request.tolerance)) + 1, 2.0, 15.0));
  PreparedNetwork network = given;
  for (unsigned l = request.all_layers ? 1 : given.model.depth; l <= given.model.depth; ++l) {
    network.model = cut_off(given.model, l);
    for (const bool ntk : {false, true}) {
      if (!(ntk ? request.ntk : request.nngp)) continue;
      const Answers answers = kernel_answers(network, {ntk, 0}, x, y, accuracy);
      // The number may be far below the doubles, its root not.
      const PrecisionScope precision(40);
      const auto [value, error, kind] = in_multiprecision(answers.front());
      const double nearest = value.to_double();
      *entries++ = nearest;
      if (errors != nullptr) {
        const Real stored = error + abs(value - Real(nearest));
        *errors++ = stored == 0 ? 0 : std::nextafter(stored.to_double(), HUGE_VAL);
      }
      if (roots != nullptr) *roots++ = value > error ? sqrt(Real(value - error)).to_double() * (1 - 0x1p-50) : 0;
    }
  }
}

gram::SinglePairSources single_pair_sources(const PreparedNetwork& network, const gram::GramRequest& request,
                                            const ExactRows& x, const ExactRows& y) {
  const auto rows_x = std::make_shared<const RowsInMemory>(x);
  const auto rows_y = &x == &y ? rows_x : std::make_shared<const RowsInMemory>(y);
  const std::size_t dimension = x.columns();
  gram::SinglePairSources sources;
  sources.fast = [&network] { return make_expectations<TrackedDouble>(network); };
  sources.inputs = [rows_x, rows_y, dimension](gram::RowOf i, gram::RowOf j) {
    const RowsInMemory *first = i.of_y ? rows_y.get() : rows_x.get(), *second = j.of_y ? rows_y.get() : rows_x.get();
    std::size_t a = i.index, b = j.index;
    if (second->row[b] < first->row[a]) {
      std::swap(first, second);
      std::swap(a, b);
    }
    const Rational &xx = first->square[a], &yy = second->square[b];
    const Rational xy = product(first->row[a], second->row[b]);
    InputPair<TrackedDouble> inputs;
    inputs.xx = from_rational<TrackedDouble>(xx);
    inputs.yy = from_rational<TrackedDouble>(yy);
    inputs.xy = from_rational<TrackedDouble>(xy);
    inputs.minor = from_rational<TrackedDouble>(Rational(xx * yy - xy * xy));
    inputs.distance_squared = from_rational<TrackedDouble>(Rational(xx + yy - 2 * xy));
    inputs.coincident = first->row[a] == second->row[b];
    inputs.dimension = dimension;
    return inputs;
  };
  sources.refined = [&network, request, rows_x, rows_y](gram::RowOf i, gram::RowOf j, double* entries, double* errors,
                                                        double* roots) {
    kernels_of_pair(network, request, (i.of_y ? rows_y : rows_x)->row[i.index],
                    (j.of_y ? rows_y : rows_x)->row[j.index], entries, errors, roots);
  };
  return sources;
}

}  // namespace widegeo::api
