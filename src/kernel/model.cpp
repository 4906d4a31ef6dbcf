#include <string>

#include "kernel/layer_variances.hpp"
#include "number/error.hpp"

namespace widegeo {

namespace {

constexpr unsigned max_depth = 100000;

void check_counts(const std::vector<Rational>& values, unsigned depth, const char* name) {
  if (values.size() == 1 || values.size() == depth) return;
  throw Error(
      ErrorCode::input,
      std::string(name) + " has " + std::to_string(values.size()) + " values for depth " + std::to_string(depth), name,
      "give one value for all layers, or one per layer");
}

const Rational& of_layer(const std::vector<Rational>& values, unsigned l) {
  return values.size() == 1 ? values.front() : values[l - 1];
}

}  // namespace

void Model::validate() const {
  if (depth == 0) throw Error(ErrorCode::input, "the depth is 0", "depth", "a network needs at least one hidden layer");
  if (depth > max_depth)
    throw Error(ErrorCode::input, "the depth " + std::to_string(depth) + " is too large", "depth",
                "at most " + std::to_string(max_depth));
  check_counts(weight_variance, depth, "weight variance");
  check_counts(bias_variance, depth, "bias variance");
  for (const Rational& s : weight_variance)
    if (sgn(s) <= 0)
      throw Error(ErrorCode::input, "the weight variance " + to_text(s) + " is not positive", "weight variance");
  for (const Rational& b : bias_variance)
    if (sgn(b) < 0) throw Error(ErrorCode::input, "the bias variance " + to_text(b) + " is negative", "bias variance");
}

const Rational& Model::s(unsigned l) const { return of_layer(weight_variance, l); }
const Rational& Model::b(unsigned l) const { return of_layer(bias_variance, l); }

Rational first_weight_variance(const Model& model, unsigned long dimension) {
  Rational s = model.s(1);
  if (model.input_scale == InputScale::fan_in) s /= Rational(dimension);
  return s;
}

}  // namespace widegeo
