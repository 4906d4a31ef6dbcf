// Instantiates the tape for jets; here because expr and jet are modules of one level and must not depend on each other.
#include "expr/tape/tape_impl.hpp"
#include "jet/jet.hpp"

namespace widegeo::expr {

template <class T>
struct TapeScalar<Jet<T>> {
  static constexpr bool multiprecision = std::is_same_v<T, Real>;
  static Jet<T> number(const Rational& value) { return Jet<T>(from_rational<T>(value)); }
  static Jet<T> circle_constant() { return Jet<T>(widegeo::pi<T>()); }
};

// clang-format off
template void Tape::evaluate(std::span<const Jet<double>>, std::span<Jet<double>>, Workspace<Jet<double>>&) const;
template void Tape::evaluate(std::span<const Jet<Block>>, std::span<Jet<Block>>, Workspace<Jet<Block>>&) const;
template void Tape::evaluate(std::span<const Jet<Real>>, std::span<Jet<Real>>, Workspace<Jet<Real>>&) const;
template void Tape::evaluate(std::span<const Jet<TrackedDouble>>, std::span<Jet<TrackedDouble>>, Workspace<Jet<TrackedDouble>>&) const;
template void Tape::evaluate(std::span<const Jet<TrackedBlock>>, std::span<Jet<TrackedBlock>>, Workspace<Jet<TrackedBlock>>&) const;
// clang-format on

template Jet<double> Tape::operator()(const Jet<double>&) const;
template Jet<Block> Tape::operator()(const Jet<Block>&) const;
template Jet<Real> Tape::operator()(const Jet<Real>&) const;
template Jet<TrackedDouble> Tape::operator()(const Jet<TrackedDouble>&) const;
template Jet<TrackedBlock> Tape::operator()(const Jet<TrackedBlock>&) const;

}  // namespace widegeo::expr
