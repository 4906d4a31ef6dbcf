#include "gaussian/one_point/line_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo::gaussian {

using partition::LogBounds;
using partition::Panel;
using partition::Partition;

double log_add(double a, double b) {
  const double top = std::max(a, b);
  if (!(std::abs(top) < std::numeric_limits<double>::infinity())) return top;
  return top + std::log1p(std::exp(std::min(a, b) - top)) + 1e-14;
}

namespace {

/// Limits of panels with one number of nodes each before more nodes are tried, and of nodes before phi counts as not
/// resolved: some seconds.
constexpr std::size_t most_panels = 4'000, most_nodes = 250'000;
/// Trees of more instructions may have fewer panels.
constexpr std::size_t usual_instructions = 100;
constexpr unsigned most_depth = 1'100;
constexpr long most_rings = 4'000;
constexpr double log_root_two_pi = 0.9189385332046727;

class Chooser {
 public:
  Chooser(Partition& partition, const LineRequest& request, LineChoice& out)
      : partition_(partition), request_(request), out_(out) {
    hermite_.resize(2 * (request.order + 1));
    // 2 nats for each panel of a usual choice; ellipses of size 4 gain 2 log 4 a node.
    tolerance_ = {request.scale.phi - request.nats - 5, request.scale.dphi - request.nats - 5};
    // The ellipses hold |h_k| up to about exp(2 sqrt k) above its size on the line.
    const double more = request.coefficients > 1 ? 2 * std::sqrt(request.coefficients) : 0;
    out.count =
        std::max(12U, static_cast<unsigned>(std::ceil((request.nats + 14 + 2.0 * request.order + more) / 2.77)));
    most_count_ = 6 * out.count;
    const std::size_t instructions = partition.activation().tape.instruction_count();
    allowed_ = most_panels * usual_instructions / std::max(usual_instructions, instructions);
  }

  void run() {
    while (!pass()) {
      // Oscillations want long panels with many nodes.
      out_.count = out_.count * 5 / 2;
      out_.panels.clear();
      looked_at_ = 0;
      exhausted_ = false;
    }
  }

 private:
  /// False when the panels allowed did not do and more nodes a panel may.
  bool pass() {
    const std::vector<double> nothing(request_.order + 1, -infinity);
    const std::vector<double> no_mean(request_.coefficients, -infinity);
    out_.error = {nothing, nothing, nothing, no_mean, no_mean};
    int exponent = 0;
    std::frexp(std::sqrt(request_.q_low), &exponent);
    level_ = exponent;  // cells between one and two standard deviations wide
    for (long ring = 0;; ++ring) {
      cell(ring);
      if (!request_.symmetric) cell(-ring - 1);
      if (exhausted_) return false;
      if (ring >= 5 && tails(std::ldexp(static_cast<double>(ring + 1), level_))) break;
      if (ring == most_rings)
        fail(std::ldexp(static_cast<double>(ring + 1), level_),
             "no known bound of the activation decays against the Gaussian");
    }
    if (request_.symmetric) {
      LineErrors& e = out_.error;
      for (auto* list : {&e.value, &e.mixed, &e.slope, &e.mean, &e.mean_slope}) {
        for (double& error : *list) error += std::log(2.0);
      }
    }
    return true;
  }

  [[noreturn]] void fail(double x, const char* what) const {
    throw Error(ErrorCode::accuracy, what,
                fmt::format("activation {}, variances up to {:.6g}, near x = {:.6g}", partition_.activation().name,
                            request_.q_high, x));
  }

  void cell(long index) {
    Partition::Cell& cell = partition_.cell(level_, index);
    for (const auto& p : cell.panels) panel(*p);
    for (const std::size_t g : cell.gaps) gap(g);
  }

  /// log of the largest |weight| times |He_k|/sqrt(k!), k <= degree, where |Re x| >= real, |Im x| <= imaginary, |x| <=
  /// size; fills hermite_[k].
  double weight(double real, double imaginary, double size) {
    const double root = std::sqrt(request_.q_low), z = size / root;
    real_ = real / root;
    imaginary_ = imaginary / root;
    double most = 1;
    hermite_[0] = 1;
    for (std::size_t k = 1; k < hermite_.size(); ++k) {
      const double before = k > 1 ? hermite_[k - 2] : 0;
      hermite_[k] =
          (z * hermite_[k - 1] + std::sqrt(static_cast<double>(k - 1)) * before) / std::sqrt(static_cast<double>(k));
      most = std::max(most, hermite_[k]);
    }
    exponent_ = imaginary * imaginary / (2 * request_.q_low) - real * real / (2 * request_.q_high) - log_root_two_pi -
                std::log(request_.q_low) / 2;
    return exponent_ + std::log(most);
  }

