#include "number/estimate.hpp"

namespace widegeo {

std::string_view to_text(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::rigorous:
      return "rigorous";
    case ErrorKind::rounding:
      return "rounding";
    case ErrorKind::truncation:
      return "truncation";
    case ErrorKind::statistical:
      return "statistical";
  }
  return "unknown";
}

}  // namespace widegeo
