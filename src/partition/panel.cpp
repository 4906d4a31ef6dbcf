#include "partition/panel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>

#include "number/ball/arb.hpp"
#include "number/ball/complex_ball.hpp"
#include "number/ball/interval.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo::partition {

namespace {

/// More than the roundings of the few double operations behind one bound.
constexpr double safe = 1 + 1e-9;
/// Bits of bounds: they need few digits, but no cancellation may make them useless.
constexpr long bound_bits = 48;
/// Bits with which long numbers are tried first.
constexpr long short_bits = 64;
/// Bits of the proof that a branch holds, beyond those that the ends of the panel have.
constexpr long proof_bits = 96;

Ball scaled(const Ball& x, long exponent) {
  Ball r;
  arb_mul_2exp_si(r.get(), x.get(), exponent);
  return r;
}

/// At least log m.
double log_of(const mag_t m) {
  if (mag_is_zero(m) != 0) return -infinity;
  if (mag_is_inf(m) != 0) return infinity;
  // The base-2 logarithm is good to about ten digits.
  const double r = mag_get_d_log2_approx(m) * 0.6931471805599453;
  return r + 1e-6 + 1e-9 * std::fabs(r);
}

double log_magnitude(const ComplexBall& z) {
  if (!is_finite(z)) return infinity;
  mag_t bound;
  mag_init(bound);
  acb_get_mag(bound, z.get());
  const double r = log_of(bound);
  mag_clear(bound);
  return r;
}

double log_magnitude(const Ball& x) {
  if (!is_finite(x)) return infinity;
  mag_t bound;
  mag_init(bound);
  arb_get_mag(bound, x.get());
  const double r = log_of(bound);
  mag_clear(bound);
  return r;
}

double log_radius(const Ball& x) { return is_finite(x) ? log_of(arb_radref(x.get())) : infinity; }

/// |centre| / half length, in bits.
long separation(double centre, double half) {
  if (centre == 0 || !(half > 0)) return 0;
  return std::max(0L, std::lround(std::ceil(std::log2(std::fabs(centre)) - std::log2(half))));
}

}  // namespace

std::shared_ptr<const LegendreRule> legendre_rule(unsigned count, long bits) {
  static std::mutex mutex;
  // By the bits asked for: the same numbers whatever was asked for before.
  static std::map<std::pair<unsigned, long>, std::shared_ptr<const LegendreRule>> known;
  const std::lock_guard lock(mutex);
  std::shared_ptr<const LegendreRule>& rule = known[{count, bits}];
  if (rule) return rule;
  auto made = std::make_shared<LegendreRule>();
  made->node.resize(count);
  made->weight.resize(count);
  for (unsigned k = 0; 2 * k < count; ++k) {
    Ball &node = made->node[k], &weight = made->weight[k];
    arb_hypgeom_legendre_p_ui_root(node.get(), weight.get(), count, k, bits);
    arb_neg(made->node[count - 1 - k].get(), node.get());
    made->weight[count - 1 - k] = weight;
  }
  for (const Ball& node : made->node) made->node_double.push_back(node.midpoint());
  for (const Ball& weight : made->weight) made->weight_double.push_back(weight.midpoint());
  rule = std::move(made);
  return rule;
}

Panel::Panel(const Activation& activation, Ball low, Ball high, std::shared_ptr<const Branch> branch, unsigned depth)
    : activation_(activation), low_(std::move(low)), high_(std::move(high)), branch_(std::move(branch)), depth_(depth) {
  const BallPrecision precision(4096);  // exact, whatever the place of the panel: its ends are short numbers
  const Ball centre = scaled(low_ + high_, -1), half = scaled(high_ - low_, -1);
  centre_ = centre.midpoint();
  centre_rest_ = (centre - Ball(centre_)).midpoint();
  half_ = half.upper();
  close_bits_ = separation(std::max(std::fabs(low_.midpoint()), std::fabs(high_.midpoint())), half_);
}

