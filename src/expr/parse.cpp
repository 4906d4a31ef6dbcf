// Recursive parser with precedence climbing. Why not Boost.Spirit or PEGTL: docs/decisions/0002-hand-written-parser.md.
#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "expr/expr_node.hpp"
#include "expr/parse_listener.hpp"
#include "number/stack_room.hpp"

namespace widegeo::expr {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

// One printable line: control characters and all bytes that are not ASCII become '?' (one for a whole UTF-8 sequence).
std::string printable(std::string_view text) {
  std::string line;
  for (const char c : text)
    if (!is_continuation(c)) line += (c >= ' ' && c <= '~') ? c : '?';
  return line;
}

// The part of a long text around the position, and the column of the position in it.
std::pair<std::string, std::size_t> excerpt(std::string_view text, std::size_t position) {
  constexpr std::size_t reach = 36;
  std::size_t begin = position > reach ? position - reach : 0;
  std::size_t end = std::min(text.size(), position + reach);
  while (begin > 0 && is_continuation(text[begin])) --begin;
  while (end < text.size() && is_continuation(text[end])) ++end;
  const std::string head = begin > 0 ? "..." : "", tail = end < text.size() ? "..." : "";
  return {head + printable(text.substr(begin, end - begin)) + tail,
          head.size() + columns(text.substr(begin, position - begin))};
}

std::string place(std::string_view text, std::size_t position) {
  return "column " + std::to_string(columns(text.substr(0, position)) + 1) + " of '" + excerpt(text, position).first +
         "'";
}

// How this language writes functions that others have; nullptr for other words.
const char* foreign_function(std::string_view word) {
  constexpr std::pair<std::string_view, const char*> names[] = {{"ln", "log(x)"},
                                                                {"sech", "1/cosh(x)"},
                                                                {"csch", "1/sinh(x)"},
                                                                {"coth", "1/tanh(x)"},
                                                                {"where", "if(x > 0, a, b)"},
                                                                {"heaviside", "step(x)"},
                                                                {"Heaviside", "step(x)"},
                                                                {"arctan", "atan(x)"},
                                                                {"arcsin", "asin(x)"},
                                                                {"arccos", "acos(x)"},
                                                                {"arcsinh", "asinh(x)"},
                                                                {"fabs", "abs(x)"},
                                                                {"pow", "x^y"}};
  for (const auto& [foreign, spelled] : names)
    if (foreign == word) return spelled;
  return nullptr;
}

// The nearest name, letters in the wrong order first ("xep" is exp, not step); nothing for words of one or two letters.
template <class Range>
std::string suggestion(const std::string& word, const Range& candidates) {
  const auto sorted = [](std::string s) {
    std::sort(s.begin(), s.end());
    return s;
  };
  if (word.size() < 3 || word.size() > 60) return {};
  for (const std::string& candidate : candidates)
    if (sorted(candidate) == sorted(word)) return candidate;
  const std::string near = nearest_name(word, candidates);
  return near.size() < 2 ? std::string() : near;  // x is "near" every short word
}

class Parser {
 public:
  Parser(std::string_view text, const std::set<std::string>& variables, ParseListener* listener = nullptr)
      : text_(text), variables_(variables), listener_(listener) {}

  Expr run() {
    if (text_.size() > max_text) fail_at(0, "the text is longer than " + std::to_string(max_text) + " characters");
    skip();
    if (done()) fail("the expression is empty", "write an expression such as x*Phi(x)");
    const Expr e = claim();
    if (!done()) unexpected();
    if (e.node_count() > max_nodes) fail_at(0, "the expression has more than " + std::to_string(max_nodes) + " terms");
    return e;
  }

 private:
  // Counts the brackets and operators that are open: each is a level of recursion.
  struct Level {
    explicit Level(Parser& parser) : p(parser) {
      if (++p.level_ > max_depth) p.fail("more than " + std::to_string(max_depth) + " nested brackets or operators");
      if (stack_room() < least_stack_room) p.fail("the brackets and operators are nested too deep for the stack");
    }
    ~Level() { --p.level_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    Parser& p;
  };

  [[noreturn]] void fail_at(std::size_t position, const std::string& problem, const std::string& hint = {}) const {
    throw ParseError(problem, text_, position, hint);
  }
  [[noreturn]] void fail(const std::string& problem, const std::string& hint = {}) const {
    fail_at(at_, problem, hint);
  }

  [[noreturn]] void unexpected(const std::string& wanted = {}) const {
    if (done()) fail("unexpected end", wanted.empty() ? "" : "expected " + wanted);
    const char c = text_[at_];
    if (c == '=') fail("unexpected '='", "write == to compare");
    if (c == '*' && at_ > 0 && text_[at_ - 1] == '*') fail("unexpected '*'", "write ^ for powers");
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E)
      fail("unexpected character", "only letters a-z and A-Z, digits and + - * / ^ ( ) , . < > = ! _ have a meaning");
    if (c == '|') fail("unexpected '|'", "write abs(x)");
    if (c == '(' || (wanted.empty() && (is_name_start(c) || is_digit(c))))
      fail("unexpected " + quoted(), "write * between factors: 2*x, x*(x+1)");
    fail("unexpected " + quoted(), wanted.empty() ? "" : "expected " + wanted);
  }

