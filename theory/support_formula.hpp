// Formulas of the theorems: the text printed in a statement is parsed and evaluated by the tape, like every other
// expression of the project.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "expr/tape/tape.hpp"
#include "number/scalar.hpp"

namespace widegeo::theory {

/// A text of the expression language in the named variables, compiled once.
class Formula {
 public:
  Formula(const std::string& text, std::vector<std::string> variables);
  Formula(const expr::Expr& tree, std::vector<std::string> variables);

  /// `values`: of the variables, in the order named. T: double, TrackedDouble, Real.
  template <class T>
  T operator()(const std::vector<T>& values) const;

  const expr::Expr& tree() const { return tree_; }
  /// d/d variable, almost everywhere.
  Formula derivative(const std::string& variable) const;

 private:
  expr::Expr tree_;
  std::vector<std::string> variables_;
  expr::Tape tape_;
};

}  // namespace widegeo::theory
