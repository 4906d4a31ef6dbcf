#include "closedform/entries/entry_trees.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>

#include "closedform/build.hpp"
#include "number/functions.hpp"

namespace widegeo {

using namespace build;

namespace {

/// A constant tree as a number of 50 digits, which every scalar type rounds on its own.
Expr folded(const Expr& constant) {
  if (constant.is_number()) return constant;
  const Real value = value_of_constant(constant);
  Rational number;
  mpfr_get_q(number.get_mpq_t(), value.get());
  return Expr::number(number);
}

struct Slopes {
  Expr mean_square, kink;  ///< c and k
  bool even;
  bool nearly_even;  ///< the gap of antiparallel inputs is too small to be positive as computed
};

/// What the header recognises, from the trees alone: D = c, dK/da = k sqrt(m)/(2a), checked by the values of K.
std::optional<Slopes> slopes_of(const ClosedForm& form) {
  if (form.smooth_at_coincidence || !form.metric_exists || !form.Ka || !expr::variables_of(form.D).empty()) return {};
  const Expr one = num(1);
  const Expr c = form.D, k = num(2) * expr::substitute(*form.Ka, {{"a", one}, {"b", one}, {"n", num(0)}, {"m", one}});
  const PrecisionScope precision(50);
  const Real tolerance = pow_int(Real(10), -40L), C = value_of_constant(c), k_value = value_of_constant(k);
  const std::array<std::array<long, 3>, 3> points{{{2, 3, 1}, {1, 1, 0}, {5, 4, -3}}};
  for (const auto& [a, b, n] : points) {
    const long m = a * b - n * n;
    const Real K =
        value_of_constant(expr::substitute(form.K, {{"a", num(a)}, {"b", num(b)}, {"n", num(n)}, {"m", num(m)}}));
    const Real root = sqrt(Real(m)), mine = C * n + k_value * (root - n * atan2(root, Real(n)));
    if (!(abs(K - mine) < tolerance)) return {};
  }
  const Real oddness = abs(k_value * atan2(Real(0), Real(-1)) - 2 * C);  // (p + r)^2 / 2
  const bool even = oddness < tolerance;
  return Slopes{c, k, even, !even && oddness < C / 1000};
}

/// factor (1 - t cot t) = factor (t^2/3 + t^4/45 + 2 t^6/945 + ...): for t < 2^-8 the third term is below 2^-49 of a
/// gap.
Expr series(const Expr& t, const Expr& factor) {
  const Expr z = t * t;
  return z * (z * (factor / num(45)) + factor / num(3));
}
const Rational series_end(1, 256);

/// x a + y b + z n with constants x, y, z, or none.
std::optional<std::map<std::string, Expr>> linear_form(const Expr& e) {
  if (e.op() == Op::variable) {
    if (e.name() == "m") return {};
    return std::map<std::string, Expr>{{e.name(), num(1)}};
  }
  const bool difference = e.op() == Op::subtract;
  if (e.op() == Op::add || difference) {
    auto sum = linear_form(e.arg(0));
    const auto other = linear_form(e.arg(1));
    if (!sum || !other) return {};
    for (const auto& [name, factor] : *other) {
      Expr& place = (*sum)[name];
      place = difference ? place - factor : place + factor;
    }
    return sum;
  }
  std::optional<std::map<std::string, Expr>> form;
  Expr factor = num(-1);
  if (e.op() == Op::negate) {
    form = linear_form(e.arg(0));
  } else if (e.op() == Op::multiply) {
    for (const std::size_t i : {0U, 1U}) {
      if (!expr::variables_of(e.arg(i)).empty()) continue;
      factor = e.arg(i);
      form = linear_form(e.arg(1 - i));
      break;
    }
  }
  if (form)
    for (auto& [name, value] : *form) value = factor * value;
  return form;
}

/// Forms of half-line pieces divide x a + z n by sqrt(m). The rounding of n, which is nothing to K when m moves with
/// it, would be magnified by 1/angle there. So x a + z n becomes x (a - |n|) + (z +- x) n, with a - |n| from m:
///   a - |n| = (m + a (a - b)) / (a + |n|).
Expr steady(const Expr& tree) {
  const Expr a = var("a"), b = var("b"), n = var("n"), m = var("m"), size = abs(n);
  std::unordered_map<const void*, Expr> done;
  for (const Expr& node : expr::post_order(tree)) {
    if (node.op() == Op::add || node.op() == Op::subtract) {
      const auto form = linear_form(node);
      const std::string other = form && form->count("a") ? "a" : "b";
      if (form && form->size() == 2 && form->count("n")) {
        const Expr x = form->at(other), z = form->at("n");
        const Expr rest = other == "a" ? (m + a * (a - b)) / (a + size) : (m + b * (b - a)) / (b + size);
        done.emplace(node.identity(), x * rest + choose(less(n, num(0)), z - x, z + x) * n);
        continue;
      }
    }
    if (node.args().empty()) {
      done.emplace(node.identity(), node);
      continue;
    }
    std::vector<Expr> args;
    for (const Expr& arg : node.args()) args.push_back(done.at(arg.identity()));
    done.emplace(node.identity(), Expr::make(node.op(), std::move(args)));
  }
  return done.at(tree.identity());
}

Expr exchanged(const Expr& e) { return expr::substitute(e, {{"a", var("b")}, {"b", var("a")}}); }

}  // namespace

EntryTrees::EntryTrees(const ClosedForm& form) : K(form.K), Kdot(form.Kdot) {
  const Expr a = var("a"), b = var("b"), n = var("n"), m = var("m");
  const auto root_at = [&](const Expr& q) { return sqrt(expr::substitute(form.V, {{"q", q}})); };
  if (const auto slopes = slopes_of(form)) {
    const Expr& c = slopes->mean_square;
    const Expr& k = slopes->kink;
    const Expr N = slopes->even ? abs(n) : n, root = sqrt(m), s = sqrt(a) * sqrt(b), t = atan2(root, N);
    const Expr rest = root - N * t;
    K = c * N + k * rest;
    Kdot = slopes->even ? Expr::make(Op::sign, {n}) * (c - k * t) : c - k * t;
    const Expr below = slopes->even ? m / (s + N) : choose(less(n, num(0)), s - n, m / (s + N));
    gap = c * below - choose(less(t, Expr::number(series_end)), root * series(t, k), k * rest);
    if (slopes->nearly_even) gap = Expr::make(Op::max, {gap, num(0)});
    gap_is_relative = true;
  } else {
    if (!form.smooth_at_coincidence) {
      K = steady(K);
      Kdot = steady(Kdot);
    }
    gap = Expr::make(Op::max, {root_at(a) * root_at(b) - K, num(0)});
  }
  derivatives = form.metric_exists;
  if (!derivatives) return;
  Ka = form.Ka ? steady(*form.Ka) : expr::derivative(form.K, "a") + b * expr::derivative(form.K, "m");
  Kb = form.Ka ? exchanged(Ka) : expr::derivative(form.K, "b") + a * expr::derivative(form.K, "m");
}

unsigned FeatureSplit::dependence(const Expr& e) {
  for (const Expr& node : expr::post_order(e)) {
    if (dependence_.count(node.identity())) continue;
    unsigned depends = nothing;
    if (node.op() == Op::variable) depends = node.name() == "a" ? on_a : node.name() == "b" ? on_b : on_pair;
    for (const Expr& arg : node.args()) depends |= dependence_.at(arg.identity());
    dependence_.emplace(node.identity(), depends);
    kept_.push_back(node);
  }
  return dependence_.at(e.identity());
}

Expr FeatureSplit::place(const Part& part) {
  if (part.depends == nothing) return folded(part.tree);
  if (part.depends != on_a && part.depends != on_b) return part.tree;
  const Expr feature = expr::substitute(part.tree, {{"a", var("q")}, {"b", var("q")}});
  const auto found = std::ranges::find(features_, feature);
  const auto index = static_cast<std::size_t>(found - features_.begin());
  if (found == features_.end()) features_.push_back(feature);
  return var((part.depends == on_a ? "first" : "second") + std::to_string(index));
}

/// x / (f g h): a factor of one point alone becomes 1/f of the point.
Expr FeatureSplit::quotient(Expr numerator, const Expr& denominator) {
  std::vector<Expr> factors{denominator}, left;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const Expr factor = factors[i];
    const unsigned depends = dependence(factor);
    if (depends == nothing || depends == on_a || depends == on_b)
      numerator = numerator * place({num(1) / factor, depends});
    else if (factor.op() == Op::multiply)
      factors.insert(factors.end(), {factor.arg(0), factor.arg(1)});
    else
      left.push_back(place(rewrite(factor)));
  }
  if (left.empty()) return numerator;
  Expr rest = left[0];
  for (std::size_t i = 1; i < left.size(); ++i) rest = rest * left[i];
  return numerator / rest;
}

