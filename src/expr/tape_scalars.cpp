#include "expr/tape_impl.hpp"

namespace widegeo::expr {

template void Tape::evaluate(std::span<const double>, std::span<double>, Workspace<double>&) const;
template void Tape::evaluate(std::span<const Block>, std::span<Block>, Workspace<Block>&) const;
template void Tape::evaluate(std::span<const Real>, std::span<Real>, Workspace<Real>&) const;
template void Tape::evaluate(std::span<const TrackedDouble>, std::span<TrackedDouble>, Workspace<TrackedDouble>&) const;
template void Tape::evaluate(std::span<const TrackedBlock>, std::span<TrackedBlock>, Workspace<TrackedBlock>&) const;

template double Tape::operator()(const double&) const;
template Block Tape::operator()(const Block&) const;
template Real Tape::operator()(const Real&) const;
template TrackedDouble Tape::operator()(const TrackedDouble&) const;
template TrackedBlock Tape::operator()(const TrackedBlock&) const;

}  // namespace widegeo::expr
