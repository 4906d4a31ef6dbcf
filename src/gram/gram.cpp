#include "gram/gram.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "gram/recursion.hpp"
#include "gram/recursion_plan.hpp"
#include "gram/scalar/scalar_matrix.hpp"
#include "gram/single_pairs.hpp"
#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gram {

namespace {

constexpr std::size_t alignment = 8;              ///< pairs of a row are begun at multiples of it
constexpr std::size_t feature_bytes = 4U << 20U;  ///< of all layers kept at a time for a tile

}  // namespace

struct GramEngine::State {
  /// The points of one side of a tile, over a run of layers.
  struct Side {
    std::vector<PointBatch> layer;
    std::size_t first = 0, count = 0;
    std::vector<double> q;  ///< variances below the next layer to be prepared
  };

  /// Of one row at work.
  struct RowScratch {
    std::vector<double> gap, dot;
    std::vector<std::size_t> coincident;  ///< columns

    void resize(std::size_t columns) {
      gap.resize(columns);
      dot.resize(columns);
    }
  };

  RecursionPlan plan;
  const Points *x, *y;
  RefinedPair refined;
  std::unique_ptr<const OneNormMatrices> one_norm;  ///< instead of the layers
  std::unique_ptr<const SinglePairs> single;        ///< instead of both
  const Watch* watch = nullptr;
  unsigned threads = 1;  ///< for the rows of a tile, where an entry costs milliseconds
  bool slow = false;     ///< some layer does
  ErrorKind kind;
  mutable std::atomic<std::size_t> refined_pairs{0};
  mutable std::atomic<std::size_t> steps{0};  ///< pairs done, layer by layer; counted where they are slow

  bool symmetric() const { return x == y; }
  std::size_t pairs() const { return symmetric() ? x->count() * (x->count() + 1) / 2 : x->count() * y->count(); }
  void begin(Side& side, const Points& points, std::size_t first, std::size_t count) const;
  void prepare(Side& side, std::size_t first_layer, std::size_t last_layer) const;
  std::size_t layers_at_a_time(std::size_t points) const;
  void row(std::size_t i, std::size_t begin, std::size_t first_layer, std::size_t last_layer, Scratch& w,
           RowScratch& own, const std::vector<double*>& out, std::size_t stride) const;
  void block(std::size_t first_row, std::size_t rows, std::size_t first_column, std::size_t columns,
             const std::vector<double*>& out, std::size_t stride, Scratch& w) const;
  void redo(std::size_t first_row, std::size_t first_column, const std::vector<double*>& out, std::size_t stride,
            Scratch& w) const;
};

struct GramEngine::Scratch final : Workspace {
  TileProducts products;
  State::Side x, y;
  State::RowScratch row;
  std::vector<double> theta;           ///< of the whole tile
  std::vector<unsigned char> refined;  ///< pairs of the tile to be done again
  std::vector<std::vector<double>> mirror;
  OneNormMatrices::Scratch one_norm;
};

void GramEngine::State::begin(Side& side, const Points& points, std::size_t first, std::size_t count) const {
  side.first = first;
  side.count = count;
  side.q.resize(count);
  const LayerScale& scale = plan.layers.front().scale;
  for (std::size_t i = 0; i < count; ++i) side.q[i] = scale.s * points.squared_norm(first + i) + scale.b;
}

/// Layers first .. last - 1, which side.q belongs to on entry.
void GramEngine::State::prepare(Side& side, std::size_t first_layer, std::size_t last_layer) const {
  side.layer.resize(last_layer - first_layer);
  for (std::size_t l = first_layer; l < last_layer; ++l) {
    PointBatch& batch = side.layer[l - first_layer];
    batch.variance = side.q;
    if (!plan.layers[l].entries) continue;
    plan.layers[l].entries->prepare(batch);
    if (l + 1 == plan.layers.size()) continue;
    const LayerScale& next = plan.layers[l + 1].scale;
    for (std::size_t i = 0; i < side.count; ++i) side.q[i] = next.s * batch.V[i] + next.b;
  }
}

