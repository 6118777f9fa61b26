// tools/expression/value.cpp -- conversions between values, and arithmetic of Python numbers
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/value.hpp"

#include <cmath>
#include <string>

#include "tools/expression/lexer.hpp"
#include "trireme/create.hpp"

namespace trireme::tools {
namespace {

[[noreturn]] void overflow(std::size_t position) {
  throw ExpressionError(Code::out_of_range, position,
                        "the integer result is beyond int64; write one operand as a float");
}

std::int64_t integer_power(std::int64_t base, std::int64_t exponent, std::size_t position) {
  std::int64_t result = 1;
  for (;;) {
    if ((exponent & 1) && __builtin_mul_overflow(result, base, &result)) overflow(position);
    exponent >>= 1;
    if (exponent == 0) return result;
    if (__builtin_mul_overflow(base, base, &base)) overflow(position);
  }
}

Value power(const Value& a, const Value& b, std::size_t position) {
  const auto base = to_integer(a), exponent = to_integer(b);
  if (base && exponent && *exponent >= 0) return {integer_power(*base, *exponent, position)};
  const double x = to_double(a), y = to_double(b);
  if (x == 0 && y < 0) throw ExpressionError(position, "0 to a negative power divides by zero");
  if (x < 0 && std::isfinite(x) && std::isfinite(y) && y != std::floor(y))
    throw ExpressionError(position, "a negative number to a fractional power is complex");
  return {std::pow(x, y)};
}

template <class T>
Value compare(std::string_view symbol, T a, T b) {
  if (symbol == "<") return {a < b};
  if (symbol == "<=") return {a <= b};
  if (symbol == ">") return {a > b};
  if (symbol == ">=") return {a >= b};
  return {symbol == "==" ? a == b : a != b};
}

bool is_comparison(std::string_view symbol) { return symbol.find_first_of("<>!=") != std::string_view::npos; }

Value integer_binary(std::string_view symbol, std::int64_t a, std::int64_t b, std::size_t position) {
  std::int64_t result = 0;
  bool overflowed = false;
  if (symbol == "+") {
    overflowed = __builtin_add_overflow(a, b, &result);
  } else if (symbol == "-") {
    overflowed = __builtin_sub_overflow(a, b, &result);
  } else if (symbol == "*") {
    overflowed = __builtin_mul_overflow(a, b, &result);
  } else {
    result = symbol == "&" ? a & b : symbol == "|" ? a | b : a ^ b;
  }
  if (overflowed) overflow(position);
  return {result};
}

}  // namespace

std::string describe(const Value& value) {
  if (const array* a = value.as<array>()) return std::string(name(a->dtype())) + " array of shape " + a->shape().text();
  if (const Dtype* d = value.as<Dtype>()) return "dtype " + std::string(name(*d));
  if (value.as<bool>()) return "a bool";
  if (const auto* i = value.as<std::int64_t>()) return "integer " + std::to_string(*i);
  if (value.as<double>()) return "a float";
  if (value.as<Tuple>()) return "a tuple";
  if (value.as<None>()) return "None";
  if (value.as<Ellipsis>()) return "'...'";
  return "a slice";
}

Scalar to_scalar(const Value& number) {
  if (const bool* b = number.as<bool>()) return Scalar(*b);
  if (const auto* i = number.as<std::int64_t>()) return Scalar(*i);
  return Scalar(to_double(number));
}

std::optional<std::int64_t> to_integer(const Value& value) {
  if (const bool* b = value.as<bool>()) return *b;
  if (const auto* i = value.as<std::int64_t>()) return *i;
  return std::nullopt;
}

double to_double(const Value& number) {
  if (const double* d = number.as<double>()) return *d;
  return static_cast<double>(to_integer(number).value_or(0));
}

array to_array(const Value& value, std::size_t position) {
  if (const array* a = value.as<array>()) return *a;
  if (!value.is_number())
    throw ExpressionError(position, "an array or a number is needed here, this is " + describe(value));
  return full({}, to_scalar(value), value.as<bool>() ? boolean : value.as<std::int64_t>() ? i64 : f64);
}

Value scalar_binary(std::string_view symbol, const Value& a, const Value& b, std::size_t position) {
  const auto i = to_integer(a), j = to_integer(b);
  // Both kinds fit a long double, so that an integer and a float compare by value as in Python.
  if (is_comparison(symbol))
    return i && j ? compare(symbol, *i, *j)
                  : compare<long double>(symbol, i ? *i : static_cast<long double>(to_double(a)),
                                         j ? *j : static_cast<long double>(to_double(b)));
  if (symbol == "**") return power(a, b, position);
  if (symbol == "/") {
    if (to_double(b) == 0) throw ExpressionError(position, "division by zero");
    return {to_double(a) / to_double(b)};
  }
  const bool logical = symbol == "&" || symbol == "|" || symbol == "^";
  if (i && j) {
    const Value result = integer_binary(symbol, *i, *j, position);
    return logical && a.as<bool>() && b.as<bool>() ? Value{*result.as<std::int64_t>() != 0} : result;
  }
  if (logical) throw ExpressionError(Code::dtype_mismatch, position, std::string(symbol) + " does not take floats");
  const double x = to_double(a), y = to_double(b);
  return {symbol == "+" ? x + y : symbol == "-" ? x - y : x * y};
}

Value scalar_unary(std::string_view symbol, const Value& a, std::size_t position) {
  const auto i = to_integer(a);
  if (symbol == "~") {
    if (a.as<bool>())
      throw ExpressionError(position, "~ of a Python bool is an integer in Python; it is meant for arrays of bool");
    if (!i) throw ExpressionError(Code::dtype_mismatch, position, "~ does not take floats");
    return {~*i};
  }
  if (symbol == "+") return i ? Value{*i} : a;
  if (!i) return {-to_double(a)};
  return integer_binary("-", 0, *i, position);
}

}  // namespace trireme::tools
