// The tape over complex balls: analytic continuation of activations.
#include "expr/tape/tape_impl.hpp"
#include "number/ball/complex_ball.hpp"

namespace widegeo::expr {

template <>
struct TapeScalar<ComplexBall> {
  static unsigned precision() { return static_cast<unsigned>(ball_bits()); }
  static ComplexBall number(const Rational& value) { return from_rational<ComplexBall>(value); }
  static ComplexBall circle_constant() { return widegeo::pi<ComplexBall>(); }
};

template void Tape::evaluate(std::span<const ComplexBall>, std::span<ComplexBall>, Workspace<ComplexBall>&) const;
template ComplexBall Tape::operator()(const ComplexBall&) const;

}  // namespace widegeo::expr