double Panel::wide(std::size_t i) const { return half_ * (ellipses[i] + 1 / ellipses[i]) / 2 * safe; }
double Panel::high(std::size_t i) const { return half_ * (ellipses[i] - 1 / ellipses[i]) / 2 * safe; }

double Panel::log_rule_error(std::size_t i, unsigned count) const {
  const double rho = ellipses[i];
  return std::log(half_ * (64.0 / 15) / (1 - 1 / (rho * rho))) - 2.0 * count * std::log(rho) + 1e-9;
}

LogBounds Panel::on_rectangle(double wide, double high) const {
  const BallPrecision precision(bound_bits + close_bits_);
  // The conjugate of a point has the conjugate value: the upper half is enough.
  const ComplexBall box(exact_centre() + Ball::between(-wide, wide), Ball::between(0, high));
  if (close_bits_ > short_bits) {
    // The differences x - p of a long x are taken before they are rounded: few bits often do.
    const BallPrecision few(short_bits);
    const LogBounds rough = on_box(box);
    if (rough.phi < infinity && rough.dphi < infinity) return rough;
  }
  LogBounds bounds = on_box(box);
  if (bounds.phi < infinity && !(bounds.dphi < infinity)) {
    // The tree of phi' may divide 0 by 0 where phi is analytic, as that of sinc does: |phi'| <= sup |phi| / r over the
    // discs of radius r around the points.
    const double r = half_ / 2;
    const ComplexBall around(exact_centre() + Ball::between(-wide - r, wide + r), Ball::between(0, high + r));
    bounds.dphi = on_box(around).phi - std::log(r) + 1e-9;
  }
  return bounds;
}

LogBounds Panel::on_box(const ComplexBall& box) const {
  thread_local expr::Tape::Workspace<ComplexBall> workspace;
  thread_local std::vector<ComplexBall> out(2);
  branch_->tape.evaluate<ComplexBall>(std::span<const ComplexBall>(&box, 1), std::span<ComplexBall>(out), workspace);
  return {log_magnitude(out[0]), log_magnitude(out[1])};
}

const LogBounds& Panel::on_ellipse(std::size_t i) {
  if (!ellipse_known_[i]) {
    ellipse_known_[i] = true;
    ellipse_bounds_[i] = on_rectangle(wide(i), high(i));
  }
  return ellipse_bounds_[i];
}

const LogBounds& Panel::on_line() {
  if (!line_known_) {
    line_known_ = true;
    const BallPrecision precision(bound_bits + close_bits_);
    const Ball box = ball_detail::span(low_, high_);
    thread_local expr::Tape::Workspace<Ball> workspace;
    thread_local std::vector<Ball> out(2);
    const expr::Tape& tape = branch_holds() ? branch_->tape : activation_.tape;
    tape.evaluate<Ball>(std::span<const Ball>(&box, 1), std::span<Ball>(out), workspace);
    line_bounds_ = {log_magnitude(out[0]), log_magnitude(out[1])};
    // Much above what a resolved function of this size has: a quotient that loses its digits, perhaps.
    constexpr double suspicious = 20;
    if (line_bounds_.dphi > line_bounds_.phi - std::log(half_) + suspicious && branch_holds())
      line_bounds_.dphi = std::min(line_bounds_.dphi, on_ellipse(1).dphi);
  }
  return line_bounds_;
}

bool Panel::branch_holds() {
  if (!branch_known_) {
    const long ends = std::max(arf_bits(arb_midref(low_.get())), arf_bits(arb_midref(high_.get())));
    const BallPrecision precision(proof_bits + close_bits_ + ends);
    branch_known_ = true;
    branch_proved_ = holds_on(*branch_, low_, high_);
  }
  return branch_proved_;
}

Ball Panel::exact_centre() const { return scaled(low_ + high_, -1); }
Ball Panel::exact_half_length() const { return scaled(high_ - low_, -1); }

