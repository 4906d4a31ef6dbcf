#include "jet/jet_functions.hpp"
#include "number/function_list.hpp"

namespace widegeo {

template class Jet<Block>;
template class JetPowers<Block>;
template Jet<Block> compose(std::span<const Block>, const Jet<Block>&);
template Jet<Block> compose(const Jet<Block>&, std::span<const Jet<Block>>);
template Jet<Block> select(const Mask<Jet<Block>>&, const Jet<Block>&, const Jet<Block>&);
template Jet<Block> truncated(const Jet<Block>&, unsigned);
template Jet<Block> partial(const Jet<Block>&, unsigned);
#define WIDEGEO_INSTANCE(f) template Jet<Block> f(const Jet<Block>&);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE
#define WIDEGEO_INSTANCE(f) template Jet<Block> f(const Jet<Block>&, const Jet<Block>&);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE

}  // namespace widegeo
