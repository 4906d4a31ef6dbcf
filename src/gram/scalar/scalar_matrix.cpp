#include "gram/scalar/scalar_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gram/recursion.hpp"
#include "gram/scalar/scalar_source.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"
#include "simd/clones.hpp"

namespace widegeo::gram {

namespace {

constexpr double near_distance =
    1. / 32;  ///< of |x - y|^2 / (2 |x| |y|): there distances are known to a relative error

/// rho of a row of pairs, computed from the distance (1 - rho) where rho is close to 1.
WIDEGEO_CLONES void correlations(std::size_t count, double inverse, const double* __restrict inverse_y,
                                 const double* __restrict dot, const double* __restrict distance,
                                 double* __restrict rho) {
  for (std::size_t j = 0; j < count; ++j) {
    const double both = inverse * inverse_y[j], below_one = 0.5 * distance[j] * both;
    const double r = below_one < near_distance ? 1 - below_one : dot[j] * both;
    rho[j] = r < -1 ? -1 : r;
  }
}

WIDEGEO_CLONES void rescale(std::size_t count, double root, const double* __restrict root_y, double* __restrict out) {
  for (std::size_t j = 0; j < count; ++j) out[j] *= root * root_y[j];
}

TrackedDouble kernel_of(const Model& model, const Expectations<TrackedDouble>& source, bool tangent,
                        const InputPair<TrackedDouble>& pair) {
  return (tangent ? ntk(model, source, pair, 0)
                  : nngp<TrackedDouble>(model, WithoutSlope<TrackedDouble>(source), pair, 0))
      .kernel;
}

/// sup |d K / d log |x|^2| / K(1) with |y| and the angle held: quotients at nine angles, times 3/2 for those between.
double sensitivity_to_norm(const Model& model, const Expectations<TrackedDouble>& source, bool tangent, double t,
                           unsigned long dimension) {
  constexpr double h = 0x1p-14;
  constexpr int angles = 8;
  const auto at = [&](double other, int k) {
    const TrackedDouble a(t), b(other), one(1.0), two(2.0);
    InputPair<TrackedDouble> pair;
    pair.xx = a;
    pair.yy = b;
    pair.dimension = dimension;
    const TrackedDouble theta = TrackedDouble(0.1 + 2.9 * k / angles), half = sin(theta / two), both = sqrt(a * b);
    pair.xy = both * cos(theta);
    pair.minor = a * b * sin(theta) * sin(theta);
    pair.distance_squared = a + b - two * both + two * both * two * half * half;
    return kernel_of(model, source, tangent, pair);
  };
  const auto at_one = [&](double norm) {
    InputPair<TrackedDouble> pair = pair_of_one_norm<TrackedDouble>(TrackedDouble(norm), TrackedDouble(1.0),
                                                                    TrackedDouble(0.0), TrackedDouble(0.0), dimension);
    return kernel_of(model, source, tangent, pair);
  };
  const double own = at_one(t).value;
  double worst = std::fabs(at_one(t * (1 + h)).value - own) / 2;
  for (int k = 0; k <= angles; ++k) worst = std::max(worst, std::fabs(at(t * (1 + h), k).value - at(t, k).value));
  return 1.5 * worst / (h * own);
}

}  // namespace

bool gains_by_one_norm(const OneNormSources& sources, const RecursionPlan& plan, std::size_t pairs) {
  const std::size_t activations = plan.layers.size() - (plan.pre ? 1 : 0);
  return sources.fast && !plan.request.all_layers && activations >= sources.least_layers &&
         pairs >= sources.least_pairs;
}

double spread_of_norms(const Points& x, const Points* y) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const Points* points : {&x, y})
    if (points != nullptr)
      for (const double t : points->squared_norms()) {
        low = std::min(low, t);
        high = std::max(high, t);
      }
  return low > 0 ? (high - low) / high : std::numeric_limits<double>::infinity();
}