double Panel::distance() const {
  if (low_.certainly_positive()) return std::max(0.0, low_.lower());
  return high_.certainly_negative() ? -high_.upper() : 0;
}

const PanelValues& Panel::values(unsigned count, long bits) {
  if (value_count_ == count && value_bits_ == bits) return values_;
  constexpr int most_tries = 6;
  Ball centre, half;
  {
    const BallPrecision exact(4096);
    centre = exact_centre();
    half = exact_half_length();
  }
  // As for the bounds: first with few bits of a long x.
  long working = close_bits_ > short_bits ? bits + short_bits : bits + 32 + close_bits_;
  long node_bits = bits + short_bits;
  for (int tries = 0;; ++tries) {
    const auto rule = legendre_rule(count, node_bits);
    const BallPrecision precision(working);
    expr::Tape::Workspace<Ball> workspace;
    std::vector<Ball> out(2);
    PanelValues made;
    double phi = -infinity, dphi = -infinity, phi_radius = -infinity, dphi_radius = -infinity;
    for (unsigned k = 0; k < count; ++k) {
      Ball x;
      {
        const BallPrecision place(working + close_bits_);
        x = centre + half * rule->node[k];
      }
      branch_->tape.evaluate<Ball>(std::span<const Ball>(&x, 1), std::span<Ball>(out), workspace);
      phi = std::max(phi, log_magnitude(out[0]));
      dphi = std::max(dphi, log_magnitude(out[1]));
      phi_radius = std::max(phi_radius, log_radius(out[0]));
      dphi_radius = std::max(dphi_radius, log_radius(out[1]));
      made.phi.push_back(out[0]);
      made.dphi.push_back(out[1]);
    }
    const double goal = -0.6931 * static_cast<double>(bits);
    const auto fine = [goal](double radius, double size) { return radius == -infinity || radius <= size + goal; };
    if (phi < infinity && dphi < infinity && fine(phi_radius, phi) && fine(dphi_radius, dphi)) {
      values_ = std::move(made);
      value_count_ = count;
      value_bits_ = bits;
      return values_;
    }
    if (tries == most_tries)
      throw Error(ErrorCode::accuracy, "the activation cannot be evaluated", "near x = " + std::to_string(centre_));
    // So many bits are lost, to roundings at first; then to the radii of the nodes.
    const auto lost = [&](double radius, double size) {
      if (radius == infinity || size == infinity) return infinity;  // 0 / 0 at a node, perhaps: many more bits
      return fine(radius, size) ? 0 : (radius - size - goal) / 0.6931;
    };
    const double most_lost = std::max(lost(phi_radius, phi), lost(dphi_radius, dphi));
    const long more = most_lost < static_cast<double>(working) ? std::lround(most_lost) + 32 : working;
    // In steps, for one rule serves many panels.
    constexpr long step = 256;
    if (tries > 0) node_bits += (more + step - 1) / step * step;
    working = std::max({tries == 1 ? working : working + more, node_bits, bits + 32 + close_bits_});
  }
}

std::array<std::unique_ptr<Panel>, 2>& Panel::halves() {
  if (!halves_[0]) {
    const BallPrecision precision(4096);
    const Ball middle = scaled(low_ + high_, -1).centre();
    const auto half = [this](const Ball& low, const Ball& high) {
      std::shared_ptr<const Branch> branch = branch_;
      if (!branch_proved_) {
        try {
          branch = branch_at(activation_, scaled(low + high, -1).centre());
        } catch (const Error&) {
          // The middle is on a boundary of branches: this half will be split again.
        }
      }
      auto panel = std::make_unique<Panel>(activation_, low, high, branch, depth_ + 1);
      panel->branch_known_ = panel->branch_proved_ = branch_proved_;
      return panel;
    };
    halves_ = {half(low_, middle), half(middle, high_)};
  }
  return halves_;
}

}  // namespace widegeo::partition
