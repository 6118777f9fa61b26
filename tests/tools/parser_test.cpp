// tests/tools/parser_test.cpp -- syntax trees of expressions, what is refused, where, and the limits
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tools/expression/lexer.hpp"
#include "tools/expression/parser.hpp"

namespace trireme::tools {
namespace {

/// The tree as an S-expression.
std::string print(const Expression* e) {
  if (!e) return "_";
  std::string head = e->text;
  if (e->kind == Syntax::tuple) head = "tuple";
  if (e->kind == Syntax::slice) head = ":";
  if (e->kind == Syntax::subscript) head = "index";
  if (e->kind == Syntax::call) head = "call";
  if (e->kind == Syntax::attribute) head = "." + e->text;
  if (e->children.empty() && e->kind != Syntax::tuple) return head;
  std::string out = "(" + head;
  for (std::size_t k = 0; k < e->children.size(); ++k) {
    out += " ";
    if (e->kind == Syntax::call && k > 0 && !e->keywords[k - 1].empty()) out += e->keywords[k - 1] + "=";
    out += print(e->children[k].get());
  }
  return out + ")";
}

std::string tree(std::string_view text) { return print(parse(text).get()); }

void expect_error(std::string_view text, std::size_t position, std::string_view part) {
  try {
    const auto parsed = parse(text);
    ADD_FAILURE() << text << " was read as " << print(parsed.get());
  } catch (const ExpressionError& failure) {
    EXPECT_EQ(failure.position(), position) << text << ": " << failure.what();
    EXPECT_NE(std::string_view(failure.what()).find(part), std::string_view::npos) << text << ": " << failure.what();
    EXPECT_EQ(failure.code(), Code::invalid_argument);
  }
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t k = 0; k < times; ++k) out += part;
  return out;
}

TEST(parser, operators_bind_as_in_python) {
  EXPECT_EQ(tree("a + b * c"), "(+ a (* b c))");
  EXPECT_EQ(tree("a - b - c"), "(- (- a b) c)");
  EXPECT_EQ(tree("a / b * c"), "(* (/ a b) c)");
  EXPECT_EQ(tree("-a ** 2"), "(- (** a 2))");
  EXPECT_EQ(tree("a ** -b ** c"), "(** a (- (** b c)))");
  EXPECT_EQ(tree("a ** b * c"), "(* (** a b) c)");
  EXPECT_EQ(tree("-a * b"), "(* (- a) b)");
  EXPECT_EQ(tree("a | b ^ c & d << e + f"), "(| a (^ b (& c (<< d (+ e f)))))");
  EXPECT_EQ(tree("a << b >> c"), "(>> (<< a b) c)");
  EXPECT_EQ(tree("a - b % c // d"), "(- a (// (% b c) d))");
  EXPECT_EQ(tree("~a & b == c"), "(== (& (~ a) b) c)");
  EXPECT_EQ(tree("(a < b) & (c >= d)"), "(& (< a b) (>= c d))");
  EXPECT_EQ(tree("-x.T[0]"), "(- (index (.T x) 0))");
}

TEST(parser, calls_take_arguments_by_position_and_name) {
  EXPECT_EQ(tree("sum(x, axis=(0, 1), keepdims=True)"), "(call sum x axis=(tuple 0 1) keepdims=True)");
  EXPECT_EQ(tree("np.sqrt(x,)"), "(call sqrt x)");
  EXPECT_EQ(tree("x.reshape(2, -1).sum()"), "(call (.sum (call (.reshape x) 2 (- 1))))");
  EXPECT_EQ(tree("x.astype('float32')"), "(call (.astype x) float32)");
  EXPECT_EQ(tree("zeros(())"), "(call zeros (tuple))");
}

TEST(parser, subscripts_are_slices_integers_none_and_ellipsis) {
  EXPECT_EQ(tree("x[1:, ::2]"), "(index x (: 1 _ _) (: _ _ 2))");
  EXPECT_EQ(tree("x[:]"), "(index x (: _ _ _))");
  EXPECT_EQ(tree("x[-1:2:-1,]"), "(index x (: (- 1) 2 (- 1)))");
  EXPECT_EQ(tree("x[..., None, 0]"), "(index x ... None 0)");
  EXPECT_EQ(tree("x[:a+1:]"), "(index x (: _ (+ a 1) _))");
}

TEST(parser, numbers_are_integers_floats_or_imaginary) {
  EXPECT_EQ(parse("18446744073709551615")->integer, 18446744073709551615u);
  for (const std::string_view text : {"2j", "2.J", "2e0j", "0002j"}) {
    EXPECT_EQ(parse(text)->kind, Syntax::imaginary) << text;
    EXPECT_EQ(parse(text)->floating, 2) << text;
  }
  EXPECT_EQ(parse("1.5e-3")->floating, 1.5e-3);
  EXPECT_EQ(parse(".5")->floating, 0.5);
  EXPECT_EQ(parse("2.")->kind, Syntax::floating);
  EXPECT_EQ(parse("1e3")->kind, Syntax::floating);
  EXPECT_EQ(parse("00")->kind, Syntax::integer);
}

TEST(parser, errors_point_at_the_place) {
  expect_error("", 0, "found the end");
  expect_error("a +", 3, "found the end");
  expect_error("a b", 2, "found 'b'");
  expect_error("(a", 2, "')'");
  expect_error("a)", 1, "found ')'");
  expect_error("f(a b)", 4, "',' or ')'");
  expect_error("f(x=1, 2)", 7, "cannot follow");
  expect_error("x[]", 2, "subscript is missing");
  expect_error("x.", 2, "a name after the point");
  expect_error("a, b", 1, "tuple");
  expect_error("a ? b", 2, "'?'");
  expect_error("a \xc3\xa9", 2, "no meaning");
  expect_error("'abc", 0, "no closing quote");
  expect_error("18446744073709551616", 0, "beyond uint64");
  expect_error("1e999j", 0, "float64");
  expect_error("2jx", 1, "between");
  expect_error("1e999", 0, "float64");
  expect_error("007", 0, "begin with 0");
  expect_error("2x", 1, "between");
  expect_error("0x10", 1, "decimal");
}

TEST(parser, python_that_arrays_do_not_take_is_explained) {
  expect_error("a < b < c", 6, "cannot be chained");
  expect_error("a > 0 & b < 1", 10, "parentheses");
  expect_error("a and b", 2, "&");
  expect_error("not a", 0, "~");
  expect_error("a if b else c", 2, "where");
  expect_error("a @ b", 2, "not among");
  expect_error("a = b", 2, "==");
  expect_error("[1, 2]", 0, "lists");
}

TEST(parser, depth_is_limited_before_the_stack_is) {
  EXPECT_NO_THROW(parse(repeated("(", 400) + "a" + repeated(")", 400)));
  for (const std::string_view opening : {"(", "-", "~", "f(", "x[", "2**", "a+(", "x[:"})
    EXPECT_THROW(parse(repeated(opening, kMaxExpression / opening.size())), ExpressionError) << opening;
  EXPECT_THROW(parse("x" + repeated(".T", 30000)), ExpressionError);
  EXPECT_THROW(parse("x" + repeated("+x", 30000)), ExpressionError);
  EXPECT_THROW(parse("x" + repeated("[0]", 20000)), ExpressionError);
  EXPECT_NO_THROW(parse("x" + repeated("+x", 400)));
}

TEST(parser, length_is_limited) {
  EXPECT_NO_THROW(parse("a" + std::string(kMaxExpression - 1, ' ')));
  EXPECT_THROW(parse("a" + std::string(kMaxExpression, ' ')), ExpressionError);
}

TEST(parser, every_single_change_of_a_text_is_read_or_refused) {
  const std::string good = "sum(where(x[1:, ::-2] >= 0.5, -y ** 2, np.exp(z.T)), axis=(0, 1), keepdims=True)";
  for (std::size_t at = 0; at < good.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      std::string changed = good;
      changed[at] = static_cast<char>(value);
      try {
        EXPECT_NE(parse(changed), nullptr);
      } catch (const ExpressionError& failure) {
        EXPECT_LE(failure.position(), changed.size());
      }
    }
}

}  // namespace
}  // namespace trireme::tools
