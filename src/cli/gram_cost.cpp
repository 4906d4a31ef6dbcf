#include "cli/gram_cost.hpp"
namespace widegeo::cli {}
