#include "rigorous/panel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "expr/analysis/envelope.hpp"
#include "number/ball/arb.hpp"
#include "number/ball/complex_ball.hpp"
#include "number/constants.hpp"

namespace widegeo::rigorous {

namespace {

/// More than the roundings of the few double operations behind one bound.
constexpr double safe = 1 + 1e-9;
/// Bits of bounds on ellipses: they need few digits, but no cancellation may make them useless.
constexpr long bound_bits = 48;

constexpr unsigned columns = 8, rows = 3, most_box_depth = 3;

/// Added where a double may have vanished.
constexpr double tiny = 1e-305;

/// At least log(x), x >= 0.
double log_above(double x) {
  const double r = std::log(x);
  return std::isfinite(r) ? r + 1e-14 * std::fabs(r) + 1e-14 : r;
}

Ball half(const Ball& x) {
  Ball r;
  arb_mul_2exp_si(r.get(), x.get(), -1);
  return r;
}

}  // namespace

double weighted(double log_value, double exponent) {
  return log_value == -infinity ? 0 : std::exp(log_value + exponent) * safe + tiny;
}

GaussRule gauss_rule(unsigned count) {
  GaussRule rule{std::vector<Ball>(count), std::vector<Ball>(count)};
  for (unsigned k = 0; k < count; ++k)
    arb_hypgeom_legendre_p_ui_root(rule.node[k].get(), rule.weight[k].get(), count, k, ball_bits());
  return rule;
}

Panel::Panel(Ball low, Ball high, std::shared_ptr<const Branch> branch)
    : low_(std::move(low)), high_(std::move(high)), branch_(std::move(branch)) {}

const std::vector<Panel::Node>& Panel::nodes(const PanelSettings& settings) {
  if (!nodes_.empty()) return nodes_;
  const BallPrecision precision(settings.proof_bits);  // narrow panels stand close to a kink
  const Ball centre = half(low_ + high_), length = half(high_ - low_);
  expr::Tape::Workspace<Ball> workspace;
  std::vector<Ball> out(2);
  for (std::size_t j = 0; j < settings.rule.node.size(); ++j) {
    const Ball x = centre + length * settings.rule.node[j];
    branch_->tape.evaluate<Ball>(std::span<const Ball>(&x, 1), std::span<Ball>(out), workspace);
    const Ball weight = length * settings.rule.weight[j];
    Node node{pow_int(x, 2), {weight * pow_int(out[0], 2), weight * pow_int(out[1], 2)}, 0, {}};
    arb_set_round(node.square.get(), node.square.get(), settings.bits);
    for (Ball& value : node.value) arb_set_round(value.get(), value.get(), settings.bits);
    node.square_low = std::max(0.0, node.square.lower());
    node.value_log = {log_above(node.value[0].upper()), log_above(node.value[1].upper())};
    nodes_.push_back(std::move(node));
  }
  return nodes_;
}

bool Panel::cover_box(std::vector<Box>& boxes, double left, double right, double bottom, double top, unsigned depth) {
  const ComplexBall box(Ball::between(left, right), Ball::between(bottom, top));
  thread_local expr::Tape::Workspace<ComplexBall> workspace;
  thread_local std::vector<ComplexBall> out(2);
  branch_->tape.evaluate<ComplexBall>(std::span<const ComplexBall>(&box, 1), std::span<ComplexBall>(out), workspace);
  const double value = out[0].magnitude(), slope = out[1].magnitude();
  if (std::isfinite(value) && std::isfinite(slope)) {
    const double real = left > 0 ? left : right < 0 ? -right : 0;
    boxes.push_back({real, top, {2 * log_above(value), 2 * log_above(slope)}});
    return true;
  }
  if (depth == most_box_depth) return false;
  const double x = (left + right) / 2, y = (bottom + top) / 2;
  return cover_box(boxes, left, x, bottom, y, depth + 1) && cover_box(boxes, x, right, bottom, y, depth + 1) &&
         cover_box(boxes, left, x, y, top, depth + 1) && cover_box(boxes, x, right, y, top, depth + 1);
}

// phi of the conjugate is the conjugate of phi: the upper half is enough. Boxes share their edges, so none is missed.
void Panel::cover(std::size_t ellipse) {
  Cover& cover = covers_[ellipse];
  cover.known = true;
  const BallPrecision precision(bound_bits);
  const double rho = ellipses[ellipse], centre = half(low_ + high_).midpoint();
  const double length = half(high_ - low_).upper() + 1e-12 * std::fabs(centre);
  const double wide = length * (rho + 1 / rho) / 2 * safe, high = length * (rho - 1 / rho) / 2 * safe;
  const auto column = [&](unsigned i) { return centre + wide * (2.0 * i / columns - 1); };
  const auto row = [&](unsigned i) { return high * i / rows; };
  for (unsigned i = 0; i < columns; ++i) {
    for (unsigned j = 0; j < rows; ++j) {
      const double left = column(i), right = column(i + 1);
      const double near = left > centre ? left - centre : right < centre ? centre - right : 0;
      if (std::pow(near / wide, 2) + std::pow(row(j) / high, 2) > safe) continue;
      if (!cover_box(cover.boxes, left, right, row(j), row(j + 1), 0)) {
        cover.boxes.clear();
        return;
      }
    }
  }
}

Two Panel::error(std::size_t ellipse, double decay_real, double grow_imaginary, std::size_t node_count) {
  if (!covers_[ellipse].known) cover(ellipse);
  const std::vector<Box>& boxes = covers_[ellipse].boxes;
  if (boxes.empty()) return {infinity, infinity};
  const double rho = ellipses[ellipse], n = static_cast<double>(node_count);
  const double rule = width() / 2 * (64.0 / 15) * std::pow(rho, -2 * n) / (1 - 1 / (rho * rho));
  Two most{};
  for (const Box& box : boxes) {
    const double weight = grow_imaginary * box.imaginary * box.imaginary - decay_real * box.real * box.real;
    for (std::size_t f = 0; f < 2; ++f) most[f] = std::max(most[f], weighted(box.bound_log[f], weight));
  }
  const auto whole = [rule](double bound) { return bound == 0 ? 0 : bound * rule * safe + tiny; };
  return {whole(most[0]), whole(most[1])};
}

Two Panel::plain() {
  if (!plain_known_) {
    plain_known_ = true;
    const double low = low_.lower(), high = high_.upper();
    plain_ = {infinity, infinity};
    if (low < high) {
      const expr::Envelope phi = expr::envelope(branch_->phi, low, high),
                           slope = expr::envelope(branch_->derivative, low, high);
      const double reach = std::max(std::fabs(low), std::fabs(high));
      if (phi.exists()) plain_[0] = weighted(2 * phi.log_bound(reach), std::log(width()));
      if (slope.exists()) plain_[1] = weighted(2 * slope.log_bound(reach), std::log(width()));
    }
  }
  return plain_;
}

bool Panel::branch_holds(const PanelSettings& settings) {
  if (!branch_proved_) {
    const BallPrecision precision(settings.proof_bits);
    branch_proved_ = holds_on(*branch_, low_, high_);
  }
  return branch_proved_;
}

double Panel::distance() const {
  if (low_.certainly_positive()) return low_.lower();
  return high_.certainly_negative() ? -high_.upper() : 0;
}

double Panel::width() const { return (high_ - low_).upper(); }

std::array<Panel, 2>& Panel::halves() {
  if (!halves_) {
    const Ball middle = half(low_ + high_).centre();
    halves_ = std::make_unique<std::array<Panel, 2>>(
        std::array<Panel, 2>{Panel(low_, middle, branch_), Panel(middle, high_, branch_)});
    for (Panel& panel : *halves_) {
      panel.depth_ = depth_ + 1;
      panel.branch_proved_ = branch_proved_;
    }
  }
  return *halves_;
}

}  // namespace widegeo::rigorous
