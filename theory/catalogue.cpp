#include "theory/catalogue.hpp"

namespace widegeo::theory {

const std::vector<Theorem>& catalogue() {
#define WIDEGEO_CALL(f) f(),
  static const std::vector<Theorem> all{WIDEGEO_THEOREMS(WIDEGEO_CALL)};
#undef WIDEGEO_CALL
  return all;
}

}  // namespace widegeo::theory
