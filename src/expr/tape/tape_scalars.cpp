#include "expr/tape/tape_impl.hpp"
#include "number/strip/strip.hpp"

namespace widegeo::expr {

template <>
struct TapeScalar<Strip> {
  static constexpr bool multiprecision = false;
  static Strip number(const Rational& value) { return from_rational<double>(value); }
  static Strip circle_constant() { return widegeo::pi<double>(); }
};

template void Tape::evaluate(std::span<const double>, std::span<double>, Workspace<double>&) const;
template void Tape::evaluate(std::span<const Block>, std::span<Block>, Workspace<Block>&) const;
template void Tape::evaluate(std::span<const Strip>, std::span<Strip>, Workspace<Strip>&) const;
template void Tape::evaluate(std::span<const Real>, std::span<Real>, Workspace<Real>&) const;
template void Tape::evaluate(std::span<const TrackedDouble>, std::span<TrackedDouble>, Workspace<TrackedDouble>&) const;
template void Tape::evaluate(std::span<const TrackedBlock>, std::span<TrackedBlock>, Workspace<TrackedBlock>&) const;

template std::span<Strip> Tape::inputs(Workspace<Strip>&) const;
template std::span<TrackedBlock> Tape::inputs(Workspace<TrackedBlock>&) const;
template void Tape::run(Workspace<Strip>&) const;
template void Tape::run(Workspace<TrackedBlock>&) const;

template double Tape::operator()(const double&) const;
template Block Tape::operator()(const Block&) const;
template Real Tape::operator()(const Real&) const;
template TrackedDouble Tape::operator()(const TrackedDouble&) const;
template TrackedBlock Tape::operator()(const TrackedBlock&) const;

}  // namespace widegeo::expr