  std::string quoted() const {
    std::size_t end = at_ + 1;
    if (is_name_start(text_[at_]))
      while (end < text_.size() && end < at_ + 30 && (is_name_start(text_[end]) || is_digit(text_[end]))) ++end;
    return "'" + std::string(text_.substr(at_, end - at_)) + "'";
  }

  void skip() {
    while (!done() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }
  bool done() const { return at_ >= text_.size(); }
  bool next_is(char c) const { return !done() && text_[at_] == c; }
  bool take(std::string_view symbol) {
    if (text_.substr(at_, symbol.size()) != symbol) return false;
    at_ += symbol.size();
    skip();
    return true;
  }

  // A number, not a comparison, that started at `begin`.
  Expr numeric(Expr e, std::size_t begin) const {
    if (e.is_comparison()) fail_at(begin, "a comparison cannot be used as a number", "write if(x > 0, a, b)");
    return e;
  }

  Expr build(Op op, std::vector<Expr> args, std::size_t position) const {
    if (listener_ != nullptr) listener_->operation(op, args);
    try {
      return Expr::make(op, std::move(args));
    } catch (const Error& e) {
      fail_at(position, e.summary(), e.hint());
    }
  }

  Expr claim() {
    const std::size_t begin = at_;
    const Expr left = sum();
    const std::size_t position = at_;
    static constexpr std::pair<std::string_view, Op> symbols[] = {{"<=", Op::less_equal}, {">=", Op::greater_equal},
                                                                  {"==", Op::equal},      {"!=", Op::not_equal},
                                                                  {"<", Op::less},        {">", Op::greater}};
    for (const auto& [symbol, op] : symbols) {
      if (!take(symbol)) continue;
      const std::size_t second = at_;
      const Expr right = numeric(sum(), second);
      if (next_is('<') || next_is('>') || next_is('=') || next_is('!'))
        fail("comparisons do not chain", "write if(a < b, if(b < c, 1, 0), 0)");
      return build(op, {numeric(left, begin), right}, position);
    }
    return left;
  }

  Expr sum() {
    const std::size_t begin = at_;
    Expr left = product();
    while (next_is('+') || next_is('-')) {
      const std::size_t position = at_;
      const Op op = take("+") ? Op::add : (take("-"), Op::subtract);
      const std::size_t second = at_;
      const Expr right = numeric(product(), second);
      left = build(op, {numeric(left, begin), right}, position);
    }
    return left;
  }

  Expr product() {
    const std::size_t begin = at_;
    Expr left = unary();
    while (next_is('*') || next_is('/')) {
      const std::size_t position = at_;
      const Op op = take("*") ? Op::multiply : (take("/"), Op::divide);
      if (op == Op::multiply && next_is('*')) unexpected();
      const std::size_t second = at_;
      const Expr right = numeric(unary(), second);
      left = build(op, {numeric(left, begin), right}, position);
    }
    return left;
  }

  Expr unary() {
    const Level level(*this);
    const std::size_t begin = at_;
    if (take("-")) {
      const std::size_t second = at_;
      return build(Op::negate, {numeric(unary(), second)}, begin);
    }
    if (take("+")) {
      const std::size_t second = at_;
      return numeric(unary(), second);
    }
    const Expr base = primary();
    const std::size_t position = at_;
    if (!take("^")) return base;
    const std::size_t second = at_;
    const Expr exponent = numeric(unary(), second);
    return build(Op::power, {numeric(base, begin), exponent}, position);
  }

  Expr primary() {
    if (done()) unexpected("a number, a name or '('");
    if (take("(")) {
      const Expr inside = claim();
      if (!take(")")) unexpected("')'");
      return inside;
    }
    if (is_digit(text_[at_]) || (text_[at_] == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])))
      return number();
    if (is_name_start(text_[at_])) return name();
    unexpected("a number, a name or '('");
  }

  std::size_t digits() {
    const std::size_t begin = at_;
    while (!done() && is_digit(text_[at_])) ++at_;
    return at_ - begin;
  }

