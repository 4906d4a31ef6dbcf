#include "api/scalar_taylor.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <type_traits>

#include "gaussian/one_point/hermite.hpp"
#include "jet/jet.hpp"
#include "number/error.hpp"

namespace widegeo::api {
namespace {

constexpr unsigned most_terms = 3000;

template <class T>
std::vector<T> by_closed_form(const expr::Tape& tape, const T& q, const T& n0, unsigned order) {
  const JetShape& shape = JetShape::get(1, order);
  const Jet<T> n = Jet<T>::variable(shape, 0, n0), a = Jet<T>::constant(shape, q);
  const std::array<Jet<T>, 4> in{a, a, n, (q - n) * (n + q)};
  std::array<Jet<T>, 1> out;
  expr::Tape::Workspace<Jet<T>> workspace;
  tape.evaluate<Jet<T>>(in, out, workspace);
  std::vector<T> result;
  for (unsigned j = 0; j <= order; ++j) result.push_back(j < out[0].size() ? out[0].coefficient(j) : T(0));
  return result;
}

/// log of binomial(k, j) r^(k - j).
double log_weight(unsigned k, unsigned j, double log_r) {
  return std::lgamma(k + 1.0) - std::lgamma(j + 1.0) - std::lgamma(k - j + 1.0) + (k - j) * log_r;
}

std::vector<Real> by_hermite(const Activation& activation, const Real& q, const Real& n0, unsigned order) {
  const Real rho = n0 / q;
  const double size = std::fabs(rho.to_double()), nats = 2.302585 * (working_digits() + 3);
  unsigned last = order;
  if (size > 0) {
    // Beyond `last` the weights of every j <= order fall, and are below the working precision.
    const double log_r = std::log(size);
    while (last < most_terms && ((last + 1) * (1 - size) < order + 1 || log_weight(last + 1, order, log_r) > -nats ||
                                 log_weight(last + 1, 0, log_r) > -nats))
      last += 8;
    if (last >= most_terms)
      throw Error(ErrorCode::accuracy, "the series about correlation 0 converges too slowly in a deeper layer",
                  "--as power", "ask for --as chebyshev");
  }
  const auto hermite = gaussian::hermite_coefficients<Real>(activation, q, last);
  std::vector<Real> result;
  Real scale(1);
  for (unsigned j = 0; j <= order; ++j) {
    Real sum(0), weight(1);
    for (unsigned k = j; k <= last; ++k) {
      sum += hermite.c[k] * hermite.c[k] * weight;
      if (size == 0) break;
      weight = weight * rho * Real(k + 1) / Real(k + 1 - j);
    }
    result.push_back(sum / scale);
    scale *= q;
  }
  return result;
}

}  // namespace

template <class T>
gram::TaylorOfKernel<T> taylor_of_kernel(const PreparedNetwork& network, bool closed) {
  if (closed) {
    const std::array<expr::Expr, 1> outputs{network.closed->K};
    const auto tape = std::make_shared<expr::Tape>(outputs, std::vector<std::string>{"a", "b", "n", "m"});
    return [tape](const T& q, const T& n0, unsigned order) { return by_closed_form<T>(*tape, q, n0, order); };
  }
  if constexpr (std::is_same_v<T, Real>) {
    return [&network](const Real& q, const Real& n0, unsigned order) {
      return by_hermite(network.activation, q, n0, order);
    };
  } else {
    throw Error(ErrorCode::accuracy, "Hermite coefficients are summed in multiprecision");
  }
}

template gram::TaylorOfKernel<TrackedDouble> taylor_of_kernel<TrackedDouble>(const PreparedNetwork&, bool);
template gram::TaylorOfKernel<Real> taylor_of_kernel<Real>(const PreparedNetwork&, bool);

}  // namespace widegeo::api
