// tests/support/oracle_row.hpp -- the oracle of each row of the table, over exact integers, floats and pairs of floats
// SPDX-License-Identifier: Apache-2.0
//
// Included by oracle.cpp only. A row's oracle is Oracle<row>, with an of() for each kind of operand that the row takes;
// a row without one stops the build where the table is expanded. f16 and bf16 operands come as floats, and the result
// is rounded by the caller. bool comes as an unsigned integer of one bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "support/complex_functions.hpp"
#include "support/oracle.hpp"
#include "support/real_functions.hpp"
#include "support/special_functions.hpp"
#include "support/wide.hpp"

namespace trireme::test {

__extension__ typedef __int128 WideInt;

template <class T>
concept Float = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// An integer's exact value and its type's width.
struct Int {
  WideInt value = 0;
  int width = 32;
  bool has_sign = true;

  /// `v` modulo 2^width, as a value of this type. Bits is unsigned, so that products of 64 bits are exact modulo 2^128.
  Int wrapped(Bits v) const {
    const Bits mask = (Bits{1} << width) - 1;
    auto rest = static_cast<WideInt>(v & mask);
    if (has_sign && (v >> (width - 1) & 1)) rest -= WideInt(1) << width;
    return {rest, width, has_sign};
  }
  Bits bits() const { return static_cast<Bits>(value); }
};

template <Float T>
struct Pair {
  T re, im;
};

template <Float T>
T sum_of(T a, T b) {
  return static_cast<T>(Wide(a) + Wide(b));
}
template <Float T>
T product_of(T a, T b) {
  return static_cast<T>(Wide(a) * Wide(b));
}
template <Float T>
T negated(T a) {
  return std::copysign(a, std::signbit(a) ? T(1) : T(-1));
}
// The order -inf < ... < -0 < +0 < ... < inf of numbers.
template <Float T>
bool below(T a, T b) {
  if (a == 0 && b == 0) return std::signbit(a) && !std::signbit(b);
  return a < b;
}
inline bool below(Int a, Int b) { return a.value < b.value; }
template <Float T>
bool no_number(T a) {
  return std::isnan(a);
}
inline bool no_number(Int) { return false; }
template <class T>
concept Ordered = Float<T> || std::is_same_v<T, Int>;
template <Ordered T>
T smaller(T a, T b) {
  return no_number(a) ? a : no_number(b) ? b : below(b, a) ? b : a;
}
template <Ordered T>
T larger(T a, T b) {
  return no_number(a) ? a : no_number(b) ? b : below(a, b) ? b : a;
}

template <Row>
struct Oracle;
// Rows with a bound instead of bits: on every dtype, on complex ones, on all but integers.
struct Inexact {};
struct InexactOfComplex {};
struct InexactOfFloats {};

// clang-format takes ORACLE() for a function: what follows is laid out by hand.
// clang-format off
#define ORACLE(name) \
  template <>        \
  struct Oracle<Row::name>

ORACLE(add) {
  template <Float T>
  static T of(T a, T b) { return sum_of(a, b); }
  static Int of(Int a, Int b) { return a.wrapped(a.bits() + b.bits()); }
  template <Float T>
  static Pair<T> of(Pair<T> a, Pair<T> b) { return {sum_of(a.re, b.re), sum_of(a.im, b.im)}; }
};
ORACLE(negative) {
  template <Float T>
  static T of(T a) { return negated(a); }
  static Int of(Int a) { return a.wrapped(Bits{0} - a.bits()); }
  template <Float T>
  static Pair<T> of(Pair<T> a) { return {negated(a.re), negated(a.im)}; }
};
ORACLE(subtract) {
  template <Float T>
  static T of(T a, T b) { return static_cast<T>(Wide(a) - Wide(b)); }
  static Int of(Int a, Int b) { return a.wrapped(a.bits() - b.bits()); }
  template <Float T>
  static Pair<T> of(Pair<T> a, Pair<T> b) { return {of(a.re, b.re), of(a.im, b.im)}; }
};
ORACLE(multiply) {
  template <Float T>
  static T of(T a, T b) { return product_of(a, b); }
  static Int of(Int a, Int b) { return a.wrapped(a.bits() * b.bits()); }
  template <Float T>
  static Pair<T> of(Pair<T> a, Pair<T> b) {
    return {Oracle<Row::subtract>::of(product_of(a.re, b.re), product_of(a.im, b.im)),
            sum_of(product_of(a.re, b.im), product_of(a.im, b.re))};
  }
};
ORACLE(square) {
  template <class T>
  static T of(T a) { return Oracle<Row::multiply>::of(a, a); }
};
ORACLE(divide) : InexactOfComplex {
  template <Float T>
  static T of(T a, T b) { return static_cast<T>(Wide(a) / Wide(b)); }
};
ORACLE(floor_divide) {
  static Int of(Int a, Int b) {
    if (b.value == 0) return a.wrapped(0);
    const bool down = a.value % b.value != 0 && (a.value < 0) != (b.value < 0);
    return a.wrapped(static_cast<Bits>(a.value / b.value - down));
  }
  // NumPy's npy_divmod. The C library's fmod is exact, as IEEE-754 asks.
  template <Float T>
  static T of(T a, T b) {
    if (b == 0) return a / b;
    const T rest = std::fmod(a, b);
    T quotient = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
    if (quotient == 0) return std::copysign(T(0), a / b);
    const T down = std::floor(quotient);
    return quotient - down > T(0.5) ? down + 1 : down;
  }
};
ORACLE(remainder) {
  static Int of(Int a, Int b) {
    if (b.value == 0) return a.wrapped(0);
    const WideInt rest = a.value % b.value;
    return a.wrapped(static_cast<Bits>(rest != 0 && (rest < 0) != (b.value < 0) ? rest + b.value : rest));
  }
  template <Float T>
  static T of(T a, T b) {
    const T rest = std::fmod(a, b);
    if (rest == 0) return std::copysign(T(0), b);
    return (b < 0) != (rest < 0) ? rest + b : rest;
  }
};
ORACLE(fmod) {
  static Int of(Int a, Int b) { return b.value == 0 ? a.wrapped(0) : a.wrapped(static_cast<Bits>(a.value % b.value)); }
  template <Float T>
  static T of(T a, T b) { return std::fmod(a, b); }
};
ORACLE(ldexp) {
  // The C library's is exact but for one rounding; beyond 10^4 every power gives 0 or an infinity. That of halves is
  // rounded to float first, as every operation of theirs is.
  template <Float T>
  static T of(T a, T b) {
    if (std::isnan(b)) return b;
    return std::ldexp(a, static_cast<int>(std::fmax(T(-10000), std::fmin(T(10000), b))));
  }
};
ORACLE(nextafter) {
  template <Float T>
  static T of(T a, T b) { return std::nextafter(a, b); }
};
ORACLE(heaviside) {
  template <Float T>
  static T of(T a, T b) { return std::isnan(a) ? a : a == 0 ? b : std::signbit(a) ? T(0) : T(1); }
};
// Euclid's algorithm.
inline WideInt divisor_of(WideInt a, WideInt b) { return b == 0 ? (a < 0 ? -a : a) : divisor_of(b, a % b); }
ORACLE(gcd) {
  static Int of(Int a, Int b) { return a.wrapped(static_cast<Bits>(divisor_of(a.value, b.value))); }
};
ORACLE(lcm) {
  static Int of(Int a, Int b) {
    if (a.value == 0 || b.value == 0) return a.wrapped(0);
    const WideInt whole = a.value / divisor_of(a.value, b.value);
    const auto size = [](WideInt v) { return static_cast<Bits>(v < 0 ? -v : v); };
    return a.wrapped(size(whole) * size(b.value));
  }
};
ORACLE(bitwise_count) {
  static Int of(Int a) {
    Bits count = 0;
    for (WideInt rest = a.value < 0 ? -a.value : a.value; rest != 0; rest /= 2) count += static_cast<Bits>(rest % 2);
    return a.wrapped(count);
  }
};
ORACLE(clz) {
  static Int of(Int a) {
    Bits zeros = 0;
    while (zeros < static_cast<Bits>(a.width) && (a.bits() >> (static_cast<Bits>(a.width) - 1 - zeros) & 1) == 0) ++zeros;
    return a.wrapped(zeros);
  }
};
ORACLE(abs) : InexactOfComplex {
  template <Float T>
  static T of(T a) { return std::fabs(a); }
  static Int of(Int a) { return a.wrapped(a.value < 0 ? Bits{0} - a.bits() : a.bits()); }
};
ORACLE(sign) : InexactOfComplex {
  template <Float T>
  static T of(T a) { return std::isnan(a) ? a : a == 0 ? T(0) : std::copysign(T(1), a); }
  static Int of(Int a) { return a.wrapped(static_cast<Bits>(WideInt(a.value > 0) - WideInt(a.value < 0))); }
  static complex::Number of_complex(complex::Number a) { return complex::sign(a); }
};
// The C library's sqrt and fma are correctly rounded by IEEE-754 and so determined.
ORACLE(sqrt) : InexactOfComplex {
  static float of(float a) { return static_cast<float>(std::sqrt(static_cast<double>(a))); }
  static double of(double a) { return std::sqrt(a); }
  static complex::Number of_complex(complex::Number a) { return std::sqrt(a); }
};
ORACLE(fma) {
  template <Float T>
  static T of(T a, T b, T c) { return std::fma(a, b, c); }
};
ORACLE(minimum) {
  template <Ordered T>
  static T of(T a, T b) { return smaller(a, b); }
};
ORACLE(maximum) {
  template <Ordered T>
  static T of(T a, T b) { return larger(a, b); }
};
ORACLE(fmin) {
  template <Ordered T>
  static T of(T a, T b) { return no_number(a) ? b : no_number(b) ? a : smaller(a, b); }
};
ORACLE(fmax) {
  template <Ordered T>
  static T of(T a, T b) { return no_number(a) ? b : no_number(b) ? a : larger(a, b); }
};
ORACLE(clip) {
  template <Ordered T>
  static T of(T a, T b, T c) { return smaller(larger(a, b), c); }
};
ORACLE(copysign) {
  template <Float T>
  static T of(T a, T b) { return std::isnan(b) || !std::signbit(b) ? std::fabs(a) : negated(std::fabs(a)); }
};
#define ROUNDING(name, function)                  \
  ORACLE(name) {                                  \
    template <Float T>                            \
    static T of(T a) { return std::function(a); } \
    static Int of(Int a) { return a; }            \
  }
ROUNDING(floor, floor);
ROUNDING(ceil, ceil);
ROUNDING(trunc, trunc);
ROUNDING(round, nearbyint);  // in the default mode: ties to even

// Functions that are not exactly determined, in more digits.
#define REFERENCE(name, where)                                       \
  ORACLE(name) : Inexact {                                           \
    static long double of(long double a) { return where::name(a); } \
  }
// The same, and of complex numbers.
#define REFERENCES(name, where)                                            \
  ORACLE(name) : Inexact {                                                 \
    static long double of(long double a) { return std::name(a); }         \
    static complex::Number of_complex(complex::Number a) { return where::name(a); } \
  }
#define REFERENCE_OF_TWO(name, where)                                                  \
  ORACLE(name) : Inexact {                                                             \
    static long double of(long double a, long double b) { return where::name(a, b); } \
  }
REFERENCES(exp, std);
REFERENCES(log, std);
REFERENCES(tanh, std);
REFERENCE(exp2, std);
REFERENCES(expm1, complex);
REFERENCES(log2, complex);
REFERENCES(log10, complex);
REFERENCES(log1p, complex);
REFERENCES(sin, std);
REFERENCES(cos, std);
REFERENCES(tan, std);
REFERENCE(sinpi, real);
REFERENCE(cospi, real);
REFERENCES(sinh, std);
REFERENCES(cosh, std);
REFERENCE(rsqrt, real);
REFERENCE(cbrt, std);
REFERENCE_OF_TWO(hypot, std);
ORACLE(pow) : InexactOfFloats {
  static long double of(long double a, long double b) { return real::pow(a, b); }
  static complex::Number of_complex(complex::Number a, complex::Number b) { return std::pow(a, b); }
  static Int of(Int a, Int b) {
    if (b.value < 0) return a.wrapped(a.value == 1 || (a.value == -1 && b.value % 2 == 0) ? 1 : a.value == -1 ? ~Bits{0} : 0);
    Bits power = 1;  // from the highest bit of the exponent on
    for (int k = b.width - 1; k >= 0; --k) power = power * power * (b.bits() >> k & 1 ? a.bits() : 1);
    return a.wrapped(power);
  }
};
REFERENCE(sinc, real);
REFERENCES(asin, std);
REFERENCES(acos, std);
REFERENCES(atan, std);
REFERENCE_OF_TWO(atan2, std);
REFERENCES(asinh, std);
REFERENCES(acosh, std);
REFERENCES(atanh, std);
REFERENCE_OF_TWO(logaddexp, real);
REFERENCE(expit, real);
REFERENCE(log_expit, real);
REFERENCE(degrees, real);
REFERENCE(radians, real);

REFERENCE(erf, std);
REFERENCE(erfc, std);
REFERENCE(erfinv, special);
REFERENCE(tgamma, std);
REFERENCE(lgamma, std);
REFERENCE(digamma, special);
REFERENCE(i0, special);

#define CLASSIFY(name, of_float, combine, of_integer)                                                      \
  ORACLE(name) {                                                                                           \
    template <Float T>                                                                                     \
    static bool of(T a) { return of_float; }                                                               \
    static bool of(Int) { return of_integer; }                                                             \
    template <Float T>                                                                                     \
    static bool of(Pair<T> a) { return of(a.re) combine of(a.im); }                                        \
  }
CLASSIFY(isnan, std::isnan(a), ||, false);
CLASSIFY(isinf, std::isinf(a), ||, false);
CLASSIFY(isfinite, std::isfinite(a), &&, true);
ORACLE(signbit) {
  template <Float T>
  static bool of(T a) { return !std::isnan(a) && std::signbit(a); }
  static bool of(Int a) { return a.value < 0; }
};

// -1, 0, 1, or 2 when a NaN is among them.
template <Float T>
int compare(T a, T b) {
  return std::isnan(a) || std::isnan(b) ? 2 : static_cast<int>(b < a) - static_cast<int>(a < b);
}
inline int compare(Int a, Int b) { return static_cast<int>(b.value < a.value) - static_cast<int>(a.value < b.value); }
template <Float T>
int compare(Pair<T> a, Pair<T> b) {  // equal or not
  return compare(a.re, b.re) == 0 && compare(a.im, b.im) == 0 ? 0 : 2;
}
#define COMPARISON(name, condition)                     \
  ORACLE(name) {                                        \
    template <class T>                                  \
    static bool of(T a, T b) {                          \
      const int order = compare(a, b);                  \
      return condition;                                 \
    }                                                   \
  }
COMPARISON(equal, order == 0);
COMPARISON(not_equal, order != 0);
COMPARISON(less, order == -1);
COMPARISON(less_equal, order == -1 || order == 0);
COMPARISON(greater, order == 1);
COMPARISON(greater_equal, order == 1 || order == 0);

ORACLE(logical_and) {
  static bool of(Int a, Int b) { return a.value ? b.value != 0 : false; }
};
ORACLE(logical_or) {
  static bool of(Int a, Int b) { return a.value ? true : b.value != 0; }
};
ORACLE(logical_xor) {
  static bool of(Int a, Int b) { return a.value ? b.value == 0 : b.value != 0; }
};
ORACLE(logical_not) {
  static bool of(Int a) { return a.value == 0; }
};

// Bit by bit.
template <class F>
Int bitwise(Int a, Int b, F f) {
  Bits out = 0;
  for (int k = 0; k < a.width; ++k)
    if (f((a.bits() >> k & 1) != 0, (b.bits() >> k & 1) != 0)) out |= Bits{1} << k;
  return a.wrapped(out);
}
ORACLE(bitwise_and) {
  static Int of(Int a, Int b) { return bitwise(a, b, [](bool x, bool y) { return x ? y : false; }); }
};
ORACLE(bitwise_or) {
  static Int of(Int a, Int b) { return bitwise(a, b, [](bool x, bool y) { return x ? true : y; }); }
};
ORACLE(bitwise_xor) {
  static Int of(Int a, Int b) { return bitwise(a, b, [](bool x, bool y) { return x != y; }); }
};
ORACLE(bitwise_invert) {
  static Int of(Int a) { return bitwise(a, a, [](bool x, bool) { return x ? false : true; }); }
};
ORACLE(bitwise_left_shift) {
  static Int of(Int a, Int b) {
    Bits out = a.bits();
    if (b.value < 0 || b.value >= a.width) return a.wrapped(0);
    for (WideInt k = 0; k < b.value; ++k) out = out + out;
    return a.wrapped(out);
  }
};
ORACLE(bitwise_right_shift) {
  static Int of(Int a, Int b) {
    if (b.value < 0 || b.value >= a.width) return a.wrapped(a.value < 0 ? ~Bits{0} : 0);
    const WideInt divisor = WideInt(1) << static_cast<int>(b.value), rest = a.value % divisor;
    return a.wrapped(static_cast<Bits>(a.value / divisor - (rest < 0)));  // rounded down
  }
};

ORACLE(where) {
  static Bits of(bool a, Bits b, Bits c) { return a ? b : c; }
};
ORACLE(real) {
  template <class T>
  static T of(T a) { return a; }
  template <Float T>
  static T of(Pair<T> a) { return a.re; }
};
ORACLE(imag) {
  template <Float T>
  static T of(T) { return 0; }
  static Int of(Int a) { return a.wrapped(0); }
  template <Float T>
  static T of(Pair<T> a) { return a.im; }
};
ORACLE(conj) {
  template <class T>
  static T of(T a) { return a; }
  template <Float T>
  static Pair<T> of(Pair<T> a) { return {a.re, negated(a.im)}; }
};
ORACLE(make_complex) {
  template <Float T>
  static Pair<T> of(T a, T b) { return {a, b}; }
};

// clang-format on

}  // namespace trireme::test
