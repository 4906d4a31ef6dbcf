// Instantiates the tape for jets of balls.
#include "expr/tape/tape_impl.hpp"
#include "jet/jet.hpp"
#include "number/ball/ball.hpp"

namespace widegeo::expr {

template <>
struct TapeScalar<Jet<Ball>> {
  static unsigned precision() { return static_cast<unsigned>(ball_bits()); }
  static Jet<Ball> number(const Rational& value) { return Jet<Ball>(from_rational<Ball>(value)); }
  static Jet<Ball> circle_constant() { return Jet<Ball>(widegeo::pi<Ball>()); }
  static Jet<Ball> chosen(const TrackedMask<bool>& mask, const Jet<Ball>& left, const Jet<Ball>& right,
                          const Jet<Ball>& if_true, const Jet<Ball>& if_false);
};

namespace {

bool varies(const Jet<Ball>& x) {
  for (std::size_t i = 1; i < x.size(); ++i)
    if (!x.coefficient(i).is_exactly_zero()) return true;
  return false;
}

}  // namespace

// Where the comparison changes inside of the balls a choice may jump: its slopes there bound nothing.
Jet<Ball> TapeScalar<Jet<Ball>>::chosen(const TrackedMask<bool>& mask, const Jet<Ball>& left, const Jet<Ball>& right,
                                        const Jet<Ball>& if_true, const Jet<Ball>& if_false) {
  Jet<Ball> r = select(mask, if_true, if_false);
  if (!mask.undecided || (!varies(left) && !varies(right))) return r;
  for (const Jet<Ball>* x : {&left, &right})
    if (r.size() < x->size()) r = Jet<Ball>::constant(x->shape(), r.value());
  for (std::size_t i = 1; i < r.size(); ++i) r.coefficient(i) = Ball::anything();
  return r;
}

template void Tape::evaluate(std::span<const Jet<Ball>>, std::span<Jet<Ball>>, Workspace<Jet<Ball>>&) const;
template Jet<Ball> Tape::operator()(const Jet<Ball>&) const;

}  // namespace widegeo::expr
