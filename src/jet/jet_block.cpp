#include "jet/jet_functions.hpp"

namespace widegeo {

template class Jet<Block>;
template class JetPowers<Block>;
template Jet<Block> compose(std::span<const Block>, const Jet<Block>&);
template Jet<Block> compose(const Jet<Block>&, std::span<const Jet<Block>>);
template Jet<Block> select(const Mask<Jet<Block>>&, const Jet<Block>&, const Jet<Block>&);
template Jet<Block> truncated(const Jet<Block>&, unsigned);
template Jet<Block> partial(const Jet<Block>&, unsigned);
template Jet<Block> exp(const Jet<Block>&);
template Jet<Block> log(const Jet<Block>&);
template Jet<Block> sqrt(const Jet<Block>&);
template Jet<Block> sin(const Jet<Block>&);
template Jet<Block> cos(const Jet<Block>&);
template Jet<Block> tan(const Jet<Block>&);
template Jet<Block> sinh(const Jet<Block>&);
template Jet<Block> cosh(const Jet<Block>&);
template Jet<Block> tanh(const Jet<Block>&);
template Jet<Block> asin(const Jet<Block>&);
template Jet<Block> acos(const Jet<Block>&);
template Jet<Block> atan(const Jet<Block>&);
template Jet<Block> asinh(const Jet<Block>&);
template Jet<Block> erf(const Jet<Block>&);
template Jet<Block> erfc(const Jet<Block>&);
template Jet<Block> log1p(const Jet<Block>&);
template Jet<Block> expm1(const Jet<Block>&);
template Jet<Block> abs(const Jet<Block>&);
template Jet<Block> relu(const Jet<Block>&);
template Jet<Block> sign(const Jet<Block>&);
template Jet<Block> step(const Jet<Block>&);
template Jet<Block> normal_cdf(const Jet<Block>&);
template Jet<Block> normal_pdf(const Jet<Block>&);
template Jet<Block> sigmoid(const Jet<Block>&);
template Jet<Block> softplus(const Jet<Block>&);
template Jet<Block> sinc(const Jet<Block>&);
template Jet<Block> atan2(const Jet<Block>&, const Jet<Block>&);
template Jet<Block> pow(const Jet<Block>&, const Jet<Block>&);
template Jet<Block> min(const Jet<Block>&, const Jet<Block>&);
template Jet<Block> max(const Jet<Block>&, const Jet<Block>&);
template Jet<Block> owens_t(const Jet<Block>&, const Jet<Block>&);

}  // namespace widegeo
