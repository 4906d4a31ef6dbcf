#include "closedform/entries/entries.hpp"

#include <algorithm>
#include <cmath>

#include "closedform/build.hpp"
#include "closedform/entries/entry_layer.hpp"
#include "closedform/refined.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo {

EntryTapes::EntryTapes(const ClosedForm& closed) : form(closed), trees(closed) {
  FeatureSplit split;
  for (unsigned flags = 0; flags < pair.size(); ++flags) {
    if ((flags & derivatives) != 0 && !trees.derivatives) continue;
    std::vector<expr::Expr> outputs{trees.K};
    if ((flags & dot) != 0) outputs.push_back(trees.Kdot);
    if ((flags & gap) != 0) outputs.push_back(trees.gap);
    if ((flags & derivatives) != 0) outputs.insert(outputs.end(), {trees.Ka, trees.Kb});
    pair[flags] = split.split(outputs);
  }
  features = split.features().size();
  std::vector<expr::Expr> point_outputs{form.V, form.D, build::sqrt(form.V)};
  point_outputs.insert(point_outputs.end(), split.features().begin(), split.features().end());
  point = expr::Tape(point_outputs, {"q"});
}

namespace {

using Space = expr::Tape::Workspace<Strip>;

/// Copies count <= Strip::width numbers and pads the rest with the last one.
void fill(Strip& to, const double* from, std::size_t count) {
  std::copy_n(from, count, to.lane);
  std::fill(to.lane + count, to.lane + Strip::width, from[count - 1]);
}

/// Workspaces of this thread, one for each set of outputs: a row is shorter work than a lock.
Space& workspace(std::size_t slot) {
  static thread_local std::array<Space, 9> spaces;
  return spaces[slot];
}
constexpr std::size_t point_slot = 8;

class ClosedFormLayer final : public EntryLayer {
 public:
  ClosedFormLayer(std::shared_ptr<const EntryTapes> tapes, double q_low, double q_high, const EntryNeed& need)
      : tapes_(std::move(tapes)), kinked_(!tapes_->form.smooth_at_coincidence), zeros_(kinked_ && q_low == 0) {
    if (zeros_) {
      const PrecisionScope precision(50);
      const std::vector<Real> v = limit_single(Formulas(tapes_->form), Real(0), 0);
      V_at_zero_ = v[0].to_double();
      D_at_zero_ = v[1].to_double();
    }
    errors_ = errors_of_entries(*tapes_, q_low, q_high, need);
  }

  const EntryErrors& errors() const override { return errors_; }
  const char* representation() const override { return "closed form"; }

  void prepare(PointBatch& batch) const override {
    const std::size_t count = batch.count(), features = tapes_->features;
    batch.stride = (count + 7) / 8 * 8;
    for (auto* v : {&batch.V, &batch.D, &batch.root_V}) v->resize(count);
    batch.features.assign(features * batch.stride, 0.0);
    Space& space = workspace(point_slot);
    const std::span<Strip> in = tapes_->point.inputs(space);
    for (std::size_t i = 0; i < count; i += Strip::width) {
      const std::size_t n = std::min(Strip::width, count - i);
      const double* const q = batch.variance.data() + i;
      fill(in[0], q, n);
      if (zeros_) std::ranges::replace(in[0].lane, 0.0, nearest_variance);
      tapes_->point.run(space);
      const auto result = [&](std::size_t k) { return tapes_->point.output(space, k).lane; };
      std::copy_n(result(0), n, batch.V.data() + i);
      std::copy_n(result(1), n, batch.D.data() + i);
      std::copy_n(result(2), n, batch.root_V.data() + i);
      for (std::size_t f = 0; f < features; ++f)
        std::copy_n(result(3 + f), n, batch.features.data() + f * batch.stride + i);
      if (zeros_) at_zero(q, n, i, batch);
      if (!tapes_->form.metric_exists) std::fill_n(batch.D.data() + i, n, infinity);
    }
  }

  void evaluate(const EntryRow& row, const EntryValues& out) const override {
    const unsigned flags = (out.Kdot != nullptr ? EntryTapes::dot : 0) | (out.gap != nullptr ? EntryTapes::gap : 0) |
                           (out.Ka != nullptr || out.Kb != nullptr ? EntryTapes::derivatives : 0);
    const PairTape& program = tapes_->pair[flags];
    Space& space = workspace(flags);
    const std::span<Strip> in = program.tape.inputs(space);
    for (std::size_t f = 0; f < program.uses.size(); ++f) {
      const FeatureUse& use = program.uses[f];
      if (!use.second) in[2 + f] = Strip(row.x->features[use.feature * row.x->stride + row.i]);
    }
    for (std::size_t k = 0; k < row.count; k += Strip::width) {
      const std::size_t n = std::min(Strip::width, row.count - k);
      fill(in[0], row.n + k, n);
      fill(in[1], row.minor + k, n);
      for (std::size_t f = 0; f < program.uses.size(); ++f) {
        const FeatureUse& use = program.uses[f];
        if (use.second) fill(in[2 + f], row.y->features.data() + use.feature * row.y->stride + row.begin + k, n);
      }
      if (kinked_ && (zeros_ || !tapes_->trees.gap_is_relative)) approach(row, k, n, in[0].lane, in[1].lane);
      program.tape.run(space);
      std::size_t output = 0;
      const auto take = [&](double* to) {
        if (to != nullptr) std::copy_n(program.tape.output(space, output).lane, n, to + k);
        ++output;
      };
      take(out.K);
      if ((flags & EntryTapes::dot) != 0) take(out.Kdot);
      if ((flags & EntryTapes::gap) != 0) take(out.gap);
      if ((flags & EntryTapes::derivatives) != 0) {
        take(out.Ka);
        take(out.Kb);
      }
      if (!tapes_->form.metric_exists && out.Kdot != nullptr) {
        for (std::size_t i = k; i < k + n; ++i)
          if (!(row.minor[i] > 0)) out.Kdot[i] = infinity;
      }
    }
    if (zeros_ && any_zero(row.x->variance[row.i], row.y->variance.data() + row.begin, row.count))
      clear_zeros(row, out);
  }

