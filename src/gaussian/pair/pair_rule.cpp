#include "gaussian/pair/pair_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "gaussian/pair/hermite_rule.hpp"
#include "number/ball/interval.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo::gaussian {

using partition::LogBounds;
using partition::Panel;
using partition::Partition;

namespace {

constexpr std::size_t most_panels = 8'000;
constexpr double log_root_two_pi = 0.9189385332046727;

LogBounds sum(const LogBounds& a, const LogBounds& b) { return {a.phi + b.phi, a.dphi + b.dphi}; }
LogBounds plus(const LogBounds& a, double b) { return {a.phi + b, a.dphi + b}; }
LogBounds most(const LogBounds& a, const LogBounds& b) { return {std::max(a.phi, b.phi), std::max(a.dphi, b.dphi)}; }

class Chooser {
 public:
  Chooser(Partition& partition, const PairRequest& request, PairChoice& out)
      : partition_(partition),
        request_(request),
        out_(out),
        precision_(128 + place_bits(request)),
        ratio_(request.slope / request.root_a) {
    const double nats = request.nats + 5;
    a_ = std::pow(request.root_a.midpoint(), 2);
    sigma_ = request.sigma.upper();
    b_ = std::pow(request.slope.midpoint(), 2) + sigma_ * sigma_;
    kappa_ = std::fabs(ratio_.midpoint()) * (1 + 1e-12);
    tolerance_ = plus({(request.at_a.phi + request.at_b.phi) / 2, (request.at_a.dphi + request.at_b.dphi) / 2}, -nats);
    inner_tolerance_ = plus({request.at_b.phi / 2, request.at_b.dphi / 2}, -nats - 6);
    // Room for second moments and for the constants of the trapezoid rule, so that long panels may be wide.
    const double room = 7 + (request.moments ? 2 * std::log(2 * std::sqrt(nats + 15) + 4) : 0);
    strip_ = std::sqrt(2 * (nats + room));
    window_ = std::sqrt(2.0) * strip_;
    moment_ = request.moments ? 2 * std::log(window_ + 4) : 0;
    out.count = static_cast<unsigned>(std::ceil((nats + 12 + moment_) / 2.77));
    if (sigma_ > 0) {
      out.step = 2 * 3.14159265 / strip_;
      out.most = static_cast<long>(std::ceil(std::sqrt(2 * (nats + room)) / out.step));
    }
    missed_ = inner_missed_ = {-infinity, -infinity};
    out.size_values = (request.at_a.phi + request.at_b.phi) / 2;
    out.size_slopes = (request.at_a.dphi + request.at_b.dphi) / 2;
  }

  void run() {
    int exponent = 0;
    std::frexp(std::sqrt(a_), &exponent);
    level_ = exponent;
    std::frexp(std::sqrt(b_), &exponent);
    inner_level_ = exponent;
    for (long ring = 0;; ++ring) {
      cell(ring);
      if (!request_.symmetric) cell(-ring - 1);
      const double distance = std::ldexp(static_cast<double>(ring + 1), level_);
      if (ring >= 5 && tails(distance)) break;
      if (ring > 4000) fail(distance, "no known bound of the activation decays against the Gaussian");
    }
    // What lies beyond the window in z2: P(|z2| > w) <= exp(-w^2/2).
    const double beyond = sigma_ > 0 ? -window_ * window_ / 4 : -infinity;
    const LogBounds whole = plus(
        {(request_.at_a.phi + request_.at_b.phi) / 2, (request_.at_a.dphi + request_.at_b.dphi) / 2}, beyond + moment_);
    const double mixed_whole =
        std::max(request_.at_a.phi + request_.at_b.dphi, request_.at_a.dphi + request_.at_b.phi) / 2;
    const LogBounds inner = sum(inner_missed_, {request_.at_a.phi / 2, request_.at_a.dphi / 2});
    const double doubled = request_.symmetric ? std::log(2.0) : 0;
    out_.error_values = log_add(log_add(missed_.phi, inner.phi + moment_) + doubled, whole.phi);
    out_.error_slopes = log_add(log_add(missed_.dphi, inner.dphi + moment_) + doubled, whole.dphi);
    const double mixed_inner =
        std::max(request_.at_a.phi / 2 + inner_missed_.dphi, request_.at_a.dphi / 2 + inner_missed_.phi);
    out_.error_mixed = log_add(log_add(mixed_, mixed_inner + moment_) + doubled, mixed_whole + beyond + moment_);
  }

