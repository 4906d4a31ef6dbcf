// Quadrature against rules that share nothing with it: GSL's adaptive integration and Boost's Gauss-Kronrod.
#include <doctest/doctest.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <functional>

#include "gaussian/gaussian.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

double pdf(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * M_PI); }

double call(double z, void* f) { return (*static_cast<std::function<double(double)>*>(f))(z); }

double by_gsl(std::function<double(double)> f) {
  gsl_set_error_handler_off();
  gsl_integration_workspace* workspace = gsl_integration_workspace_alloc(4000);
  gsl_function function{&call, &f};
  double left = 0, right = 0, error = 0;
  gsl_integration_qag(&function, -12, 0, 0, 1e-13, 4000, GSL_INTEG_GAUSS61, workspace, &left, &error);
  gsl_integration_qag(&function, 0, 12, 0, 1e-13, 4000, GSL_INTEG_GAUSS61, workspace, &right, &error);
  gsl_integration_workspace_free(workspace);
  return left + right;
}

double by_boost(const std::function<double(double)>& f) {
  using Rule = boost::math::quadrature::gauss_kronrod<double, 61>;
  return Rule::integrate(f, -12.0, 0.0, 12, 1e-13) + Rule::integrate(f, 0.0, 12.0, 12, 1e-13);
}

}  // namespace

TEST_CASE("gaussian: V and D agree with GSL and with Boost.Math on adaptive panels") {
  auto random = testing::generator_of_test("gaussian_independent one_point");
  double worst = 0;
  for (const char* name :
       {"tanh", "relu", "gelu", "silu", "elu", "softplus", "arctan", "gaussian", "sin", "softsign", "mish"}) {
    const Activation activation = make_activation(name);
    const auto e = quadrature_expectations<TrackedDouble>(activation);
    for (std::size_t trial = 0; trial < testing::trials(4); ++trial) {
      const double q = testing::log_uniform(random, 1e-3, 30), root = std::sqrt(q);
      const auto o = e->one_point(TrackedDouble(q), 1);
      const auto at = [&](double z, int what) {
        const double in[1] = {root * z};
        double out[2];
        expr::Tape::Workspace<double> workspace;
        activation.tape.evaluate<double>(in, out, workspace);
        const double f = what < 2 ? out[0] * out[0] : out[1] * out[1];
        return f * pdf(z) * (what % 2 == 0 ? 1 : (z * z - 1) / (2 * q));
      };
      const double mine[4] = {o.V[0].value, o.V[1].value, o.D[0].value, o.D[1].value};
      for (int what = 0; what < 4; ++what) {
        const std::function<double(double)> f = [&](double z) { return at(z, what); };
        // The independent rules carry 1e-13 of the scale of their terms, 1/q larger for the derivatives.
        const double scale = (what < 2 ? o.V[0].value : o.D[0].value) * (what % 2 == 0 ? 1 : 1 / q);
        for (const double other : {by_gsl(f), by_boost(f)}) {
          const double difference = std::abs(mine[what] - other) / scale;
          worst = std::max(worst, difference);
          CHECK_MESSAGE(difference < 2e-12, name, " q ", q, " quantity ", what);
        }
      }
    }
  }
  std::printf("gaussian: worst difference to GSL and Boost %.2e of the scale\n", worst);
}

TEST_CASE("gaussian: K and Kdot agree with nested Gauss-Kronrod panels") {
  auto random = testing::generator_of_test("gaussian_independent two_point");
  using Rule = boost::math::quadrature::gauss_kronrod<double, 31>;
  for (const char* name : {"tanh", "gelu", "softplus", "gaussian"}) {
    const Activation activation = make_activation(name);
    const auto e = quadrature_expectations<TrackedDouble>(activation);
    const double a = testing::log_uniform(random, 0.1, 4), b = testing::log_uniform(random, 0.1, 4);
    const double rho = testing::uniform(random, -0.9, 0.9), n = rho * std::sqrt(a * b),
                 minor = a * b * (1 - rho) * (1 + rho);
    const auto t = e->two_point({TrackedDouble(a), TrackedDouble(b), TrackedDouble(n), TrackedDouble(minor), false},
                                TwoPointNeed::kernel);
    expr::Tape::Workspace<double> workspace;
    const auto nested = [&](int which) {
      const auto phi = [&](double x) {
        const double in[1] = {x};
        double out[2];
        activation.tape.evaluate<double>(in, out, workspace);
        return out[which];
      };
      const auto inner = [&](double z1) {
        const double mean = n / std::sqrt(a) * z1, sigma = std::sqrt(minor / a);
        return pdf(z1) * phi(std::sqrt(a) * z1) *
               Rule::integrate([&](double z2) { return pdf(z2) * phi(mean + sigma * z2); }, -9.5, 9.5, 5, 1e-11);
      };
      return Rule::integrate(inner, -9.5, 9.5, 5, 1e-11);
    };
    CHECK_MESSAGE(std::abs(t.K.value - nested(0)) < 1e-10, name);
    CHECK_MESSAGE(std::abs(t.Kdot.value - nested(1)) < 1e-10, name);
  }
}
