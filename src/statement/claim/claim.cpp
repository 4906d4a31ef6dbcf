// Claims are parsed here down to the comparisons; the expressions between the comparison signs are parsed by
// expr::parse. Calls of V, derivative, ... are first replaced by names, so that no second expression parser is needed.
#include "statement/claim/claim.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>

#include "number/stack_room.hpp"
#include "statement/claim/names.hpp"

namespace widegeo::statement {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

struct Symbol {
  std::string_view text;
  expr::Op op;
};
constexpr std::array<Symbol, 6> comparison_symbols{{{"<=", expr::Op::less_equal},
                                                    {">=", expr::Op::greater_equal},
                                                    {"==", expr::Op::equal},
                                                    {"!=", expr::Op::not_equal},
                                                    {"<", expr::Op::less},
                                                    {">", expr::Op::greater}}};

class Parser {
 public:
  Parser(const std::string& text, const std::string& prefix) : text_(text), prefix_(prefix) {}

  Claim run() {
    if (text_.size() > expr::max_text) fail(0, "the claim is too long");
    skip();
    if (done()) fail(at_, "the claim is empty", "write a comparison such as scalar_curvature < 0");
    claim_.formula = implication();
    if (!done()) unexpected(at_);
    claim_.conditions = existence_.take();
    return std::move(claim_);
  }

 private:
  [[noreturn]] void fail(std::size_t position, const std::string& problem, const std::string& hint = {}) const {
    throw expr::ParseError(problem, text_, position, hint);
  }

  [[noreturn]] void unexpected(std::size_t at) const {
    if (at >= text_.size()) fail(at, "unexpected end", "a comparison is missing");
    const char c = text_[at];
    if (c == '=') fail(at, "unexpected '='", "write == to compare");
    if (c == '!') fail(at, "unexpected '!'", "write not, or != to compare");
    if (c == '&') fail(at, "unexpected '&'", "write and");
    if (c == '|') fail(at, "unexpected '|'", "write or");
    if (c == ')') fail(at, "unexpected ')'", "no bracket is open here");
    const std::string word = word_at(at);
    fail(at, "unexpected '" + (word.empty() ? std::string(1, c) : word) + "'", "join comparisons by and, or, implies");
  }

  void require_stack(std::size_t at) const {
    if (stack_room() < least_stack_room) fail(at, "the brackets are nested too deep for the stack");
  }

  bool done() const { return at_ >= text_.size(); }
  void skip() {
    while (!done() && is_blank(text_[at_])) ++at_;
  }

