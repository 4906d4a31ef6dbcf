#include "theory/support_formula.hpp"

#include <set>

namespace widegeo::theory {
namespace {

expr::Expr parsed(const std::string& text, const std::vector<std::string>& variables) {
  return expr::parse(text, {variables.begin(), variables.end()});
}

expr::Tape compiled(const expr::Expr& tree, const std::vector<std::string>& variables) {
  return expr::Tape(std::span(&tree, 1), variables);
}

}  // namespace

Formula::Formula(const expr::Expr& tree, std::vector<std::string> variables)
    : tree_(tree), variables_(std::move(variables)), tape_(compiled(tree_, variables_)) {}

Formula::Formula(const std::string& text, std::vector<std::string> variables)
    : tree_(parsed(text, variables)), variables_(std::move(variables)), tape_(compiled(tree_, variables_)) {}

template <class T>
T Formula::operator()(const std::vector<T>& values) const {
  expr::Tape::Workspace<T> workspace;
  T result(0);
  tape_.evaluate(std::span<const T>(values), std::span<T>(&result, 1), workspace);
  return result;
}

Formula Formula::derivative(const std::string& variable) const {
  return Formula(expr::derivative(tree_, variable), variables_);
}

template double Formula::operator()(const std::vector<double>&) const;
template TrackedDouble Formula::operator()(const std::vector<TrackedDouble>&) const;
template Real Formula::operator()(const std::vector<Real>&) const;

}  // namespace widegeo::theory
