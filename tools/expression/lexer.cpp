// tools/expression/lexer.cpp -- Python's tokens, as far as NumPy expressions need them
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/lexer.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace trireme::tools {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Two- and three-character symbols before their beginnings.
constexpr std::string_view kSymbols[] = {"...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+",
                                         "-",   "*",  "/",  "%",  "@",  "&",  "|",  "^",  "~",  "<",
                                         ">",   "=",  "(",  ")",  "[",  "]",  ",",  ":",  "."};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    for (;;) {
      while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
      Token token = at_ < text_.size() ? next() : Token{};
      if (token.kind == TokenKind::end) token.position = text_.size();
      tokens.push_back(token);
      if (token.kind == TokenKind::end) return tokens;
    }
  }

 private:
  Token next() {
    const char c = text_[at_];
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (is_letter(c)) {
      const std::size_t start = at_;
      while (is_letter(peek(0)) || is_digit(peek(0))) ++at_;
      return make(TokenKind::name, start);
    }
    if (c == '\'' || c == '"') return string(c);
    for (const std::string_view symbol : kSymbols) {
      if (text_.substr(at_, symbol.size()) != symbol) continue;
      const std::size_t start = at_;
      at_ += symbol.size();
      return make(TokenKind::symbol, start);
    }
    const bool printable = c > ' ' && c < 0x7f;
    throw ExpressionError(
        at_, printable ? std::string("'") + c + "' has no meaning here" : "a character that has no meaning here");
  }

  Token number() {
    const std::size_t start = at_;
    bool floating = false;
    skip_digits();
    if (peek(0) == '.') {
      floating = true;
      ++at_;
      skip_digits();
    }
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if ((peek(0) == 'e' || peek(0) == 'E') && is_digit(peek(1 + sign))) {
      floating = true;
      at_ += 1 + sign;
      skip_digits();
    }
    const bool imaginary = (peek(0) == 'j' || peek(0) == 'J') && !is_letter(peek(1)) && !is_digit(peek(1));
    if (imaginary)
      ++at_;
    else if (is_letter(peek(0)))
      throw ExpressionError(at_, "a number and a name need something between them; numbers are decimal");
    Token token = make(imaginary ? TokenKind::imaginary : floating ? TokenKind::floating : TokenKind::integer, start);
    const char* end = token.text.data() + token.text.size() - (imaginary ? 1 : 0);
    if (floating || imaginary) {
      if (std::from_chars(token.text.data(), end, token.floating).ec != std::errc{})
        throw ExpressionError(start, "this number is beyond the range of float64");
    } else if (std::from_chars(token.text.data(), end, token.integer).ec != std::errc{}) {
      throw ExpressionError(start, "this integer is beyond uint64, whose largest is 18446744073709551615");
    } else if (token.text.size() > 1 && token.text.front() == '0' && token.integer != 0) {
      throw ExpressionError(start, "an integer does not begin with 0");
    }
    return token;
  }

  Token string(char quote) {
    const std::size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != quote) ++at_;
    if (at_ == text_.size()) throw ExpressionError(start - 1, "this string has no closing quote");
    Token token = make(TokenKind::string, start);
    token.position = start - 1;
    ++at_;
    return token;
  }

  Token make(TokenKind kind, std::size_t start) const {
    Token token;
    token.kind = kind;
    token.text = text_.substr(start, at_ - start);
    token.position = start;
    return token;
  }
  char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void skip_digits() {
    while (is_digit(peek(0))) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kLongest = 40;
  std::size_t end = std::min(text.size(), kLongest);
  // Not within a character of UTF-8, which has three bytes more at most.
  for (int k = 0; k < 3 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80; ++k) --end;
  std::string out = "'";
  for (const char c : text.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f)
      out += c;
    else
      out.append("\\x") += {kHex[byte >> 4], kHex[byte & 15]};
  }
  return out + (end < text.size() ? "...'" : "'");
}

std::vector<Token> lex(std::string_view text) {
  if (text.size() > kMaxExpression)
    throw ExpressionError(0, "an expression has at most 65536 characters, this one has " + std::to_string(text.size()));
  return Lexer(text).run();
}

}  // namespace trireme::tools
