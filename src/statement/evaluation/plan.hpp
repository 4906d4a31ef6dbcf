// A program at one choice, independent of the scalar type: every name in its expressions is a slot with the required
// order of its Taylor series, every group of expressions a tape over slots.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "expr/tape/tape.hpp"
#include "quantity/quantity.hpp"
#include "statement/evaluation/program.hpp"

namespace widegeo::statement {

struct Slot {
  enum class Kind { constant, range, t, radius, quantity, call, missing };
  Kind kind = Kind::constant;
  std::string name;
  Rational value;         ///< constant
  std::size_t index = 0;  ///< range: of the ranges; call: of the calls
  GeometricQuantity quantity = GeometricQuantity::A;
  std::string reason;  ///< missing: why
  unsigned order = 0;  ///< of the series needed when the results are values; one more for gradients
};

/// Expressions evaluated together, with the order of the input and output series as in Slot.
struct Stage {
  expr::Tape tape;
  std::vector<std::size_t> slots;  ///< inputs of the tape
  unsigned order = 0;
};

struct CallPlan {
  std::string function, text;
  unsigned derivative = 0;
  bool coincident = false;  ///< all arguments are the same expression
  Stage arguments;
};

struct EvaluationPlan {
  EvaluationPlan(const Program& program, const Choice& choice);

  std::vector<Slot> slots;
  std::vector<CallPlan> calls;
  Stage claim, hypothesis;  ///< left - right of every comparison, then the values of the conditions
  Stage sides;              ///< left and right of every comparison of the claim
  /// Slots of the model's parameters; t is `none` if the statement has neither radius nor t.
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t t = none;
  std::vector<std::size_t> s, b;
  std::size_t range_count = 0;
  std::size_t t_range = none;  ///< the range that is the radius or t
  Rational t_value;            ///< if there is no such range: the radius or t
  bool t_is_radius = false;    ///< the range or t_value is the radius
  unsigned radial_order = 0;   ///< required order of A in t for values; 0: no quantity is used
  unsigned top_order = 0;      ///< the largest order of any slot
  ReadOut read_out = ReadOut::post;
  unsigned depth = 1;
  unsigned long dimension = 0;
  Rational input_divisor = 1;  ///< the dimension for the fan-in scale

 private:
  std::size_t slot_of(const std::string& name);
  void need(std::size_t slot, unsigned order);
  Stage stage(const std::vector<expr::Expr>& outputs, unsigned order);
  Slot classified(const std::string& name) const;
  void add_parameters();
  void add_calls(const Claim& claim);
  void need_arguments(const Claim& claim, std::size_t first);

  const Program* program_;
  const Choice* choice_;
};

}  // namespace widegeo::statement
