// tests/tools/expression_test.cpp -- values of expressions against NumPy's, and errors that only evaluation finds
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/tools/expression_inputs.hpp"
#include "tools/expression/evaluate.hpp"
#include "tools/expression/functions.hpp"
#include "tools/expression/lexer.hpp"
#include "trireme/trireme.hpp"

namespace trireme::tools {
namespace {

struct Row {
  const char* expression;
  const char* dtype;
  const char* shape;
  const char* text;
};

constexpr Row kRows[] = {
#include "tests/tools/expressions.inc"
};

TEST(expression, table_values_are_those_of_numpy) {
  const auto inputs = make_inputs();
  for (const Row& row : kRows) {
    try {
      const array value = evaluate(row.expression, inputs);
      EXPECT_EQ(name(value.dtype()), row.dtype) << row.expression;
      EXPECT_EQ(value.shape().text(), row.shape) << row.expression;
      EXPECT_EQ(value.text(), row.text) << row.expression;
    } catch (const error& failure) {
      ADD_FAILURE() << row.expression << ": " << failure.what();
    }
  }
}

TEST(expression, every_row_of_the_table_can_be_called) {
  const auto inputs = make_inputs();
  const auto call = [](std::string_view name, int arity, std::string_view rule) {
    const std::string operand = rule == "integral" || rule == "bitwise" ? "u" : "x";
    std::string arguments = arity == 3 && rule == "choice" ? "m" : operand;
    for (int k = 1; k < arity; ++k) arguments += ", " + operand;
    return std::string(name) + "(" + arguments + ")";
  };
#define OP(name, arity, rule, expression, doc) \
  EXPECT_EQ(evaluate(call(#name, arity, #rule), inputs).shape(), (Shape{2, 3})) << #name;
#include "trireme/elementwise.def"
#undef OP
}

void expect_error(std::string_view text, Code code, std::size_t position, std::string_view part) {
  static const auto inputs = make_inputs();
  try {
    const array value = evaluate(text, inputs);
    ADD_FAILURE() << text << " gave " << value.text();
  } catch (const ExpressionError& failure) {
    EXPECT_EQ(failure.code(), code) << text << ": " << failure.what();
    EXPECT_EQ(failure.position(), position) << text << ": " << failure.what();
    EXPECT_NE(std::string_view(failure.what()).find(part), std::string_view::npos) << text << ": " << failure.what();
  }
}

TEST(expression, unknown_names_are_refused_with_those_there_are) {
  expect_error("x + g", Code::invalid_argument, 4, "'g'; the inputs are b, c, d");
  expect_error("1 + frobnicate(x)", Code::invalid_argument, 4, "'frobnicate'; there are: add");
  expect_error("x.frobnicate()", Code::invalid_argument, 2, "no method 'frobnicate'");
  expect_error("x.sqrt()", Code::invalid_argument, 2, "call it as sqrt(x)");
  expect_error("x.nbytes", Code::invalid_argument, 2, "'nbytes'");
  expect_error("sum", Code::invalid_argument, 0, "sum(...)");
  expect_error("x.astype('int7')", Code::invalid_argument, 9, "int7");
}

TEST(expression, messages_quote_little_of_the_text_and_no_control_characters) {
  const std::string longest(40, 'q'), name = longest + "qqq";
  expect_error(name, Code::invalid_argument, 0, "'" + longest + "...'");
  expect_error(name + "(x)", Code::invalid_argument, 0, "'" + longest + "...'");
  expect_error("x." + name, Code::invalid_argument, 2, "'" + longest + "...'");
  expect_error("x." + name + "()", Code::invalid_argument, 2, "'" + longest + "...'");
  expect_error("sum(x, " + name + "=0)", Code::invalid_argument, 43 + 8, "'" + longest + "...'");
  expect_error("x.astype('\x1b[31m\n\x7f')", Code::invalid_argument, 9, "'\\x1b[31m\\x0a\\x7f'");
  expect_error("x.astype('gr\xc3\xb6\xc3\x9f')", Code::invalid_argument, 9, "'gr\xc3\xb6\xc3\x9f'");
  const std::string before(39, ' ');
  expect_error("x.astype('" + before + "\xc3\xb6')", Code::invalid_argument, 9, "'" + before + "...'");
  expect_error("x 'a\tb'", Code::invalid_argument, 2, "found 'a\\x09b'");
}

TEST(expression, wrong_arguments_are_refused) {
  expect_error("sqrt(x, y)", Code::invalid_argument, 0, "1 argument was expected, 2 came");
  expect_error("fma(x)", Code::invalid_argument, 0, "3 arguments were expected, 1 came");
  expect_error("sqrt(x=x)", Code::invalid_argument, 7, "by position");
  expect_error("sum(x, where=m)", Code::invalid_argument, 13, "'where'");
  expect_error("sum(x, 0, axis=0)", Code::invalid_argument, 15, "twice");
  expect_error("sum()", Code::invalid_argument, 0, "'x' is missing");
  expect_error("var(x, ddof=1, correction=1)", Code::invalid_argument, 0, "the same");
  expect_error("std(x, ddof=1j)", Code::invalid_argument, 12, "ddof is a real number, a complex number came");
  expect_error("argmin(x, (0, 1))", Code::invalid_argument, 10, "axis is an integer");
  expect_error("linspace(0, 1j)", Code::invalid_argument, 12, "stop is a real number");
  expect_error("arange(2j)", Code::invalid_argument, 7, "start is a real number, a complex number came");
  expect_error("n[1j]", Code::invalid_argument, 1, "a complex number");
  expect_error("sum(x, 0.5)", Code::invalid_argument, 7, "axis");
  expect_error("sum(x, ())", Code::invalid_argument, 0, "empty tuple");
  expect_error("zeros(x)", Code::invalid_argument, 6, "shape is an integer or a tuple");
  expect_error("full(2, x)", Code::invalid_argument, 8, "fill_value is a number");
  expect_error("sqrt((1, 2))", Code::invalid_argument, 0, "a tuple");
  expect_error("x + None", Code::invalid_argument, 2, "None");
  expect_error("(1, 2)(x)", Code::invalid_argument, 0, "cannot be called");
  expect_error("zeros((1, 1, 1, 1, 1, 1, 1, 1, 1))", Code::invalid_argument, 6, "at most 8");
}

TEST(expression, joins_of_what_cannot_be_joined_are_refused) {
  expect_error("concatenate(x)", Code::invalid_argument, 12, "arrays is a tuple of arrays, (a, b) or (a,)");
  expect_error("concat((x, 1))", Code::invalid_argument, 7,
               "concat: arrays is a tuple of arrays, but item 1 is integer 1");
  expect_error("stack((x, None))", Code::invalid_argument, 6, "item 1 is None");
  expect_error("2 * concatenate(())", Code::invalid_argument, 4, "no arrays were given");
  expect_error("concatenate((x, y))", Code::shape_mismatch, 0, "(2, 3) and (3,)");
  expect_error("concatenate((s, s))", Code::invalid_argument, 0, "axis 0");
  expect_error("concatenate((x, x), 2)", Code::invalid_argument, 0, "axis 2");
  expect_error("concatenate((x, x), axis=0.5)", Code::invalid_argument, 25, "axis is an integer, a float came");
  expect_error("stack((x, y))", Code::shape_mismatch, 0, "(2, 3) and (3,)");
  expect_error("stack((x, x), axis=None)", Code::invalid_argument, 19, "axis is an integer, None came");
}

TEST(expression, repetitions_by_what_is_no_count_are_refused) {
  expect_error("repeat(x, (1, 2), 0)", Code::invalid_argument, 10, "repeats is an integer, a tuple came");
  expect_error("1 + x.repeat(-1)", Code::invalid_argument, 6, "-1");
  expect_error("repeat(x, 2, axis=2)", Code::invalid_argument, 0, "axis 2");
  expect_error("repeat(x)", Code::invalid_argument, 0, "'repeats' is missing");
  expect_error("repeat(x, 9223372036854775807)", Code::invalid_argument, 0, "beyond 2^63");
  expect_error("tile(x, 1.5)", Code::invalid_argument, 8, "reps is an integer or a tuple");
  expect_error("tile(x, (1, -1))", Code::invalid_argument, 0, "-1");
  expect_error("x.tile(2)", Code::invalid_argument, 2, "no method 'tile'");
  expect_error("eye(2.5)", Code::invalid_argument, 4, "N is an integer, a float came");
  expect_error("eye(2, -3)", Code::invalid_argument, 0, "(2, -3)");
  expect_error("eye(2, k=None)", Code::invalid_argument, 9, "k is an integer, None came");
  expect_error("eye(3037000500)", Code::invalid_argument, 0, "larger than any memory");
}

TEST(expression, pad_refuses_other_widths_and_modes) {
  for (const std::string_view width : {"1.5", "()", "(1, 2, 3)", "((1, 2), 3)", "(1, (2, 3))", "((1, 2, 3),)", "x"})
    expect_error("pad(x, " + std::string(width) + ")", Code::invalid_argument, 7,
                 "pad_width is an integer, (before, behind)");
  expect_error("pad(x, -1)", Code::invalid_argument, 0, "negative width -1");
  expect_error("pad(x, ((1, 1), (1, 1), (1, 1)))", Code::invalid_argument, 0, "3 pairs of widths");
  expect_error("pad(x, 1, 'median')", Code::invalid_argument, 10, "'symmetric' or 'wrap', the string 'median' came");
  expect_error("pad(x, 1, mode=None)", Code::invalid_argument, 15, "None came");
  expect_error("pad(x, 1, 'edge', 2)", Code::invalid_argument, 0, "constant_values is for mode 'constant'");
  expect_error("pad(x, 1, constant_values=(1, 2))", Code::invalid_argument, 26, "constant_values is a number");
  expect_error("pad(b, 1, constant_values=128)", Code::out_of_range, 0, "128");
  expect_error("pad(z, 1, 'wrap')", Code::invalid_argument, 0, "no elements");
}

TEST(expression, strings_are_refused_where_they_name_nothing) {
  expect_error("'float32'", Code::invalid_argument, 0, "the string 'float32'");
  expect_error("x + 'a'", Code::invalid_argument, 2, "the string 'a' came");
  expect_error("ones(2, 'wrap')", Code::invalid_argument, 8, "'wrap' names no dtype; there are: bool int8");
  expect_error("x['a']", Code::invalid_argument, 1, "the string 'a'");
}

TEST(expression, results_that_are_no_arrays_are_refused) {
  expect_error("x.shape", Code::invalid_argument, 2, "a tuple");
  expect_error("float32", Code::invalid_argument, 0, "dtype float32");
  expect_error("None", Code::invalid_argument, 0, "None");
}

TEST(expression, integers_that_do_not_fit_the_array_are_refused) {
  expect_error("u + 256", Code::out_of_range, 2, "256");
  expect_error("u - -1", Code::out_of_range, 2, "-1");
  expect_error("b & 128", Code::out_of_range, 2, "128");
  expect_error("k << 40000", Code::out_of_range, 2, "40000");
  expect_error("l + 9223372036854775808", Code::out_of_range, 2, "9223372036854775808");
  expect_error("where(m, u, 300)", Code::out_of_range, 0, "300");
  expect_error("int8(128)", Code::out_of_range, 0, "128");
  expect_error("uint64(-1)", Code::out_of_range, 0, "-1");
  expect_error("full(2, 300, uint8)", Code::out_of_range, 0, "300");
}

TEST(expression, operators_on_dtypes_they_do_not_take_are_refused) {
  expect_error("c // 2", Code::dtype_mismatch, 2, "real numbers");
  expect_error("gcd(p, l)", Code::dtype_mismatch, 0, "float64");
  expect_error("m // m", Code::dtype_mismatch, 2, "bool");
  expect_error("n & 1.5", Code::dtype_mismatch, 2, "integers and bool");
  expect_error("x << 1", Code::dtype_mismatch, 2, "integers");
  expect_error("~c", Code::dtype_mismatch, 0, "integers and bool");
  expect_error("c < 1", Code::dtype_mismatch, 2, "complex64");
  expect_error("x.astype(float16) @ x", Code::invalid_argument, 18, "@");
  expect_error("c.astype(float32)", Code::dtype_mismatch, 2, "imaginary");
  expect_error("float32(1j)", Code::dtype_mismatch, 0, "imaginary");
  expect_error("max(c)", Code::dtype_mismatch, 0, "complex64");
  expect_error("argmax(c)", Code::dtype_mismatch, 0, "complex64");
  expect_error("argmin(z)", Code::invalid_argument, 0, "empty");
}

TEST(expression, complex_numbers_refuse_what_python_refuses) {
  expect_error("2j < 1", Code::dtype_mismatch, 3, "complex");
  expect_error("2j // 1", Code::dtype_mismatch, 3, "complex");
  expect_error("2j % 1", Code::dtype_mismatch, 3, "complex");
  expect_error("1 & 2j", Code::dtype_mismatch, 2, "complex");
  expect_error("~2j", Code::dtype_mismatch, 0, "complex");
  expect_error("2j / 0", Code::invalid_argument, 3, "division by zero");
  expect_error("0j ** -1", Code::invalid_argument, 3, "division by zero");
  expect_error("2j ** 0.5", Code::unsupported, 3, "pow");
  expect_error("1 // 0", Code::invalid_argument, 2, "division by zero");
  expect_error("1 % 0", Code::invalid_argument, 2, "division by zero");
  expect_error("1.5 // 0", Code::invalid_argument, 4, "division by zero");
  expect_error("1 << -1", Code::invalid_argument, 2, "negative");
  expect_error("1.5 << 1", Code::dtype_mismatch, 4, "floats");
}

TEST(expression, integer_arithmetic_beyond_int64_is_refused) {
  expect_error("18446744073709551615 + 1", Code::out_of_range, 21, "beyond int64");
  expect_error("2 ** 64", Code::out_of_range, 2, "beyond int64");
  expect_error("3 ** 200", Code::out_of_range, 2, "beyond int64");
  expect_error("1 << 64", Code::out_of_range, 2, "beyond int64");
  expect_error("1 << 1000", Code::out_of_range, 2, "beyond int64");
  expect_error("~9223372036854775808", Code::out_of_range, 0, "beyond int64");
  expect_error("-9223372036854775807 - 2", Code::out_of_range, 21, "beyond int64");
  expect_error("4294967296 * 4294967296", Code::out_of_range, 11, "beyond int64");
  expect_error("1 / 0", Code::invalid_argument, 2, "division by zero");
  expect_error("0 ** -1", Code::invalid_argument, 2, "divides by zero");
  expect_error("(-8) ** 0.5", Code::invalid_argument, 5, "complex");
  expect_error("~True", Code::invalid_argument, 0, "~");
  expect_error("1.5 & 1", Code::dtype_mismatch, 4, "floats");
}

TEST(expression, powers_of_bools_are_refused) { expect_error("m ** m", Code::dtype_mismatch, 2, "bool"); }

TEST(expression, bit_operators_on_floats_are_refused) {
  expect_error("x & 1", Code::dtype_mismatch, 2, "bool");
  expect_error("x | m", Code::dtype_mismatch, 2, "bool");
  expect_error("~x", Code::dtype_mismatch, 0, "bool");
}

TEST(expression, subscripts_out_of_place_are_refused) {
  expect_error("n[0, 0, 0]", Code::out_of_range, 1, "3 subscripts");
  expect_error("n[..., ...]", Code::invalid_argument, 1, "once");
  expect_error("n[m]", Code::unsupported, 1, "where");
  expect_error("n[True]", Code::unsupported, 1, "where");
  expect_error("n[1.5]", Code::invalid_argument, 1, "a float");
  expect_error("n[1.5:]", Code::invalid_argument, 2, "integers");
  expect_error("n.shape[2]", Code::out_of_range, 7, "index 2");
  expect_error("(1)[0]", Code::invalid_argument, 3, "only arrays");
}

TEST(expression, errors_of_the_library_get_the_place) {
  expect_error("1 + (x + i)", Code::shape_mismatch, 7, "add");
  expect_error("x[5]", Code::out_of_range, 1, "5");
  expect_error("x * sum(x, axis=7)", Code::invalid_argument, 4, "sum");
  expect_error("n.reshape(5, 5)", Code::shape_mismatch, 2, "reshape");
  expect_error("i + 3000000000", Code::out_of_range, 2, "3000000000");
}

TEST(expression, powers_are_the_bits_of_their_operation) {
  const auto inputs = make_inputs();
  EXPECT_EQ(bits(evaluate("w ** 2", inputs)), bits(evaluate("w * w", inputs)));
  EXPECT_EQ(bits(evaluate("w ** 0.5", inputs)), bits(evaluate("sqrt(w)", inputs)));
  EXPECT_EQ(bits(evaluate("w ** -1", inputs)), bits(evaluate("1 / w", inputs)));
  EXPECT_EQ(bits(evaluate("n ** 3", inputs)), bits(evaluate("n * n * n", inputs)));
  EXPECT_EQ(bits(evaluate("n ** -1", inputs)), bits(evaluate("where(abs(n) == 1, n, 0)", inputs)));
  EXPECT_EQ(bits(evaluate("w ** 3", inputs)), bits(evaluate("pow(w, 3)", inputs)));
  EXPECT_EQ(bits(evaluate("2 ** w", inputs)), bits(evaluate("pow(2, w)", inputs)));
  EXPECT_EQ(bits(evaluate("x ** n[:2, :3]", inputs)), bits(evaluate("pow(x, n[:2, :3])", inputs)));
  EXPECT_EQ(bits(evaluate("n ** 1.5", inputs)), bits(evaluate("pow(n, 1.5)", inputs)));
  EXPECT_EQ(bits(evaluate("c ** 2", inputs)), bits(evaluate("c * c", inputs)));
  EXPECT_EQ(bits(evaluate("c ** 0.5", inputs)), bits(evaluate("sqrt(c)", inputs)));
  EXPECT_EQ(bits(evaluate("c ** -1", inputs)), bits(evaluate("1 / c", inputs)));
  EXPECT_EQ(bits(evaluate("c ** 2j", inputs)), bits(evaluate("pow(c, 2j)", inputs)));
}

}  // namespace
}  // namespace trireme::tools
