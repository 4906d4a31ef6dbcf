// The library for other programs: questions about infinitely wide networks, answered as numbers with errors.
//
//   const widegeo::Network network("gelu", {.depth = 3, .weight_variance = {2}});
//   const widegeo::Answers answers = network.metric({widegeo::decimal("0.3"), widegeo::decimal("-0.7")});
//   const auto [value, error, kind] = widegeo::in_double(answers["scalar_curvature"]);
//
// A question that cannot be answered throws widegeo::Error: `input` if it makes no sense or asks for what does not
// exist, `accuracy` if the digits asked for are not reached. Nothing here reads options or files, prints, or handles
// signals; there is no global state to set up. A Network is immutable: threads may share one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "kernel/model.hpp"
#include "number/answer.hpp"
#include "number/error.hpp"
#include "number/rational.hpp"
#include "route/route.hpp"
#include "statement/finding.hpp"
#include "statement/statement.hpp"

namespace widegeo {

namespace api {
struct PreparedNetwork;
}

/// Coordinates, exactly: {1, Rational(1, 3), decimal("0.3")}. A double is the binary number that it is.
using Point = std::vector<Rational>;

/// An exact number from its decimal or ratio: "-0.25", "1e-3", "3/7". Throws Error(input) for other text.
Rational decimal(const std::string& text);

/// Stopping long work and following its progress. The numbers never depend on either. Work that was stopped throws
/// Stopped.
struct Control {
  std::stop_token stop{};
  /// A phase in words, steps done, all steps, seconds since the phase began; from any thread, one call at a time, at
  /// most five times a second. Short work and the making of some tables report nothing.
  std::function<void(const char* phase, double done, double all, double seconds)> progress{};
};

enum class KernelKind { nngp, ntk };

/// Kernel matrices are in double; the error is one bound for all entries, relative to sqrt(K(x,x) K(y,y)). It may be
/// above the tolerance where double precision does not reach that: compare.
struct GramAnswer {
  double error_bound = 0;
  ErrorKind kind = ErrorKind::rounding;
  std::string representation;  ///< "closed form", "Hermite series", ...
};

struct SimulationQuestion {
  Point x;
  /// "kernel", "metric" (all entries), "g[1,2]", "log_volume", "scalar_curvature", ...; empty: as the program.
  std::vector<std::string> quantities;
  std::vector<std::uint64_t> widths;  ///< of every hidden layer; empty: three if a quantity is biased at finite width
                                      ///< (depth 2 and more, volumes, curvature), else one
  std::uint64_t samples = 2000;       ///< networks of each width
  std::uint64_t seed = 0;
  double false_alarm = 1e-3;  ///< probability that a right theory fails, all tests together
  unsigned threads = 1;
};

/// One mean over simulated networks beside its exact value.
struct SimulationRow {
  std::string quantity;
  std::optional<std::uint64_t> width;  ///< none: extrapolated to infinite width
  Answer exact;
  /// The error is one standard error; none if fewer than two networks gave a finite value.
  std::optional<Estimate<double>> mean;
  std::optional<double> z, p_value;
  enum class Verdict { not_tested, undecided, holds, fails } verdict = Verdict::not_tested;
  std::string reason;  ///< why it is not tested or undecided
};

/// Test outputs from training rows: predictions with bounds of their errors, row after row.
struct RegressionResult {
  std::vector<double> prediction, error;
  double kernel_error = 0;  ///< of an entry of the kernel, as GramAnswer::error_bound
  double jitter = 0;        ///< added to the diagonal: ridge times its mean
  double residual = 0;      ///< |(K + jitter) alpha - targets| / |targets|
};

/// An infinitely wide network: activation, architecture, route, made ready once.
class Network {
 public:
  using Parameters = std::map<std::string, std::string>;

  /// `activation`: a name of the catalogue ("gelu") or an expression in x ("x*Phi(x)"); parameters as text, exactly.
  /// `threads` serve quadrature and the long questions (gram, metrics, regress). Throws Error(input).
  explicit Network(const std::string& activation, const Model& model = {}, const Parameters& parameters = {},
                   Route route = Route::automatic, unsigned threads = 1);

  const Model& model() const;
  const std::string& activation() const;

