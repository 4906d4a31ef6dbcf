// An expression compiled to a flat list of instructions: the only evaluator of the project, for every scalar.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "expr/expr.hpp"

namespace widegeo::expr {

class Tape {
 public:
  Tape() = default;
  /// Common subexpressions (also across outputs) are computed once. Throws Error(input) when a variable is not in `inputs`.
  Tape(std::span<const Expr> outputs, std::vector<std::string> inputs);

  std::size_t input_count() const { return inputs_.size(); }
  std::size_t output_count() const { return outputs_.size(); }
  std::size_t instruction_count() const { return code_.size(); }

  /// Registers and converted constants of one thread at one precision; reusable, not shareable between threads.
  template <class T>
  struct Workspace {
    std::vector<T> registers;
    std::vector<T> constants;  ///< filled on first use; for Real refilled when the working precision has changed
    unsigned digits = 0;
  };

  /// in: input_count() scalars, out: output_count(). `choose` evaluates both sides and selects by lane.
  template <class T>
  void evaluate(std::span<const T> in, std::span<T> out, Workspace<T>& workspace) const;

  template <class T>
  T operator()(const T& x) const;  ///< one input, one output, with a workspace of its own

 private:
  struct Instruction {
    Op op;
    std::uint32_t a, b, c;  ///< registers; for number: index of the constant; for variable: index of the input
  };
  std::vector<Instruction> code_;
  std::vector<Rational> constants_;
  std::vector<std::string> inputs_;
  std::vector<std::uint32_t> outputs_;
};

}  // namespace widegeo::expr
