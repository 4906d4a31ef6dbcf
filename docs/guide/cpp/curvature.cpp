// The scalar curvature of a deep network, in double and to 30 digits.
#include <cmath>
#include <iostream>
#include <widegeo/widegeo.hpp>

int main() {
  using namespace widegeo;
  const Network network("gelu", {.depth = 3, .weight_variance = {2}, .bias_variance = {decimal("0.1")}});

  const Answers at_point = network.metric({decimal("0.3"), decimal("-0.7"), 1});
  const auto [value, error, kind] = in_double(at_point["scalar_curvature"]);
  std::cout.precision(12);
  std::cout << "R = " << value << ", error below 1e-12 of it: " << std::boolalpha << (error < 1e-12 * std::fabs(value))
            << ", " << to_text(kind) << "\n";

  for (const int radius : {1, 2, 4}) {
    const Answers answers = network.metric(Rational(radius * radius), 3, {.digits = 30, .all_digits = true});
    std::cout << "radius " << radius << ": R = " << in_multiprecision(answers["scalar_curvature"]).value.text(30)
              << "\n";
  }

  // What does not exist has a reason.
  const Answers flat = network.metric({1});
  if (const auto* missing = std::get_if<Missing>(&flat["scalar_curvature"].value))
    std::cout << "d = 1: " << missing->reason << "\n";
}
