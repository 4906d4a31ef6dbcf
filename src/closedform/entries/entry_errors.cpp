// Rounding error bounds of the entries: running errors of their tapes over a grid.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "closedform/entries/entry_layer.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"
#include "number/scalar.hpp"

namespace widegeo {

namespace {

constexpr double most = 1e-9;       // above it the form has lost what made it worth having
constexpr std::size_t side = 7;     // variances of the grid
constexpr double smallest = 1e-12;  // of q_high, where the range begins at 0

std::vector<double> variances(double low, double high, std::size_t count) {
  if (high == 0) return {nearest_variance};
  const double from = low > 0 ? low : high * smallest;
  if (from == high) return {high};
  std::vector<double> q(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(count - 1);
    q[i] = i + 1 == count ? high : std::exp((1 - t) * std::log(from) + t * std::log(high));
  }
  return q;
}

/// Logarithmic towards 0 and pi, down to the angle that stands for parallel, even between. A multiple of the width of a
/// block.
std::vector<double> angles() {
  constexpr std::size_t logarithmic = 40, even = 48;
  constexpr double from = 0x1p-60, to = 0.25, pi = std::numbers::pi;
  std::vector<double> r;
  for (std::size_t i = 0; i < logarithmic; ++i)
    r.push_back(from * std::pow(to / from, static_cast<double>(i) / static_cast<double>(logarithmic)));
  for (std::size_t i = 0; i < even; ++i)
    r.push_back(to + (pi - 2 * to) * static_cast<double>(i) / static_cast<double>(even - 1));
  for (std::size_t i = logarithmic; i-- > 0;) r.push_back(-r[i]);  // marks pi - r
  static_assert((2 * logarithmic + even) % Block::width == 0);
  return r;
}

double cosine(double angle) { return angle < 0 ? -std::cos(angle) : std::cos(angle); }
double from_zero(double angle) { return angle < 0 ? std::numbers::pi + angle : angle; }

struct Point {
  double V = 0, D = 0;
  std::vector<TrackedDouble> features;
};

/// Maxima of absolute errors over sizes; a size that underflows says nothing.
void widen(double& bound, double error, double size) {
  if (size < std::numeric_limits<double>::min() && error < std::numeric_limits<double>::min() * 4) return;
  const double ratio = error / size;
  bound = ratio <= bound ? bound : std::isnan(ratio) ? infinity : ratio;
}

class Grid {
 public:
  Grid(const EntryTapes& tapes, const EntryNeed& need)
      : tapes_(tapes), jumps_(!tapes.form.metric_exists), flags_(EntryTapes::gap) {
    if (need.dot) flags_ |= EntryTapes::dot;
    if (need.derivatives) flags_ |= EntryTapes::derivatives;
  }

  void points(double low, double high) {
    for (const double q : variances(low, high, 64)) point(q);  // the errors of V and D alone
    for (const double q : variances(low, high, side)) {
      variances_.push_back(q);
      points_.push_back(point(q));
    }
  }

  void pairs() {
    for (std::size_t i = 0; i < points_.size(); ++i)
      for (std::size_t j = 0; j < points_.size(); ++j) pair(i, j);
  }

  EntryErrors doubled() const {
    EntryErrors e = errors_;
    for (double* const x : {&e.V, &e.D, &e.K, &e.Kdot, &e.gap, &e.Ka, &e.by_angle, &e.by_correlation}) *x *= 2;
    e.gap_relative = tapes_.trees.gap_is_relative ? 2 * gap_relative_ : infinity;
    if ((flags_ & EntryTapes::dot) == 0) e.by_angle = e.by_correlation = infinity;
    if (!tapes_.form.smooth_at_coincidence) e.by_correlation = infinity;
    if (jumps_) e.by_angle = e.Kdot = infinity;  // as D
    return e;
  }

 private:
  Point point(double q) {
    expr::Tape::Workspace<TrackedDouble> space;
    std::vector<TrackedDouble> out(tapes_.point.output_count());
    const TrackedDouble in(q);
    tapes_.point.evaluate<TrackedDouble>(std::span(&in, 1), out, space);
    widen(errors_.V, out[0].error, std::fabs(out[0].value));
    if (!jumps_) widen(errors_.D, out[1].error, std::fabs(out[1].value));
    return {out[0].value, out[1].value, {out.begin() + 3, out.end()}};
  }

