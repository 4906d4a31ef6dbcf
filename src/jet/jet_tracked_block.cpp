#include "jet/jet_functions.hpp"
#include "number/function_list.hpp"

namespace widegeo {

template class Jet<TrackedBlock>;
template class JetPowers<TrackedBlock>;
template Jet<TrackedBlock> compose(std::span<const TrackedBlock>, const Jet<TrackedBlock>&);
template Jet<TrackedBlock> compose(const Jet<TrackedBlock>&, std::span<const Jet<TrackedBlock>>);
template Jet<TrackedBlock> select(const Mask<Jet<TrackedBlock>>&, const Jet<TrackedBlock>&, const Jet<TrackedBlock>&);
template Jet<TrackedBlock> truncated(const Jet<TrackedBlock>&, unsigned);
template Jet<TrackedBlock> partial(const Jet<TrackedBlock>&, unsigned);
#define WIDEGEO_INSTANCE(f) template Jet<TrackedBlock> f(const Jet<TrackedBlock>&);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE
#define WIDEGEO_INSTANCE(f) template Jet<TrackedBlock> f(const Jet<TrackedBlock>&, const Jet<TrackedBlock>&);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE

}  // namespace widegeo
