// Data sets for Gram matrices, and their entries to any number of digits.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "closedform/closedform.hpp"
#include "closedform/entries/entries.hpp"
#include "gaussian/gaussian.hpp"
#include "gaussian/table/entries.hpp"
#include "gram/gram.hpp"
#include "testing/checks.hpp"

namespace widegeo::testing {

struct GramData {
  GramData(std::vector<double> numbers, std::size_t columns)
      : values(std::move(numbers)),
        reader(gram::rows_in_memory(values.data(), values.size() / columns, columns)),
        points(*reader, 1) {}
  const double* row(std::size_t i) const { return &values[i * points.dimension()]; }
  std::vector<double> values;
  std::unique_ptr<gram::RowReader> reader;
  gram::Points points;
};

inline std::vector<double> random_rows(std::mt19937_64& random, std::size_t rows, std::size_t columns) {
  std::vector<double> x(rows * columns);
  for (double& value : x) value = uniform(random, -1, 1);
  return x;
}

/// The source that the program would choose: the closed form, else the series.
inline std::unique_ptr<EntrySource> entries_of(const Activation& activation) {
  if (const auto form = find_closed_form(activation)) return closed_form_entries(*form);
  return series_entries(activation, 1);
}

/// The same to many digits, for single pairs.
inline std::unique_ptr<Expectations<Real>> exact_expectations(const Activation& activation) {
  if (const auto form = find_closed_form(activation)) return closed_form_expectations<Real>(*form);
  return quadrature_expectations<Real>(activation);
}

inline InputPair<Real> exact_pair(const double* u, const double* v, std::size_t d) {
  InputPair<Real> p;
  Real xx(0), yy(0), xy(0), distance(0);
  for (std::size_t k = 0; k < d; ++k) {
    const Real a(u[k]), b(v[k]);
    xx += a * a;
    yy += b * b;
    xy += a * b;
    distance += (a - b) * (a - b);
  }
  p.xx = xx;
  p.yy = yy;
  p.xy = xy;
  p.minor = xx * yy - xy * xy;
  if (p.minor < 0) p.minor = 0;
  p.distance_squared = distance;
  p.coincident = distance == 0;
  p.dimension = d;
  return p;
}

/// Computed at the working precision of the caller.
inline Real exact_entry(const Model& model, unsigned layer, bool tangent, const Expectations<Real>& source,
                        const double* u, const double* v, std::size_t d) {
  Model cut = model;
  cut.depth = layer;
  if (cut.weight_variance.size() > 1) cut.weight_variance.resize(layer);
  if (cut.bias_variance.size() > 1) cut.bias_variance.resize(layer);
  const InputPair<Real> pair = exact_pair(u, v, d);
  return tangent ? ntk(cut, source, pair, 0).kernel : nngp(cut, source, pair, 0).kernel;
}

}  // namespace widegeo::testing
