#include "theory/support_cases.hpp"

#include <fmt/format.h>

#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "number/error.hpp"

namespace widegeo::theory {
namespace {

/// Keeps the random numbers of cases separate from those of simulations.
constexpr std::uint32_t campaign_of_cases = 0xfffe;

std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

}  // namespace

Cases::Cases(std::uint64_t seed, std::string_view theorem)
    : address_{.seed = seed, .campaign = campaign_of_cases, .network = hash_of(theorem), .layer = 0, .unit = 0} {}

double Cases::uniform(double low, double high) { return low + (high - low) * widegeo::uniform(address_, next_++); }

double Cases::log_uniform(double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); }

double Cases::normal() { return widegeo::normal(address_, next_++); }

std::size_t Cases::index(std::size_t count) {
  const auto drawn = static_cast<std::size_t>(uniform(0, static_cast<double>(count)));
  return drawn < count ? drawn : count - 1;
}

Rational Cases::rational(double low, double high) {
  Rational drawn(static_cast<long>(std::lround(uniform(low, high) * 1024)), 1024);
  drawn.canonicalize();
  return drawn;
}

std::string short_text(double value) { return fmt::format("{:.3g}", value); }

template <class T>
std::unique_ptr<Expectations<T>> by_closed_form(const Activation& activation) {
  const auto form = find_closed_form(activation);
  if (!form) throw Error(ErrorCode::input, "no closed form of '" + activation.name + "'");
  return closed_form_expectations<T>(*form);
}

template <class T>
std::unique_ptr<Expectations<T>> by_quadrature(const Activation& activation) {
  return quadrature_expectations<T>(activation);
}

template std::unique_ptr<Expectations<TrackedDouble>> by_closed_form(const Activation&);
template std::unique_ptr<Expectations<Real>> by_closed_form(const Activation&);
template std::unique_ptr<Expectations<TrackedDouble>> by_quadrature(const Activation&);
template std::unique_ptr<Expectations<Real>> by_quadrature(const Activation&);

}  // namespace widegeo::theory
