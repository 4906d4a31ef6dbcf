// Compiles trees to a tape: value numbering, then register allocation by last use.
#include "expr/tape/tape.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <limits>
#include <map>

#include "expr/expr_node.hpp"

namespace widegeo::expr {

// In the first stage `values` name what is computed: constants, pi, inputs and one value an instruction. Registers come
// last.
class TapeBuilder {
 public:
  using Value = std::uint32_t;
  static constexpr Value none = std::numeric_limits<Value>::max();

  explicit TapeBuilder(Tape& tape) : tape_(tape) {}

  void run(std::span<const Expr> outputs) {
    for (const Expr& e : outputs) results_.push_back(compile(e));
    assign_registers();
  }

 private:
  struct Source {
    enum class Kind { constant, pi, input, instruction } kind;
    std::uint32_t index;
  };

  Value add_value(Source source) {
    values_.push_back(source);
    return static_cast<Value>(values_.size() - 1);
  }

  Value constant(const Rational& number) {
    const auto [entry, is_new] = constants_.try_emplace(number, none);
    if (is_new) {
      entry->second = add_value({Source::Kind::constant, static_cast<std::uint32_t>(tape_.constants_.size())});
      tape_.constants_.push_back(number);
    }
    return entry->second;
  }

  Value pi() {
    if (pi_ == none) pi_ = add_value({Source::Kind::pi, 0});
    tape_.uses_pi_ = true;
    return pi_;
  }

  Value input(const std::string& name) {
    const auto [entry, is_new] = input_values_.try_emplace(name, none);
    if (is_new) {
      const auto found = std::find(tape_.inputs_.begin(), tape_.inputs_.end(), name);
      if (found == tape_.inputs_.end()) {
        const std::string near = nearest_name(name, tape_.inputs_);
        throw Error(ErrorCode::input, "unknown variable '" + name + "'", {},
                    near.empty() ? "" : "did you mean " + near + "?");
      }
      entry->second = add_value({Source::Kind::input, static_cast<std::uint32_t>(found - tape_.inputs_.begin())});
    }
    return entry->second;
  }

  /// a op b is computed once, whichever tree or output asks for it.
  Value instruction(Op op, Value a, Value b = none, Value c = none, Value d = none, bool integer_power = false) {
    const bool commutes = op == Op::add || op == Op::multiply || op == Op::min || op == Op::max || op == Op::equal;
    if (commutes && b < a) std::swap(a, b);
    const auto [entry, is_new] =
        known_.try_emplace({static_cast<Value>(op), a, b, c, d, integer_power ? 1U : 0U}, none);
    if (is_new) {
      entry->second = add_value({Source::Kind::instruction, static_cast<std::uint32_t>(tape_.code_.size())});
      tape_.code_.push_back({op, integer_power, entry->second, a, b, c, d});
    }
    return entry->second;
  }

  Value power(const Expr& node, Value base, Value exponent) {
    const Expr& e = node.arg(1);
    if (e.is_number()) {
      const Rational& r = e.value();
      const bool half = r.get_den() == 2;
      if ((r.get_den() == 1 || half) && mpz_class(abs(r.get_num())) <= 1'000'000'000) {
        if (half) base = instruction(Op::sqrt, base);
        const long n = r.get_num().get_si();
        if (n == 1) return base;
        if (n == -1) return instruction(Op::divide, constant(1), base);
        const auto [entry, is_new] = exponents_.try_emplace(n, static_cast<Value>(tape_.exponents_.size()));
        if (is_new) tape_.exponents_.push_back(n);
        return instruction(Op::power, base, entry->second, none, none, true);
      }
    }
    return instruction(Op::power, base, exponent);
  }

  Value select(const Expr& condition, Value a, Value b) {
    Value left = compiled_.at(condition.arg(0).identity()), right = compiled_.at(condition.arg(1).identity());
    Op op = condition.op();
    if (op == Op::greater || op == Op::greater_equal) {
      std::swap(left, right);
      op = op == Op::greater ? Op::less : Op::less_equal;
    }
    if (op == Op::not_equal) {
      std::swap(a, b);
      op = Op::equal;
    }
    return instruction(op, left, right, a, b);
  }

