// tools/expression/parser.cpp -- recursive descent with Python's precedence and a limited depth
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/parser.hpp"

#include <algorithm>
#include <utility>

#include "tools/expression/lexer.hpp"

namespace trireme::tools {
namespace {

using Tree = std::unique_ptr<Expression>;

constexpr int kComparison = 1;

/// How tightly a binary operator binds; 0 for what is none.
int precedence(std::string_view symbol) {
  constexpr std::pair<std::string_view, int> kOperators[] = {{"<", kComparison},
                                                             {"<=", kComparison},
                                                             {">", kComparison},
                                                             {">=", kComparison},
                                                             {"==", kComparison},
                                                             {"!=", kComparison},
                                                             {"|", 2},
                                                             {"^", 3},
                                                             {"&", 4},
                                                             {"<<", 5},
                                                             {">>", 5},
                                                             {"+", 6},
                                                             {"-", 6},
                                                             {"*", 7},
                                                             {"/", 7},
                                                             {"//", 7},
                                                             {"%", 7}};
  for (const auto& [name, level] : kOperators)
    if (name == symbol) return level;
  return 0;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(lex(text)) {}

  Tree run() {
    Tree tree = expression();
    if (is(",")) fail("a comma makes a tuple, which is no array");
    if (now().kind != TokenKind::end) unexpected("the end of the expression");
    return tree;
  }

 private:
  /// Counts recursion, which parentheses, subscripts and signs cause.
  struct Level {
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser_.level_ > kMaxDepth) parser_.too_deep();
    }
    ~Level() { --parser_.level_; }
    Parser& parser_;
  };

  Tree expression() { return binary(kComparison); }

  Tree binary(int lowest) {
    Tree left = unary();
    for (;;) {
      refuse_foreign_operator();
      const int level = now().kind == TokenKind::symbol ? precedence(now().text) : 0;
      if (level < lowest || level == 0) return left;
      const Token symbol = take();
      Tree tree = make(Syntax::binary, symbol);
      add(tree, std::move(left));
      add(tree, binary(level + 1));
      left = std::move(tree);
      if (level == kComparison && now().kind == TokenKind::symbol && precedence(now().text) == kComparison)
        fail(
            "comparisons cannot be chained on arrays: write (a < b) & (b < c), with parentheses because & binds "
            "tighter");
    }
  }

  Tree unary() {
    const Level level(*this);
    if (is("+") || is("-") || is("~")) {
      Tree tree = make(Syntax::unary, take());
      add(tree, unary());
      return tree;
    }
    if (now().kind == TokenKind::name && now().text == "not")
      fail("'not' gives one truth value: write ~ for an array of bool");
    Tree base = postfix();
    if (!is("**")) return base;
    Tree tree = make(Syntax::binary, take());
    add(tree, std::move(base));
    add(tree, unary());
    return tree;
  }

  Tree postfix() {
    Tree tree = primary();
    for (;;) {
      if (is("(")) {
        tree = call(std::move(tree));
      } else if (is("[")) {
        tree = subscript(std::move(tree));
      } else if (is(".")) {
        take();
        if (now().kind != TokenKind::name) unexpected("a name after the point");
        // `np.` before a name says nothing that this language does not say without it.
        const bool prefix = tree->kind == Syntax::name && (tree->text == "np" || tree->text == "numpy");
        Tree next = make(prefix ? Syntax::name : Syntax::attribute, take());
        if (!prefix) add(next, std::move(tree));
        tree = std::move(next);
      } else {
        return tree;
      }
    }
  }

  Tree call(Tree function) {
    Tree tree = make(Syntax::call, take());
    tree->position = function->position;
    add(tree, std::move(function));
    while (!is(")")) {
      std::string keyword;
      if (now().kind == TokenKind::name && next_is("=")) {
        keyword = std::string(take().text);
        take();
      } else if (!tree->keywords.empty() && !tree->keywords.back().empty()) {
        fail("an argument without a name cannot follow one with a name");
      }
      tree->keywords.push_back(std::move(keyword));
      add(tree, expression());
      if (!is(")")) expect(",", "',' or ')' after an argument");
    }
    take();
    return tree;
  }

  Tree subscript(Tree value) {
    Tree tree = make(Syntax::subscript, take());
    add(tree, std::move(value));
    if (is("]")) fail("a subscript is missing");
    while (!is("]")) {
      add(tree, subscript_item());
      if (!is("]")) expect(",", "',' or ']' after a subscript");
    }
    take();
    return tree;
  }

