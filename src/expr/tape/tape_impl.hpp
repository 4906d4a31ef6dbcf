// Implementation of Tape::evaluate, instantiated in a few .cpp files: here for plain scalars, in activation for their
// jets.
#pragma once

#include <algorithm>

#include "expr/tape/tape.hpp"
#include "number/function_list.hpp"
#include "number/scalar.hpp"

namespace widegeo::expr {

/// How a scalar type converts constants, and at which precision in this thread (0: fixed). A type that needs to see
/// what is compared defines chosen(comparison, left, right, if_true, if_false), used in place of select().
template <class T>
struct TapeScalar {
  static constexpr bool multiprecision = std::is_same_v<T, Real>;
  static T number(const Rational& value) { return from_rational<T>(value); }
  static T circle_constant() { return widegeo::pi<T>(); }
};

template <class T>
void Tape::prepare(Workspace<T>& workspace) const {
  unsigned digits = 0;
  if constexpr (requires { TapeScalar<T>::precision(); })
    digits = TapeScalar<T>::precision();
  else if constexpr (TapeScalar<T>::multiprecision)
    digits = working_digits();
  if (workspace.tape == id_ && workspace.digits == digits && id_ != 0) return;
  // Fresh registers: a Real keeps the precision it was created with.
  workspace.registers.clear();
  workspace.registers.resize(register_count_);
  for (std::size_t i = 0; i < constants_.size(); ++i) workspace.registers[i] = TapeScalar<T>::number(constants_[i]);
  if (uses_pi_) workspace.registers[constants_.size()] = TapeScalar<T>::circle_constant();
  workspace.tape = id_;
  workspace.digits = digits;
}

template <class T>
void Tape::evaluate(std::span<const T> in, std::span<T> out, Workspace<T>& workspace) const {
  if (in.size() != inputs_.size() || out.size() != outputs_.size())
    throw Error(ErrorCode::input, "a tape of " + std::to_string(inputs_.size()) + " inputs and " +
                                      std::to_string(outputs_.size()) + " outputs was given " +
                                      std::to_string(in.size()) + " and " + std::to_string(out.size()));
  std::copy(in.begin(), in.end(), inputs(workspace).begin());
  run(workspace);
  for (std::size_t i = 0; i < outputs_.size(); ++i) out[i] = output(workspace, i);
}

template <class T>
std::span<T> Tape::inputs(Workspace<T>& workspace) const {
  prepare(workspace);
  return {workspace.registers.data() + constants_.size() + (uses_pi_ ? 1 : 0), inputs_.size()};
}

template <class T>
void Tape::run(Workspace<T>& workspace) const {
  T* const r = workspace.registers.data();
  for (const Instruction& i : code_) {
    T& to = r[i.to];
    const T& a = r[i.a];
    const auto choose = [&](const auto& comparison) {
      if constexpr (requires { TapeScalar<T>::chosen(comparison, a, a, a, a); })
        to = TapeScalar<T>::chosen(comparison, a, r[i.b], r[i.c], r[i.d]);
      else
        to = select(comparison, r[i.c], r[i.d]);
    };
    switch (i.op) {
      case Op::add:
        to = a + r[i.b];
        break;
      case Op::subtract:
        to = a - r[i.b];
        break;
      case Op::multiply:
        to = a * r[i.b];
        break;
      case Op::divide:
        to = a / r[i.b];
        break;
      case Op::power:
        to = i.integer_power ? pow_int(a, exponents_[i.b]) : pow(a, r[i.b]);
        break;
      case Op::negate:
        to = -a;
        break;
      case Op::less:
        choose(less(a, r[i.b]));
        break;
      case Op::less_equal:
        choose(less_equal(a, r[i.b]));
        break;
      case Op::equal:
        choose(equal(a, r[i.b]));
        break;
#define WIDEGEO_INSTRUCTION(f) \
  case Op::f:                  \
    to = f(a);                 \
    break;
        WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_INSTRUCTION)
#undef WIDEGEO_INSTRUCTION
      case Op::min:
        to = min(a, r[i.b]);
        break;
      case Op::max:
        to = max(a, r[i.b]);
        break;
      case Op::atan2:
        to = atan2(a, r[i.b]);
        break;
      case Op::owens_t:
        to = owens_t(a, r[i.b]);
        break;
      default:
        throw Error(ErrorCode::input, "not an instruction of a tape", std::string(name_of(i.op)));
    }
  }
}

template <class T>
T Tape::operator()(const T& x) const {
  Workspace<T> workspace;
  T result{};
  evaluate<T>(std::span<const T>(&x, 1), std::span<T>(&result, 1), workspace);
  return result;
}

}  // namespace widegeo::expr
