#include "statement/proof/enclosure_tree.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::statement {
namespace {

constexpr std::size_t round_size = 256;

/// x rounded down to 4 significant digits.
double digits_below(double x) {
  if (x == 0) return 0;
  if (!std::isfinite(x)) return x < 0 ? -std::numeric_limits<double>::max() : x;
  std::array<char, 32> text{};
  char* end = std::to_chars(text.data(), text.data() + text.size(), x, std::chars_format::scientific, 3).ptr;
  std::string_view all(text.data(), static_cast<std::size_t>(end - text.data()));
  const std::size_t e = all.find('e');
  // "-1.234e-05": the mantissa as a whole number, the exponent less 3.
  std::string mantissa(all.substr(0, e));
  mantissa.erase(mantissa.find('.'), 1);
  long whole = std::stol(mantissa);
  const long exponent = std::stol(std::string(all.substr(e + 1))) - 3;
  const auto value = [&] {
    const std::string decimal = std::to_string(whole) + "e" + std::to_string(exponent);
    double result = 0;
    const auto status = std::from_chars(decimal.data(), decimal.data() + decimal.size(), result).ec;
    if (status == std::errc()) return result;
    return whole < 0 ? -std::numeric_limits<double>::max() : 0.0;
  };
  double result = value();
  while (result > x) {
    --whole;
    result = value();
  }
  return result;
}

struct Node {
  std::int16_t variable = -1;  ///< -1: a leaf or not judged yet
  std::uint32_t first = 0;     ///< half, or the number of the leaf among `leaves`
  std::uint32_t second = 0;
};

struct Tree {
  std::vector<Node> nodes{1};
  std::vector<Leaf> leaves;
};

struct Item {
  std::size_t problem = 0;
  std::uint32_t node = 0;
  unsigned depth = 0;
  long bits = 64;
  Box box;
  double margin = -std::numeric_limits<double>::infinity();  ///< a lower bound known of it
  Interval known{};                                          ///< of the margin, once judged
  std::size_t variable = 0;                                  ///< to bisect, once judged (equalities)
};

double volume_share(const Problem& problem, const Box& box) {
  double share = 1;
  for (std::size_t i = 0; i < box.size(); ++i) {
    const Rational whole = problem.ranges[i].high - problem.ranges[i].low;
    if (whole > 0) share *= nearest_double(Rational((box[i].high - box[i].low) / whole));
  }
  return share;
}

Covering covering_of(const Tree& tree) {
  Covering covering;
  std::vector<std::uint32_t> open{0};
  while (!open.empty()) {
    const Node& node = tree.nodes[open.back()];
    open.pop_back();
    if (node.variable < 0) {
      covering.tree += '.';
      covering.leaves.push_back(tree.leaves[node.first]);
      continue;
    }
    covering.tree += digit_of(static_cast<std::size_t>(node.variable));
    open.push_back(node.second);
    open.push_back(node.first);
  }
  return covering;
}

/// What refine() changes but for the boxes left open.
using Wave = std::tuple<std::vector<Tree>, std::vector<Item>, std::vector<Item>, Bisection, bool>;

class Bisector {
 public:
  Bisector(std::span<const Problem> problems, const ProofOptions& options)
      : problems_(problems), options_(options), trees_(problems.size()), started_(std::chrono::steady_clock::now()) {
    for (const Problem& problem : problems) enclosing_ = enclosing_ || has_plain_equalities(problem.claim);
    result_.bits = options.bits;
    result_.margin = std::numeric_limits<double>::infinity();
    for (std::size_t p = problems.size(); p-- > 0;) {
      open_.push_back({p, 0, 0, options.bits, problems[p].ranges});
    }
  }

  Bisection operator()() {
    while (!open_.empty() && !over()) round();
    if (!ended_ && !reason_.empty()) stop();
    if (!ended_ && enclosing_) refine();
    if (!ended_) close();
    return std::move(result_);
  }

 private:
  bool late() const {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - started_;
    return options_.time_limit > 0 && spent.count() > options_.time_limit;
  }

  bool over() {
    if (ended_) return true;
    if (late()) {
      reason_ = "the time limit";
    } else if (result_.boxes >= options_.max_boxes) {
      reason_ = "the limit of " + std::to_string(options_.max_boxes) + " boxes";
    } else if (stuck_.size() >= 64) {
      reason_ = "boxes too small to be bisected further";
    }
    return !reason_.empty();
  }

  /// Judges the last boxes of the stack: the halves of the newest first, so that few boxes wait.
  void round() {
    const std::size_t count = std::min(round_size, open_.size());
    std::vector<Item> items(std::make_move_iterator(open_.end() - static_cast<std::ptrdiff_t>(count)),
                            std::make_move_iterator(open_.end()));
    open_.resize(open_.size() - count);
    std::reverse(items.begin(), items.end());
    std::vector<std::optional<BoxJudgement>> judged(count);
    parallel_for_ordered(count, options_.threads, [&](std::size_t i) {
      if (late()) return;
      const JudgeOptions options{items[i].bits, std::max(256L, options_.bits), options_.equality_width};
      judged[i] = judge_box(problems_[items[i].problem], items[i].box, options);
    });
    // From the last to the first, so that the first is on top of the stack; a counterexample of the first wins. What
    // the time did not suffice for stays open.
    for (std::size_t i = count; i-- > 0;) {
      if (!judged[i]) {
        open_.push_back(std::move(items[i]));
        continue;
      }
      ++result_.boxes;
      use(items[i], *judged[i]);
    }
  }