 private:
  /// Bits that tell apart places of v at a small part of sigma.
  static long place_bits(const PairRequest& request) {
    const double sigma = request.sigma.midpoint(), slope = std::fabs(request.slope.midpoint());
    if (!(sigma > 0) || !(slope > sigma)) return 64;
    return 64 + std::lround(std::log2(slope) - std::log2(sigma));
  }

  [[noreturn]] void fail(double x, const char* what) const {
    throw Error(ErrorCode::accuracy, what,
                fmt::format("activation {}, variances {:.6g} and {:.6g}, near x = {:.6g}", partition_.activation().name,
                            a_, b_, x));
  }

  void count(double x) {
    if (++looked_at_ > most_panels) fail(x, "the activation is not resolved with the number of panels allowed");
  }

  void work(const Panel& p, double products) {
    products_ += products;
    if (products_ > request_.most_products)
      fail(p.centre(), "the quadrature of the pair exceeds the work allowed at this accuracy");
  }

  bool within(const LogBounds& size, const LogBounds& allowed) const {
    return size.phi <= allowed.phi && (!request_.slope_wanted || size.dphi <= allowed.dphi);
  }

  void miss(const LogBounds& outer, const LogBounds& inner, double extra) {
    missed_.phi = log_add(missed_.phi, outer.phi + inner.phi + extra);
    missed_.dphi = log_add(missed_.dphi, outer.dphi + inner.dphi + extra);
    mixed_ = log_add(mixed_, std::max(outer.phi + inner.dphi, outer.dphi + inner.phi) + extra);
  }

  /// log of the Gaussian weight of u where |Re u| >= real, |Im u| <= imaginary.
  double weight(double real, double imaginary) const {
    return (imaginary * imaginary - real * real) / (2 * a_) * (1 - 1e-12) + 1e-9 - log_root_two_pi - std::log(a_) / 2;
  }

  void cell(long index) {
    Partition::Cell& cell = partition_.cell(level_, index);
    for (const auto& p : cell.panels) outer(*p);
    for (const std::size_t g : cell.gaps) {
      const Partition::GapBound& gap = partition_.gaps()[g];
      const LogBounds root = plus({gap.integral.phi, gap.integral.dphi}, weight(gap.distance, 0));
      check(root, (gap.low + gap.high) / 2);
      miss({root.phi / 2, root.dphi / 2}, {request_.at_b.phi / 2, request_.at_b.dphi / 2}, moment_);
    }
  }

  void check(const LogBounds& bound, double x) const {
    if (bound.phi == infinity || (request_.slope_wanted && bound.dphi == infinity))
      fail(x, "no bound of the activation is known near a singular point");
  }

  /// sqrt of the integral of phi^2 beyond |u| = distance, times sqrt V.
  bool tails(double distance) {
    const double decay = 1 / (2 * a_);
    LogBounds total{-infinity, -infinity};
    for (const bool right : {true, false}) {
      if (!right && request_.symmetric) break;
      const auto [phi, slope] = partition_.beyond(distance, right);
      for (const bool of_slope : {false, true}) {
        if (of_slope && !request_.slope_wanted) break;
        const expr::Envelope& bound = of_slope ? slope : phi;
        if (!bound.is_bound()) return false;
        // exp(2 log bound) (u / root_a)^4 decays like its logarithm's slope.
        const double fall = 2 * (decay - 2 * bound.square) * distance - 2 * bound.power / (1 + distance) -
                            2 * bound.rate - 4 / distance;
        if (!(fall > 0)) return false;
        double& to = of_slope ? total.dphi : total.phi;
        if (bound.log_factor != -infinity) to = log_add(to, 2 * bound.log_bound(distance) - std::log(fall));
      }
    }
    const double heavy = weight(distance, 0) + (request_.moments ? 4 * std::log(distance / std::sqrt(a_) + 4) : 0);
    const LogBounds part = plus(total, heavy);
    const LogBounds bound = sum({part.phi / 2, part.dphi / 2}, {request_.at_b.phi / 2, request_.at_b.dphi / 2});
    if (!within(bound, tolerance_)) return false;
    miss({part.phi / 2, part.dphi / 2}, {request_.at_b.phi / 2, request_.at_b.dphi / 2}, 0);
    return true;
  }

