// Random trees of the language, for the laws that hold for every tree.
#pragma once

#include <random>

#include "expr/expr.hpp"
#include "testing/checks.hpp"

namespace widegeo::testing {

class RandomTrees {
 public:
  explicit RandomTrees(std::mt19937_64 generator, std::vector<std::string> names = {"x", "y"})
      : generator_(generator), names_(std::move(names)) {}

  std::mt19937_64& generator() { return generator_; }
  unsigned below(unsigned n) { return static_cast<unsigned>(generator_() % n); }

  expr::Expr tree(unsigned depth) {
    using expr::Op;
    if (depth == 0 || below(8) == 0) return leaf();
    if (below(2) == 0) {
      static constexpr Op binary[] = {Op::add, Op::subtract, Op::multiply, Op::divide, Op::multiply, Op::add};
      const Op op = binary[below(6)];
      return expr::Expr::make(op, {tree(depth - 1), tree(depth - 1)});
    }
    const Op op = static_cast<Op>(static_cast<unsigned>(Op::power) +
                                  below(static_cast<unsigned>(Op::sinc) - static_cast<unsigned>(Op::power) + 1));
    if (op >= Op::less && op <= Op::choose) {
      const Op relation = static_cast<Op>(static_cast<unsigned>(Op::less) + below(6));
      const expr::Expr condition = expr::Expr::make(relation, {tree(depth - 1), tree(depth - 1)});
      return expr::Expr::make(Op::choose, {condition, tree(depth - 1), tree(depth - 1)});
    }
    std::vector<expr::Expr> args;
    for (unsigned i = 0; i < expr::arity_of(op); ++i) args.push_back(tree(depth - 1));
    if (op == Op::power && below(4) != 0) args[1] = number();
    return expr::Expr::make(op, std::move(args));
  }

 private:
  expr::Expr number() {
    const long n = static_cast<long>(below(9)) - 4;
    static constexpr long denominators[] = {1, 1, 1, 2, 3, 7, 10, 1000, 1 << 20};
    return expr::Expr::number(Rational(n, denominators[below(9)]));
  }
  expr::Expr leaf() {
    if (below(3) == 0) return below(6) == 0 ? expr::Expr::pi() : number();
    return expr::Expr::variable(names_[below(static_cast<unsigned>(names_.size()))]);
  }

  std::mt19937_64 generator_;
  std::vector<std::string> names_;
};

}  // namespace widegeo::testing
