#include "jet/jet_functions.hpp"

namespace widegeo {

template class Jet<TrackedBlock>;
template class JetPowers<TrackedBlock>;
template Jet<TrackedBlock> compose(std::span<const TrackedBlock>, const Jet<TrackedBlock>&);
template Jet<TrackedBlock> compose(const Jet<TrackedBlock>&, std::span<const Jet<TrackedBlock>>);
template Jet<TrackedBlock> select(const Mask<Jet<TrackedBlock>>&, const Jet<TrackedBlock>&, const Jet<TrackedBlock>&);
template Jet<TrackedBlock> truncated(const Jet<TrackedBlock>&, unsigned);
template Jet<TrackedBlock> partial(const Jet<TrackedBlock>&, unsigned);
template Jet<TrackedBlock> exp(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> log(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> sqrt(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> sin(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> cos(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> tan(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> sinh(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> cosh(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> tanh(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> asin(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> acos(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> atan(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> asinh(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> erf(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> erfc(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> log1p(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> expm1(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> abs(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> relu(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> sign(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> step(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> normal_cdf(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> normal_pdf(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> sigmoid(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> softplus(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> sinc(const Jet<TrackedBlock>&);
template Jet<TrackedBlock> atan2(const Jet<TrackedBlock>&, const Jet<TrackedBlock>&);
template Jet<TrackedBlock> pow(const Jet<TrackedBlock>&, const Jet<TrackedBlock>&);
template Jet<TrackedBlock> min(const Jet<TrackedBlock>&, const Jet<TrackedBlock>&);
template Jet<TrackedBlock> max(const Jet<TrackedBlock>&, const Jet<TrackedBlock>&);
template Jet<TrackedBlock> owens_t(const Jet<TrackedBlock>&, const Jet<TrackedBlock>&);

}  // namespace widegeo
