// Conditions under which all parts of a claim, as written, have a value. Trees are simplified on construction (0*x is
// 0, x^0 is 1, x - x is 0), and sums are rewritten for stability; both preserve the value where all parts exist, and
// guarantee nothing elsewhere. Where all conditions hold, every part has its value, from the inside outwards, and the
// simplified tree equals what was written.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "expr/parse_listener.hpp"

namespace widegeo::statement {

/// `value` is non-negative, positive, or not zero; or (`finite`) has a value at all.
struct Condition {
  enum class Kind { non_negative, positive, not_zero, finite };
  Kind kind = Kind::finite;
  expr::Expr value;
  std::string broken;  ///< what occurs where the condition fails: "a division by 0"

  /// The comparison of `value` with 0; for `finite`, one that holds for 0, which replaces any finite value.
  expr::Op op() const;
};

/// Collects the conditions of all texts of one claim.
class Existence final : public expr::ParseListener {
 public:
  void name(const std::string& variable) override;
  void operation(expr::Op op, std::span<const expr::Expr> arguments) override;
  void part_of_choice(std::size_t index) override;

  /// The arguments of V, D, K, Kdot, kernel, ntk must be variances, and covariances with n^2 <= ab.
  void call(const std::string& function, std::span<const expr::Expr> arguments);

  /// Everything parsed between the two calls is differentiated in t: it must not have a kink or jump there.
  void begin_derivative() { ++derivatives_; }
  void end_derivative() { --derivatives_; }

  std::vector<Condition> take() { return std::move(conditions_); }

 private:
  void power(const expr::Expr& base, const expr::Expr& exponent);
  void bend(const expr::Expr& place);
  void choice(std::span<const expr::Expr> arguments);
  void need(Condition::Kind kind, expr::Expr value, const char* broken);

  std::vector<Condition> conditions_;
  std::vector<std::array<std::size_t, 3>> choices_;  ///< open ones: where the conditions of each part end
  unsigned derivatives_ = 0;
};

}  // namespace widegeo::statement
