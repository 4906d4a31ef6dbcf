#include "theory/theorem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "number/error.hpp"
#include "report/decimal.hpp"

namespace widegeo::theory {
namespace {

constexpr std::size_t kept_comparisons = 40;

/// residual / tolerance, where 0/0 counts as agreement and NaN as the worst.
double ratio_of(const ComparedPair& c) {
  if (std::isnan(c.residual) || std::isnan(c.tolerance)) return std::numeric_limits<double>::infinity();
  if (c.residual <= 0) return c.tolerance > 0 ? c.residual / c.tolerance : -1;
  return c.tolerance > 0 ? c.residual / c.tolerance : std::numeric_limits<double>::infinity();
}

[[noreturn]] void unknown_theorem(const std::string& name, const std::string& option,
                                  const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(name, known);
  throw Error(ErrorCode::input, "no theorem '" + name + "'", option,
              nearest.empty() ? "`widegeo check --list` names them" : "did you mean '" + nearest + "'?");
}

std::string text_of(double value) { return std::isfinite(value) ? report::shortest(value) : "not finite"; }

/// A number whose error has no bound agrees with everything: it decides nothing.
bool unbounded(Evidence& evidence, const std::string& at, double tolerance) {
  if (!std::isinf(tolerance)) return false;
  evidence.missing(at, "the error of a side has no bound");
  return true;
}

}  // namespace

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return "holds";
    case Verdict::fails:
      return "fails";
    case Verdict::undecided:
      break;
  }
  return "undecided";
}

void Evidence::add(ComparedPair comparison, bool holds) {
  ++count_;
  failed_ = failed_ || !holds;
  const double ratio = ratio_of(comparison);
  const bool worst = count_ == 1 || ratio > worst_ratio_;
  if (kept_.size() < kept_comparisons) kept_.push_back(comparison);
  if (!worst) return;
  worst_ratio_ = ratio;
  worst_ = std::move(comparison);
}

void Evidence::equal(const std::string& at, double left, double right, double tolerance) {
  if (unbounded(*this, at, tolerance)) return;
  const double residual = std::fabs(left - right);
  add({at, text_of(left), text_of(right), residual, tolerance}, residual <= tolerance);
}

void Evidence::equal(const std::string& at, const TrackedDouble& left, const TrackedDouble& right) {
  equal(at, left.value, right.value, left.error + right.error);
}

void Evidence::equal(const std::string& at, const Estimate<double>& left, const Estimate<double>& right) {
  equal(at, left.value, right.value, left.error + right.error);
}

void Evidence::equal(const std::string& at, const Real& left, const Real& right, unsigned digits, const Real& scale) {
  if (!is_finite(left) || !is_finite(right)) {
    add({at, is_finite(left) ? report::decimal(left, digits) : "not finite",
         is_finite(right) ? report::decimal(right, digits) : "not finite", std::numeric_limits<double>::infinity(), 0},
        false);
    return;
  }
  const Real residual = abs(left - right), size = max(max(abs(left), abs(right)), abs(scale));
  const Real tolerance = size * pow_int(Real(10), -static_cast<long>(digits));
  add({at, report::decimal(left, digits), report::decimal(right, digits), value_of(residual), value_of(tolerance)},
      residual <= tolerance);
}

void Evidence::at_most(const std::string& at, double left, double right, double tolerance, bool strict) {
  if (unbounded(*this, at, tolerance)) return;
  const double residual = left - right;
  add({at, text_of(left), text_of(right), residual, tolerance}, strict ? residual < -tolerance : residual <= tolerance);
}

void Evidence::exceeds(const std::string& at, double left, double right, double tolerance) {
  if (unbounded(*this, at, tolerance)) return;
  add({at, text_of(left), text_of(right), right - left, tolerance}, left - right > tolerance);
}

void Evidence::statistical(const std::string& at, double left, double right, double standard_error, double quantile) {
  equal(at, left, right, quantile * standard_error);
}

void Evidence::require(const std::string& at, bool holds, const std::string& what) {
  add({at, what, holds ? "true" : "false", holds ? 0.0 : 1.0, 0}, holds);
}

void Evidence::missing(const std::string& at, const std::string& reason) {
  if (missing_.empty()) missing_ = at + ": " + reason;
}

void Evidence::tolerance_reason(std::string reason) { reason_ = std::move(reason); }

Verdict Evidence::verdict() const {
  if (failed_) return Verdict::fails;
  return count_ == 0 || !missing_.empty() ? Verdict::undecided : Verdict::holds;
}

const ComparedPair& Evidence::worst() const { return worst_; }
const std::vector<ComparedPair>& Evidence::kept() const { return kept_; }

const Theorem& find_theorem(const std::string& id, const std::string& option) {
  std::vector<std::string> names;
  for (const Theorem& theorem : catalogue()) {
    if (theorem.id == id) return theorem;
    names.push_back(theorem.id);
  }
  unknown_theorem(id, option, names);
}

std::vector<const Theorem*> select_theorems(const std::string& name, const std::string& option) {
  std::vector<const Theorem*> found;
  std::vector<std::string> names;
  for (const Theorem& theorem : catalogue()) {
    if (theorem.id == name || theorem.group == name) found.push_back(&theorem);
    names.push_back(theorem.id);
    names.push_back(theorem.group);
  }
  if (found.empty()) unknown_theorem(name, option, names);
  return found;
}

void check_mutation(const Theorem& theorem, const std::string& mutation) {
  std::vector<std::string> names;
  for (const Mutation& known : theorem.mutations) {
    if (known.name == mutation) return;
    names.push_back(known.name);
  }
  const std::string nearest = nearest_name(mutation, names);
  throw Error(ErrorCode::input, "theorem '" + theorem.id + "' has no mutation '" + mutation + "'", "--mutation",
              nearest.empty() ? "--explain names them" : "did you mean '" + nearest + "'?");
}

Evidence run(const Theorem& theorem, const Conditions& conditions) {
  if (!conditions.mutation.empty()) check_mutation(theorem, conditions.mutation);
  Evidence evidence;
  try {
    theorem.check(evidence, conditions);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::accuracy) throw;
    evidence.missing(error.where().empty() ? theorem.id : error.where(), error.summary());
  }
  return evidence;
}

}  // namespace widegeo::theory
