#include "theory/catalogue.hpp"

namespace widegeo::theory {

const std::vector<Theorem>& catalogue() {
  static const std::vector<Theorem> all{
      // kernels and expectations

      // the metric and its curvature

      // finite networks and statistics
  };
  return all;
}

}  // namespace widegeo::theory
