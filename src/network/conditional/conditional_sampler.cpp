#include "network/conditional/conditional_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "network/activation_jet.hpp"
#include "network/blocking.hpp"
#include "network/conditional/conditional_controls.hpp"
#include "network/conditional/conditional_factor.hpp"
#include "network/conditional/conditional_loops.hpp"
#include "network/pullback/frame.hpp"
#include "number/error.hpp"
#include "random/random.hpp"

namespace widegeo {
namespace {

/// Layer 1 in the frame along x, where h = W x + c and dh = W: with v = s_1 (or s_1 / d) and q = v t + b,
///     h = sqrt(q) z_0,     d_1 h = v r / sqrt(q) z_0 + sqrt(v b / q) z_1,     d_a h = sqrt(v) z_a for a >= 2.
/// h and d_1 h are proportional without bias, and h = 0 at the origin.
struct FirstLayer {
  double h = 0, radial_of_h = 0, radial = 0, tangential = 0;
  bool has_h = true, has_radial = true;

  FirstLayer(const NetworkSpec& spec, double r, std::size_t dimension) {
    const double v = spec.input_fan_in ? spec.s(1) / static_cast<double>(dimension) : spec.s(1), b = spec.b(1);
    h = std::hypot(std::sqrt(v) * r, std::sqrt(b));
    has_h = h > 0;
    if (has_h) radial_of_h = std::sqrt(v) * (std::sqrt(v) * r / h);
    radial = has_h ? std::sqrt(v) * (std::sqrt(b) / h) : std::sqrt(v);
    has_radial = radial > 0;
    tangential = std::sqrt(v);
  }
};

Eigen::Index features(Eigen::Index dimension, unsigned order) {
  return 1 + dimension + (order == 2 ? pair_count(dimension) : 0);
}

}  // namespace

struct ConditionalSampler::Plan {
  NetworkSpec spec;
  std::vector<double> x;
  Eigen::Index dimension;
  unsigned order;
  double r;
  FirstLayer first;
  std::optional<ActivationJet> activation;     ///< none where none is applied
  std::vector<ControlTerm> terms, last_terms;  ///< of every layer but the last, of the last