  Tree subscript_item() {
    const std::size_t position = now().position;
    Tree start = is(":") ? nullptr : expression();
    if (!is(":")) return start;
    Tree tree = std::make_unique<Expression>(Expression{Syntax::slice, position});
    add(tree, std::move(start));
    for (int part = 0; part < 2; ++part) {
      const bool more = is(":");
      if (more) take();
      add(tree, more && !is(":") && !is(",") && !is("]") ? expression() : nullptr);
    }
    return tree;
  }

  Tree primary() {
    const Token& token = now();
    switch (token.kind) {
      case TokenKind::integer:
      case TokenKind::floating:
      case TokenKind::imaginary: {
        Tree tree = make(token.kind == TokenKind::integer    ? Syntax::integer
                         : token.kind == TokenKind::floating ? Syntax::floating
                                                             : Syntax::imaginary,
                         token);
        tree->integer = token.integer;
        tree->floating = token.floating;
        take();
        return tree;
      }
      case TokenKind::name: {
        refuse_foreign_operator();
        Tree tree = make(Syntax::name, take());
        if (tree->text == "None") tree->kind = Syntax::none;
        if (tree->text == "True" || tree->text == "False") {
          tree->kind = Syntax::boolean;
          tree->integer = tree->text == "True";
        }
        return tree;
      }
      case TokenKind::string:
        return make(Syntax::string, take());
      case TokenKind::symbol:
        if (is("(")) return parenthesised();
        if (is("...")) return make(Syntax::ellipsis, take());
        if (is("[")) fail("lists are not read: write tuples, (2, 3), and give arrays with -i");
        break;
      case TokenKind::end:
        break;
    }
    unexpected("a number, a name or '('");
  }

  Tree parenthesised() {
    Tree tree = make(Syntax::tuple, take());
    bool comma = false;
    while (!is(")")) {
      add(tree, expression());
      if (is(")")) break;
      expect(",", "',' or ')'");
      comma = true;
    }
    take();
    return tree->children.size() == 1 && !comma ? std::move(tree->children.front()) : std::move(tree);
  }

  /// Python's operators and keywords that this language leaves out.
  void refuse_foreign_operator() {
    const std::string_view text = now().text;
    if (now().kind == TokenKind::symbol) {
      if (text == "@") fail("operator @ is not among Trireme's operations yet");
      if (text == "=") fail("'=' names an argument of a call; equality is ==");
    } else if (now().kind == TokenKind::name) {
      for (const std::string_view word : {"and", "or"})
        if (text == word) fail("'" + std::string(word) + "' gives one truth value: write & or | for arrays of bool");
      for (const std::string_view word : {"in", "is", "if", "else", "for", "lambda"})
        if (text == word)
          fail("'" + std::string(word) + "' is not part of array expressions; where(condition, a, b) chooses");
    }
  }

  const Token& now() const { return tokens_[at_]; }
  Token take() { return now().kind == TokenKind::end ? tokens_[at_] : tokens_[at_++]; }
  bool is(std::string_view symbol) const { return now().kind == TokenKind::symbol && now().text == symbol; }
  bool next_is(std::string_view symbol) const {
    return at_ + 1 < tokens_.size() && tokens_[at_ + 1].kind == TokenKind::symbol && tokens_[at_ + 1].text == symbol;
  }
  void expect(std::string_view symbol, const std::string& what) {
    if (!is(symbol)) unexpected(what);
    take();
  }

  static Tree make(Syntax kind, const Token& token) {
    return std::make_unique<Expression>(Expression{kind, token.position, std::string(token.text)});
  }
  void add(Tree& parent, Tree child) {
    if (child) parent->depth = std::max(parent->depth, child->depth + 1);
    if (parent->depth > kMaxDepth) too_deep();
    parent->children.push_back(std::move(child));
  }

  [[noreturn]] void fail(const std::string& message) const { throw ExpressionError(now().position, message); }
  [[noreturn]] void unexpected(const std::string& expected) const {
    const bool end = now().kind == TokenKind::end;
    fail("expected " + expected + ", found " + (end ? "the end" : quoted(now().text)));
  }
  [[noreturn]] void too_deep() const {
    fail("the expression is nested deeper than " + std::to_string(kMaxDepth) + " operations");
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int level_ = 0;
};

}  // namespace

Tree parse(std::string_view text) { return Parser(text).run(); }

}  // namespace trireme::tools
