// What `validate` is asked to do: cases (a model at a point, at some widths), from the command line or a campaign file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/prepared.hpp"
#include "api/validation/verdict.hpp"
#include "montecarlo/campaign.hpp"
#include "number/escalation.hpp"

namespace widegeo::api {

/// The effort spent on a case, and how its networks are drawn.
struct Effort {
  std::vector<std::uint64_t> widths{1000};
  std::vector<std::uint64_t> samples{200};  ///< one for all widths, or one per width
  std::vector<double> target_error;         ///< none, one, or one per width; with it, `samples` is the most to draw
  Sampler sampler = Sampler::automatic;
  WeightLaw law = WeightLaw::gaussian;
  double law_parameter = 0;
  bool control_variates = true;
};

/// One model at one point.
struct Case {
  PreparedNetwork network;
  std::vector<Rational> x;
  std::vector<Quantity> quantities;
  Effort effort;
  std::string label;  ///< the model in one line

  Rational t() const;  ///< |x|^2
  NetworkSpec spec(std::size_t width_index) const;
  /// E over networks equals the exact value at every width: layer 1 and averages over units.
  bool unbiased(const Quantity& quantity) const;
  /// Why the infinite-width theory is not that of this law of weights; empty when it is.
  std::string no_theory() const;
  /// Why this quantity has no value at this width (a metric of fewer units than dimensions); empty when it has.
  std::string no_value(const Quantity& quantity, std::size_t width_index) const;
};

struct ValidationPlan {
  std::string name;  ///< of the campaign; empty for one model
  std::uint64_t seed = 0;
  double false_alarm = 1e-3;
  std::vector<Case> cases;
};

/// All entries of the metric, its volume, and its curvature where the simulation sees it and it does not cost much more
/// than the rest.
std::vector<std::string> default_quantities(std::size_t dimension);
/// The named quantities, each once; "metric" is all of its entries. Throws Error(input), also for more than 1000
/// dimensions.
void set_quantities(Case& c, const std::vector<std::string>& names);
/// Three widths where the quantities are biased at a finite width, else one.
std::vector<std::uint64_t> default_widths(const Case& c);
/// The model in one line: activation, parameters, depth, variances, then what differs from the defaults.
std::string model_label(const PreparedNetwork& network, const Effort& effort);
/// Checks that need no random number, with the memory and order the quantities need. Throws Error(input).
void check_case(const Case& c);

/// The laws that have a parameter: sparse and student-t.
bool has_parameter(WeightLaw law);
/// Of all laws, in the order of the enumeration.
const std::vector<std::string>& weight_law_names();

/// The simulations of a plan: cases in order, for each its widths in order. A simulation measures the quantities that
/// exist at its width; one that would measure nothing is left out.
struct PlannedSimulation {
  std::size_t case_index = 0, width_index = 0;
  std::vector<std::size_t> quantities;  ///< indices into the case's
  Simulation simulation;
};
std::vector<PlannedSimulation> plan_simulations(const ValidationPlan& plan);
/// Target errors are relative to the scales of the exact values, where there are such. Rounded to float: a value
/// computed elsewhere or more accurately must not make another simulation of it.
void set_error_scales(std::vector<PlannedSimulation>& planned, const std::vector<std::vector<ExactValue>>& exact);

/// The exact values of every case, quantity by quantity. Cases that share model and radius are computed once.
std::vector<std::vector<ExactValue>> exact_values(const ValidationPlan& plan, const Accuracy& accuracy);

/// deviation_by_rare_values() of the units of all networks, the largest of the layers: of the kernel, and of what the
/// derivatives make. 0 where phi is not resolved.
struct RareValues {
  double kernel = 0, metric = 0;
};
RareValues rare_values(const Case& c, std::uint64_t width, std::uint64_t samples, double level);

/// The rows: cases in order, for each its quantities in order, for each the widths in order and then, where the means
/// are biased and there are several widths, the extrapolation to infinite width.
std::vector<ValidationRow> make_rows(const ValidationPlan& plan, const std::vector<PlannedSimulation>& simulations,
                                     const std::vector<SimulationResult>& results,
                                     const std::vector<std::vector<ExactValue>>& exact);

}  // namespace widegeo::api
