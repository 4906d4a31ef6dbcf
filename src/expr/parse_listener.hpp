// Observes a text before Expr::make simplifies it: 0*(1/x) is the number 0 as a tree, but has no value at x = 0.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "expr/expr.hpp"

namespace widegeo::expr {

/// Notified of every part of a text in parsing order, arguments before the operation that uses them.
class ParseListener {
 public:
  virtual ~ParseListener() = default;
  virtual void name(const std::string& variable) = 0;
  /// The arguments are already simplified, the operation is not.
  virtual void operation(Op op, std::span<const Expr> arguments) = 0;
  /// The condition or a branch of if(c, a, b) is complete: index 0, 1, 2. Its own parts were reported before.
  virtual void part_of_choice(std::size_t index) = 0;
};

Expr parse(std::string_view text, ParseListener& listener);

}  // namespace widegeo::expr
