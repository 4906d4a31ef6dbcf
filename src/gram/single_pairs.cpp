#include "gram/single_pairs.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <string>

#include "number/constants.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gram {

namespace {

constexpr const char* phase = "kernels of single pairs";

/// The network truncated after layer `depth`.
Model cut_off(Model model, unsigned depth) {
  model.depth = depth;
  if (model.weight_variance.size() > 1) model.weight_variance.resize(depth);
  if (model.bias_variance.size() > 1) model.bias_variance.resize(depth);
  return model;
}

bool same(const TrackedDouble& a, const TrackedDouble& b) { return a.value == b.value && a.error == b.error; }

/// What was computed of single points, by variance.
struct Memory {
  std::vector<std::pair<TrackedDouble, OnePoint<TrackedDouble>>> points;
  const OnePoint<TrackedDouble>* find(const TrackedDouble& q) const {
    for (const auto& [variance, value] : points)
      if (same(variance, q)) return &value;
    return nullptr;
  }
};

/// A source that computes nothing twice: networks of several depths and both kernels ask for the same averages, and
/// those of one row are asked for by all its pairs. With `slopes` false E phi'phi', which may be infinite, reads 0.
class Remembering final : public Expectations<TrackedDouble> {
 public:
  Remembering(const SinglePairSources& sources, bool slopes, std::vector<const Memory*> known)
      : sources_(sources), slopes_(slopes), known_(std::move(known)) {}

  OnePoint<TrackedDouble> one_point(const TrackedDouble& q, unsigned order) const override {
    for (const Memory* memory : known_)
      if (const auto* found = memory->find(q)) return *found;
    if (const auto* found = own_.find(q)) return *found;
    OnePoint<TrackedDouble> value = source().one_point(q, order);
    if (!slopes_)
      for (TrackedDouble& d : value.D) d = TrackedDouble(0.0);
    own_.points.emplace_back(q, value);
    return value;
  }
  TwoPoint<TrackedDouble> two_point(const Covariance<TrackedDouble>& c, TwoPointNeed need) const override {
    for (const auto& [at, value] : pairs_)
      if (same(at.a, c.a) && same(at.b, c.b) && same(at.n, c.n) && same(at.minor, c.minor)) return value;
    TwoPoint<TrackedDouble> value = source().two_point(c, need);
    if (!slopes_) value.Kdot = TrackedDouble(0.0);
    pairs_.emplace_back(c, value);
    return value;
  }
  ErrorKind kind() const override { return source().kind(); }
  Memory take() { return std::move(own_); }

 private:
  const Expectations<TrackedDouble>& source() const {
    if (!source_) source_ = sources_.fast();
    return *source_;
  }
  const SinglePairSources& sources_;
  bool slopes_;
  std::vector<const Memory*> known_;
  mutable std::unique_ptr<Expectations<TrackedDouble>> source_;
  mutable Memory own_;
  mutable std::vector<std::pair<Covariance<TrackedDouble>, TwoPoint<TrackedDouble>>> pairs_;
};

struct Entries {
  std::vector<double> value, error, root;  ///< root: below sqrt(value), also where the value underflows
};

}  // namespace

