// A theorem of the catalogue: a statement with its source, two independent routes, and a check that compares them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "number/estimate.hpp"
#include "number/scalar.hpp"

namespace widegeo::theory {

enum class Verdict { holds, fails, undecided };
std::string_view to_text(Verdict verdict);

/// A deliberate error in the theorem's formula, which shows that its check is able to fail.
struct Mutation {
  std::string name;     ///< "coefficient-3"
  std::string meaning;  ///< "the coefficient 1 of R replaced by 3"
};

struct ComparedPair {
  std::string at;           ///< "erf, depth 2, d = 3, t = 0.78"
  std::string left, right;  ///< decimal texts
  double residual = 0;      ///< |left - right|, or the violation of an inequality (negative: holds by that much)
  double tolerance = 0;     ///< allowed by the errors of both sides
};

/// The findings of a check. Each residual is judged by the tolerance of its own comparison; the verdict follows from
/// the worst ratio. Some comparisons are kept (the worst ones and the first of each kind) for --explain.
class Evidence {
 public:
  /// left = right within the sum of the errors stated by the two routes.
  void equal(const std::string& at, const TrackedDouble& left, const TrackedDouble& right);
  void equal(const std::string& at, const Estimate<double>& left, const Estimate<double>& right);
  /// Agreement to `digits` digits relative to max(|left|, |right|, scale).
  void equal(const std::string& at, const Real& left, const Real& right, unsigned digits, const Real& scale);
  /// With a tolerance derived by the theorem itself.
  void equal(const std::string& at, double left, double right, double tolerance);
  /// left <= right, violated only if by more than `tolerance` (the sum of both errors). `strict`: must hold by more
  /// than `tolerance`.
  void at_most(const std::string& at, double left, double right, double tolerance, bool strict = false);
  /// A required witness: left > right by more than `tolerance`, else the theorem fails.
  void exceeds(const std::string& at, double left, double right, double tolerance);
  /// A statistical comparison: |z| must not exceed the quantile of a declared false-alarm rate.
  void statistical(const std::string& at, double left, double right, double standard_error, double quantile);
  void require(const std::string& at, bool holds, const std::string& what);
  /// A number that could not be computed: the theorem is then undecided, unless something fails.
  void missing(const std::string& at, const std::string& reason);

  /// Origin of the tolerance, one line: "the errors that both routes state".
  void tolerance_reason(std::string reason);

  Verdict verdict() const;
  const ComparedPair& worst() const;              ///< the largest residual / tolerance
  const std::vector<ComparedPair>& kept() const;  ///< at most 40, in order
  std::size_t count() const { return count_; }
  const std::string& reason() const { return reason_; }  ///< of the tolerance
  const std::string& undecided_reason() const { return missing_; }

 private:
  void add(ComparedPair comparison, bool holds);
  std::vector<ComparedPair> kept_;
  ComparedPair worst_;
  double worst_ratio_ = -1;
  std::size_t count_ = 0;
  bool failed_ = false;
  std::string reason_, missing_;
};

/// The extent of a check, and whether its formula is deliberately broken.
struct Conditions {
  unsigned effort = 1;     ///< 1: seconds for the whole catalogue; larger: more cases, more samples
  unsigned threads = 0;    ///< 0: all cores
  std::uint64_t seed = 1;  ///< for random cases and simulations
  std::string mutation;    ///< empty: the theorem as it is

  /// True if the check has to use its broken formula of that name.
  bool broken(std::string_view name) const { return mutation == name; }
};

struct Theorem {
  std::string id;         ///< "metric-from-mixed-hessian"
  std::string group;      ///< "kernels", "metric", "curvature", "networks", "limits"
  std::string statement;  ///< one sentence in words and plain formulas
  std::string latex;
  std::string hypotheses;
  std::string source;                 ///< paper and equation, or "derived here"
  std::string derivation;             ///< "docs/math/geometry.md", with the heading
  std::string left, right;            ///< the two routes: "closed form", "quadrature by ..."
  Verdict expected = Verdict::holds;  ///< fails for a refuted statement
  std::vector<Mutation> mutations;    ///< at least one
  std::function<void(Evidence&, const Conditions&)> check;
  /// Statements in the format of user files (TOML) that `--certified` proves over their ranges; usually none.
  std::string provable{};
};

/// All theorems in display order.
const std::vector<Theorem>& catalogue();
/// Throws Error(input) suggesting the nearest identifier; `option` is the origin of the name.
const Theorem& find_theorem(const std::string& id, const std::string& option = "--only");
/// The theorem with that identifier, or all theorems of that group. Throws Error(input) suggesting the nearest of both.
std::vector<const Theorem*> select_theorems(const std::string& name, const std::string& option = "--only");

/// Throws Error(input), suggesting the nearest, if the theorem does not have this mutation.
void check_mutation(const Theorem& theorem, const std::string& mutation);

/// Runs the check; an Error(accuracy) makes it undecided. Throws Error(input) for an unknown mutation.
Evidence run(const Theorem& theorem, const Conditions& conditions);

}  // namespace widegeo::theory