  const std::vector<ControlTerm>& terms_of(unsigned layer) const { return layer < spec.depth ? terms : last_terms; }
  bool activated(unsigned layer) const { return layer < spec.depth || spec.activate_last; }
};

struct ConditionalSampler::Workspace::Buffers {
  std::vector<double> normals, rows, phi, control;
  NormalRows places;
  CovarianceFactor factor;
  GramSum sum;
  Eigen::MatrixXd covariance;
  ActivationJet::Workspace activation;
};

ConditionalSampler::Workspace::Workspace() : buffers(std::make_unique<Buffers>()) {}
ConditionalSampler::Workspace::~Workspace() = default;
ConditionalSampler::Workspace::Workspace(Workspace&&) noexcept = default;

ConditionalSampler::ConditionalSampler(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                                       unsigned order) {
  check_simulation(spec, activation, x, order);
  order = std::max(order, 1U);
  if (spec.weight_law != WeightLaw::gaussian)
    throw Error(ErrorCode::input, "the conditional sampler draws Gaussian weights only", {},
                "use the explicit sampler for another law");
  fix_blocking_of_products();
  double r = 0;
  for (const double component : x) r = std::hypot(r, component);
  plan_ = std::make_unique<Plan>(Plan{spec,
                                      {x.begin(), x.end()},
                                      static_cast<Eigen::Index>(x.size()),
                                      order,
                                      r,
                                      FirstLayer(spec, r, x.size()),
                                      std::nullopt,
                                      {},
                                      {}});
  if (spec.depth > 1 || spec.activate_last) plan_->activation.emplace(activation, order);
  plan_->terms = control_terms(activation, x.size(), order, true);
  plan_->last_terms = spec.activate_last ? plan_->terms : control_terms(activation, x.size(), order, false);
}

ConditionalSampler::~ConditionalSampler() = default;
ConditionalSampler::ConditionalSampler(ConditionalSampler&&) noexcept = default;

std::vector<std::uint64_t> ConditionalSampler::control_networks() const {
  std::vector<std::uint64_t> networks;
  for (unsigned layer = 1; layer <= plan_->spec.depth; ++layer)
    for (const ControlTerm& term : plan_->terms_of(layer))
      networks.push_back(static_cast<std::uint64_t>(
          std::ceil(units_for_coefficient(term) / static_cast<double>(plan_->spec.n(layer)))));
  return networks;
}

std::size_t ConditionalSampler::control_count() const {
  return (plan_->spec.depth - 1) * plan_->terms.size() + plan_->last_terms.size();
}

Eigen::MatrixXd ConditionalSampler::frame() const { return frame_along(plan_->x); }

namespace {

/// The preactivations of the first layer from its normals, which stand in the order of the rows they enter with.
void first_layer_rows(const FirstLayer& first, Eigen::Index dimension, const UnitBlock& z, const UnitBlock& out) {
  std::size_t next = 0;
  const double* const z_h = first.has_h ? z.row(next++) : nullptr;
  const double* const z_radial = first.has_radial ? z.row(next++) : nullptr;
  if (z_h == nullptr) {
    std::fill_n(out.row(0), z.units, 0);
    scale_units(first.radial, z_radial, out.row(1), z.units);
  } else {
    scale_units(first.h, z_h, out.row(0), z.units);
    if (z_radial == nullptr)
      scale_units(first.radial_of_h, z_h, out.row(1), z.units);
    else
      combine_units(first.radial_of_h, z_h, first.radial, z_radial, out.row(1), z.units);
  }
  for (std::size_t a = 2; a <= static_cast<std::size_t>(dimension); ++a)
    scale_units(first.tangential, z.row(next++), out.row(a), z.units);
}

/// Normals of the units address.unit, ...: entries 0, 1, ... of each, two by two as the generator makes them. An odd
/// one would waste its twin, so the last row comes from the entries 2^32, 2^32 + 1, ... of the block's first unit.
void draw_normals(const RandomAddress& address, Eigen::Index entries, const UnitBlock& z) {
  const auto count = static_cast<std::size_t>(entries), paired = count - count % 2;
  fill_normals_of_units(address, z.units, paired, units_in_block, {z.data, paired * units_in_block});
  if (paired < count) fill_normals(address, std::uint64_t{1} << 32, {z.row(paired), z.units});
}

/// Where the normals of the first layer stand.
void places_of(const FirstLayer& first, Eigen::Index dimension, NormalRows& out) {
  Eigen::Index next = 0;
  out.h = first.has_h ? next++ : -1;
  out.radial = first.has_radial ? next++ : -1;
  out.h_variance = first.h * first.h;
  out.second_radial = -1;
  out.tangential.clear();
  for (Eigen::Index a = 2; a <= dimension; ++a) out.tangential.push_back(next++);
  for (auto* const none : {&out.second_tangential, &out.paired_tangential, &out.paired_mixed}) none->clear();
}

/// The same for a layer above.
void places_of(const CovarianceFactor& factor, Eigen::Index dimension, unsigned order, NormalRows& out) {
  const auto own = [&](Eigen::Index row) { return factor.own[static_cast<std::size_t>(row)]; };
  const auto keep = [](Eigen::Index row, std::vector<Eigen::Index>& rows) {
    if (row >= 0) rows.push_back(row);
  };
  out.h = own(0);
  out.h_variance = factor.L(0, 0) * factor.L(0, 0);
  out.radial = own(1);
  out.second_radial = order == 2 ? own(1 + dimension) : -1;
  for (auto* const rows : {&out.tangential, &out.second_tangential, &out.paired_tangential, &out.paired_mixed})
    rows->clear();
  for (Eigen::Index a = 1; a < dimension; ++a) {
    keep(own(1 + a), out.tangential);
    if (order == 1) continue;
    keep(own(1 + dimension + pair_index(dimension, a, a)), out.second_tangential);
    const Eigen::Index mixed = own(1 + dimension + pair_index(dimension, 0, a));
    if (own(1 + a) < 0 || mixed < 0) continue;
    out.paired_tangential.push_back(own(1 + a));
    out.paired_mixed.push_back(mixed);
  }
}

}  // namespace

void ConditionalSampler::draw(const NetworkId& id, FeatureGram& out, std::span<double> controls,
                              Workspace& workspace) const {
  const Plan& plan = *plan_;
  const Eigen::Index d = plan.dimension, full = features(d, plan.order);
  if (!controls.empty() && controls.size() != control_count())
    throw Error(ErrorCode::input, "a network has " + std::to_string(control_count()) + " control variates",
                std::to_string(controls.size()) + " asked for");
  Workspace::Buffers& w = *workspace.buffers;
  w.normals.resize(static_cast<std::size_t>(full) * units_in_block);
  w.rows.resize(static_cast<std::size_t>(full) * units_in_block);
  w.phi.resize(3 * units_in_block);
  std::fill(controls.begin(), controls.end(), 0);
  out.dimension = d;
  out.order = plan.order;
  out.units = plan.spec.n(plan.spec.depth);
  for (unsigned layer = 1; layer <= plan.spec.depth; ++layer) {
    const bool first = layer == 1, activated = plan.activated(layer);
    Eigen::Index entries = d + plan.first.has_h + plan.first.has_radial - 1;
    if (!first) {
      w.covariance = plan.spec.s(layer) * out.gram;
      w.covariance(0, 0) += plan.spec.b(layer);
      factor_covariance(w.covariance, w.factor);
      entries = w.factor.rank;
    }
    // The second derivatives of a first layer that stays linear are 0.
    if (first && !activated) std::fill(w.rows.begin(), w.rows.end(), 0);
    w.sum.clear(full);
    const std::vector<ControlTerm>& terms = plan.terms_of(layer);
    std::span<double> sums;
    if (!controls.empty()) {
      sums = controls.subspan((layer - 1) * plan.terms.size(), terms.size());
      if (first)
        places_of(plan.first, d, w.places);
      else
        places_of(w.factor, d, plan.order, w.places);
    }
    const std::uint64_t n = plan.spec.n(layer);
    for (std::uint64_t unit = 0; unit < n; unit += units_in_block) {
      throw_if(workspace.cancel);
      const auto units = static_cast<std::size_t>(std::min<std::uint64_t>(units_in_block, n - unit));
      const UnitBlock z{units, w.normals.data()}, rows{units, w.rows.data()};
      draw_normals({id.seed, id.campaign, id.index, layer, static_cast<std::uint32_t>(unit)}, entries, z);
      if (!sums.empty()) add_controls(terms, w.places, z, sums, w.control);
      if (first)
        first_layer_rows(plan.first, d, z, rows);
      else
        apply_factor(w.factor, z, rows);
      if (activated) {
        double* const phi = w.phi.data();
        plan.activation->evaluate({rows.row(0), units},
                                  {std::span<double>(phi, units), std::span<double>(phi + units_in_block, units),
                                   std::span<double>(phi + 2 * units_in_block, units)},
                                  w.activation);
        apply_chain_rule({phi, phi + units_in_block, phi + 2 * units_in_block}, d, plan.order, !first, rows);
      }
      w.sum.add(rows);
    }
    for (double& sum : sums) sum /= static_cast<double>(n);
    w.sum.mean(static_cast<double>(n), out.gram);
    if (!out.finite()) return;  // passed on: nothing below can mend it
  }
}

}  // namespace widegeo