  /// kernel, kernel_dot; with derivatives = 1 also gradient_x[i], gradient_y[i]; with 2 mixed_hessian[i,j], i, j
  /// = 1..d.
  Answers kernel(const Point& x, const Point& y, const Accuracy& accuracy = {}, KernelKind kind = KernelKind::nngp,
                 unsigned derivatives = 0) const;
  /// kernel and kernel_dot of inputs with |x|^2 = |y|^2 = t as a function of their correlation in [-1, 1].
  Answers kernel_at_correlation(const Rational& rho, const Rational& t = 1, const Accuracy& accuracy = {},
                                KernelKind kind = KernelKind::nngp) const;
  /// The metric at x: the quantities of `widegeo metric`, then metric[i,j].
  Answers metric(const Point& x, const Accuracy& accuracy = {}) const;
  /// At |x|^2 = t in d dimensions, without the matrix.
  Answers metric(const Rational& t, unsigned long dimension, const Accuracy& accuracy = {}) const;
  /// At many points: `rows` points of points.size() / rows coordinates, row after row. Beyond 200 points each number
  /// has eight correct digits, or accuracy.digits with accuracy.all_digits.
  std::vector<Answers> metrics(std::span<const double> points, std::size_t rows, const Accuracy& accuracy = {}) const;
  /// Kernel of every row of x with every row of x (y empty) or of y, into exactly rows_x x rows_y (rows_x x rows_x)
  /// numbers, row after row; x.size() / rows_x is the dimension.
  GramAnswer gram(std::span<const double> x, std::size_t rows_x, std::span<const double> y, std::size_t rows_y,
                  std::span<double> out, KernelKind kind = KernelKind::nngp, double tolerance = 1e-12,
                  const Control& control = {}) const;
  /// The right side of a closed form in the library's language, or as LaTeX: K and Kdot in a = E u^2, b = E v^2,
  /// n = E u v, m = ab - n^2; V and D in the variance q; at depth 1 Omega, A, B, R in t = |x|^2, q = s t + b and d.
  /// Throws Error(input) where there is none.
  std::string formula(const std::string& quantity, bool latex = false) const;
  /// Simulates finite networks and judges the theory by them.
  std::vector<SimulationRow> validate(const SimulationQuestion& question, const Control& control = {}) const;
  /// Kernel ridge regression: the mean of the Gaussian process (nngp) or of trained networks (ntk). targets.size() /
  /// rows outputs a row, in the targets and in the predictions; `ridge` is relative to the mean of the diagonal.
  RegressionResult regress(std::span<const double> train, std::size_t rows, std::span<const double> targets,
                           std::span<const double> test, std::size_t test_rows, double ridge = 1e-6,
                           KernelKind kind = KernelKind::nngp, double tolerance = 1e-12,
                           const Control& control = {}) const;

 private:
  std::shared_ptr<const api::PreparedNetwork> prepared_;
};

/// A theorem of the catalogue after its check: two routes to the same numbers, compared.
struct TheoremResult {
  std::string id, statement;
  std::string verdict, expected;  ///< "holds", "fails" (a refuted statement), "undecided"
  std::size_t comparisons = 0;
  double residual = 0, tolerance = 0;  ///< of the worst comparison
  std::string reason;                  ///< why it is undecided

  bool as_expected() const { return verdict == expected; }
};

/// Checks theorems, by the names of theorems or groups (docs/math/theorems.md; none: all of them, seconds). `effort`
/// multiplies the number of cases. Stopping is looked at between theorems. Throws Error(input) for an unknown name.
std::vector<TheoremResult> check(const std::vector<std::string>& names = {}, unsigned effort = 1,
                                 std::uint64_t seed = 1, unsigned threads = 1, const Control& control = {});

/// Looks for a counterexample to a statement on a grid and by descents.
statement::Finding search(const statement::Statement& statement, std::size_t points = 20'000, unsigned threads = 1);
/// Proves or refutes it over whole ranges, by balls. `time_limit` in seconds, 0: none; it is looked at between boxes,
/// and what is open then is undecided.
statement::Finding prove(const statement::Statement& statement, double time_limit = 0, unsigned threads = 1);

}  // namespace widegeo
