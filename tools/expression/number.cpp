// tools/expression/number.cpp -- arithmetic of Python numbers: integers, floats, complex
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/number.hpp"

#include <cmath>
#include <complex>
#include <limits>
#include <string>

#include "tools/expression/lexer.hpp"

namespace trireme::tools {
namespace {

using Complex = std::complex<double>;

bool is_comparison(std::string_view symbol) {
  for (const std::string_view each : {"<", "<=", ">", ">=", "==", "!="})
    if (symbol == each) return true;
  return false;
}

bool is_bitwise(std::string_view symbol) {
  for (const std::string_view each : {"&", "|", "^", "<<", ">>"})
    if (symbol == each) return true;
  return false;
}

[[noreturn]] void overflow(std::size_t position) {
  throw ExpressionError(Code::out_of_range, position,
                        "the integer result is beyond int64 and uint64; write one operand as a float");
}

Value narrowed(Wide result, std::size_t position) {
  if (result < std::numeric_limits<std::int64_t>::min() || result > std::numeric_limits<std::uint64_t>::max())
    overflow(position);
  if (result > std::numeric_limits<std::int64_t>::max()) return {static_cast<std::uint64_t>(result)};
  return {static_cast<std::int64_t>(result)};
}

Wide multiply(Wide a, Wide b, std::size_t position) {
  Wide result = 0;
  if (__builtin_mul_overflow(a, b, &result)) overflow(position);
  return result;
}

Wide integer_power(Wide base, Wide exponent, std::size_t position) {
  Wide result = 1;
  for (;;) {
    if (exponent & 1) result = multiply(result, base, position);
    exponent >>= 1;
    if (exponent == 0) return result;
    base = multiply(base, base, position);
  }
}

/// Both operands hold what a 64-bit integer does, so sums and differences stay far within Wide.
Value integer_binary(std::string_view symbol, Wide a, Wide b, std::size_t position) {
  if (symbol == "+") return narrowed(a + b, position);
  if (symbol == "-") return narrowed(a - b, position);
  if (symbol == "*") return narrowed(multiply(a, b, position), position);
  if (symbol == "&") return narrowed(a & b, position);
  if (symbol == "|") return narrowed(a | b, position);
  if (symbol == "^") return narrowed(a ^ b, position);
  if (symbol == "//" || symbol == "%") {
    if (b == 0) throw ExpressionError(position, "division by zero");
    const Wide rest = a % b, below = rest != 0 && (rest < 0) != (b < 0);  // C++ rounds towards 0
    return narrowed(symbol == "%" ? rest + (below ? b : 0) : a / b - below, position);
  }
  if (b < 0) throw ExpressionError(position, "a negative count of places to shift by");
  if (symbol == ">>") return narrowed(b > 127 ? (a < 0 ? -1 : 0) : a >> static_cast<int>(b), position);
  if (a != 0 && b > 64) overflow(position);
  return narrowed(a == 0 ? 0 : multiply(a, Wide{1} << static_cast<int>(b), position), position);
}

/// The remainder has the sign of b; the quotient is what the exact one rounds down to, as far as floats go.
Value floor_division(std::string_view symbol, double a, double b) {
  double rest = std::fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0) {
    if ((b < 0) != (rest < 0)) {
      rest += b;
      quotient -= 1;
    }
  } else {
    rest = std::copysign(0.0, b);
  }
  if (symbol == "%") return {rest};
  if (quotient == 0) return {std::copysign(0.0, a / b)};
  const double down = std::floor(quotient);
  return {quotient - down > 0.5 ? down + 1 : down};  // the division may have rounded below a whole number
}

Value float_binary(std::string_view symbol, double a, double b, std::size_t position) {
  if (symbol == "+") return {a + b};
  if (symbol == "-") return {a - b};
  if (symbol == "*") return {a * b};
  if (symbol == "**") {
    if (a == 0 && b < 0) throw ExpressionError(position, "0 to a negative power divides by zero");
    if (a < 0 && std::isfinite(a) && std::isfinite(b) && b != std::floor(b))
      throw ExpressionError(position, "a negative number to a fractional power is complex");
    return {std::pow(a, b)};
  }
  if (b == 0) throw ExpressionError(position, "division by zero");
  return symbol == "/" ? Value{a / b} : floor_division(symbol, a, b);
}

Complex product(Complex a, Complex b) {  // std's looks for infinities in a NaN, Python's does not
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// R. L. Smith, Algorithm 116: Complex division, CACM 5 (1962).
Complex quotient(Complex a, Complex b, std::size_t position) {
  if (b.real() == 0 && b.imag() == 0) throw ExpressionError(position, "division by zero");
  if (std::fabs(b.real()) >= std::fabs(b.imag())) {
    const double ratio = b.imag() / b.real(), divisor = b.real() + b.imag() * ratio;
    return {(a.real() + a.imag() * ratio) / divisor, (a.imag() - a.real() * ratio) / divisor};
  }
  const double ratio = b.real() / b.imag(), divisor = b.real() * ratio + b.imag();
  return {(a.real() * ratio + a.imag()) / divisor, (a.imag() * ratio - a.real()) / divisor};
}

Complex complex_power(Complex base, const Value& exponent, std::size_t position) {
  const auto n = to_integer(exponent);
  if (!n || *n < -100 || *n > 100)
    throw ExpressionError(Code::unsupported, position,
                          "** of complex numbers takes whole exponents from -100 to 100; pow takes others");
  Complex result = 1;
  for (unsigned rest = static_cast<unsigned>(std::abs(*n)); rest != 0; rest >>= 1) {
    if (rest & 1) result = product(result, base);
    base = product(base, base);
  }
  return *n < 0 ? quotient(1, result, position) : result;
}

Value complex_binary(std::string_view symbol, const Value& x, const Value& y, std::size_t position) {
  const Complex a = to_complex(x), b = to_complex(y);
  if (symbol == "+") return {a + b};
  if (symbol == "-") return {a - b};
  if (symbol == "*") return {product(a, b)};
  if (symbol == "/") return {quotient(a, b, position)};
  if (symbol == "==") return {a == b};
  if (symbol == "!=") return {a != b};
  if (symbol == "**") return {complex_power(a, y, position)};
  throw ExpressionError(Code::dtype_mismatch, position, std::string(symbol) + " does not take complex numbers");
}

}  // namespace

Value scalar_binary(std::string_view symbol, const Value& a, const Value& b, std::size_t position) {
  if (a.is_complex() || b.is_complex()) return complex_binary(symbol, a, b, position);
  const auto i = to_wide(a), j = to_wide(b);
  // Both kinds fit a long double, so that an integer and a float compare by value as in Python.
  if (is_comparison(symbol))
    return {i && j ? compares(symbol, *i, *j)
                   : compares<long double>(symbol, i ? static_cast<long double>(*i) : to_double(a),
                                           j ? static_cast<long double>(*j) : to_double(b))};
  if (is_bitwise(symbol) && !(i && j))
    throw ExpressionError(Code::dtype_mismatch, position, std::string(symbol) + " does not take floats");
  if (!i || !j || symbol == "/" || (symbol == "**" && *j < 0))
    return float_binary(symbol, to_double(a), to_double(b), position);
  if (symbol == "**") return narrowed(integer_power(*i, *j, position), position);
  const Value result = integer_binary(symbol, *i, *j, position);
  const bool logical = symbol == "&" || symbol == "|" || symbol == "^";
  return logical && a.as<bool>() && b.as<bool>() ? Value{*result.as<std::int64_t>() != 0} : result;
}

Value scalar_unary(std::string_view symbol, const Value& a, std::size_t position) {
  const auto i = to_wide(a);
  if (symbol == "~") {
    if (a.as<bool>())
      throw ExpressionError(position, "~ of a Python bool is an integer in Python; it is meant for arrays of bool");
    if (!i) throw ExpressionError(Code::dtype_mismatch, position, "~ does not take " + describe(a));
    return narrowed(~*i, position);
  }
  if (symbol == "+") return i ? narrowed(*i, position) : a;
  if (a.is_complex()) return {-to_complex(a)};
  return i ? narrowed(-*i, position) : Value{-to_double(a)};
}

}  // namespace trireme::tools
