#include "expr/analysis/quadratic.hpp"

namespace widegeo::expr {

std::optional<Quadratic> as_quadratic(const Expr& e) {
  switch (e.op()) {
    case Op::number:
      return Quadratic{0, 0, e.value()};
    case Op::variable:
      return Quadratic{0, 1, 0};
    case Op::negate:
      if (const auto a = as_quadratic(e.arg(0))) return Quadratic{-a->c2, -a->c1, -a->c0};
      return {};
    case Op::add:
    case Op::subtract: {
      const auto a = as_quadratic(e.arg(0));
      if (!a) return {};
      const auto b = as_quadratic(e.arg(1));
      if (!b) return {};
      const int sign = e.op() == Op::add ? 1 : -1;
      return Quadratic{a->c2 + sign * b->c2, a->c1 + sign * b->c1, a->c0 + sign * b->c0};
    }
    case Op::multiply: {
      const auto a = as_quadratic(e.arg(0));
      if (!a) return {};
      const auto b = as_quadratic(e.arg(1));
      if (!b || (a->c2 != 0 && (b->c2 != 0 || b->c1 != 0)) || (b->c2 != 0 && a->c1 != 0)) return {};
      return Quadratic{a->c2 * b->c0 + a->c0 * b->c2 + a->c1 * b->c1, a->c1 * b->c0 + a->c0 * b->c1, a->c0 * b->c0};
    }
    case Op::divide:
      if (!e.arg(1).is_number() || e.arg(1).is_number(0)) return {};
      if (const auto a = as_quadratic(e.arg(0)))
        return Quadratic{a->c2 / e.arg(1).value(), a->c1 / e.arg(1).value(), a->c0 / e.arg(1).value()};
      return {};
    case Op::power: {
      if (!e.arg(1).is_number(2)) return {};
      const auto a = as_quadratic(e.arg(0));
      if (!a || a->c2 != 0) return {};
      return Quadratic{a->c1 * a->c1, 2 * a->c1 * a->c0, a->c0 * a->c0};
    }
    default:
      return {};
  }
}

}  // namespace widegeo::expr
