// The kernel of one pair of inputs to the wanted digits.
#pragma once

#include "api/prepared.hpp"
#include "kernel/kernel.hpp"
#include "number/escalation.hpp"

namespace widegeo::api {

struct PairRequest {
  bool ntk = false;
  unsigned derivatives = 0;
};

/// kernel, kernel_dot, then with derivatives gradient_x[i], gradient_y[i], and mixed_hessian[i][j] row by row.
Answers kernel_answers(const PreparedNetwork& network, const PairRequest& request, const std::vector<Rational>& x,
                       const std::vector<Rational>& y, const Accuracy& accuracy);

template <class T>
PairKernel<T> pair_kernel(const PreparedNetwork& network, const PairRequest& request, const Expectations<T>& source,
                          const InputPair<T>& inputs) {
  return request.ntk ? ntk(network.model, source, inputs, request.derivatives)
                     : nngp(network.model, source, inputs, request.derivatives);
}

}  // namespace widegeo::api