  bool within(const LogBounds& size, double weight, const LogBounds& allowed) const {
    return 2 * size.phi + weight <= allowed.phi && (!request_.slope || 2 * size.dphi + weight <= allowed.dphi);
  }

  /// After weight(): are the coefficients' errors small enough?
  bool resolves(const LogBounds& size, double extra) const {
    if (request_.coefficients <= 1) return true;
    const double goal = -request_.nats - 4;
    for (const std::size_t k :
         {std::size_t{0}, std::size_t{request_.coefficients} / 4, std::size_t{request_.coefficients} - 1}) {
      const double heavy = coefficient(k) + extra;
      if (size.phi + heavy > request_.scale.phi / 2 + goal) return false;
      if (request_.slope && size.dphi + heavy > request_.scale.dphi / 2 + goal) return false;
    }
    return true;
  }

  /// After weight(): size.phi and size.dphi bound |phi|, |phi'|, times exp(extra). `squares`: they are roots of
  /// integrals of squares.
  void add(const LogBounds& size, double extra, bool squares = false) {
    const double base = exponent_ + extra;
    for (std::size_t k = 0; k < out_.error.mean.size(); ++k) {
      // Over any part of the line, |E phi h_k| <= sqrt(E phi^2), since E h_k^2 = 1.
      const double single = squares ? base / 2 : extra + coefficient(k);
      out_.error.mean[k] = log_add(out_.error.mean[k], size.phi + single);
      out_.error.mean_slope[k] = log_add(out_.error.mean_slope[k], size.dphi + single);
    }
    for (std::size_t k = 0; k <= request_.order; ++k) {
      const double even = base + std::log(hermite_[2 * k]);
      out_.error.value[k] = log_add(out_.error.value[k], 2 * size.phi + even + factorial(2 * k));
      if (!request_.slope) continue;
      out_.error.slope[k] = log_add(out_.error.slope[k], 2 * size.dphi + even + factorial(2 * k));
      if (k > 0)
        out_.error.mixed[k] = log_add(
            out_.error.mixed[k], size.phi + size.dphi + base + std::log(hermite_[2 * k - 1]) + factorial(2 * k - 1));
    }
  }
  /// After weight(): log of the largest |weight h_k|. With Mehler's formula for z and its conjugate, for 0 < r < 1
  ///   |h_k(x + i y)|^2 <= r^-k (1 - r^2)^(-1/2) exp(x^2 r/(1 + r) + y^2 r/(1 - r)).
  double coefficient(std::size_t k) const {
    if (k == 0) return exponent_;
    const double x2 = real_ * real_, y2 = imaginary_ * imaginary_, degree = static_cast<double>(k);
    double least = infinity;
    const double best = std::sqrt(y2 / degree);
    for (const double gap : {std::clamp(best, 1 / (degree + 1), 0.9), 1 / (degree + 1), 0.5}) {
      const double r = 1 - gap;
      least = std::min(least, -degree * std::log(r) - 0.5 * std::log(1 - r * r) + x2 * r / (1 + r) + y2 * r / (1 - r));
    }
    return exponent_ + least / 2 + 1e-9;
  }

  static double factorial(std::size_t k) { return std::lgamma(static_cast<double>(k) + 1) / 2; }

  /// Logarithms of the panel's share of V and D, by a few points: it steers the choice, no error rests on it.
  LogBounds share(Panel& p) {
    LogBounds sum{-infinity, -infinity};
    constexpr int points = 5;
    for (int i = 0; i < points; ++i) {
      const double x = p.centre() + p.half_length() * (0.4 * i - 0.83);
      partition_.activation().tape.evaluate<double>(std::span<const double>(&x, 1), std::span<double>(sample_), space_);
      const double weight = std::log(2 * p.half_length() / points) - x * x / (2 * request_.q_low) - log_root_two_pi -
                            std::log(request_.q_low) / 2;
      if (std::isfinite(sample_[0]) && sample_[0] != 0)
        sum.phi = log_add(sum.phi, 2 * std::log(std::abs(sample_[0])) + weight);
      if (std::isfinite(sample_[1]) && sample_[1] != 0)
        sum.dphi = log_add(sum.dphi, 2 * std::log(std::abs(sample_[1])) + weight);
    }
    return sum;
  }

