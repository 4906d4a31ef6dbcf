#include "network/feature.hpp"

#include <algorithm>

namespace widegeo {

FeatureGram gram_of(const FeatureJet& features) {
  constexpr Eigen::Index block = 256;  // rows at a time: no copy of the whole, and the block stays in the cache
  const Eigen::Index n = features.value.size(), d = features.jacobian.cols(), pairs = features.hessian.cols();
  FeatureGram out;
  out.dimension = d;
  out.order = pairs > 0 ? 2 : 1;
  out.units = static_cast<std::uint64_t>(n);
  out.gram.setZero(1 + d + pairs, 1 + d + pairs);
  Eigen::MatrixXd rows;
  for (Eigen::Index first = 0; first < n; first += block) {
    const Eigen::Index count = std::min(block, n - first);
    rows.resize(1 + d + pairs, count);
    rows.row(0) = features.value.segment(first, count).transpose();
    rows.middleRows(1, d) = features.jacobian.middleRows(first, count).transpose();
    if (pairs > 0) rows.bottomRows(pairs) = features.hessian.middleRows(first, count).transpose();
    out.gram.selfadjointView<Eigen::Lower>().rankUpdate(rows);
  }
  out.gram.triangularView<Eigen::StrictlyUpper>() = out.gram.transpose();
  return out;
}

}  // namespace widegeo
