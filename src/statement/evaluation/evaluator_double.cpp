#include "statement/evaluation/evaluator.hpp"

namespace widegeo::statement {

template class Evaluator<TrackedDouble>;

}  // namespace widegeo::statement