  void panel(Panel& p) {
    if (exhausted_) return;
    if (++looked_at_ > allowed_ || out_.panels.size() * out_.count > most_nodes) {
      exhausted_ = true;
      if (out_.count * 5 / 2 > most_count_)
        fail(p.centre(), "the activation is not resolved with the number of panels allowed");
      return;
    }
    const double distance = p.distance(), far = std::abs(p.centre()) + p.half_length();
    // Nothing to see here?
    const LogBounds& line = p.on_line();
    const double length = std::log(2 * p.half_length());
    // A jump that no candidate named would be a delta of phi': where one is possible the branch has to be proved.
    const bool continuous = !request_.slope || partition_.continuous() || p.branch_holds();
    if (continuous && within(line, weight(distance, 0, far) + length, tolerance_) && resolves(line, length))
      return add(line, length);
    if (p.branch_holds()) {
      // Below the wanted error of the whole, or of the panel's own share.
      const LogBounds own = request_.shares ? share(p) : LogBounds{-infinity, -infinity};
      const LogBounds allowed{std::max(tolerance_.phi, own.phi - request_.nats - 3),
                              std::max(tolerance_.dphi, own.dphi - request_.nats - 3)};
      for (std::size_t i = 0; i < Panel::ellipses.size(); ++i) {
        const double wide = p.wide(i), high = p.high(i);
        const double real = std::max(0.0, std::abs(p.centre()) - wide);
        const double heavy = weight(real, high, std::hypot(std::abs(p.centre()) + wide, high));
        const double rule = p.log_rule_error(i, out_.count);
        const LogBounds& size = p.on_ellipse(i);
        if (!within(size, heavy + rule, allowed) || !resolves(size, rule)) continue;
        add(size, rule);
        out_.panels.push_back(&p);
        tolerance_ = {std::max(tolerance_.phi, own.phi - request_.nats - 5),
                      std::max(tolerance_.dphi, own.dphi - request_.nats - 5)};
        return;
      }
    }
    // Behind a place that no candidate named, a panel of this size would weigh nothing if a bound of it were known.
    if (p.depth() >= most_depth ||
        (!p.branch_holds() && p.depth() > (partition_.continuous() ? 60 + 2 * request_.nats : 64)))
      fail(p.centre(), "the activation is not resolved");
    for (const auto& half : p.halves()) panel(*half);
  }

  void gap(std::size_t g) {
    const Partition::GapBound& bound = partition_.gaps()[g];
    weight(bound.distance, 0, std::max(std::abs(bound.low), std::abs(bound.high)));
    add({bound.integral.phi / 2, bound.integral.dphi / 2}, 0, true);
    const double value = bound.integral.phi + exponent_, slope = bound.integral.dphi + exponent_;
    if (value == infinity || (request_.slope && slope == infinity))
      fail((bound.low + bound.high) / 2, "no bound of the activation is known near a singular point");
  }

  /// int_X^inf exp(L(x)) dx <= exp(L(X)) / -L'(X) where L is concave and decreasing from X on.
  bool tails(double distance) {
    const double decay = 1 / (2 * request_.q_high), degree = 2.0 * request_.order;
    weight(distance, 0, distance);
    std::array<double, 2> total{-infinity, -infinity};
    for (const bool right : {true, false}) {
      if (!right && request_.symmetric) break;
      const auto [phi, slope] = partition_.beyond(distance, right);
      for (std::size_t f = 0; f < 2; ++f) {
        if (f == 1 && !request_.slope) break;
        const expr::Envelope& bound = f == 0 ? phi : slope;
        if (!bound.is_bound()) return false;
        const double fall = 2 * (decay - 2 * bound.square) * distance - 2 * bound.power / (1 + distance) -
                            2 * bound.rate - degree / distance;
        if (!(fall > 0)) return false;
        if (bound.log_factor == -infinity) continue;
        total[f] = log_add(total[f], 2 * bound.log_bound(distance) - std::log(fall));
      }
    }
    const LogBounds size{total[0] / 2, total[1] / 2};
    double most = 0;
    for (const double h : hermite_) most = std::max(most, std::log(h));
    if (!within(size, exponent_ + most, tolerance_)) return false;
    if (request_.coefficients > 1) {
      const double goal = 2 * (-request_.nats - 4);
      if (2 * size.phi + exponent_ > request_.scale.phi + goal) return false;
      if (request_.slope && 2 * size.dphi + exponent_ > request_.scale.dphi + goal) return false;
    }
    add(size, 0, true);
    return true;
  }

  Partition& partition_;
  const LineRequest& request_;
  LineChoice& out_;
  LogBounds tolerance_{};
  std::vector<double> hermite_;  ///< bounds of |He_k|/sqrt(k!)
  double exponent_ = 0, real_ = 0, imaginary_ = 0;
  int level_ = 0;
  std::size_t looked_at_ = 0, allowed_ = 0;
  unsigned most_count_ = 0;
  bool exhausted_ = false;
  expr::Tape::Workspace<double> space_;
  std::array<double, 2> sample_{};
};

}  // namespace

LineChoice choose_panels(Partition& partition, const LineRequest& request) {
  const std::lock_guard lock(partition.mutex());
  LineChoice choice;
  Chooser(partition, request, choice).run();
  return choice;
}

}  // namespace widegeo::gaussian