FeatureSplit::Part FeatureSplit::rewrite(const Expr& root) {
  dependence(root);
  const auto is_pair = [&](const Expr& e) {
    const unsigned d = dependence_.at(e.identity());
    return d != nothing && d != on_a && d != on_b;
  };
  const auto part = [&](const Expr& e) {
    return is_pair(e) ? rewritten_.at(e.identity()) : place({e, dependence_.at(e.identity())});
  };
  const auto placed = [&](const Expr& e) {  // a comparison is no feature, its sides are
    return e.is_comparison() && !is_pair(e) ? Expr::make(e.op(), {part(e.arg(0)), part(e.arg(1))}) : part(e);
  };
  for (const Expr& node : expr::post_order(root)) {
    if (!is_pair(node) || rewritten_.count(node.identity())) continue;
    if (node.op() == Op::variable) {
      rewritten_.emplace(node.identity(), node);
    } else if (node.op() == Op::divide) {
      const Expr tree = quotient(placed(node.arg(0)), node.arg(1));
      rewritten_.emplace(node.identity(), tree);
    } else {
      std::vector<Expr> args;
      for (const Expr& arg : node.args()) args.push_back(placed(arg));
      rewritten_.emplace(node.identity(), Expr::make(node.op(), std::move(args)));
    }
  }
  const unsigned depends = dependence_.at(root.identity());
  return {is_pair(root) ? rewritten_.at(root.identity()) : root, depends};
}

PairTape FeatureSplit::split(std::span<const Expr> outputs) {
  std::vector<Expr> trees;
  for (const Expr& output : outputs) trees.push_back(place(rewrite(output)));
  PairTape result;
  std::vector<std::string> names{"n", "m"};
  for (const bool second : {false, true}) {
    for (std::size_t i = 0; i < features_.size(); ++i) {
      const std::string name = (second ? "second" : "first") + std::to_string(i);
      if (std::ranges::none_of(trees, [&](const Expr& e) { return expr::depends_on(e, name); })) continue;
      names.push_back(name);
      result.uses.push_back({second, i});
    }
  }
  result.tape = expr::Tape(trees, names);
  return result;
}

}  // namespace widegeo
