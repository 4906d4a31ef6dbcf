#include <utility>

#include "kernel/radial_logarithmic.hpp"
#include "kernel/radial_recursion_body.hpp"
#include "number/ball/ball.hpp"

namespace widegeo {

template <class T>
RadialJets<T> radial_recursion(ReadOut read_out, const RadialParameters<T>& parameters, const Expectations<T>& source) {
  const Jet<T>& t = parameters.t;
  if (t.shape().variables() == 0 || t.shape().order() == 0)
    throw Error(ErrorCode::input, "the metric is a derivative: t must be a Taylor series of order 1 at least", "order");
  if (parameters.s.empty() || parameters.s.size() != parameters.b.size())
    throw Error(ErrorCode::input, "the variances of weights and biases must be given layer by layer", "depth");
  // Gives constants of the empty shape the shape of t; the arithmetic rejects any other shape.
  const Jet<T> zero = Jet<T>::constant(t.shape(), T(0));
  const auto run = [&](const Expectations<T>& expectations) {
    return radial_detail::recursion(read_out, parameters.s[0] * t + parameters.b[0], zero + parameters.s[0],
                                    std::span<const Jet<T>>(parameters.s), std::span<const Jet<T>>(parameters.b),
                                    expectations);
  };
  if constexpr (std::is_same_v<T, Ball>) {
    if (t.shape().order() >= 2) {
      const unsigned order = t.shape().order() - 2;
      const RecordedSource recorded(source, order);
      RadialJets<Ball> result = run(recorded);
      RadialParameters<Ball> lower{truncated(t, order), {}, {}};
      for (const Jet<Ball>& s : parameters.s) lower.s.push_back(truncated(s, order));
      for (const Jet<Ball>& b : parameters.b) lower.b.push_back(truncated(b, order));
      result.logarithmic = logarithmic_radial(read_out, lower, recorded);
      return result;
    }
  }
  return run(source);
}

template RadialJets<TrackedDouble> radial_recursion(ReadOut, const RadialParameters<TrackedDouble>&,
                                                    const Expectations<TrackedDouble>&);
template RadialJets<Real> radial_recursion(ReadOut, const RadialParameters<Real>&, const Expectations<Real>&);
template RadialJets<Ball> radial_recursion(ReadOut, const RadialParameters<Ball>&, const Expectations<Ball>&);

}  // namespace widegeo
