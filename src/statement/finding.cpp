#include "statement/finding.hpp"

namespace widegeo::statement {

std::string to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::proved:
      return "proved";
    case Verdict::enclosed:
      return "enclosed";
    case Verdict::searched:
      return "searched";
    case Verdict::fails:
      return "fails";
    case Verdict::undecided:
      return "undecided";
  }
  return "undecided";
}

std::string to_text(const Point& point) {
  std::string text = point.activation.empty() ? "" : "activation " + point.activation + ", ";
  text += "depth " + std::to_string(point.depth);
  if (point.dimension > 0) text += ", dimension " + std::to_string(point.dimension);
  for (const auto& [name, value] : point.values) text += ", " + name + " = " + widegeo::to_text(value);
  return text;
}

}  // namespace widegeo::statement