 private:
  void at_zero(const double* q, std::size_t n, std::size_t first, PointBatch& batch) const {
    for (std::size_t i = 0; i < n; ++i) {
      if (q[i] != 0) continue;
      batch.V[first + i] = V_at_zero_;
      batch.D[first + i] = D_at_zero_;
      batch.root_V[first + i] = std::sqrt(V_at_zero_);
    }
  }

  /// What a kinked form is evaluated at: a zero variance counts as independent of the other, a parallel pair is not
  /// quite so.
  void approach(const EntryRow& row, std::size_t k, std::size_t count, double* n, double* m) const {
    const double a = row.x->variance[row.i];
    const double* const b = row.y->variance.data() + row.begin + k;
    if (!tapes_->trees.gap_is_relative) {  // that form has its limit at m = 0
      for (std::size_t i = 0; i < count; ++i) {
        const double least = a * b[i] * nearest_minor;
        m[i] = m[i] < least ? least : m[i];
      }
    }
    if (zeros_ && any_zero(a, b, count)) {
      for (std::size_t i = 0; i < count; ++i) {
        if (a != 0 && b[i] != 0) continue;
        n[i] = 0;
        m[i] = (a == 0 ? nearest_variance : a) * (b[i] == 0 ? nearest_variance : b[i]);
      }
    }
    std::fill(n + count, n + Strip::width, n[count - 1]);
    std::fill(m + count, m + Strip::width, m[count - 1]);
  }

  static bool any_zero(double a, const double* b, std::size_t count) {
    return a == 0 || std::any_of(b, b + count, [](double q) { return q == 0; });
  }

  /// |K| <= sqrt(V(a) V(b)): where that is 0, the approach leaves no rest.
  static void clear_zeros(const EntryRow& row, const EntryValues& out) {
    const double a = row.x->root_V[row.i];
    for (std::size_t i = 0; i < row.count; ++i) {
      if (a * row.y->root_V[row.begin + i] != 0) continue;
      if (out.K != nullptr) out.K[i] = 0;
      if (out.gap != nullptr) out.gap[i] = 0;
    }
  }

  std::shared_ptr<const EntryTapes> tapes_;
  bool kinked_;
  bool zeros_;  ///< of a kinked form: the range begins at a zero variance
  double V_at_zero_ = 0, D_at_zero_ = 0;
  EntryErrors errors_;
};

class ClosedFormSource final : public EntrySource {
 public:
  explicit ClosedFormSource(const ClosedForm& form) : tapes_(std::make_shared<const EntryTapes>(form)) {
    if (form.variance_limit) limit_ = build::value_of_constant(*form.variance_limit);
  }

  ErrorKind kind() const override { return ErrorKind::rounding; }

  std::unique_ptr<EntryLayer> layer(double q_low, double q_high, const EntryNeed& need) const override {
    const ClosedForm& form = tapes_->form;
    const std::string where = "activation " + form.name;
    if (!(0 <= q_low && q_low <= q_high && std::isfinite(q_high)))
      throw Error(ErrorCode::input, "a variance must be finite and not negative", where);
    if (limit_ && !(q_high < limit_->to_double())) {
      throw Error(ErrorCode::input, "the Gaussian average of phi^2 diverges", where,
                  "the variance must stay below " + expr::to_text(*form.variance_limit));
    }
    if (need.derivatives && !form.metric_exists)
      throw Error(ErrorCode::input, "phi jumps, so E phi'^2 is infinite and the metric does not exist", where);
    return std::make_unique<ClosedFormLayer>(tapes_, q_low, q_high, need);
  }

 private:
  std::shared_ptr<const EntryTapes> tapes_;
  std::optional<Real> limit_;
};

}  // namespace

bool has_fast_entries(const ClosedForm& form) {
  for (const expr::Expr* const tree : {&form.K, &form.Kdot})
    for (const expr::Expr& node : expr::post_order(*tree))
      if (node.op() == expr::Op::owens_t) return false;
  return true;
}

std::unique_ptr<EntrySource> closed_form_entries(const ClosedForm& form) {
  return std::make_unique<ClosedFormSource>(form);
}

}  // namespace widegeo
