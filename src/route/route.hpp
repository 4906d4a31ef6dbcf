// The routes to Gaussian expectations.
#pragma once

namespace widegeo {

enum class Route {
  automatic,   ///< the closed form, and quadrature where there is none or it refuses
  closed,      ///< the closed form alone
  quadrature,  ///< quadrature and series alone: an independent route
};

}  // namespace widegeo
