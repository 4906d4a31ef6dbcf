#include "jet/jet_functions.hpp"

namespace widegeo {

template class Jet<Real>;
template class JetPowers<Real>;
template Jet<Real> compose(std::span<const Real>, const Jet<Real>&);
template Jet<Real> compose(const Jet<Real>&, std::span<const Jet<Real>>);
template Jet<Real> select(const Mask<Jet<Real>>&, const Jet<Real>&, const Jet<Real>&);
template Jet<Real> truncated(const Jet<Real>&, unsigned);
template Jet<Real> partial(const Jet<Real>&, unsigned);
template Jet<Real> exp(const Jet<Real>&);
template Jet<Real> log(const Jet<Real>&);
template Jet<Real> sqrt(const Jet<Real>&);
template Jet<Real> sin(const Jet<Real>&);
template Jet<Real> cos(const Jet<Real>&);
template Jet<Real> tan(const Jet<Real>&);
template Jet<Real> sinh(const Jet<Real>&);
template Jet<Real> cosh(const Jet<Real>&);
template Jet<Real> tanh(const Jet<Real>&);
template Jet<Real> asin(const Jet<Real>&);
template Jet<Real> acos(const Jet<Real>&);
template Jet<Real> atan(const Jet<Real>&);
template Jet<Real> asinh(const Jet<Real>&);
template Jet<Real> erf(const Jet<Real>&);
template Jet<Real> erfc(const Jet<Real>&);
template Jet<Real> log1p(const Jet<Real>&);
template Jet<Real> expm1(const Jet<Real>&);
template Jet<Real> abs(const Jet<Real>&);
template Jet<Real> relu(const Jet<Real>&);
template Jet<Real> sign(const Jet<Real>&);
template Jet<Real> step(const Jet<Real>&);
template Jet<Real> normal_cdf(const Jet<Real>&);
template Jet<Real> normal_pdf(const Jet<Real>&);
template Jet<Real> sigmoid(const Jet<Real>&);
template Jet<Real> softplus(const Jet<Real>&);
template Jet<Real> sinc(const Jet<Real>&);
template Jet<Real> atan2(const Jet<Real>&, const Jet<Real>&);
template Jet<Real> pow(const Jet<Real>&, const Jet<Real>&);
template Jet<Real> min(const Jet<Real>&, const Jet<Real>&);
template Jet<Real> max(const Jet<Real>&, const Jet<Real>&);
template Jet<Real> owens_t(const Jet<Real>&, const Jet<Real>&);

}  // namespace widegeo
