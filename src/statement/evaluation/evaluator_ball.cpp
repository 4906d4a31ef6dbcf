#include "statement/evaluation/evaluator.hpp"

namespace widegeo::statement {

template class Evaluator<Ball>;

}  // namespace widegeo::statement
