// tests/support/oracle.cpp -- one oracle per row of the table; a row without one does not compile
// SPDX-License-Identifier: Apache-2.0
#include "support/oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trireme::test {
namespace {

// A type with more than twice the digits of double, plus 2: then rounding to it first and to double (or float) after
// gives the same as rounding once, for + - * / (Figueroa 1995).
#if __LDBL_MANT_DIG__ == 113
using Wide = long double;
#else
__extension__ typedef __float128 Wide;
#endif

// Exact for both integer dtypes before the reduction modulo 2^width.
__extension__ typedef __int128 WideInt;

template <class T>
concept Float = std::is_floating_point_v<T>;
template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <class T>
T wrapped(WideInt value) {
  const WideInt modulus = WideInt(1) << (8 * sizeof(T));
  WideInt rest = value % modulus;
  if (rest >= modulus / 2) rest -= modulus;
  if (rest < -(modulus / 2)) rest += modulus;
  return static_cast<T>(rest);
}

template <class T>
constexpr T nan_of() {
  return std::numeric_limits<T>::quiet_NaN();
}

// The order -inf < ... < -0 < +0 < ... < inf of numbers.
template <Float T>
bool below(T a, T b) {
  if (a == 0 && b == 0) return std::signbit(a) && !std::signbit(b);
  return a < b;
}

// Undefined here: a row without a specialisation below stops the build where the table is expanded.
template <Row>
struct Oracle;

template <>
struct Oracle<Row::add> {
  template <Float T>
  static T of(T a, T b) {
    return static_cast<T>(Wide(a) + Wide(b));
  }
  template <Integer T>
  static T of(T a, T b) {
    return wrapped<T>(WideInt(a) + WideInt(b));
  }
};
template <>
struct Oracle<Row::subtract> {
  template <Float T>
  static T of(T a, T b) {
    return static_cast<T>(Wide(a) - Wide(b));
  }
  template <Integer T>
  static T of(T a, T b) {
    return wrapped<T>(WideInt(a) - WideInt(b));
  }
};
template <>
struct Oracle<Row::multiply> {
  template <Float T>
  static T of(T a, T b) {
    return static_cast<T>(Wide(a) * Wide(b));
  }
  template <Integer T>
  static T of(T a, T b) {
    return wrapped<T>(WideInt(a) * WideInt(b));
  }
};
template <>
struct Oracle<Row::divide> {
  template <Float T>
  static T of(T a, T b) {
    return static_cast<T>(Wide(a) / Wide(b));
  }
};
template <>
struct Oracle<Row::negative> {
  template <Float T>
  static T of(T a) {
    return std::copysign(a, std::signbit(a) ? T(1) : T(-1));
  }
  template <Integer T>
  static T of(T a) {
    return wrapped<T>(-WideInt(a));
  }
};
template <>
struct Oracle<Row::abs> {
  template <Float T>
  static T of(T a) {
    return std::fabs(a);
  }
  template <Integer T>
  static T of(T a) {
    return wrapped<T>(a < 0 ? -WideInt(a) : WideInt(a));
  }
};
// The C library's sqrt and fma are correctly rounded by IEEE-754 and so determined.
template <>
struct Oracle<Row::sqrt> {
  static float of(float a) { return static_cast<float>(std::sqrt(static_cast<double>(a))); }
  static double of(double a) { return std::sqrt(a); }
};
template <>
struct Oracle<Row::fma> {
  template <Float T>
  static T of(T a, T b, T c) {
    return std::fma(a, b, c);
  }
};
template <>
struct Oracle<Row::minimum> {
  template <Float T>
  static T of(T a, T b) {
    return std::isnan(a) || std::isnan(b) ? nan_of<T>() : below(b, a) ? b : a;
  }
  template <Integer T>
  static T of(T a, T b) {
    return b < a ? b : a;
  }
};
template <>
struct Oracle<Row::maximum> {
  template <Float T>
  static T of(T a, T b) {
    return std::isnan(a) || std::isnan(b) ? nan_of<T>() : below(a, b) ? b : a;
  }
  template <Integer T>
  static T of(T a, T b) {
    return a < b ? b : a;
  }
};

// Rows with a bound instead of bits.
struct Inexact {};
template <>
struct Oracle<Row::exp> : Inexact {
  static long double of(long double a) { return std::exp(a); }
};
template <>
struct Oracle<Row::log> : Inexact {
  static long double of(long double a) { return std::log(a); }
};
template <>
struct Oracle<Row::tanh> : Inexact {
  static long double of(long double a) { return std::tanh(a); }
};

// -1, 0, 1, or 2 when a NaN is among them.
template <class T>
int compare(T a, T b) {
  if constexpr (Float<T>)
    if (std::isnan(a) || std::isnan(b)) return 2;
  return static_cast<int>(b < a) - static_cast<int>(a < b);
}
template <>
struct Oracle<Row::equal> {
  template <class T>
  static bool of(T a, T b) {
    return compare(a, b) == 0;
  }
};
template <>
struct Oracle<Row::not_equal> {
  template <class T>
  static bool of(T a, T b) {
    return compare(a, b) != 0;
  }
};
template <>
struct Oracle<Row::less> {
  template <class T>
  static bool of(T a, T b) {
    return compare(a, b) == -1;
  }
};
template <>
struct Oracle<Row::less_equal> {
  template <class T>
  static bool of(T a, T b) {
    return compare(a, b) <= 0;
  }
};
template <>
struct Oracle<Row::greater> {
  template <class T>
  static bool of(T a, T b) {
    return compare(a, b) == 1;
  }
};
template <>
struct Oracle<Row::greater_equal> {
  template <class T>
  static bool of(T a, T b) {
    return compare(a, b) == 0 || compare(a, b) == 1;
  }
};
template <>
struct Oracle<Row::logical_and> {
  static bool of(bool a, bool b) { return a ? b : false; }
};
template <>
struct Oracle<Row::logical_or> {
  static bool of(bool a, bool b) { return a ? true : b; }
};
template <>
struct Oracle<Row::logical_xor> {
  static bool of(bool a, bool b) { return a ? !b : b; }
};
template <>
struct Oracle<Row::logical_not> {
  static bool of(bool a) { return a ? false : true; }
};
template <>
struct Oracle<Row::where> {
  template <class T>
  static T of(bool a, T b, T c) {
    return a ? b : c;
  }
};

template <Row row>
constexpr bool kExact = !std::is_base_of_v<Inexact, Oracle<row>>;

template <Row row, int arity, class T>
Bits call(const Bits* x) {
  using O = Oracle<row>;
  if constexpr (!kExact<row>) {
    throw std::logic_error("expected: a row without a bit-exact oracle");
  } else if constexpr (row == Row::where) {
    return to_bits(O::of(from_bits<bool>(x[0]), from_bits<T>(x[1]), from_bits<T>(x[2])));
  } else if constexpr (arity == 1 && requires(T a) { O::of(a); }) {
    return to_bits(O::of(from_bits<T>(x[0])));
  } else if constexpr (arity == 2 && requires(T a) { O::of(a, a); }) {
    return to_bits(O::of(from_bits<T>(x[0]), from_bits<T>(x[1])));
  } else if constexpr (arity == 3 && requires(T a) { O::of(a, a, a); }) {
    return to_bits(O::of(from_bits<T>(x[0]), from_bits<T>(x[1]), from_bits<T>(x[2])));
  } else {
    throw std::logic_error("expected: a dtype that the row does not take");
  }
}

template <Row row, int arity>
Bits call_dtype(Dtype work, const Bits* operands) {
  return visit(work, [operands]<class T>(T) { return call<row, arity, T>(operands); });
}

// Distance of `got` from `reference` in ulp of T at the reference.
template <class T>
double distance(long double reference, T got) {
  const double wrong = std::numeric_limits<double>::infinity();
  if (std::isnan(reference)) return std::isnan(got) ? 0 : wrong;
  if (std::isnan(got)) return wrong;
  // Beyond the largest number plus half an ulp a correct rounding is infinite; between, both neighbours are within 1
  // ulp.
  if (std::isinf(got)) {
    const long double last = std::numeric_limits<T>::max();
    if ((reference > 0) != (got > 0)) return wrong;
    return std::isinf(reference) || std::fabs(reference) > last ? 0 : wrong;
  }
  if (std::isinf(reference)) return wrong;
  int exponent = 0;
  std::frexp(reference, &exponent);
  exponent = std::max(exponent - std::numeric_limits<T>::digits,
                      std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits);
  if (got == 0 && reference == 0) return std::signbit(got) == std::signbit(reference) ? 0 : wrong;
  return static_cast<double>(std::fabs(std::ldexp(static_cast<long double>(got) - reference, -exponent)));
}

template <Row row>
double ulp_of(Dtype work, Bits operand, Bits got) {
  if constexpr (kExact<row>) {
    throw std::logic_error("error_in_ulp: a row with a bit-exact oracle");
  } else {
    if (work == f32) return distance(Oracle<row>::of(from_bits<float>(operand)), from_bits<float>(got));
    return distance(Oracle<row>::of(from_bits<double>(operand)), from_bits<double>(got));
  }
}

}  // namespace

bool is_exact(Row row) {
  switch (row) {
#define OP(name, arity, rule, expression, doc) \
  case Row::name:                              \
    return kExact<Row::name>;
#include "trireme/elementwise.def"
#undef OP
  }
  return false;
}

Bits expected(Row row, Dtype work, const Bits* operands) {
  switch (row) {
#define OP(name, arity, rule, expression, doc) \
  case Row::name:                              \
    return call_dtype<Row::name, arity>(work, operands);
#include "trireme/elementwise.def"
#undef OP
  }
  return 0;
}

double error_in_ulp(Row row, Dtype work, Bits operand, Bits got) {
  switch (row) {
#define OP(name, arity, rule, expression, doc) \
  case Row::name:                              \
    return ulp_of<Row::name>(work, operand, got);
#include "trireme/elementwise.def"
#undef OP
  }
  return 0;
}

}  // namespace trireme::test
