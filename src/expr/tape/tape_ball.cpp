// The tape over balls: enclosures of its results.
#include "expr/tape/tape_impl.hpp"
#include "number/ball/ball.hpp"

namespace widegeo::expr {

template <>
struct TapeScalar<Ball> {
  static unsigned precision() { return static_cast<unsigned>(ball_bits()); }
  static Ball number(const Rational& value) { return from_rational<Ball>(value); }
  static Ball circle_constant() { return widegeo::pi<Ball>(); }
};

template void Tape::evaluate(std::span<const Ball>, std::span<Ball>, Workspace<Ball>&) const;
template Ball Tape::operator()(const Ball&) const;

}  // namespace widegeo::expr
