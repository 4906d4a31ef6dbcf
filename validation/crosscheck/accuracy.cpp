// For every activation of the catalogue: the double results of both routes against quadrature at 40 digits or more.
// Prints the table of docs/accuracy/activations.md: worst relative error, and worst ratio of true to stated error (the
// promise is
// <= 1).
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <random>

#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

struct Worst {
  double relative = 0, ratio = 0;
  bool used = false;
  void add(const TrackedDouble& computed, const Real& exact) {
    used = true;
    // The reference, of about 40 digits, has noise of its own, far below every double's rounding: no less than this can
    // be told.
    constexpr double noise = 1e-35;
    const double size = std::fabs(static_cast<double>(exact));
    const double difference = static_cast<double>(abs(Real(computed.value) - exact));
    const double error = difference <= noise * (1 + size) ? 0 : difference;
    if (size > noise) relative = std::max(relative, error / size);
    // A stated error of 0 promises an exact result.
    if (error > 0) ratio = std::max(ratio, computed.error > 0 ? error / computed.error : INFINITY);
  }
  std::string text() const { return used ? fmt::format("{:.1e} ({:.2f})", relative, ratio) : "-"; }
};

/// Points at which every activation with a finite expectation is compared.
/// More of both, smaller and larger, with more effort.
std::vector<std::string> variances() {
  if (testing::test_effort() < 2) return {"7/10", "4"};
  return {"1/100", "7/10", "4", "25"};
}
std::vector<std::string> correlations() {
  if (testing::test_effort() < 2) return {"1/2"};
  return {"1/2", "-3/10"};
}

}  // namespace

TEST_CASE(
    "accuracy: in double every activation lies within its stated error of the multiprecision value, on both routes") {
  const PrecisionScope scope(50);
  fmt::print(
      "| activation | V, D closed | V, D quadrature | K, Kdot closed | K, Kdot quadrature |\n|---|---|---|---|---|\n");
  for (const CatalogueEntry& entry : catalogue()) {
    CAPTURE(entry.name);
    const Activation activation = make_activation(entry.name);
    const auto form = find_closed_form(activation);
    const auto reference = quadrature_expectations<Real>(activation);
    const auto quadrature = quadrature_expectations<TrackedDouble>(activation);
    const auto closed = form ? closed_form_expectations<TrackedDouble>(*form) : nullptr;
    const bool differentiable = !activation.analysis.has_jump();
    Worst one_closed, one_quadrature, two_closed, two_quadrature;
    for (const std::string& text : variances()) {
      const Rational q(text);
      try {
        if (differentiable) {
          const auto exact = reference->one_point(to_real(q), 2);
          const auto compare = [&](const Expectations<TrackedDouble>& source, Worst& worst) {
            const auto got = source.one_point(from_rational<TrackedDouble>(q), 2);
            for (unsigned k = 0; k <= 2; ++k) {
              worst.add(got.V[k], exact.V[k]);
              worst.add(got.D[k], exact.D[k]);
            }
          };
          compare(*quadrature, one_quadrature);
          if (closed) compare(*closed, one_closed);
        }
        for (const std::string& correlation : correlations()) {
          // a = q, b = q: rho = n / q stays an exact rational, and so does ab - n^2.
          const Rational n = q * Rational(correlation), minor = q * q - n * n;
          const auto covariance = [&]<class T>() {
            return Covariance<T>{from_rational<T>(q), from_rational<T>(q), from_rational<T>(n),
                                 from_rational<T>(minor)};
          };
          const auto exact = reference->two_point(covariance.operator()<Real>(), TwoPointNeed::kernel);
          const auto compare = [&](const Expectations<TrackedDouble>& source, Worst& worst) {
            const auto got = source.two_point(covariance.operator()<TrackedDouble>(), TwoPointNeed::kernel);
            worst.add(got.K, exact.K);
            if (differentiable) worst.add(got.Kdot, exact.Kdot);
          };
          compare(*quadrature, two_quadrature);
          if (closed) compare(*closed, two_closed);
        }
      } catch (const Error& error) {
        // The expectation does not exist at this variance (exp(x^2) and its like): the same on every route.
        if (error.code() != ErrorCode::input) FAIL_CHECK(entry.name << " at q = " << text << ": " << error.what());
      }
    }
    for (const Worst* worst : {&one_closed, &one_quadrature, &two_closed, &two_quadrature}) CHECK(worst->ratio <= 1);
    fmt::print("| {} | {} | {} | {} | {} |\n", entry.name, one_closed.text(), one_quadrature.text(), two_closed.text(),
               two_quadrature.text());
  }
}