  Expr number() {
    const std::size_t begin = at_;
    digits();
    if (next_is('.')) {
      ++at_;
      digits();
    }
    std::string mantissa(text_.substr(begin, at_ - begin));
    if (mantissa.back() == '.') mantissa.pop_back();
    if (mantissa.front() == '.') mantissa.insert(0, "0");
    std::string exponent;
    if (!done() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      const std::size_t mark = at_++;
      if (next_is('+') || next_is('-')) ++at_;
      if (digits() > 0)
        exponent = "e" + std::string(text_.substr(mark + 1, at_ - mark - 1));
      else
        at_ = mark;
    }
    if (!done() && is_name_start(text_[at_])) {
      const std::string word = quoted();
      fail("unexpected " + word, "write " + printable(text_.substr(begin, std::min<std::size_t>(at_ - begin, 20))) +
                                     "*" + word.substr(1, word.size() - 2));
    }
    if (next_is('.')) fail("unexpected '.'", "a number has one decimal point");
    const auto value = parse_rational(mantissa + exponent);
    if (!value || !fits(*value))
      fail_at(begin, "the number is out of range", "numbers may have up to 19000 digits or zeros");
    skip();
    return Expr::number(*value);
  }

  Expr name() {
    const std::size_t begin = at_;
    while (!done() && (is_name_start(text_[at_]) || is_digit(text_[at_]))) ++at_;
    const std::string word(text_.substr(begin, at_ - begin));
    skip();
    if (word == "pi") return Expr::pi();
    const Op* op = find_function(word);
    if (next_is('(')) {
      if (op) return call(*op, word, begin);
      if (allowed(word))
        fail("unexpected '('", "'" + shortened(word) + "' is a variable: write " + shortened(word) + "*(...)");
      if (const char* const spelled = foreign_function(word); spelled != nullptr)
        fail_at(begin, "unknown function '" + word + "'", std::string("write ") + spelled);
      const std::string near = suggestion(word, function_names());
      fail_at(begin, "unknown function '" + shortened(word) + "'",
              near.empty() ? "" : "did you mean " + near + "(...)?");
    }
    if (op)
      fail_at(begin, "the function '" + word + "' has no arguments",
              "write " + word +
                  (arity_of(*op) == 1   ? "(x)"
                   : arity_of(*op) == 2 ? "(x, y)"
                                        : "(x > 0, a, b)"));
    if (next_is('.') && word != "x")
      fail_at(begin, "unexpected '" + shortened(word) + ".'", "functions have no prefix: write tanh(x)");
    if (!variables_.empty() && !allowed(word)) unknown_variable(word, begin);
    if (listener_ != nullptr) listener_->name(word);
    return Expr::variable(word);
  }

  bool allowed(const std::string& word) const { return variables_.count(word) != 0; }
  static std::string shortened(const std::string& word) { return word.size() > 40 ? word.substr(0, 40) + "..." : word; }

  [[noreturn]] void unknown_variable(const std::string& word, std::size_t begin) const {
    const std::string near = suggestion(word, variables_);
    std::string known;
    std::size_t count = 0;
    for (const std::string& v : variables_) known += (count++ ? ", " : "") + v;
    std::string hint = near.empty() ? "known here: " + shortened(known) : "did you mean " + near + "?";
    if (word == "e" && near.empty()) hint = "write exp(1)";
    fail_at(begin, "unknown variable '" + shortened(word) + "'", hint);
  }

  Expr call(Op op, const std::string& word, std::size_t begin) {
    take("(");
    std::vector<Expr> args;
    const unsigned arity = arity_of(op);
    if (next_is(')')) wrong_count(word, arity, 0, begin);
    do {
      const std::size_t position = at_;
      const Expr argument = claim();
      if (op == Op::choose && args.empty()) {
        if (!argument.is_comparison())
          fail_at(position, "the condition of if(...) is not a comparison", "write if(x > 0, a, b)");
      } else {
        numeric(argument, position);
      }
      if (op == Op::choose && args.size() < arity && listener_ != nullptr) listener_->part_of_choice(args.size());
      if (args.size() <= arity) args.push_back(argument);
    } while (take(","));
    if (!take(")")) unexpected(args.size() < arity ? "','" : "')'");
    if (args.size() != arity) wrong_count(word, arity, args.size(), begin);
    return build(op, std::move(args), begin);
  }

  [[noreturn]] void wrong_count(const std::string& word, unsigned arity, std::size_t given, std::size_t begin) const {
    fail_at(begin, "wrong number of arguments of " + word + ": it takes " + std::to_string(arity) + ", not " +
                       (given > arity ? "more" : std::to_string(given)));
  }

  std::string_view text_;
  const std::set<std::string>& variables_;
  ParseListener* listener_;
  std::size_t at_ = 0, level_ = 0;
};

}  // namespace

ParseError::ParseError(const std::string& problem, std::string_view text, std::size_t position, const std::string& hint)
    : Error(ErrorCode::input, "the expression does not parse: " + problem, place(text, position), hint),
      position_(position) {
  const auto [line, column] = excerpt(text, position);
  caret_text_ = line + "\n" + std::string(column, ' ') + "^";
}

Expr parse(std::string_view text, const std::set<std::string>& variables) { return Parser(text, variables).run(); }

Expr parse(std::string_view text, ParseListener& listener) { return Parser(text, {}, &listener).run(); }

}  // namespace widegeo::expr
