// An expression compiled to a flat list of instructions: the only evaluator of expressions, for every scalar type.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "expr/expr.hpp"

namespace widegeo::expr {

class Tape {
 public:
  Tape() = default;
  /// Common subexpressions (also across outputs) are computed once. Throws Error(input) if a variable is not in
  /// `inputs`.
  Tape(std::span<const Expr> outputs, std::vector<std::string> inputs);

  std::size_t input_count() const { return inputs_.size(); }
  std::size_t output_count() const { return outputs_.size(); }
  std::size_t instruction_count() const { return code_.size(); }
  std::size_t register_count() const { return register_count_; }

  /// Constants, inputs and temporaries for one thread at one precision; reusable (also for another tape), but not to be
  /// shared between threads.
  template <class T>
  struct Workspace {
    std::vector<T> registers;
    std::uint64_t tape = 0;  ///< id of the tape whose constants the registers hold; 0: none
    unsigned digits = 0;     ///< precision at which the constants were converted
  };

  /// in: input_count() scalars, out: output_count(). `if` evaluates both branches and selects by lane, so the branch
  /// not taken may do anything (divide by zero, say). A comparison as an output is 1 or 0. T: double, Block, Strip,
  /// Real, TrackedDouble, TrackedBlock here; Jet of each in the module activation.
  template <class T>
  void evaluate(std::span<const T> in, std::span<T> out, Workspace<T>& workspace) const;

  /// The steps of evaluate(), for callers that run a tape repeatedly with some inputs unchanged: the input registers,
  /// whose values persist between runs of this tape in this workspace; the instructions; the results.
  template <class T>
  std::span<T> inputs(Workspace<T>& workspace) const;
  template <class T>
  void run(Workspace<T>& workspace) const;
  template <class T>
  const T& output(const Workspace<T>& workspace, std::size_t i) const {
    return workspace.registers[outputs_[i]];
  }

  template <class T>
  T operator()(const T& x) const;  ///< one input, one output, own workspace

 private:
  /// registers[to] = op(registers[a], registers[b]); a comparison is `registers[a] < registers[b] ? registers[c] :
  /// registers[d]` and so on; a power with integer_power has exponents_[b] as exponent.
  struct Instruction {
    Op op;
    bool integer_power;
    std::uint32_t to, a, b, c, d;
  };
  friend class TapeBuilder;

  template <class T>
  void prepare(Workspace<T>& workspace) const;

  // Register layout: constants, pi (if used), inputs, temporaries.
  std::vector<Instruction> code_;
  std::vector<Rational> constants_;
  bool uses_pi_ = false;
  std::vector<long> exponents_;
  std::vector<std::string> inputs_;
  std::vector<std::uint32_t> outputs_;
  std::size_t register_count_ = 0;
  std::uint64_t id_ = 0;
};

}  // namespace widegeo::expr
