#include "theory/support_units.hpp"

#include <cmath>

#include "theory/support_network.hpp"

namespace widegeo::theory {

UnitAverage::UnitAverage(const Activation& activation, const UnitModel& model)
    : model_(model), phi_(activation.phi, {"x"}), slope_(phi_.derivative("x")), bend_(slope_.derivative("x")) {}

double UnitAverage::operator()(const std::function<double(const Unit&)>& F) const {
  const double q = model_.q(), v = model_.s * model_.b / q;
  return gaussian_mean([&](double z) {
    const std::vector<double> h{std::sqrt(q) * z};
    const double m = model_.s * model_.r * z / std::sqrt(q);
    return F({.phi = phi_(h),
              .slope = slope_(h),
              .bend = bend_(h),
              .w = m,
              .w2 = m * m + v,
              .w4 = m * m * m * m + 6 * m * m * v + 3 * v * v});
  });
}

}  // namespace widegeo::theory
