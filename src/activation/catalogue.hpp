// Module-internal: the families of the catalogue, and the normalisation of names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "activation/activation.hpp"

namespace widegeo {

std::vector<CatalogueEntry> catalogue_sigmoidal();  ///< bounded, step-like or bell-shaped
std::vector<CatalogueEntry> catalogue_rectifier();  ///< piecewise, and the smooth relatives of the rectifier
std::vector<CatalogueEntry>
catalogue_analytic();  ///< polynomials, trigonometric, exponential and other entire functions

/// Lower case with - for _: the key used by find_entry().
std::string normalised_name(std::string_view name);

}  // namespace widegeo
