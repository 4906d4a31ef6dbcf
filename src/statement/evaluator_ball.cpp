#include "statement/evaluator.hpp"

namespace widegeo::statement {

template class Evaluator<Ball>;

}  // namespace widegeo::statement