  void use(Item& item, BoxJudgement& judged) {
    result_.bits = std::max(result_.bits, judged.bits);
    using Kind = BoxJudgement::Kind;
    switch (judged.kind) {
      case Kind::holds:
        by_width_ = by_width_ || judged.by_width;
        leaf(item, rounded_outwards(judged.margin));
        return;
      case Kind::excluded: {
        Leaf excluded;
        excluded.excluded = true;
        ++result_.excluded;
        leaf(item, excluded);
        return;
      }
      case Kind::counterexample:
      case Kind::missing:
        // Boxes come from the last to the first: the first of a round stays.
        ended_ = true;
        result_.kind = judged.kind == Kind::missing ? Bisection::Kind::missing : Bisection::Kind::counterexample;
        result_.problem = item.problem;
        result_.point = std::move(judged.point);
        result_.reason = std::move(judged.reason);
        result_.margin = judged.margin.low;
        return;
      case Kind::split:
        break;
      case Kind::stuck:
        item.margin = judged.margin.low;
        item.known = judged.margin;
        stuck_.push_back(std::move(item));
        return;
    }
    item.margin = judged.margin.low;
    item.known = judged.margin;
    item.variable = judged.variable;
    item.bits = judged.bits;
    if (item.depth >= options_.max_depth) {
      stuck_.push_back(std::move(item));
    } else if (enclosing_ && judged.exists && std::isfinite(item.known.low)) {
      waiting_.push_back(std::move(item));
    } else {
      split(item);
    }
  }

  void split(const Item& item) {
    Tree& tree = trees_[item.problem];
    const auto first = static_cast<std::uint32_t>(tree.nodes.size());
    tree.nodes[item.node] = {static_cast<std::int16_t>(item.variable), first, first + 1};
    tree.nodes.resize(tree.nodes.size() + 2);
    auto [low, high] = bisected(item.box, item.variable);
    open_.push_back({item.problem, first + 1, item.depth + 1, item.bits, std::move(high), item.margin});
    open_.push_back({item.problem, first, item.depth + 1, item.bits, std::move(low), item.margin});
  }

  void leaf(const Item& item, const Leaf& leaf) {
    Tree& tree = trees_[item.problem];
    tree.nodes[item.node].first = static_cast<std::uint32_t>(tree.leaves.size());
    tree.leaves.push_back(leaf);
    if (!leaf.excluded) result_.margin = std::min(result_.margin, leaf.low);
    ++result_.leaves;
  }

  /// Bisects the boxes where an equality is enclosed worst, as long as it pays.
  void refine() {
    const std::size_t limit = std::min(options_.equality_boxes, options_.max_boxes);
    while (!waiting_.empty() && !ended_ && result_.boxes < limit && !late()) {
      const Wave before = options_.time_limit > 0 ? Wave{trees_, waiting_, stuck_, result_, by_width_} : Wave{};
      double worst = 0;
      for (const Item& item : waiting_) worst = std::max(worst, -item.margin);
      std::vector<Item> rest;
      for (Item& item : waiting_) {
        if (-item.margin < worst / 2)
          rest.push_back(std::move(item));
        else
          split(item);
      }
      waiting_ = std::move(rest);
      while (!open_.empty() && !ended_ && !late()) round();
      if (ended_ || open_.empty()) continue;
      // The time ends within a wave: what was known before it is an enclosure of all of the ranges.
      const std::size_t boxes = result_.boxes;
      std::tie(trees_, waiting_, stuck_, result_, by_width_) = before;
      result_.boxes = boxes;
      open_.clear();
    }
    if (ended_) return;
    // What only a width keeps from being an equality is a leaf; anything else is not decided.
    for (Item& item : waiting_) {
      const Problem& problem = problems_[item.problem];
      const bool only_width = problem.hypothesis == nullptr && problem.claim.comparisons.size() == 1 &&
                              problem.claim.formula.kind == Formula::Kind::comparison;
      if (!only_width) {
        stuck_.push_back(std::move(item));
        continue;
      }
      by_width_ = true;
      leaf(item, rounded_outwards(item.known));
    }
    waiting_.clear();
  }

  void close() {
    if (!stuck_.empty()) {
      reason_ = "boxes too small to be bisected further";
      stop();
      return;
    }
    result_.kind = by_width_ ? Bisection::Kind::enclosed : Bisection::Kind::proved;
    for (const Tree& tree : trees_) result_.problems.push_back(covering_of(tree));
  }

  void stop() {
    ended_ = true;
    result_.kind = Bisection::Kind::undecided;
    result_.margin = std::numeric_limits<double>::infinity();
    for (const std::vector<Item>* items : {&stuck_, &waiting_, &open_}) {
      for (const Item& item : *items) {
        ++result_.left;
        result_.share_left += volume_share(problems_[item.problem], item.box) / static_cast<double>(problems_.size());
        if (item.margin >= result_.margin) continue;
        result_.margin = item.margin;
        result_.problem = item.problem;
        result_.point = centre_of(item.box);
      }
    }
    if (!stuck_.empty()) result_.smallest = stuck_.front().known;
    for (const Item& item : stuck_) {
      result_.smallest.low = std::min(result_.smallest.low, item.known.low);
      result_.smallest.high = std::max(result_.smallest.high, item.known.high);
    }
    result_.reason = reason_;
  }

  std::span<const Problem> problems_;
  const ProofOptions& options_;
  std::vector<Tree> trees_;
  std::chrono::steady_clock::time_point started_;
  std::vector<Item> open_, waiting_, stuck_;
  bool enclosing_ = false, by_width_ = false, ended_ = false;
  std::string reason_;
  Bisection result_;
};

}  // namespace

Leaf rounded_outwards(const Interval& margin) {
  Leaf leaf;
  leaf.low = digits_below(margin.low);
  leaf.high = -digits_below(-margin.high);
  return leaf;
}

Bisection bisect(std::span<const Problem> problems, const ProofOptions& options) {
  return Bisector(problems, options)();
}

}  // namespace widegeo::statement