std::size_t GramEngine::State::layers_at_a_time(std::size_t points) const {
  const std::size_t bytes = std::max<std::size_t>(1, plan.bytes_of_point * points);
  return std::clamp<std::size_t>(feature_bytes / bytes, 1, plan.layers.size());
}

/// Row i of the tile through some layers: n stands in products.dot, m in products.minor. Pairs left of `begin` are not
/// wanted; some of them are done too, so that the rows begin at aligned places.
void GramEngine::State::row(std::size_t i, std::size_t begin, std::size_t first_layer, std::size_t last_layer,
                            Scratch& w, RowScratch& own, const std::vector<double*>& out, std::size_t stride) const {
  begin -= begin % alignment;
  const std::size_t count = w.y.count - begin;
  double* n = &w.products.dot[i * w.products.stride + begin];
  double* m = &w.products.minor[i * w.products.stride + begin];
  double* theta = plan.request.ntk ? &w.theta[i * w.y.count + begin] : nullptr;
  if (first_layer == 0) {
    first_layer_row(plan.layers[0].scale, count, n, m, &w.products.distance[i * w.products.stride + begin]);
    if (theta != nullptr) std::copy_n(n, count, theta);
  }
  own.coincident.clear();
  if (count_zeros(count, m) > 0)
    for (std::size_t j = 0; j < count; ++j) {
      const double a = w.x.layer[0].variance[i];
      if (m[j] == 0 && n[j] == a && w.y.layer[0].variance[begin + j] == a) own.coincident.push_back(j);
    }

  double *gap = own.gap.data(), *dot = own.dot.data();
  for (std::size_t l = first_layer; l < last_layer; ++l) {
    const PlannedLayer& layer = plan.layers[l];
    const PointBatch &x_points = w.x.layer[l - first_layer], &y_points = w.y.layer[l - first_layer];
    std::size_t k = layer.first_matrix;
    double* const nngp = plan.request.nngp && layer.wanted ? out[k++] + i * stride + begin : nullptr;
    double* const ntk = plan.request.ntk && layer.wanted ? out[k++] + i * stride + begin : nullptr;
    if (layer.refined_below > 0) {
      const double limit = layer.refined_below * layer.refined_below * x_points.variance[i];
      if (count_near_parallel(limit, count, &y_points.variance[begin], m) > 0)
        for (std::size_t j = 0; j < count; ++j)
          if (m[j] < limit * y_points.variance[begin + j]) w.refined[i * w.y.count + begin + j] = 1;
      for (const std::size_t j : own.coincident) w.refined[i * w.y.count + begin + j] = 0;
    }
    if (plan.pre) {
      if (nngp != nullptr) std::copy_n(n, count, nngp);
      if (ntk != nullptr) std::copy_n(theta, count, ntk);
      if (!layer.entries) break;
    }
    const bool last = l + 1 == plan.layers.size();
    double* const K = plan.pre ? nullptr : nngp;
    layer.entries->evaluate({&x_points, i, &y_points, begin, count, n, m},
                            {K, theta != nullptr ? dot : nullptr, last ? nullptr : gap, nullptr, nullptr});
    for (const std::size_t j : own.coincident) {
      if (K != nullptr) K[j] = x_points.V[i];
      dot[j] = x_points.D[i];
    }
    if (!plan.pre && ntk != nullptr) multiply_row(count, dot, theta, ntk);
    if (last) break;
    const LayerScale& next = plan.layers[l + 1].scale;
    next_layer_row(next, count, x_points.root_V[i], &y_points.root_V[begin], gap, n, m);
    for (const std::size_t j : own.coincident) {
      n[j] = next.s * x_points.V[i] + next.b;
      m[j] = 0;
    }
    if (theta != nullptr) next_ntk_row(next.s, count, n, dot, theta);
  }
}

