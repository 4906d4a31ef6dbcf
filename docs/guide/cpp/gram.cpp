// Kernel matrices of data in memory, and a regression with them.
#include <cmath>
#include <iostream>
#include <widegeo/widegeo.hpp>

int main() {
  using namespace widegeo;
  constexpr std::size_t rows = 200, columns = 2, tests = 50;
  std::vector<double> x, y;
  for (std::size_t i = 0; i < rows + tests; ++i) {
    const double angle = 0.61803398875 * static_cast<double>(i);
    x.push_back(std::cos(angle));
    x.push_back(std::sin(angle));
    y.push_back(std::sin(3 * angle));
  }
  const std::span<const double> train(x.data(), rows * columns), test(x.data() + rows * columns, tests * columns);

  const Network network("relu", {.depth = 3, .weight_variance = {2}}, {}, Route::automatic, 2);
  std::vector<double> kernel(rows * rows);
  const GramAnswer gram = network.gram(train, rows, {}, 0, kernel, KernelKind::ntk);
  std::cout << "K(x1, x1) = " << kernel[0] << ", error bound below 1e-12: " << std::boolalpha
            << (gram.error_bound < 1e-12) << ", " << gram.representation << "\n";

  const RegressionResult fit =
      network.regress(train, rows, std::span<const double>(y.data(), rows), test, tests, 1e-6, KernelKind::ntk);
  double worst = 0;
  for (std::size_t i = 0; i < tests; ++i) worst = std::max(worst, std::fabs(fit.prediction[i] - y[rows + i]));
  std::cout << "all " << tests << " predictions within 0.05: " << (worst < 0.05) << "\n";

  // Long work can be asked to stop.
  std::stop_source stop;
  stop.request_stop();
  try {
    network.gram(train, rows, {}, 0, kernel, KernelKind::ntk, 1e-12, {.stop = stop.get_token()});
  } catch (const Stopped&) {
    std::cout << "stopped\n";
  }
}
