#include "jet/jet_functions.hpp"
#include "number/function_list.hpp"

namespace widegeo {

template class Jet<TrackedDouble>;
template class JetPowers<TrackedDouble>;
template Jet<TrackedDouble> compose(std::span<const TrackedDouble>, const Jet<TrackedDouble>&);
template Jet<TrackedDouble> compose(const Jet<TrackedDouble>&, std::span<const Jet<TrackedDouble>>);
template Jet<TrackedDouble> select(const Mask<Jet<TrackedDouble>>&, const Jet<TrackedDouble>&,
                                   const Jet<TrackedDouble>&);
template Jet<TrackedDouble> truncated(const Jet<TrackedDouble>&, unsigned);
template Jet<TrackedDouble> partial(const Jet<TrackedDouble>&, unsigned);
#define WIDEGEO_INSTANCE(f) template Jet<TrackedDouble> f(const Jet<TrackedDouble>&);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE
#define WIDEGEO_INSTANCE(f) template Jet<TrackedDouble> f(const Jet<TrackedDouble>&, const Jet<TrackedDouble>&);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE

}  // namespace widegeo