/// The entries whose column is not below their row, where that matters; the others hold anything.
void GramEngine::State::block(std::size_t first_row, std::size_t rows, std::size_t first_column, std::size_t columns,
                              const std::vector<double*>& out, std::size_t stride, Scratch& w) const {
  tile_products(*x, first_row, rows, *y, first_column, columns, w.products);
  const auto first_wanted = [&](std::size_t i) {
    const std::size_t diagonal = first_row + i;
    return symmetric() && diagonal > first_column ? diagonal - first_column : 0;
  };
  if (one_norm) {
    one_norm->begin_tile(*x, first_row, rows, *y, first_column, columns, w.one_norm);
    for (std::size_t i = 0; i < rows && first_wanted(i) < columns; ++i)
      one_norm->row(i, first_wanted(i), w.products, out, stride, w.one_norm);
    return;
  }
  const std::size_t layers = plan.layers.size(), together = layers_at_a_time(rows + columns);
  w.row.resize(columns);
  if (plan.request.ntk) w.theta.resize(rows * columns);
  w.refined.assign(plan.has_refined ? rows * columns : 0, 0);
  const bool kept = together == layers && w.x.layer.size() == layers && w.x.first == first_row && w.x.count == rows;
  if (!kept) begin(w.x, *x, first_row, rows);
  begin(w.y, *y, first_column, columns);
  for (std::size_t l = 0; l < layers; l += together) {
    const std::size_t end = std::min(layers, l + together);
    if (!kept) prepare(w.x, l, end);
    prepare(w.y, l, end);
    if (slow) {
      parallel_for_ordered(rows, threads, [&](std::size_t i) {
        if (first_wanted(i) >= columns) return;
        thread_local RowScratch own;
        own.resize(columns);
        row(i, first_wanted(i), l, end, w, own, out, stride);
        if (watch == nullptr) return;
        const auto wanted = (columns - first_wanted(i)) * (end - l);
        watch->at("entries", static_cast<double>(steps += wanted), static_cast<double>(pairs() * layers));
      });
      continue;
    }
    for (std::size_t i = 0; i < rows && first_wanted(i) < columns; ++i)
      row(i, first_wanted(i), l, end, w, w.row, out, stride);
  }
  if (plan.has_refined) redo(first_row, first_column, out, stride, w);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < out.size(); ++k) {
      const std::size_t diagonal = first_row + i, start = first_wanted(i);
      if (start >= columns || all_finite(columns - start, out[k] + i * stride + start)) continue;
      throw Error(ErrorCode::accuracy, "an entry of the kernel leaves the range of double precision",
                  "row " + std::to_string(diagonal + 1) + ", layer " + std::to_string(plan.matrices[k].layer));
    }
}

void GramEngine::State::redo(std::size_t first_row, std::size_t first_column, const std::vector<double*>& out,
                             std::size_t stride, Scratch& w) const {
  std::vector<double> entries(out.size());
  for (std::size_t i = 0; i < w.x.count; ++i)
    for (std::size_t j = 0; j < w.y.count; ++j) {
      if (w.refined[i * w.y.count + j] == 0 || (symmetric() && first_column + j < first_row + i)) continue;
      check(watch);
      refined(first_row + i, first_column + j, entries.data());
      ++refined_pairs;
      for (std::size_t k = 0; k < out.size(); ++k) out[k][i * stride + j] = entries[k];
    }
}

GramEngine::GramEngine(const Model& model, const EntrySource& source, const GramRequest& request, const Points& x,
                       const Points* y, RefinedPair refined, unsigned threads, const OneNormSources& one_norm,
                       const Watch* watch)
    : state_(std::make_unique<State>()) {
  state_->plan = plan_recursion(model, source, request, x, y, static_cast<bool>(refined), threads, watch);
  state_->watch = watch;
  state_->threads = threads;
  for (const PlannedLayer& layer : state_->plan.layers)
    state_->slow = state_->slow || (layer.entries && layer.entries->slow());
  state_->x = &x;
  state_->y = y == nullptr ? &x : y;
  state_->refined = std::move(refined);
  state_->kind = source.kind();
  const std::size_t n = x.count(), pairs = y == nullptr ? n * (n + 1) / 2 : n * y->count();
  if (!gains_by_one_norm(one_norm, state_->plan, pairs) || !(spread_of_norms(x, y) <= one_norm_spread)) return;
  try {
    state_->one_norm = std::make_unique<const OneNormMatrices>(model, one_norm, state_->plan, x, y, threads);
    state_->kind = ErrorKind::truncation;
  } catch (const Error& error) {  // layer by layer then: what the samples do not reach, the layers may
    if (error.code() != ErrorCode::accuracy) throw;
  }
}