  Value compile_node(const Expr& node) {
    switch (node.op()) {
      case Op::number:
        return constant(node.value());
      case Op::pi:
        return pi();
      case Op::variable:
        return input(node.name());
      default:
        break;
    }
    // A comparison is not a value of its own, but part of the `if` that uses it.
    if (node.is_comparison()) return none;
    std::array<Value, 3> v{none, none, none};
    for (std::size_t i = 0; i < node.args().size(); ++i) v[i] = compiled_.at(node.arg(i).identity());
    switch (node.op()) {
      case Op::power:
        return power(node, v[0], v[1]);
      case Op::choose:
        return select(node.arg(0), v[1], v[2]);
      default:
        return instruction(node.op(), v[0], v[1]);
    }
  }

  Value compile(const Expr& e) {
    for (const Expr& node : post_order(e)) {
      if (compiled_.count(node.identity())) continue;
      compiled_.emplace(node.identity(), compile_node(node));
      alive_.push_back(node);
    }
    return e.is_comparison() ? select(e, constant(1), constant(0)) : compiled_.at(e.identity());
  }

  template <class F>
  static void for_operands(Tape::Instruction& instruction, F f) {
    f(instruction.a);
    if (!instruction.integer_power && instruction.b != none) f(instruction.b);
    if (instruction.c != none) f(instruction.c);
    if (instruction.d != none) f(instruction.d);
  }

  // An unused value (an integer exponent is compiled as a constant first) leaves no trace in code, only an idle
  // constant.
  void assign_registers() {
    const auto constants = static_cast<std::uint32_t>(tape_.constants_.size());
    const std::uint32_t first_input = constants + (tape_.uses_pi_ ? 1 : 0);
    std::uint32_t next = first_input + static_cast<std::uint32_t>(tape_.inputs_.size());

    std::vector<std::size_t> last_use(values_.size(), 0);
    for (std::size_t i = 0; i < tape_.code_.size(); ++i)
      for_operands(tape_.code_[i], [&](Value v) { last_use[v] = i; });
    for (const Value v : results_) last_use[v] = tape_.code_.size();

    std::vector<std::uint32_t> home(values_.size(), 0), free;
    for (std::size_t v = 0; v < values_.size(); ++v) {
      const Source& source = values_[v];
      if (source.kind == Source::Kind::constant) home[v] = source.index;
      if (source.kind == Source::Kind::pi) home[v] = constants;
      if (source.kind == Source::Kind::input) home[v] = first_input + source.index;
    }
    for (std::size_t i = 0; i < tape_.code_.size(); ++i) {
      Tape::Instruction& code = tape_.code_[i];
      for_operands(code, [&](Value& v) {
        const Value value = v;
        v = home[value];
        if (last_use[value] == i && values_[value].kind == Source::Kind::instruction) {
          last_use[value] = none;  // an operand used twice is freed once
          free.push_back(home[value]);
        }
      });
      if (free.empty()) free.push_back(next++);
      home[code.to] = free.back();
      free.pop_back();
      code.to = home[code.to];
    }
    for (const Value v : results_) tape_.outputs_.push_back(home[v]);
    tape_.register_count_ = next;
  }

  Tape& tape_;
  std::vector<Source> values_;
  std::map<Rational, Value> constants_;
  std::map<std::string, Value> input_values_;
  std::map<long, Value> exponents_;
  Value pi_ = none;
  std::map<std::array<Value, 6>, Value> known_;
  NodeMap<Value> compiled_;
  std::vector<Expr> alive_;  ///< keeps the identities in compiled_ valid
  std::vector<Value> results_;
};

Tape::Tape(std::span<const Expr> outputs, std::vector<std::string> inputs) : inputs_(std::move(inputs)) {
  static std::atomic<std::uint64_t> last_id{0};
  id_ = ++last_id;
  TapeBuilder(*this).run(outputs);
}

}  // namespace widegeo::expr
