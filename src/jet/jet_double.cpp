#include "jet/jet_functions.hpp"
#include "number/function_list.hpp"

namespace widegeo {

template class Jet<double>;
template class JetPowers<double>;
template Jet<double> compose(std::span<const double>, const Jet<double>&);
template Jet<double> compose(const Jet<double>&, std::span<const Jet<double>>);
template Jet<double> select(const Mask<Jet<double>>&, const Jet<double>&, const Jet<double>&);
template Jet<double> truncated(const Jet<double>&, unsigned);
template Jet<double> partial(const Jet<double>&, unsigned);
#define WIDEGEO_INSTANCE(f) template Jet<double> f(const Jet<double>&);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE
#define WIDEGEO_INSTANCE(f) template Jet<double> f(const Jet<double>&, const Jet<double>&);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE

}  // namespace widegeo
