// tools/expression/parser.hpp -- the syntax tree of an expression in NumPy's language
// SPDX-License-Identifier: Apache-2.0
//
//   tuple       expression ("," expression)* [","]          within parentheses
//   expression  a [("<" | "<=" | ">" | ">=" | "==" | "!=") a]
//   a           binary operators, from loosest: |  ^  &  << >>  + -  * / // %
//   unary       ("+" | "-" | "~") unary | power
//   power       postfix ["**" unary]
//   postfix     primary ("(" arguments ")" | "[" subscripts "]" | "." name)*
//   primary     number | True | False | None | name | "name" | "..." | "(" tuple ")"
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace trireme::tools {

enum class Syntax : std::uint8_t {
  integer,
  floating,
  imaginary,  // value in `floating`
  boolean,    // value in `integer`
  none,
  ellipsis,
  name,       // text
  string,     // text
  unary,      // operator in text; one child
  binary,     // operator in text; two children
  call,       // child 0 is called with the others; keywords[k] names child k + 1, or is ""
  subscript,  // child 0 at the others
  slice,      // start, stop, step: three children, each may be null
  attribute,  // of child 0, named by text
  tuple,
};

struct Expression {
  Syntax kind;
  std::size_t position;  // byte of the source that an error points at
  std::string text{};
  std::uint64_t integer = 0;
  double floating = 0;
  std::vector<std::unique_ptr<Expression>> children{};
  std::vector<std::string> keywords{};
  int depth = 1;  // of the tree below
};

/// Deepest tree that is built: recursion over it must fit on the stack.
inline constexpr int kMaxDepth = 500;

/// The tree of `text`. Throws ExpressionError at the first character that does not fit.
std::unique_ptr<Expression> parse(std::string_view text);

}  // namespace trireme::tools
