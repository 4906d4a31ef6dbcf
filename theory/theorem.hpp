// A theorem of the catalogue: a statement with its source, two routes that share nothing, and a check that compares
// them.
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

/// A way to break the theorem's formula, so that one can see that its check is able to fail.
struct Mutation {
  std::string name;     ///< "coefficient-3"
  std::string meaning;  ///< "the coefficient 1 of R replaced by 3"
};

/// Two numbers that were compared.
struct Comparison {
  std::string at;           ///< "erf, depth 2, d = 3, t = 0.78"
  std::string left, right;  ///< decimal texts
  double residual = 0;      ///< |left - right|, or how much an inequality is violated (negative: holds by so much)
  double tolerance = 0;     ///< what the errors of both sides allow
};

/// What a check finds. The residual is judged by the tolerance of its own comparison; the verdict follows from the
/// worst ratio. Numbers are kept (the worst ones and the first of each kind) for --explain.
class Evidence {
 public:
  /// left = right within the sum of the two errors: what the routes claim of themselves, plus nothing.
  void equal(const std::string& at, const TrackedDouble& left, const TrackedDouble& right);
  void equal(const std::string& at, const Estimate<double>& left, const Estimate<double>& right);
  /// To `digits` digits relative to max(|left|, |right|, scale).
  void equal(const std::string& at, const Real& left, const Real& right, unsigned digits, const Real& scale);
  /// With a tolerance that the theorem derives itself.
  void equal(const std::string& at, double left, double right, double tolerance);
  /// left <= right, violated only by more than `tolerance` (the sum of both errors). `strict`: must hold by more than
  /// it.
  void at_most(const std::string& at, double left, double right, double tolerance, bool strict = false);
  /// A witness: left > right by more than `tolerance`, without which the theorem fails.
  void exceeds(const std::string& at, double left, double right, double tolerance);
  /// A statistical comparison: |z| at most the quantile of a declared false-alarm rate.
  void statistical(const std::string& at, double left, double right, double standard_error, double quantile);
  void require(const std::string& at, bool holds, const std::string& what);
  /// A number that could not be computed: the theorem is undecided unless something fails.
  void missing(const std::string& at, const std::string& reason);

  /// Where the tolerance comes from, one line: "the errors that both routes state".
  void tolerance_reason(std::string reason);

  Verdict verdict() const;
  const Comparison& worst() const;              ///< the largest residual / tolerance
  const std::vector<Comparison>& kept() const;  ///< at most 40, in the order they were made
  std::size_t count() const { return count_; }
  const std::string& reason() const { return reason_; }  ///< of the tolerance
  const std::string& undecided_reason() const { return missing_; }

 private:
  void add(Comparison comparison, bool holds);
  std::vector<Comparison> kept_;
  Comparison worst_;
  double worst_ratio_ = -1;
  std::size_t count_ = 0;
  bool failed_ = false;
  std::string reason_, missing_;
};

/// How much a check does, and whether its formula is broken on purpose.
struct Conditions {
  unsigned effort = 1;     ///< 1: seconds for the whole catalogue; larger: more cases, more samples
  unsigned threads = 0;    ///< 0: all cores
  std::uint64_t seed = 1;  ///< of cases drawn at random and of simulations
  std::string mutation;    ///< empty: the theorem as it is

  /// True when the check is to use its broken formula of that name.
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
  Verdict expected = Verdict::holds;  ///< fails for a statement that is refuted
  std::vector<Mutation> mutations;    ///< at least one
  std::function<void(Evidence&, const Conditions&)> check;
  /// Statements in the form of a user's file (TOML) that `--certified` proves over their ranges; usually none.
  std::string provable{};
};

/// All theorems in the order they are listed.
const std::vector<Theorem>& catalogue();
/// Throws Error(input) naming the nearest identifier; `option` is where the name comes from.
const Theorem& find_theorem(const std::string& id, const std::string& option = "--only");
/// The theorem of that identifier, or all of the group. Throws Error(input) naming the nearest of both.
std::vector<const Theorem*> select_theorems(const std::string& name, const std::string& option = "--only");

/// Throws Error(input) naming the nearest, unless the theorem has this mutation.
void check_mutation(const Theorem& theorem, const std::string& mutation);

/// Runs the check; an Error(accuracy) inside makes it undecided. Throws Error(input) for an unknown mutation.
Evidence run(const Theorem& theorem, const Conditions& conditions);

}  // namespace widegeo::theory