GramEngine::GramEngine(const Model& model, const SinglePairSources& sources, const GramRequest& request,
                       const Points& x, const Points* y, unsigned threads, const Watch* watch)
    : state_(std::make_unique<State>()) {
  check_request(model, request, x, y);
  auto single = std::make_unique<const SinglePairs>(model, request, sources, x.count(), y == nullptr ? 0 : y->count(),
                                                    threads, watch);
  state_->plan.request = request;
  state_->plan.matrices = single->matrices();
  for (std::size_t k = 0; k < single->matrices().size(); ++k) state_->plan.bound.push_back(single->bound(k));
  state_->x = &x;
  state_->y = y == nullptr ? &x : y;
  state_->kind = single->kind();
  state_->single = std::move(single);
}

GramEngine::~GramEngine() = default;

bool GramEngine::symmetric() const { return state_->symmetric(); }
std::size_t GramEngine::rows() const { return state_->x->count(); }
std::size_t GramEngine::columns() const { return state_->y->count(); }
const std::vector<MatrixName>& GramEngine::matrices() const { return state_->plan.matrices; }
double GramEngine::error_bound(std::size_t k) const {
  return state_->one_norm ? state_->one_norm->bound(k) : state_->plan.bound[k];
}
bool GramEngine::by_angle() const { return state_->one_norm != nullptr; }
bool GramEngine::by_single_pairs() const { return state_->single != nullptr; }
ErrorKind GramEngine::kind() const { return state_->kind; }
std::size_t GramEngine::refined_pairs() const { return state_->refined_pairs; }
std::unique_ptr<GramEngine::Workspace> GramEngine::make_workspace() const { return std::make_unique<Scratch>(); }

void GramEngine::tile(std::size_t first_row, std::size_t rows, std::size_t first_column, std::size_t columns,
                      const std::vector<double*>& out, std::size_t stride, Workspace& own_workspace) const {
  auto& workspace = static_cast<Scratch&>(own_workspace);
  if (rows == 0 || columns == 0) return;
  if (state_->single) {
    const std::size_t across = this->columns();
    for (std::size_t k = 0; k < out.size(); ++k)
      for (std::size_t i = 0; i < rows; ++i)
        std::copy_n(&state_->single->values(k)[(first_row + i) * across + first_column], columns, out[k] + i * stride);
    return;
  }
  const bool upper = first_column + columns > first_row;                  // some column is not below its row
  const bool lower = symmetric() && first_row + rows > first_column + 1;  // some column is below its row
  if (upper || !symmetric()) state_->block(first_row, rows, first_column, columns, out, stride, workspace);
  if (!lower) return;
  const bool own = first_row == first_column && rows == columns;
  std::vector<double*> transposed = out;
  std::size_t transposed_stride = stride;
  if (!own) {
    workspace.mirror.resize(out.size());
    for (std::size_t k = 0; k < out.size(); ++k) {
      workspace.mirror[k].resize(rows * columns);
      transposed[k] = workspace.mirror[k].data();
    }
    transposed_stride = rows;
    state_->block(first_column, columns, first_row, rows, transposed, transposed_stride, workspace);
  }
  for (std::size_t k = 0; k < out.size(); ++k)
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns && first_column + j < first_row + i; ++j)
        out[k][i * stride + j] = transposed[k][j * transposed_stride + i];
}

}  // namespace widegeo::gram
