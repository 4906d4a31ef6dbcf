// What a text says before Expr::make simplifies it: 0*(1/x) is the number 0 as a tree, but has no value at x = 0.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "expr/expr.hpp"

namespace widegeo::expr {

/// Hears of every part of a text in the order it is read, arguments before what is done with them.
class ParseListener {
 public:
  virtual ~ParseListener() = default;
  virtual void name(const std::string& variable) = 0;
  /// The arguments are simplified, the operation not yet.
  virtual void operation(Op op, std::span<const Expr> arguments) = 0;
  /// The condition or a branch of if(c, a, b) has been read: index 0, 1, 2. Their parts were heard of before.
  virtual void part_of_choice(std::size_t index) = 0;
};

/// parse(text), heard by a listener.
Expr parse(std::string_view text, ParseListener& listener);

}  // namespace widegeo::expr
