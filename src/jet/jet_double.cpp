#include "jet/jet_functions.hpp"

namespace widegeo {

template class Jet<double>;
template class JetPowers<double>;
template Jet<double> compose(std::span<const double>, const Jet<double>&);
template Jet<double> compose(const Jet<double>&, std::span<const Jet<double>>);
template Jet<double> select(const Mask<Jet<double>>&, const Jet<double>&, const Jet<double>&);
template Jet<double> truncated(const Jet<double>&, unsigned);
template Jet<double> partial(const Jet<double>&, unsigned);
template Jet<double> exp(const Jet<double>&);
template Jet<double> log(const Jet<double>&);
template Jet<double> sqrt(const Jet<double>&);
template Jet<double> sin(const Jet<double>&);
template Jet<double> cos(const Jet<double>&);
template Jet<double> tan(const Jet<double>&);
template Jet<double> sinh(const Jet<double>&);
template Jet<double> cosh(const Jet<double>&);
template Jet<double> tanh(const Jet<double>&);
template Jet<double> asin(const Jet<double>&);
template Jet<double> acos(const Jet<double>&);
template Jet<double> atan(const Jet<double>&);
template Jet<double> asinh(const Jet<double>&);
template Jet<double> erf(const Jet<double>&);
template Jet<double> erfc(const Jet<double>&);
template Jet<double> log1p(const Jet<double>&);
template Jet<double> expm1(const Jet<double>&);
template Jet<double> abs(const Jet<double>&);
template Jet<double> relu(const Jet<double>&);
template Jet<double> sign(const Jet<double>&);
template Jet<double> step(const Jet<double>&);
template Jet<double> normal_cdf(const Jet<double>&);
template Jet<double> normal_pdf(const Jet<double>&);
template Jet<double> sigmoid(const Jet<double>&);
template Jet<double> softplus(const Jet<double>&);
template Jet<double> sinc(const Jet<double>&);
template Jet<double> atan2(const Jet<double>&, const Jet<double>&);
template Jet<double> pow(const Jet<double>&, const Jet<double>&);
template Jet<double> min(const Jet<double>&, const Jet<double>&);
template Jet<double> max(const Jet<double>&, const Jet<double>&);
template Jet<double> owens_t(const Jet<double>&, const Jet<double>&);

}  // namespace widegeo
