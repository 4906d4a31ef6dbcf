// Where the texts of a claim have a value: conditions on their parts as they are written. A tree is simplified while it
// is made (0*x is 0, x^0 is 1, x - x is 0), and sums are rewritten to keep their digits; both keep the value where all
// parts exist, and say nothing elsewhere. Where all conditions hold, every part has its value, from the inside
// outwards, and the simplified tree is what was written.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "expr/parse_listener.hpp"

namespace widegeo::statement {

/// `value` is not negative, positive, not zero; or (`finite`) has a value at all.
struct Condition {
  enum class Kind { non_negative, positive, not_zero, finite };
  Kind kind = Kind::finite;
  expr::Expr value;
  std::string broken;  ///< what is there where it does not hold: "a division by 0"

  /// The comparison of `value` with 0; of `finite` one that holds for any number put in its place that is 0.
  expr::Op op() const;
};

/// Collects the conditions of all texts of one claim.
class Existence final : public expr::ParseListener {
 public:
  void name(const std::string& variable) override;
  void operation(expr::Op op, std::span<const expr::Expr> arguments) override;
  void part_of_choice(std::size_t index) override;

  /// The arguments of V, D, K, Kdot, kernel, ntk: variances, and covariances with n^2 <= ab.
  void call(const std::string& function, std::span<const expr::Expr> arguments);

  /// What is heard between the two is differentiated in t: it must not bend or jump there.
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
