// Finite networks for theorems: small ones as Taylor series in multiprecision, and simulations of many networks in
// double.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "jet/jet.hpp"
#include "montecarlo/moments.hpp"
#include "network/spec.hpp"
#include "theory/support_cases.hpp"
#include "theory/theorem.hpp"

namespace widegeo::theory {

/// Normal weights and biases drawn from a stream of cases: h_1 = W_1 x + c_1, h_{l+1} = W phi(h_l)/sqrt(n_l) + c, and
/// Phi = phi(h_L)/sqrt(n_L).
struct SmallNetwork {
  Activation activation;
  unsigned dimension = 0;
  std::vector<unsigned> widths;            ///< n_1, ..., n_L
  std::vector<std::vector<Real>> weights;  ///< per layer, row-major
  std::vector<std::vector<Real>> biases;
};
SmallNetwork small_network(Cases& cases, const std::string& activation, unsigned dimension,
                           std::vector<unsigned> widths);
/// Phi as a Taylor series of the given order at the point.
std::vector<Jet<Real>> features(const SmallNetwork& network, const std::vector<Rational>& point, unsigned order);
/// g_ab = d_a Phi . d_b Phi at [a d + b], to one order less.
std::vector<Jet<Real>> pullback(const std::vector<Jet<Real>>& features, unsigned dimension);
/// "erf, d = 3, widths 7 10"
std::string place_of(const SmallNetwork& network);

/// Campaigns of the random numbers of simulated networks: one per theorem, starting with this one.
inline constexpr std::uint32_t first_campaign = 0xe000;

/// P(|z| > 5) = 5.7e-7 for a normal z: the declared false-alarm rate of one statistical comparison.
inline constexpr double quantile_of_alarms = 5;
/// The corresponding `tolerance_reason`.
extern const char* const statistical_reason;

/// Measures one network into the span; one object per thread.
using Measure = std::function<void(std::uint32_t network, std::span<double> out)>;
/// Mean and covariance over networks 0, ..., samples - 1, with the same bits for any number of threads.
Moments simulate(std::uint64_t samples, unsigned threads, std::size_t size, const std::function<Measure()>& make);

/// Compares the mean of component i with an exact value, in units of its standard error.
void compare_mean(Evidence& evidence, const std::string& at, const Moments& moments, std::size_t i, double exact);

/// E F(z), z ~ N(0, 1), for F analytic near the line and of at most polynomial growth: the trapezoidal rule, whose
/// error decreases faster than any power of the step (1/40 here; beyond |z| = 12 the density is below 1e-31).
double gaussian_mean(const std::function<double(double)>& F);

}  // namespace widegeo::theory
