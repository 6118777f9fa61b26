// tools/expression/lexer.hpp -- the text of an expression as tokens, and the error that points into it
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trireme/error.hpp"

namespace trireme::tools {

/// What is wrong with an expression, and at which byte of it.
class ExpressionError : public error {
 public:
  ExpressionError(Code code, std::size_t position, const std::string& message)
      : error(code, message), position_(position) {}
  ExpressionError(std::size_t position, const std::string& message)
      : ExpressionError(Code::invalid_argument, position, message) {}
  std::size_t position() const { return position_; }

 private:
  std::size_t position_;
};

enum class TokenKind : std::uint8_t { integer, floating, imaginary, name, string, symbol, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;  // within the expression; without quotes for strings
  std::size_t position = 0;
  std::uint64_t integer = 0;
  double floating = 0;  // also of an imaginary number
};

/// A piece of an expression for a message: in quotes, at most 40 bytes of it, control characters as \x1b.
std::string quoted(std::string_view text);

/// Longest expression that is read.
inline constexpr std::size_t kMaxExpression = 64 * 1024;

/// The tokens of `text`, the last one of kind end. They point into `text`. Throws ExpressionError.
std::vector<Token> lex(std::string_view text);

}  // namespace trireme::tools