  void pair(std::size_t i, std::size_t j) {
    const PairTape& program = tapes_.pair[flags_];
    const Point &x = points_[i], &y = points_[j];
    const std::span<TrackedBlock> in = program.tape.inputs(space_);
    for (std::size_t f = 0; f < program.uses.size(); ++f) {
      const TrackedDouble& v = (program.uses[f].second ? y : x).features[program.uses[f].feature];
      in[2 + f] = TrackedBlock(Block(v.value), Block(v.error));
    }
    const double root = std::sqrt(variances_[i]) * std::sqrt(variances_[j]);
    std::vector<TrackedDouble> Kdot;
    for (std::size_t first = 0; first < angles_.size(); first += Block::width) {
      for (std::size_t k = 0; k < Block::width; ++k) {
        const double t = angles_[first + k], sine = root * std::sin(std::fabs(t));
        in[0].value.lane[k] = root * cosine(t);
        in[1].value.lane[k] = sine * sine;
      }
      in[0].error = in[1].error = Block(0.0);
      program.tape.run(space_);
      block(program.tape, x, y, i, j, Kdot);
    }
    if (!Kdot.empty() && !jumps_) slopes(Kdot, std::sqrt(x.D) * std::sqrt(y.D));
  }

  void block(const expr::Tape& tape, const Point& x, const Point& y, std::size_t i, std::size_t j,
             std::vector<TrackedDouble>& Kdot) {
    const double V = std::sqrt(x.V) * std::sqrt(y.V), D = std::sqrt(x.D) * std::sqrt(y.D);
    for (std::size_t k = 0; k < Block::width; ++k) {
      std::size_t next = 0;
      const auto result = [&] {
        const TrackedBlock& r = tape.output(space_, next++);
        return TrackedDouble(r.value.lane[k], r.error.lane[k]);
      };
      widen(errors_.K, result().error, V);
      if ((flags_ & EntryTapes::dot) != 0) {
        const TrackedDouble dot = result();
        Kdot.push_back(dot);
        if (!jumps_) widen(errors_.Kdot, dot.error, D);
      }
      const TrackedDouble gap = result();
      widen(errors_.gap, gap.error, V);
      widen(gap_relative_, gap.error, gap.value);
      if ((flags_ & EntryTapes::derivatives) != 0) {
        widen(errors_.Ka, result().error * variances_[i], V);
        widen(errors_.Ka, result().error * variances_[j], V);
      }
    }
  }

  /// Differences of neighbours where their errors do not drown them.
  void slopes(const std::vector<TrackedDouble>& Kdot, double D) {
    for (std::size_t k = 0; k + 1 < Kdot.size(); ++k) {
      const double t = from_zero(angles_[k]), u = from_zero(angles_[k + 1]);
      const double change = std::fabs(Kdot[k + 1].value - Kdot[k].value);
      const double drho = 2 * std::sin((t + u) / 2) * std::sin((u - t) / 2);
      if (u - t > 1e-4) widen(errors_.by_angle, change / (u - t), D);
      if (drho > 1e-4) widen(errors_.by_correlation, change / drho, D);
    }
  }

  const EntryTapes& tapes_;
  bool jumps_;
  unsigned flags_;
  std::vector<double> variances_, angles_ = angles();
  std::vector<Point> points_;
  expr::Tape::Workspace<TrackedBlock> space_;
  EntryErrors errors_{0, 0, 0, 0, 0, infinity, 0, 0, 0};
  double gap_relative_ = 0;
};

}  // namespace

EntryErrors errors_of_entries(const EntryTapes& tapes, double q_low, double q_high, const EntryNeed& need) {
  Grid grid(tapes, need);
  grid.points(q_low, q_high);
  grid.pairs();
  const EntryErrors e = grid.doubled();
  const bool metric = tapes.form.metric_exists;
  if (!(e.V < most && e.D < most && e.K < most && (e.Kdot < most || !metric))) {
    throw Error(ErrorCode::accuracy, "the closed form loses too many digits in double precision",
                "activation " + tapes.form.name, "use --route quadrature");
  }
  return e;
}

}  // namespace widegeo