OneNormMatrices::OneNormMatrices(const Model& model, const OneNormSources& sources, const RecursionPlan& plan,
                                 const Points& x, const Points* y, unsigned threads) {
  for (const Points* points : {&x, y})
    if (points != nullptr)
      for (const double t : points->squared_norms()) {
        const auto place = std::lower_bound(norm_.begin(), norm_.end(), t);
        if (place == norm_.end() || *place != t) norm_.insert(place, t);
      }
  for (const double t : norm_) inverse_.push_back(1 / std::sqrt(t));
  make_diagonals(plan);
  const double t = norm_[norm_.size() / 2], spread = (norm_.back() - norm_.front()) / norm_.back();
  ProductErrors e = product_errors(x.dimension(), x.reader().input_error());
  if (y != nullptr) {
    const ProductErrors other = product_errors(y->dimension(), y->reader().input_error());
    e.norm = std::max(e.norm, other.norm);
    e.dot = std::max(e.dot, other.dot);
    e.angle = std::max(e.angle, other.angle);
  }
  // The larger of cos minor_absolute / (2 sin) and sin minor / 2 is largest where both are known: sin = 1/4.
  const double angle_error = 2 * e.minor_absolute + e.dot + e.norm + 3 * e.angle + 4 * unit_roundoff;
  const double rho_error = std::max(e.dot + e.norm, near_distance * e.distance + e.norm) + 6 * unit_roundoff;
  for (std::size_t k = 0; k < plan.matrices.size(); ++k) {
    const bool tangent = plan.matrices[k].ntk;
    kernel_.push_back(std::make_unique<ScalarKernel>(model, *sources.fast, t, x.dimension(), tangent,
                                                     std::max(1e-13, 0.75 * plan.request.tolerance), threads,
                                                     sources.refined.get()));
    const ScalarKernel& f = *kernel_.back();
    by_correlation_ |= !f.in_angle();
    const double one = f.at_one();
    double off = 0;
    root_.emplace_back();
    for (const double own : diagonal_[k]) {
      off = std::max(off, std::fabs(own - one) / one);
      root_.back().push_back(std::sqrt(own / one));
    }
    const double norms = sensitivity_to_norm(model, *sources.fast, tangent, t, x.dimension());
    bound_.push_back(1.01 * ((f.error() + f.slope() * (f.in_angle() ? angle_error : rho_error)) / one + off +
                             4 * norms * (spread + e.norm) + 4 * unit_roundoff));
    if (!(bound_.back() <= std::max(plan.request.tolerance, plan.bound[k])))
      throw Error(ErrorCode::accuracy, "the kernel as a function of the angle does not reach the tolerance");
  }
}

/// The recursion of single points, as the diagonals have it layer by layer.
void OneNormMatrices::make_diagonals(const RecursionPlan& plan) {
  std::vector<double> nngp, ntk;
  const LayerScale& first = plan.layers.front().scale;
  for (const double t : norm_) nngp.push_back(first.s * t + first.b);
  ntk = nngp;
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    if (!plan.layers[l].entries) break;
    PointBatch batch;
    batch.variance = nngp;
    plan.layers[l].entries->prepare(batch);
    const bool last = l + 1 == plan.layers.size();
    const LayerScale next = last ? LayerScale{} : plan.layers[l + 1].scale;
    for (std::size_t i = 0; i < norm_.size(); ++i) {
      // Where phi jumps the deeper kernel is a root of the angle at 0, which no panel resolves.
      if (!std::isfinite(batch.D[i]))
        throw Error(ErrorCode::accuracy, "the kernel of an activation with jumps is not smooth in the angle");
      nngp[i] = last ? batch.V[i] : next.s * batch.V[i] + next.b;
      if (!plan.request.ntk) continue;
      ntk[i] = last ? batch.D[i] * ntk[i] : nngp[i] + next.s * (batch.D[i] * ntk[i]);
    }
  }
  for (const MatrixName& matrix : plan.matrices) diagonal_.push_back(matrix.ntk ? ntk : nngp);
}

void OneNormMatrices::begin_tile(const Points& x, std::size_t first_row, std::size_t rows, const Points& y,
                                 std::size_t first_column, std::size_t columns, Scratch& w) const {
  const auto look_up = [&](const Points& points, std::size_t first, std::size_t count, std::vector<unsigned>& out) {
    out.resize(count);
    for (std::size_t i = 0; i < count; ++i)
      out[i] = static_cast<unsigned>(std::lower_bound(norm_.begin(), norm_.end(), points.squared_norm(first + i)) -
                                     norm_.begin());
  };
  look_up(x, first_row, rows, w.norm_x);
  look_up(y, first_column, columns, w.norm_y);
  w.inverse.resize(columns);
  w.rho.resize(columns);
  w.scale.resize(columns * kernel_.size());
  for (std::size_t j = 0; j < columns; ++j) w.inverse[j] = inverse_[w.norm_y[j]];
  for (std::size_t k = 0; k < kernel_.size(); ++k)
    for (std::size_t j = 0; j < columns; ++j) w.scale[k * columns + j] = root_[k][w.norm_y[j]];
}

void OneNormMatrices::row(std::size_t i, std::size_t begin, const TileProducts& products,
                          const std::vector<double*>& out, std::size_t stride, Scratch& w) const {
  const std::size_t columns = w.norm_y.size(), count = columns - begin, at = i * products.stride + begin;
  const double *dot = &products.dot[at], *minor = &products.minor[at];
  const unsigned norm = w.norm_x[i];
  if (by_correlation_)
    correlations(count, inverse_[norm], &w.inverse[begin], dot, &products.distance[at], w.rho.data());
  const bool zeros = count_zeros(count, minor) > 0;
  for (std::size_t k = 0; k < kernel_.size(); ++k) {
    double* const entries = out[k] + i * stride + begin;
    // The angle is that of (sqrt(minor), dot), whatever the norms are.
    const double* const first = kernel_[k]->in_angle() ? dot : w.rho.data();
    kernel_[k]->evaluate({first, count}, {minor, count}, {entries, count});
    rescale(count, root_[k][norm], &w.scale[k * columns + begin], entries);
    if (!zeros) continue;
    for (std::size_t j = 0; j < count; ++j)
      if (minor[j] == 0 && dot[j] == norm_[norm] && w.norm_y[begin + j] == norm) entries[j] = diagonal_[k][norm];
  }
}

}  // namespace widegeo::gram
