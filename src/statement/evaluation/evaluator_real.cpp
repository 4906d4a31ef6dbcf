#include "statement/evaluation/evaluator.hpp"

namespace widegeo::statement {

template class Evaluator<Real>;

}  // namespace widegeo::statement
