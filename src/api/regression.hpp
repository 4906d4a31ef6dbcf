// Ridge regression with the kernel of an infinitely wide network: the posterior mean of its Gaussian process (NNGP), or
// the prediction of the trained network (NTK).
#pragma once

#include <cstddef>
#include <vector>

#include "api/gram/gram.hpp"
#include "learning/ridge.hpp"

namespace widegeo::api {

/// Rows train first, then those to predict.
struct RegressionData {
  const ExactRows& rows;
  std::size_t train = 0, test = 0;
  std::size_t outputs = 1;
  const std::vector<double>& targets;  ///< train x outputs, row after row
};

struct Regression {
  bool ntk = false;
  learning::RidgeResult fit;
  double kernel_error = 0;  ///< of an entry, relative to sqrt(K(x,x) K(y,y))
  double solve_seconds = 0;
};

struct RegressionAnswer {
  std::vector<Regression> fits;  ///< NNGP, then NTK: those asked for
  ErrorKind kind = ErrorKind::rounding;
  bool closed = false;  ///< the kernels come from the closed form
  double kernel_seconds = 0;
};

/// `ridge` is relative to the mean of the diagonal of the kernel of the training rows. Throws Error.
RegressionAnswer regress(const PreparedNetwork& network, const gram::GramRequest& request, const RegressionData& data,
                         double ridge, unsigned threads, const Watch* watch = nullptr);

}  // namespace widegeo::api
