#include "api/kernel.hpp"

#include <algorithm>
#include <optional>

#include "gram/scalar/scalar_source.hpp"

namespace widegeo::api {
namespace {

Rational dot(const std::vector<Rational>& x, const std::vector<Rational>& y) {
  Rational sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

struct PairComputation {
  const PreparedNetwork& network;
  const PairRequest& request;
  const std::vector<Rational>&x, &y;

  template <class T>
  Outcomes<T> operator()() const {
    // Rational arithmetic is exact: the minor of near-parallel inputs loses nothing.
    const Rational xx = dot(x, x), yy = dot(y, y), xy = dot(x, y);
    InputPair<T> inputs;
    inputs.xx = from_rational<T>(xx);
    inputs.yy = from_rational<T>(yy);
    inputs.xy = from_rational<T>(xy);
    inputs.minor = from_rational<T>(Rational(xx * yy - xy * xy));
    inputs.coincident = x == y;
    inputs.dimension = x.size();

    return by_route(network, [&](bool closed) {
      return outcomes(*make_expectations<T>(network, closed, network.route == Route::automatic), inputs);
    });
  }

  template <class T>
  Outcomes<T> outcomes(const Expectations<T>& source, const InputPair<T>& inputs) const {
    const std::string infinite = network.no_metric_reason();
    const gram::WithoutSlope<T> without_slope(source);
    const PairKernel<T> k = infinite.empty() ? pair_kernel<T>(network, request, source, inputs)
                                             : pair_kernel<T>(network, request, without_slope, inputs);
    Outcomes<T> result;
    result.kind = source.kind();
    result.add("kernel", k.kernel);
    if (!infinite.empty()) {
      result.none("kernel_dot", infinite);
    } else if (!k.kernel_dot) {
      result.none("kernel_dot", k.kernel_dot_reason);
    } else {
      result.add("kernel_dot", *k.kernel_dot);
    }
    if (request.derivatives == 0) return result;
    std::vector<T> u, v;
    for (const Rational& value : x) u.push_back(from_rational<T>(value));
    for (const Rational& value : y) v.push_back(from_rational<T>(value));
    for (std::size_t i = 0; i < u.size(); ++i) result.add(name("gradient_x", i), k.gx[0] * u[i] + k.gx[1] * v[i]);
    for (std::size_t i = 0; i < u.size(); ++i) result.add(name("gradient_y", i), k.gy[0] * u[i] + k.gy[1] * v[i]);
    if (request.derivatives == 1) return result;
    for (std::size_t i = 0; i < u.size(); ++i) {
      for (std::size_t j = 0; j < u.size(); ++j) {
        const T sum = k.h[0] * u[i] * u[j] + k.h[1] * u[i] * v[j] + k.h[2] * v[i] * u[j] + k.h[3] * v[i] * v[j];
        result.add(name("mixed_hessian", i, j), i == j ? sum + k.identity : sum);
      }
    }
    return result;
  }

  static std::string name(const std::string& base, std::size_t i) { return base + "[" + std::to_string(i + 1) + "]"; }
  static std::string name(const std::string& base, std::size_t i, std::size_t j) {
    return base + "[" + std::to_string(i + 1) + "," + std::to_string(j + 1) + "]";
  }
};

unsigned spread_between(const PreparedNetwork& network, const PairRequest& request, const std::vector<Rational>& x,
                        const std::vector<Rational>& y) {
  // One layer by quadrature takes the digits that its covariance asks for by itself.
  if (!network.use_closed() && network.model.depth == 1 && request.derivatives == 0) return 0;
  const Rational xx = dot(x, x), yy = dot(y, y), xy = dot(x, y);
  unsigned most = std::max({decades(network.model), widegeo::decades(xx), widegeo::decades(yy)});
  if (xx != 0 && yy != 0) {
    const Rational squares = xx * yy;
    most = std::max({most, widegeo::decades(Rational((squares - xy * xy) / squares)) / 2,
                     widegeo::decades(Rational(xy * xy / squares)) / 2});
  }
  return spread_of(most);
}

}  // namespace

Answers kernel_answers(const PreparedNetwork& network, const PairRequest& request, const std::vector<Rational>& x,
                       const std::vector<Rational>& y, const Accuracy& accuracy) {
  if (request.ntk) network.require_ntk();
  if (request.derivatives > 0 && !network.no_metric_reason().empty()) {
    throw Error::about_argument(ErrorCode::input, "the kernel has no derivatives: " + network.no_metric_reason(),
                                "derivatives");
  }
  if (request.derivatives == 2 && network.units_on_kink(dot(x, x)) && network.units_on_kink(dot(y, y))) {
    throw Error(ErrorCode::input, "the kernel has no mixed Hessian at x = y = 0: phi' has a kink at 0",
                network.activation.name, "give the biases a variance, or move the points off the origin");
  }
  // The time grows faster than the cube of the digits: a minute at this many.
  constexpr unsigned most_pair_digits = 300;
  if (!network.use_closed() && x != y && accuracy.digits > most_pair_digits) {
    throw Error(ErrorCode::accuracy,
                "quadrature of a pair of inputs gives at most " + std::to_string(most_pair_digits) + " digits",
                network.activation.name, "ask for fewer digits; a single point or a closed form has no such limit");
  }
  return evaluate(PairComputation{network, request, x, y}, accuracy, {spread_between(network, request, x, y), false});
}

}  // namespace widegeo::api
