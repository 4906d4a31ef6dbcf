#include "expr/expr.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_set>
#include <utility>

#include "expr/expr_node.hpp"

namespace widegeo::expr {
namespace {

std::size_t mix(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
}

std::size_t hash_integer(const mpz_class& z) {
  std::size_t h = mix(mpz_size(z.get_mpz_t()), static_cast<std::size_t>(sgn(z) + 1));
  for (std::size_t i = 0; i < mpz_size(z.get_mpz_t()); ++i)
    h = mix(h, mpz_getlimbn(z.get_mpz_t(), static_cast<mp_size_t>(i)));
  return h;
}

struct PairHash {
  std::size_t operator()(const std::pair<const void*, const void*>& p) const {
    return mix(std::hash<const void*>{}(p.first), std::hash<const void*>{}(p.second));
  }
};

}  // namespace

// A tree may be thousands of levels deep: children are released in a loop instead of by nested destructors.
Expr::Node::~Node() {
  if (depth < 100) return;
  std::vector<Expr> pending = std::move(args);
  while (!pending.empty()) {
    const Expr last = std::move(pending.back());
    pending.pop_back();
    if (last.node_ && last.node_.use_count() == 1) {
      auto& children = const_cast<Node&>(*last.node_).args;
      std::move(children.begin(), children.end(), std::back_inserter(pending));
      children.clear();
    }
  }
}

Expr::Expr(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

Expr::Expr() : Expr(number(0L)) {}

Expr Expr::number(Rational value) {
  value.canonicalize();
  auto node = std::make_shared<Node>();
  node->hash = mix(hash_integer(value.get_num()), hash_integer(value.get_den()));
  node->value = std::move(value);
  return Expr(std::move(node));
}

Expr Expr::number(long value) { return number(Rational(value)); }

Expr Expr::pi() {
  auto node = std::make_shared<Node>();
  node->op = Op::pi;
  node->hash = mix(0, static_cast<std::size_t>(Op::pi));
  return Expr(std::move(node));
}

Expr Expr::variable(std::string name) {
  if (!is_identifier(name))
    throw Error(ErrorCode::input, "'" + name + "' is not a name", {},
                "a name is a letter and then letters, digits and _");
  if (is_reserved(name))
    throw Error(ErrorCode::input, "'" + name + "' is a word of the language and cannot name a variable");
  auto node = std::make_shared<Node>();
  node->op = Op::variable;
  node->hash = mix(static_cast<std::size_t>(Op::variable), std::hash<std::string>{}(name));
  node->name = std::move(name);
  return Expr(std::move(node));
}

// Without any simplification; the last step of make.
Expr Expr::raw(Op op, std::vector<Expr> args) {
  auto node = std::make_shared<Node>();
  node->op = op;
  node->hash = mix(17, static_cast<std::size_t>(op));
  for (const Expr& a : args) {
    node->hash = mix(node->hash, a.hash());
    node->depth = std::max(node->depth, a.depth() + 1);
    const std::size_t room = std::numeric_limits<std::size_t>::max() - node->count;
    node->count += std::min(room, a.node_count());
  }
  if (node->depth > max_tree_depth)
    throw Error(ErrorCode::input, "the expression is nested too deeply",
                "more than " + std::to_string(max_tree_depth) + " levels");
  node->args = std::move(args);
  return Expr(std::move(node));
}

Op Expr::op() const { return node_->op; }
std::span<const Expr> Expr::args() const { return node_->args; }
const Rational& Expr::value() const { return node_->value; }
const std::string& Expr::name() const { return node_->name; }
std::size_t Expr::hash() const { return node_->hash; }
std::size_t Expr::node_count() const { return node_->count; }
std::size_t Expr::depth() const { return node_->depth; }
bool Expr::is_number(long v) const { return is_number() && node_->value == v; }

bool operator==(const Expr& a, const Expr& b) {
  std::vector<std::pair<const Expr*, const Expr*>> pending{{&a, &b}};
  // Trees with shared parts would be compared again and again without this.
  std::unordered_set<std::pair<const void*, const void*>, PairHash> seen;
  const bool large = a.node_count() > 500;
  while (!pending.empty()) {
    const auto [p, q] = pending.back();
    pending.pop_back();
    if (p->identity() == q->identity()) continue;
    if (p->hash() != q->hash() || p->op() != q->op() || p->args().size() != q->args().size()) return false;
    if (p->op() == Op::number && p->value() != q->value()) return false;
    if (p->op() == Op::variable && p->name() != q->name()) return false;
    if (large && !p->args().empty() && !seen.emplace(p->identity(), q->identity()).second) continue;
    for (std::size_t i = 0; i < p->args().size(); ++i) pending.emplace_back(&p->arg(i), &q->arg(i));
  }
  return true;
}

Expr operator+(const Expr& a, const Expr& b) { return make2(Op::add, a, b); }
Expr operator-(const Expr& a, const Expr& b) { return make2(Op::subtract, a, b); }
Expr operator*(const Expr& a, const Expr& b) { return make2(Op::multiply, a, b); }
Expr operator/(const Expr& a, const Expr& b) { return make2(Op::divide, a, b); }
Expr operator-(const Expr& a) { return make1(Op::negate, a); }

std::vector<Expr> post_order(const Expr& e) {
  std::vector<Expr> order;
  std::unordered_set<const void*> entered;
  std::vector<std::pair<Expr, std::size_t>> stack;
  const auto enter = [&](const Expr& node) {
    if (entered.insert(node.identity()).second) stack.emplace_back(node, 0);
  };
  enter(e);
  while (!stack.empty()) {
    auto& [node, next] = stack.back();
    if (next < node.args().size()) {
      const Expr child = node.arg(next++);
      enter(child);
    } else {
      order.push_back(node);
      stack.pop_back();
    }
  }
  return order;
}

std::set<std::string> variables_of(const Expr& e) {
  std::set<std::string> names;
  for (const Expr& node : post_order(e))
    if (node.op() == Op::variable) names.insert(node.name());
  return names;
}

bool depends_on(const Expr& e, const std::string& variable) { return variables_of(e).count(variable) != 0; }

Expr substitute(const Expr& e, const std::map<std::string, Expr>& replacements) {
  NodeMap<Expr> done;
  for (const Expr& node : post_order(e)) {
    Expr result = node;
    if (node.op() == Op::variable) {
      if (const auto found = replacements.find(node.name()); found != replacements.end()) result = found->second;
    } else if (!node.args().empty()) {
      std::vector<Expr> args;
      bool changed = false;
      for (const Expr& a : node.args()) {
        args.push_back(done.at(a.identity()));
        changed = changed || args.back().identity() != a.identity();
      }
      if (changed) result = Expr::make(node.op(), std::move(args));
    }
    done.emplace(node.identity(), result);
  }
  return done.at(e.identity());
}

}  // namespace widegeo::expr