SinglePairs::SinglePairs(const Model& model, const GramRequest& request, const SinglePairSources& sources,
                         std::size_t rows_x, std::size_t rows_y, unsigned threads, const Watch* watch) {
  for (unsigned l = request.all_layers ? 1 : model.depth; l <= model.depth; ++l) {
    if (request.nngp) matrices_.push_back({l, false});
    if (request.ntk) matrices_.push_back({l, true});
  }
  const std::size_t count = matrices_.size(), columns = rows_y == 0 ? rows_x : rows_y;
  std::vector<Model> models;
  for (const MatrixName& name : matrices_) models.push_back(cut_off(model, name.layer));
  kind_ = sources.fast()->kind();

  const auto compute = [&](RowOf x, RowOf y, const Remembering& source, Entries& out) {
    const InputPair<TrackedDouble> inputs = sources.inputs(x, y);
    out.value.assign(count, 0.0);
    out.error.assign(count, infinity);
    out.root.assign(count, 0.0);
    try {
      for (std::size_t k = 0; k < count; ++k) {
        const TrackedDouble value = (matrices_[k].ntk ? ntk<TrackedDouble>(models[k], source, inputs, 0)
                                                      : nngp<TrackedDouble>(models[k], source, inputs, 0))
                                        .kernel;
        out.value[k] = value.value;
        out.error[k] = value.error;
        out.root[k] = std::sqrt(std::max(0.0, value.value - value.error));
      }
    } catch (const Error&) {  // overflow or a sign that doubles do not decide: more digits tell, or say it again
    }
  };
  const auto redo = [&](RowOf x, RowOf y, Entries& out) {
    std::vector<double> value(count), error(count), root(count);
    sources.refined(x, y, value.data(), error.data(), root.data());
    for (std::size_t k = 0; k < count; ++k) {
      out.root[k] = std::max(out.root[k], root[k]);
      if (out.error[k] <= error[k]) continue;
      out.value[k] = value[k];
      out.error[k] = error[k];
    }
  };

  // The rows by themselves: the diagonal, and the averages of one point that all their pairs need.
  const std::size_t rows = rows_x + rows_y;
  const auto row_of = [&](std::size_t r) { return RowOf{r >= rows_x, r >= rows_x ? r - rows_x : r}; };
  std::vector<Entries> diagonal(rows);
  std::vector<Memory> memory(rows);
  std::atomic<std::size_t> done{0};
  const double all = static_cast<double>(rows + (rows_y == 0 ? rows_x * (rows_x - 1) / 2 : rows_x * rows_y));
  parallel_for_ordered(rows, threads, [&](std::size_t r) {
    Remembering source(sources, request.ntk, {});
    compute(row_of(r), row_of(r), source, diagonal[r]);
    for (std::size_t k = 0; k < count; ++k)
      if (!(diagonal[r].error[k] <= 0.5 * request.tolerance * std::fabs(diagonal[r].value[k]))) {
        redo(row_of(r), row_of(r), diagonal[r]);
        break;
      }
    memory[r] = source.take();
    if (watch != nullptr) watch->at(phase, static_cast<double>(++done), all);
  });

  values_.assign(count, std::vector<double>(rows_x * columns));
  bound_.assign(count, 0.0);
  // Below the diagonals less their errors: a bound stays one. A vanishing diagonal makes the entry vanish.
  const auto scale = [&](std::size_t i, std::size_t column, std::size_t k) {
    return diagonal[i].root[k] * diagonal[rows_y == 0 ? column : rows_x + column].root[k];
  };
  const auto vanishes = [&](std::size_t row, std::size_t k) {
    return diagonal[row].value[k] == 0 && diagonal[row].error[k] == 0;
  };
  const auto one = [&](std::size_t i, std::size_t j, double* bounds) {
    const std::size_t other = rows_y == 0 ? j : rows_x + j;
    Entries entries;
    bool all_vanish = true;
    for (std::size_t k = 0; k < count; ++k) all_vanish = all_vanish && (vanishes(i, k) || vanishes(other, k));
    if (i == other || all_vanish) {
      entries = diagonal[i];
    } else {
      Remembering source(sources, request.ntk, {&memory[i], &memory[other]});
      compute(row_of(i), row_of(other), source, entries);
      for (std::size_t k = 0; k < count; ++k)
        if (!vanishes(i, k) && !vanishes(other, k) &&
            !(entries.error[k] <= request.tolerance * scale(i, j, k) + smallest)) {
          redo(row_of(i), row_of(other), entries);
          break;
        }
    }
    for (std::size_t k = 0; k < count; ++k) {
      const bool zero = vanishes(i, k) || vanishes(other, k);
      values_[k][i * columns + j] = zero ? 0 : entries.value[k];
      if (rows_y == 0) values_[k][j * columns + i] = values_[k][i * columns + j];
      if (zero) continue;
      const double excess = entries.error[k] - smallest, relative = excess <= 0 ? 0 : excess / scale(i, j, k);
      bounds[k] = std::isnan(relative) ? infinity : relative;
    }
    if (watch != nullptr && i != other) watch->at(phase, static_cast<double>(++done), all);
  };
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i < rows_x; ++i)
    for (std::size_t j = rows_y == 0 ? i : 0; j < columns; ++j) pairs.emplace_back(i, j);
  std::vector<double> bounds(pairs.size() * count, 0.0);
  parallel_for_ordered(pairs.size(), threads,
                       [&](std::size_t p) { one(pairs[p].first, pairs[p].second, &bounds[p * count]); });
  for (std::size_t p = 0; p < bounds.size(); ++p) bound_[p % count] = std::max(bound_[p % count], bounds[p]);
  for (std::size_t k = 0; k < count; ++k)
    if (!(bound_[k] <= request.tolerance))
      throw Error(ErrorCode::accuracy, "the kernels of single pairs do not reach the tolerance",
                  "layer " + std::to_string(matrices_[k].layer));
}

}  // namespace widegeo::gram