  std::string word_at(std::size_t at) const {
    std::size_t end = at;
    if (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end])) == 0)
      while (end < text_.size() && is_name_char(text_[end])) ++end;
    return text_.substr(at, end - at);
  }

  bool take_word(std::string_view keyword) {
    if (word_at(at_) != keyword) return false;
    at_ += keyword.size();
    skip();
    return true;
  }

  static const Symbol* symbol_in(std::string_view rest) {
    for (const Symbol& s : comparison_symbols)
      if (rest.starts_with(s.text)) return &s;
    return nullptr;
  }
  const Symbol* symbol_at(std::size_t at) const { return symbol_in(std::string_view(text_).substr(at)); }

  static Formula joined(Formula::Kind kind, std::vector<Formula> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    Formula f;
    f.kind = kind;
    f.parts = std::move(parts);
    return f;
  }
  static Formula negated(Formula part) {
    Formula f;
    f.kind = Formula::Kind::negation;
    f.parts.push_back(std::move(part));
    return f;
  }

  Formula implication() {
    if (++level_ > expr::max_depth) fail(at_, "more than " + std::to_string(expr::max_depth) + " nested brackets");
    require_stack(at_);
    Formula left = disjunction();
    if (take_word("implies")) {
      std::vector<Formula> parts;
      parts.push_back(negated(std::move(left)));
      parts.push_back(implication());
      left = joined(Formula::Kind::disjunction, std::move(parts));
    }
    --level_;
    return left;
  }

  Formula disjunction() {
    std::vector<Formula> parts;
    do parts.push_back(conjunction());
    while (take_word("or"));
    return joined(Formula::Kind::disjunction, std::move(parts));
  }

  Formula conjunction() {
    std::vector<Formula> parts;
    do parts.push_back(negation());
    while (take_word("and"));
    return joined(Formula::Kind::conjunction, std::move(parts));
  }

  Formula negation() {
    bool negative = false;
    while (take_word("not")) negative = !negative;
    Formula f;
    if (!done() && text_[at_] == '(' && opens_a_claim(at_)) {
      ++at_;
      skip();
      f = implication();
      if (done() || text_[at_] != ')') unexpected(at_);
      ++at_;
      skip();
      if (!done() && (symbol_at(at_) || std::string_view("+-*/^").find(text_[at_]) != std::string_view::npos))
        fail(at_, "a comparison cannot be used as a number", "join comparisons by and, or, implies");
    } else {
      f = comparison();
    }
    return negative ? negated(std::move(f)) : std::move(f);
  }

  /// The bracket that closes the one at `open`.
  std::size_t closing(std::size_t open) const {
    std::size_t depth = 0;
    for (std::size_t i = open; i < text_.size(); ++i) {
      if (text_[i] == '(') ++depth;
      if (text_[i] == ')' && --depth == 0) return i;
    }
    fail(open, "a bracket is not closed");
  }

  /// Whether the bracket at `open` is a call's: a name that is no keyword stands before it.
  bool is_call_bracket(std::size_t open) const {
    std::size_t end = open;
    while (end > 0 && is_blank(text_[end - 1])) --end;
    std::size_t begin = end;
    while (begin > 0 && is_name_char(text_[begin - 1])) --begin;
    return begin < end && !is_keyword(text_.substr(begin, end - begin));
  }

  /// A bracket with a comparison or a keyword inside, calls apart, opens a claim; any other one an expression.
  bool opens_a_claim(std::size_t open) const {
    const std::size_t end = closing(open);
    for (std::size_t i = open + 1; i < end; ++i) {
      if (text_[i] == '(' && is_call_bracket(i)) {
        i = closing(i);
        continue;
      }
      if (symbol_at(i) || text_[i] == '=') return true;
      const std::string word = word_at(i);
      if (is_keyword(word)) return true;
      if (!word.empty()) i += word.size() - 1;
    }
    return false;
  }

  /// The end of the expression that begins at `begin`: a comparison sign, a keyword, a closing bracket, or the end.
  std::size_t expression_end(std::size_t begin) const {
    std::size_t i = begin;
    while (i < text_.size()) {
      const char c = text_[i];
      if (c == '(') {
        i = closing(i) + 1;
        continue;
      }
      if (c == ')' || c == '=' || c == '!' || c == '<' || c == '>' || c == '&' || c == '|') break;
      const std::string word = word_at(i);
      if (is_keyword(word)) break;
      i += std::max<std::size_t>(word.size(), 1);
    }
    return i;
  }

  std::string trimmed(std::size_t begin, std::size_t end) const { return trim(text_.substr(begin, end - begin)); }

  Formula comparison() {
    const std::size_t begin = at_;
    std::size_t left_begin = at_, left_end = expression_end(at_);
    expr::Expr left = expression(left_begin, left_end);
    at_ = left_end;
    std::vector<Formula> parts;
    while (const Symbol* symbol = done() ? nullptr : symbol_at(at_)) {
      at_ += symbol->text.size();
      skip();
      const std::size_t right_begin = at_, right_end = expression_end(at_);
      expr::Expr right = expression(right_begin, right_end);
      at_ = right_end;
      Formula f;
      f.comparison = claim_.comparisons.size();
      claim_.comparisons.push_back(
          {symbol->op, left, right,
           trimmed(left_begin, left_end) + " " + std::string(symbol->text) + " " + trimmed(right_begin, right_end)});
      parts.push_back(std::move(f));
      left = std::move(right);
      left_begin = right_begin;
      left_end = right_end;
    }
    skip();
    if (parts.empty()) {
      if (!done() && std::string_view("=!&|").find(text_[at_]) != std::string_view::npos) unexpected(at_);
      fail(begin, "a claim without a comparison: '" + trimmed(begin, left_end) + "'",
           "compare it, for example " + trimmed(begin, left_end) + " > 0");
    }
    return joined(Formula::Kind::conjunction, std::move(parts));
  }

  /// The expression in [begin, end), calls replaced by names.
  expr::Expr expression(std::size_t begin, std::size_t end) {
    if (++level_ > expr::max_depth) fail(begin, "more than " + std::to_string(expr::max_depth) + " nested calls");
    require_stack(begin);
    std::string rewritten;
    std::vector<std::size_t> origin;  // of each character of `rewritten`
    const auto copy = [&](const std::string& piece, std::size_t from, std::size_t step) {
      for (std::size_t k = 0; k < piece.size(); ++k) {
        rewritten += piece[k];
        origin.push_back(from + k * step);
      }
    };
    for (std::size_t i = begin; i < end;) {
      const bool inside_number = i > begin && is_name_char(text_[i - 1]);
      const std::string word = inside_number ? std::string() : word_at(i);
      if (word.empty()) {
        copy(text_.substr(i, 1), i, 0);
        ++i;
        continue;
      }
      if (word.starts_with("__")) fail(i, "names that begin with __ are reserved");
      if (is_keyword(word)) fail(i, "'" + word + "' joins comparisons, not numbers");
      std::size_t open = i + word.size();
      while (open < end && is_blank(text_[open])) ++open;
      const bool called = open < end && text_[open] == '(';
      if (is_call(word)) {
        if (!called) fail(i, "the function '" + word + "' has no arguments", usage_of(word));
        const std::size_t close = closing(open);
        copy(call(word, i, open, close), i, 0);
        i = close + 1;
        continue;
      }
      if (called && !is_function(word) && word != "if") unknown_function(word, i);
      copy(word, i, 1);
      i += word.size();
    }
    origin.push_back(end);
    if (rewritten.find_first_not_of(" \t\r\n") == std::string::npos) {
      if (end < text_.size() && symbol_at(end) == nullptr) unexpected(end);
      fail(end, "an expression is missing");
    }
    --level_;
    try {
      const expr::Expr e = expr::parse(rewritten, existence_);
      if (e.is_comparison()) fail(begin, "a comparison cannot be used as a number", "write if(x > 0, a, b)");
      return e;
    } catch (const expr::ParseError& error) {
      std::string problem = error.summary();
      const std::string prefix = "the expression does not parse: ";
      if (problem.starts_with(prefix)) problem = problem.substr(prefix.size());
      fail(origin[std::min(error.position(), origin.size() - 1)], problem, error.hint());
    }
  }

  static std::string usage_of(const std::string& name) {
    for (const Function& f : functions())
      if (f.usage.starts_with(name + "(")) return "write " + f.usage;
    return {};
  }

  [[noreturn]] void unknown_function(const std::string& word, std::size_t at) const {
    std::vector<std::string> names;
    for (const Function& f : functions()) names.push_back(f.usage.substr(0, f.usage.find('(')));
    for (auto op = expr::Op::choose; op <= expr::Op::sinc; op = static_cast<expr::Op>(static_cast<int>(op) + 1))
      if (is_name(std::string(expr::name_of(op)))) names.emplace_back(expr::name_of(op));
    if (quantity_of(word)) fail(at, "'" + word + "' is a quantity, not a function", "write " + word + "*(...)");
    const std::string near = word.size() < 3 ? std::string() : nearest_name(word, names);
    fail(at, "unknown function '" + word + "'", near.empty() ? "" : "did you mean " + near + "(...)?");
  }

  /// Registers a call and returns the name that stands for it.
  std::string call(const std::string& function, std::size_t begin, std::size_t open, std::size_t close) {
    Call c;
    c.function = function;
    c.text = text_.substr(begin, close + 1 - begin);
    std::vector<std::pair<std::size_t, std::size_t>> pieces;
    std::size_t from = open + 1;
    for (std::size_t i = from; i <= close; ++i) {
      if (text_[i] == '(') i = closing(i);
      if (text_[i] == ',' || i == close) {
        pieces.emplace_back(from, i);
        from = i + 1;
      }
    }
    const std::size_t least = function == "V" || function == "D" || function == "derivative" ? 1 : 3;
    const std::size_t most = function == "derivative" ? 2 : least;
    if (pieces.size() < least || pieces.size() > most)
      fail(begin, "wrong number of arguments of " + function, usage_of(function));
    if (function == "derivative") {
      c.order = pieces.size() == 2 ? order_of(pieces[1]) : 1;
      pieces.resize(1);
    }
    if (function == "derivative") existence_.begin_derivative();
    for (const auto& [piece_begin, piece_end] : pieces) c.arguments.push_back(expression(piece_begin, piece_end));
    if (function == "derivative") existence_.end_derivative();
    existence_.call(function, c.arguments);
    for (const Call& known : claim_.calls)
      if (known.function == c.function && known.order == c.order && known.arguments == c.arguments)
        return known.variable;
    c.variable = prefix_ + std::to_string(claim_.calls.size());
    claim_.calls.push_back(c);
    return c.variable;
  }

  unsigned order_of(const std::pair<std::size_t, std::size_t>& piece) const {
    const auto value = parse_rational(trimmed(piece.first, piece.second));
    if (!value || value->get_den() != 1 || *value < 1 || *value > 8)
      fail(piece.first, "the order of a derivative is a whole number from 1 to 8");
    return static_cast<unsigned>(value->get_num().get_ui());
  }

  const std::string &text_, &prefix_;
  std::size_t at_ = 0, level_ = 0;
  Claim claim_;
  Existence existence_;
};

}  // namespace

Claim parse_claim(const std::string& text, const std::string& prefix) { return Parser(text, prefix).run(); }

}  // namespace widegeo::statement
