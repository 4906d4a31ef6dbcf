// Random activations that are hard for quadrature: a tame background with bumps, steps, sigmoids, kinks, cusps and
// oscillations of any width and location. Each comes with the information that the oracle needs.
#pragma once

#include <random>
#include <string>

#include "testing/arb_oracle.hpp"
#include "testing/checks.hpp"

namespace widegeo::testing {

struct RandomActivation {
  std::string text;
  bool jumps = false;  ///< E phi'^2 is infinite
  std::vector<double> splits;
  std::optional<arb::Cusp> cusp;
  std::string rest;  ///< phi without its cusp

  arb::Subject subject() const {
    // Growth 1e30 (1 + |x|)^3: coefficients are below 100, widths above 1e-9, frequencies below 1e4, at most four
    // factors, and every summand or factor satisfies |f| <= 100 (1 + |x|), |f'| <= 100 (1 + |x|) 1e9. A distant cusp
    // violates the bound of phi' next to it, by less than c^2 alpha^2 (2/((2 alpha - 1) s) + 1) exp(-Z^2/2) in the
    // integral: s is at least 1e-3 and 2 alpha - 1 at least 0.1, far below the bound.
    arb::Subject s;
    s.phi = expr::parse(text, {"x"});
    s.splits = splits;
    s.cusp = cusp;
    if (cusp) s.rest = expr::parse(rest, {"x"});
    return s;
  }
};

class RandomActivations {
 public:
  explicit RandomActivations(std::mt19937_64 generator) : random_(generator) {}
  std::mt19937_64& generator() { return random_; }
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  /// Features are located on the scale of `deviation`, or anywhere in [-300, 300]. `largest`: the largest standard
  /// deviation that will be used.
  RandomActivation draw(double deviation, double largest) {
    RandomActivation a;
    largest_ = largest;
    std::string sum = below(8) == 0 ? "" : background();
    const unsigned features = 1 + below(2) + (below(6) == 0 ? 1 : 0);
    for (unsigned i = 0; i < features; ++i) sum += (sum.empty() ? "" : "+") + feature(a, deviation);
    if (below(6) == 0) sum = wrapped(sum);
    a.rest = sum;
    if (!a.jumps && below(12) == 0) {
      // A double, so that the oracle can start there; a dyadic number with few decimal digits.
      const double m = below(4) == 0 ? 0 : std::round(centre(deviation) * 1024) / 1024;
      const std::string alpha = "0." + std::to_string(55 + below(42)), c = coefficient();
      a.cusp = arb::Cusp{*parse_rational(c), Rational(m), *parse_rational(alpha)};
      a.splits.push_back(m);
      sum += "+" + c + "*abs(" + shifted(exact(m)) + ")^" + alpha;
    }
    a.text = sum;
    return a;
  }

 private:
  static std::string format(double x, int digits) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", digits, x);
    return text;
  }
  static std::string exact(double x) { return format(x, 17); }
  std::string shifted(const std::string& m) {
    if (m == "0") return "x";
    return m[0] == '-' ? "x+" + m.substr(1) : "x-" + m;
  }
  std::string coefficient() { return format(log_uniform(random_, below(8) == 0 ? 1e-9 : 0.05, 10), 3); }
  double centre(double deviation) {
    if (below(3) == 0) return uniform(random_, -300, 300);
    return std::max(-300., std::min(300., deviation * uniform(random_, -3, 3)));
  }

  std::string background() {
    static const char* const tame[] = {
        "tanh(x)", "erf(x)",       "relu(x)",      "sin(x)",      "x",          "x*Phi(x)",
        "atan(x)", "cos(x)",       "x/(1+abs(x))", "softplus(x)", "sigmoid(x)", "max(x,x/10)",
        "1",       "x*sigmoid(x)", "exp(-x^2/2)",  "abs(x)",      "x^2/10",     "erf(x)*cos(x)"};
    return tame[below(sizeof tame / sizeof *tame)];
  }

  std::string feature(RandomActivation& a, double deviation) {
    const std::string c = coefficient(), m = below(10) == 0 ? "0" : format(centre(deviation), 6),
                      w = format(log_uniform(random_, 1e-9, 10), 3);
    const std::string t = shifted(m), u = "(" + t + ")/" + w;
    const unsigned kind = below(21);
    if (kind != 15 && kind != 16) a.splits.push_back(std::stod(m));
    // An oscillation is integrated period by period, so it must not have more than some thousands of periods.
    const auto frequency = [&] {
      return format(log_uniform(random_, 0.1, std::min(1e4, std::max(0.2, 100 / largest_))), 3);
    };
    if (kind < 6) return c + "*exp(-(" + u + ")^2)";
    if (kind < 11) {
      static const char* const steps[] = {"tanh", "erf", "sigmoid", "atan", "Phi"};
      return c + "*" + steps[kind - 6] + "(" + u + ")";
    }
    if (kind == 11) return c + "*" + w + "*softplus(" + u + ")";
    if (kind < 14) return c + "/(1+(" + u + ")^2)";
    if (kind == 14) return c + "*x*exp(-(" + u + ")^2)";
    if (kind == 15) return c + "*sin(" + frequency() + "*x)";
    if (kind == 16) return c + "*cos(" + frequency() + "*x)*tanh(x)";
    if (kind == 17) return c + "*abs(" + t + ")";
    if (kind == 18) return c + "*relu(" + t + ")";
    if (kind == 19 || below(3) != 0) return c + "*max(" + t + ",sin(2*(" + t + ")))";
    if (m == "0") return c + "*x";  // a factor tanh(x) would remove the jump
    a.jumps = true;
    return c + (below(2) == 0 ? "*step(" : "*sign(") + t + ")";
  }

  std::string wrapped(const std::string& sum) {
    static const char* const outer[] = {"tanh(", "sin(", "erf(", "sigmoid("};
    if (below(3) == 0) return "(" + sum + ")*" + (below(2) == 0 ? "tanh(x)" : "exp(-x^2/8)");
    return outer[below(4)] + sum + ")";
  }

  std::mt19937_64 random_;
  double largest_ = 1;
};

}  // namespace widegeo::testing
