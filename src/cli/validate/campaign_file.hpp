// Campaign files: grids of models, points and widths in TOML.
#pragma once

#include "cli/validate/validate_options.hpp"

namespace widegeo::cli {

/// Reads --campaign FILE.toml. Experiments in the order of the file; in each the grid runs over activation, weight law,
/// depth, point (dimension, then radius; or the list of points), the first slowest; widths belong to one case. Throws
/// Error(io) for a file that cannot be read or parsed, Error(input) naming the line for what has no meaning.
ValidationPlan plan_of_file(const Options& options);

/// The point of a radius: radius (1, 2, ..., d) / |(1, 2, ..., d)|, no axis and no symmetry, each coordinate rounded to
/// double; these doubles are the point, for the theory as for the simulation.
std::vector<Rational> generic_point(const Rational& radius, unsigned long dimension);

}  // namespace widegeo::cli