  void outer(Panel& p) {
    count(p.centre());
    // Nothing to see here?
    const LogBounds& line = p.on_line();
    const double length = std::log(2 * p.half_length());
    const LogBounds part = plus({2 * line.phi, 2 * line.dphi}, length + weight(p.distance(), 0) + 2 * moment(p));
    const LogBounds root{part.phi / 2, part.dphi / 2}, rest{request_.at_b.phi / 2, request_.at_b.dphi / 2};
    const bool continuous = !request_.slope_wanted || partition_.continuous() || p.branch_holds();
    if (continuous && within(sum(root, rest), plus(tolerance_, -4))) return miss(root, rest, 0);
    if (p.branch_holds()) {
      const bool wide_first = sigma_ * sigma_ < 0.1 * b_;
      for (const bool wide : {wide_first, !wide_first}) {
        for (std::size_t i = 0; i < Panel::ellipses.size(); ++i) {
          if (wide ? take_wide(p, i, line, length) : take_narrow(p, i)) return;
        }
      }
    }
    if (p.depth() > 1'100 || (!p.branch_holds() && p.depth() > (partition_.continuous() ? 60 + 2 * request_.nats : 64)))
      fail(p.centre(), "the activation is not resolved");
    for (const auto& half : p.halves()) outer(*half);
  }

  /// log of a bound of the second moments of z1 and z2 around the panel.
  double moment(const Panel& p) const {
    if (!request_.moments) return 0;
    return 2 * std::log(std::max(window_, (std::fabs(p.centre()) + 4 * p.half_length()) / std::sqrt(a_)) + 4);
  }

  /// log of the weight of the panel's rule: the rule's own factor and the Gaussian on the ellipse.
  double rule(Panel& p, std::size_t i) const {
    return p.log_rule_error(i, out_.count) + moment(p) +
           weight(std::max(0.0, std::fabs(p.centre()) - p.wide(i)), p.high(i));
  }

  bool take_wide(Panel& p, std::size_t i, const LogBounds& line, double length) {
    const unsigned few = hermite_nodes(p);
    return (few > 0 && take_wide(p, i, line, length, few)) || take_wide(p, i, line, length, 0);
  }

  /// How far from v the discs of the Gauss-Hermite error reach.
  double clearance(const Panel& p) const { return kappa_ * p.half_length() / 8; }

  /// As few nodes as may do; 0 where sigma is too large.
  unsigned hermite_nodes(const Panel& p) const {
    const double r = clearance(p);
    if (!(sigma_ > 0) || !(2 * sigma_ * window_ < r)) return 0;
    for (const unsigned count : {3U, 6U, 12U}) {
      if (log_hermite_error(count, request_.moments ? 2 : 0, std::log(sigma_ / r)) < -request_.nats - 6) return count;
    }
    return 0;
  }

  bool take_wide(Panel& p, std::size_t i, const LogBounds& line, double length, unsigned hermite) {
    const double error = rule(p, i), r = clearance(p);
    const double reach = kappa_ * p.wide(i) + (hermite > 0 ? r : window_ * sigma_);
    const double high = kappa_ * p.high(i) + (hermite > 0 ? r : strip_ * sigma_);
    const Ball middle = ratio_ * p.exact_centre();
    const Ball low = ball_detail::lowest(middle - Ball(reach)), top = ball_detail::highest(middle + Ball(reach));
    if (!(reach > 0)) return false;
    const auto branch = partition_.branch_on(low, top);
    if (!branch) return false;
    const Panel image(partition_.activation(), low, top, branch);
    const LogBounds size = image.on_rectangle(reach * (1 + 1e-9), high * (1 + 1e-9));
    if (!(size.phi < infinity) || (request_.slope_wanted && !(size.dphi < infinity))) return false;
    const LogBounds around = sum(p.on_ellipse(i), size);
    // The trapezoid rule, the ends of its window and the nodes left out: (4 + strip) M exp(-strip^2/2) in all. What the
    // Taylor polynomials behind the Gauss-Hermite rule have beyond the window is less.
    double inner = sigma_ > 0 ? std::log(4.0 + strip_) - strip_ * strip_ / 2 + moment(p) : -infinity;
    if (hermite > 0) {
      const double log_ratio = std::log(sigma_ / r) + 1e-9;
      inner = log_add(inner, log_hermite_error(hermite, request_.moments ? 2 : 0, log_ratio) + moment(p));
    }
    const LogBounds inside = plus(sum(line, size), length + weight(p.distance(), 0) + inner);
    if (!within(plus(around, error), tolerance_) || !within(inside, tolerance_)) return false;
    miss(p.on_ellipse(i), size, error);
    miss(line, size, length + weight(p.distance(), 0) + inner);
    const auto nodes = static_cast<double>(hermite > 0 ? hermite : 2 * out_.most + 1);
    // Beside a product each inner node costs an evaluation of phi.
    const bool narrow_feature = p.half_length() < 0.02 * std::fabs(p.centre());
    const double evaluation =
        0.5 * static_cast<double>(branch->tape.instruction_count()) * (narrow_feature ? request_.enclosure : 1);
    work(p, static_cast<double>(out_.count) * nodes * (1 + evaluation));
    out_.panels.push_back({&p, branch, hermite, {}});
    return true;
  }

  bool take_narrow(Panel& p, std::size_t i) {
    if (!(sigma_ > 0)) return false;
    const double high = kappa_ * p.high(i), growth = high * high / (2 * sigma_ * sigma_);
    const double error = rule(p, i) + growth;
    const LogBounds& size = p.on_ellipse(i);
    if (!(growth < 60) || !(size.phi < infinity)) return false;
    // No use in an inner choice that the outer rule's error forbids: sup |phi(v)| is about sqrt V at the least.
    if (!within(plus(sum(size, {request_.at_b.phi / 2, request_.at_b.dphi / 2}), error), plus(tolerance_, 30)))
      return false;
    const Ball middle = ratio_ * p.exact_centre();
    const Ball reach(kappa_ * p.half_length() + window_ * sigma_);
    low_ = ball_detail::lowest(middle - reach);
    top_ = ball_detail::highest(middle + reach);
    const Ball spread(kappa_ * p.wide(i));  // of the means for u on the ellipse, their imaginary parts apart
    first_mean_ = ball_detail::lowest(middle - spread);
    last_mean_ = ball_detail::highest(middle + spread);
    OuterPanel chosen{&p, nullptr, 0, {}};
    here_ = window_size_ = {-infinity, -infinity};
    const double unit = std::ldexp(1.0, inner_level_);
    const double first = std::floor(low_.lower() / unit), last = std::floor(top_.upper() / unit);
    if (last - first > 2e4) fail(p.centre(), "the activation is not resolved with the number of panels allowed");
    for (long index = static_cast<long>(first); index <= static_cast<long>(last); ++index) {
      Partition::Cell& cell = partition_.cell(inner_level_, index);
      for (const auto& q : cell.panels) inner(*q, chosen.inner);
      for (const std::size_t g : cell.gaps) inner_gap(partition_.gaps()[g]);
    }
    if (!within(plus(sum(size, window_size_), error), tolerance_)) return false;
    miss(size, window_size_, error);
    inner_missed_ = most(inner_missed_, here_);
    work(p, static_cast<double>(chosen.inner.size()) * out_.count * out_.count);
    out_.panels.push_back(std::move(chosen));
    return true;
  }

  /// log of the largest conditional density.
  double peak() const { return -log_root_two_pi - std::log(sigma_) + 1e-9; }

  struct Decision {
    bool known = false, taken = false, skipped = false;
    LogBounds missed{}, weighted{};  ///< weighted: of the integral of |phi| with the conditional density
  };

  void inner(Panel& q, std::vector<Panel*>& chosen) {
    if (arb_lt(q.high_end().get(), low_.get()) != 0 || arb_gt(q.low().get(), top_.get()) != 0) return;
    const int away = deviations(q);
    Decision& decision = decisions_[{&q, away}];
    if (!decision.known) decide(q, away, decision);
    if (decision.taken || decision.skipped) {
      here_.phi = log_add(here_.phi, decision.missed.phi);
      here_.dphi = log_add(here_.dphi, decision.missed.dphi);
      window_size_.phi = log_add(window_size_.phi, decision.weighted.phi);
      window_size_.dphi = log_add(window_size_.dphi, decision.weighted.dphi);
      if (decision.taken) chosen.push_back(&q);
      return;
    }
    if (q.depth() > 1'100) fail(q.centre(), "the activation is not resolved");
    for (const auto& half : q.halves()) inner(*half, chosen);
  }

  /// How many sigmas, at least, lie between the means of v and the largest ellipse around the panel: the conditional
  /// density on it is below its peak times exp(-n^2/2).
  int deviations(const Panel& q) const {
    const double right = (q.low() - last_mean_).lower(), left = (first_mean_ - q.high_end()).lower();
    const double rest = std::max(right, left) - (q.wide(Panel::ellipses.size() - 1) - q.half_length());
    return rest > 0 ? static_cast<int>(std::min(100.0, rest / sigma_ * (1 - 1e-12))) : 0;
  }

  void decide(Panel& q, int away, Decision& decision) {
    count(q.centre());
    decision.known = true;
    if (q.half_length() > 2 * sigma_) return;
    const double density = peak() - 0.5 * away * away, length = std::log(2 * q.half_length());
    const LogBounds skip = plus(q.on_line(), length + density);
    decision.weighted = plus(q.on_line(), std::min(0.0, length + density));
    const bool continuous = !request_.slope_wanted || partition_.continuous() || q.branch_holds();
    if (continuous && within(skip, inner_tolerance_)) {
      decision.skipped = true;
      decision.missed = skip;
      return;
    }
    if (!q.branch_holds()) return;
    for (std::size_t i = 0; i < Panel::ellipses.size(); ++i) {
      const double high = q.high(i) / sigma_;
      const LogBounds error = plus(q.on_ellipse(i), q.log_rule_error(i, out_.count) + high * high / 2 + density);
      if (!within(error, inner_tolerance_)) continue;
      decision.taken = true;
      decision.missed = error;
      return;
    }
  }

  void inner_gap(const Partition::GapBound& gap) {
    // The integral of |phi| is at most sqrt(width times the integral of phi^2).
    const double width = std::log(gap.high - gap.low + 1e-300);
    const LogBounds part = plus({(gap.integral.phi + width) / 2, (gap.integral.dphi + width) / 2}, peak());
    check(part, (gap.low + gap.high) / 2);
    here_.phi = log_add(here_.phi, part.phi);
    here_.dphi = log_add(here_.dphi, part.dphi);
  }

  Partition& partition_;
  const PairRequest& request_;
  PairChoice& out_;
  const BallPrecision precision_;
  Ball ratio_, low_, top_, first_mean_, last_mean_;
  double a_ = 0, b_ = 0, sigma_ = 0, kappa_ = 0, strip_ = 0, window_ = 0, moment_ = 0;
  int level_ = 0, inner_level_ = 0;
  LogBounds tolerance_{}, inner_tolerance_{}, missed_{}, inner_missed_{}, here_{}, window_size_{};
  double mixed_ = -infinity;
  std::size_t looked_at_ = 0;
  double products_ = 0;
  std::map<std::pair<const Panel*, int>, Decision> decisions_;  ///< by deviations()
};

}  // namespace

PairChoice choose_pair(Partition& partition, const PairRequest& request) {
  const std::lock_guard lock(partition.mutex());
  PairChoice choice;
  Chooser(partition, request, choice).run();
  return choice;
}

}  // namespace widegeo::gaussian
