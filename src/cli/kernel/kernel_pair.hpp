// The kernel of one pair of inputs to the wanted digits.
#pragma once

#include "cli/program/commands.hpp"
#include "cli/program/precision.hpp"
#include "kernel/kernel.hpp"

namespace widegeo::cli {

struct PairRequest {
  bool ntk = false;
  unsigned derivatives = 0;
};

PairRequest make_request(const Options& options);

/// kernel, kernel_dot, then with derivatives gradient_x[i], gradient_y[i], and mixed_hessian[i][j] row by row.
Answers kernel_answers(const Setup& setup, const PairRequest& request, const std::vector<Rational>& x,
                       const std::vector<Rational>& y, const Accuracy& accuracy);

template <class T>
PairKernel<T> pair_kernel(const Setup& setup, const PairRequest& request, const Expectations<T>& source,
                          const InputPair<T>& inputs) {
  return request.ntk ? ntk(setup.model, source, inputs, request.derivatives)
                     : nngp(setup.model, source, inputs, request.derivatives);
}

}  // namespace widegeo::cli
