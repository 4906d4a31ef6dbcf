#include "partition/partition.hpp"

#include <cmath>
#include <limits>

#include "number/constants.hpp"
#include "partition/cusp.hpp"

namespace widegeo::partition {

namespace {

Ball power_of_two_times(long factor, long exponent) {
  Ball r;
  arb_set_si(r.get(), factor);
  arb_mul_2exp_si(r.get(), r.get(), exponent);
  return r;
}

bool below(const Ball& a, const Ball& b) { return arb_lt(a.get(), b.get()) != 0; }

}  // namespace

Partition::Partition(const Activation& activation, long gap_bits)
    : activation_(activation), continuous_(expr::is_continuous_by_form(activation.phi)) {
  const BallPrecision precision(2 * gap_bits + 96);
  line_ = cut_line(activation_, gap_bits);
  for (const Gap& gap : line_.gaps) {
    GapBound bound{{infinity, infinity}, 0, gap.low.lower(), gap.high.upper()};
    const double log_width = std::log((gap.high - gap.low).upper()), reach = std::fmax(-bound.low, bound.high);
    const expr::Envelope phi = expr::envelope(activation_.phi, bound.low, bound.high);
    const expr::Envelope slope = expr::envelope(activation_.derivative, bound.low, bound.high);
    if (phi.is_bound()) bound.integral.phi = 2 * phi.log_bound(reach) + log_width;
    if (slope.is_bound()) bound.integral.dphi = 2 * slope.log_bound(reach) + log_width;
    // Possibly unbounded there, like the slope of a cusp.
    const auto cusp = [&](const expr::Expr& f) {
      if (!gap.place) return infinity;
      const double depth = -std::log(std::fmax((gap.high - from_rational<Ball>(*gap.place)).upper(),
                                               (from_rational<Ball>(*gap.place) - gap.low).upper()));
      const double right = log_square_integral(f, *gap.place, 1, depth),
                   left = log_square_integral(f, *gap.place, -1, depth);
      return std::fmax(left, right) + 0.6931472;
    };
    if (bound.integral.phi == infinity) bound.integral.phi = cusp(activation_.phi);
    if (bound.integral.dphi == infinity) bound.integral.dphi = cusp(activation_.derivative);
    if (bound.low > 0) bound.distance = bound.low;
    if (bound.high < 0) bound.distance = -bound.high;
    gap_bounds_.push_back(bound);
  }
}

Partition::Cell& Partition::cell(long level, long index) {
  const auto [place, fresh] = cells_.try_emplace({level, index});
  Cell& cell = place->second;
  if (!fresh) return cell;
  const BallPrecision precision(4096);
  const Ball low = power_of_two_times(index, level), high = power_of_two_times(index + 1, level);
  for (const Part& part : line_.parts) {
    const Ball a = is_finite(part.low) && below(low, part.low) ? part.low : low;
    const Ball b = is_finite(part.high) && below(part.high, high) ? part.high : high;
    if (below(a, b)) cell.panels.push_back(std::make_unique<Panel>(activation_, a, b, part.branch));
  }
  for (std::size_t g = 0; g < line_.gaps.size(); ++g) {
    if (!below(high, line_.gaps[g].low) && !below(line_.gaps[g].high, low)) cell.gaps.push_back(g);
  }
  return cell;
}

std::shared_ptr<const Branch> Partition::branch_on(const Ball& low, const Ball& high) {
  proved_.resize(line_.parts.size());
  for (std::size_t i = 0; i < line_.parts.size(); ++i) {
    const Part& part = line_.parts[i];
    if (is_finite(part.low) && below(low, part.low)) continue;
    if (is_finite(part.high) && below(part.high, high)) continue;
    Proved& known = proved_[i];
    if (!known.any) {
      if (!holds_on(*part.branch, low, high)) return nullptr;
      known = {true, low, high};
      return part.branch;
    }
    if (below(low, known.low)) {
      if (!holds_on(*part.branch, low, known.low)) return nullptr;
      known.low = low;
    }
    if (below(known.high, high)) {
      if (!holds_on(*part.branch, known.high, high)) return nullptr;
      known.high = high;
    }
    return part.branch;
  }
  return nullptr;
}

std::pair<expr::Envelope, expr::Envelope> Partition::beyond(double distance, bool right) const {
  const double low = right ? distance : -infinity, high = right ? infinity : -distance;
  return {expr::envelope(activation_.phi, low, high), expr::envelope(activation_.derivative, low, high)};
}

}  // namespace widegeo::partition
