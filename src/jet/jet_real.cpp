#include "jet/jet_functions.hpp"
#include "number/function_list.hpp"

namespace widegeo {

template class Jet<Real>;
template class JetPowers<Real>;
template Jet<Real> compose(std::span<const Real>, const Jet<Real>&);
template Jet<Real> compose(const Jet<Real>&, std::span<const Jet<Real>>);
template Jet<Real> select(const Mask<Jet<Real>>&, const Jet<Real>&, const Jet<Real>&);
template Jet<Real> truncated(const Jet<Real>&, unsigned);
template Jet<Real> partial(const Jet<Real>&, unsigned);
#define WIDEGEO_INSTANCE(f) template Jet<Real> f(const Jet<Real>&);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE
#define WIDEGEO_INSTANCE(f) template Jet<Real> f(const Jet<Real>&, const Jet<Real>&);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE

}  // namespace widegeo
