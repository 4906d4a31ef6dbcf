// The closed list of scalar types, and the functions that each of them has. Generic code uses unqualified calls (after
// `using std::sqrt;` or by argument-dependent look-up), integer and rational constants only, and `select` instead of
// branches.
#pragma once

#include "number/block.hpp"
#include "number/rational.hpp"
#include "number/real.hpp"
#include "number/tracked/tracked.hpp"

namespace widegeo {

// The scalars of the library: double, Block, Real, Tracked<double>, Tracked<Block>; and Jet<T> of each.
using TrackedDouble = Tracked<double>;
using TrackedBlock = Tracked<Block>;

/// The scalar nearest to an exact number; a Tracked scalar carries the rounding of the conversion as its error.
template <class T>
T from_rational(const Rational& value);
template <>
double from_rational<double>(const Rational& value);
template <>
Block from_rational<Block>(const Rational& value);
template <>
Real from_rational<Real>(const Rational& value);
template <>
TrackedDouble from_rational<TrackedDouble>(const Rational& value);
template <>
TrackedBlock from_rational<TrackedBlock>(const Rational& value);

/// pi to the precision of the scalar (Tracked: with its rounding error).
template <class T>
T pi();
template <>
double pi<double>();
template <>
Block pi<Block>();
template <>
Real pi<Real>();
template <>
TrackedDouble pi<TrackedDouble>();
template <>
TrackedBlock pi<TrackedBlock>();

}  // namespace widegeo

#include "number/functions.hpp"  // IWYU pragma: export
