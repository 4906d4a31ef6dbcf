#include "jet/jet_functions.hpp"

namespace widegeo {

template class Jet<TrackedDouble>;
template class JetPowers<TrackedDouble>;
template Jet<TrackedDouble> compose(std::span<const TrackedDouble>, const Jet<TrackedDouble>&);
template Jet<TrackedDouble> compose(const Jet<TrackedDouble>&, std::span<const Jet<TrackedDouble>>);
template Jet<TrackedDouble> select(const Mask<Jet<TrackedDouble>>&, const Jet<TrackedDouble>&,
                                   const Jet<TrackedDouble>&);
template Jet<TrackedDouble> truncated(const Jet<TrackedDouble>&, unsigned);
template Jet<TrackedDouble> partial(const Jet<TrackedDouble>&, unsigned);
template Jet<TrackedDouble> exp(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> log(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> sqrt(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> sin(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> cos(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> tan(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> sinh(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> cosh(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> tanh(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> asin(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> acos(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> atan(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> asinh(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> erf(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> erfc(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> log1p(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> expm1(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> abs(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> relu(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> sign(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> step(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> normal_cdf(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> normal_pdf(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> sigmoid(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> softplus(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> sinc(const Jet<TrackedDouble>&);
template Jet<TrackedDouble> atan2(const Jet<TrackedDouble>&, const Jet<TrackedDouble>&);
template Jet<TrackedDouble> pow(const Jet<TrackedDouble>&, const Jet<TrackedDouble>&);
template Jet<TrackedDouble> min(const Jet<TrackedDouble>&, const Jet<TrackedDouble>&);
template Jet<TrackedDouble> max(const Jet<TrackedDouble>&, const Jet<TrackedDouble>&);
template Jet<TrackedDouble> owens_t(const Jet<TrackedDouble>&, const Jet<TrackedDouble>&);

}  // namespace widegeo
