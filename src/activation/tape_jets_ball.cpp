// The tape over jets of balls.
#include "core/ball.hpp"
#include "expr/tape_impl.hpp"
#include "jet/jet.hpp"

namespace widegeo::expr {

template <>
struct TapeScalar<Jet<Ball>> {
  static unsigned precision() { return static_cast<unsigned>(ball_bits()); }
  static Jet<Ball> number(const Rational& value) { return Jet<Ball>(from_rational<Ball>(value)); }
  static Jet<Ball> circle_constant() { return Jet<Ball>(widegeo::pi<Ball>()); }
};

template void Tape::evaluate(std::span<const Jet<Ball>>, std::span<Jet<Ball>>, Workspace<Jet<Ball>>&) const;
template Jet<Ball> Tape::operator()(const Jet<Ball>&) const;

}  // namespace widegeo::expr
