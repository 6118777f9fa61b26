// tests/support/oracle.cpp -- calls a row's oracle on elements of any dtype, and measures the rows that have a bound
// SPDX-License-Identifier: Apache-2.0
#include "support/oracle.hpp"

#include "support/number.hpp"
#include "support/oracle_row.hpp"

namespace trireme::test {
namespace {

// Operands out of bits.
Int integer(Dtype dtype, Bits bits) {
  const Int type{0, dtype == boolean ? 1 : static_cast<int>(8 * item_size(dtype)), is_signed(dtype)};
  return type.wrapped(bits);
}
template <Float T>
Pair<T> pair(Dtype dtype, Bits bits) {
  return {from_bits<T>(real_bits(dtype, bits)), from_bits<T>(imaginary_bits(dtype, bits))};
}

// Results as bits; `dtype` is that of the operands.
Bits bits_of(Dtype, bool value) { return value; }
Bits bits_of(Dtype, Int value) { return value.bits() & ((Bits{1} << value.width) - 1); }
Bits bits_of(Dtype, double value) { return to_bits(value); }
Bits bits_of(Dtype dtype, float value) { return rounded(component(dtype), value); }
template <Float T>
Bits bits_of(Dtype, Pair<T> value) {
  return complex_bits(sizeof(T) == 4 ? complex64 : complex128, to_bits(value.re), to_bits(value.im));
}

template <class O, int arity, class Operand>
Bits call_of(Dtype work, [[maybe_unused]] Operand x) {
  using T = decltype(x(0));
  if constexpr (arity == 1 && requires(T a) { O::of(a); }) {
    return bits_of(work, O::of(x(0)));
  } else if constexpr (arity == 2 && requires(T a) { O::of(a, a); }) {
    return bits_of(work, O::of(x(0), x(1)));
  } else if constexpr (arity == 3 && requires(T a) { O::of(a, a, a); }) {
    return bits_of(work, O::of(x(0), x(1), x(2)));
  } else {
    throw std::logic_error("expected: a dtype that the row does not take");
  }
}

/// The next f16 or bf16 from a towards b: the nearest of those whose bits are beside a's, zeros and what is beside them.
Bits next_half(Dtype dtype, Bits a, Bits b) {
  const long double from = decoded(dtype, a).re, to = decoded(dtype, b).re;
  if (std::isnan(from)) return a;
  if (std::isnan(to) || from == to) return b;
  Bits best = b;
  for (const Bits bits : {(a + 1) & 0xffff, (a - 1) & 0xffff, Bits{0}, Bits{1}, Bits{0x8001}}) {
    const long double value = decoded(dtype, bits).re, so_far = decoded(dtype, best).re;
    const bool nearer = from < to ? value > from && value < so_far : value < from && value > so_far;
    if (nearer) best = bits;
  }
  // Of two zeros it is the one that a comes from.
  if (decoded(dtype, best).re == 0) return from < 0 ? Bits{0x8000} : Bits{0};
  return best;
}

template <Row row, int arity>
Bits call(Dtype work, const Bits* x) {
  using O = Oracle<row>;
  if constexpr (std::is_base_of_v<Inexact, O>) {
    throw std::logic_error("expected: a row without a bit-exact oracle");
  } else if constexpr (row == Row::nextafter) {
    if (work == f16 || work == bf16) return next_half(work, x[0], x[1]);
    if (work == f32) return to_bits(O::of(from_bits<float>(x[0]), from_bits<float>(x[1])));
    return to_bits(O::of(from_bits<double>(x[0]), from_bits<double>(x[1])));
  } else if constexpr (row == Row::where) {
    return O::of(x[0] != 0, x[1], x[2]);
  } else {
    switch (kind(work)) {
      case Kind::boolean:
      case Kind::integer:
        return call_of<O, arity>(work, [&](int k) { return integer(work, x[k]); });
      case Kind::floating:
        if constexpr (std::is_base_of_v<InexactOfFloats, O>) throw std::logic_error("expected: a row that is exact of integers only");
        else if (work == f64) return call_of<O, arity>(work, [&](int k) { return from_bits<double>(x[k]); });
        else if (work == f32) return call_of<O, arity>(work, [&](int k) { return from_bits<float>(x[k]); });
        else return call_of<O, arity>(work, [&](int k) { return static_cast<float>(decoded(work, x[k]).re); });
      case Kind::complex:
        if (work == complex64) return call_of<O, arity>(work, [&](int k) { return pair<float>(work, x[k]); });
        return call_of<O, arity>(work, [&](int k) { return pair<double>(work, x[k]); });
    }
    return 0;
  }
}

constexpr double kWrong = std::numeric_limits<double>::infinity();

/// The exponent of the last place of a number of this size.
int last_place(Format format, Wide size) {
  int exponent = 0;
  std::frexp(static_cast<long double>(size), &exponent);
  return std::max(exponent, format.least_exponent) - format.digits;
}

/// Distance of `got` from `reference` in units of 2^place; beyond the largest number an infinity is right.
double distance(Wide reference, long double got, Format format, int place) {
  const auto close = static_cast<long double>(reference);
  if (std::isnan(close)) return std::isnan(got) ? 0 : kWrong;
  if (std::isnan(got)) return kWrong;
  if (std::isinf(got)) {
    if ((close > 0) != (got > 0)) return kWrong;
    if (std::isinf(close) || std::fabs(close) > format.largest) return 0;
    // The infinity stands for the first number that is too large.
    got = std::copysign(format.largest + std::ldexp(1.0L, last_place(format, format.largest)), got);
  }
  if (std::isinf(close)) return kWrong;
  if (got == 0 && close == 0) return std::signbit(got) == std::signbit(close) ? 0 : kWrong;
  return static_cast<double>(std::fabs(std::ldexp(static_cast<long double>(got - reference), -place)));
}

template <class O>
constexpr bool is_inexact = std::is_base_of_v<Inexact, O> || std::is_base_of_v<InexactOfFloats, O>;

template <Row row>
long double reference_of(const long double* x) {
  using O = Oracle<row>;
  if constexpr (requires { O::of(x[0], x[1]); }) return O::of(x[0], x[1]);
  else return O::of(x[0]);
}

long double reference_of(Row row, const long double* x) {
  switch (row) {
#define OP(name, arity, rule, expression, doc)                                                        \
  case Row::name:                                                                                     \
    if constexpr (is_inexact<Oracle<Row::name>>) return reference_of<Row::name>(x);                   \
    break;
#include "trireme/elementwise.def"
#undef OP
  }
  throw std::logic_error("reference_of: a row with a bit-exact oracle");
}

bool by_magnitude(long double a, long double b) { return std::fabs(a) < std::fabs(b); }

double elementary_error(Row row, Dtype work, const Bits* operands, Bits got) {
  long double x[2] = {};
  for (int k = 0; k < info(row).arity; ++k) x[k] = decoded(work, operands[k]).re;
  const long double reference = reference_of(row, x);
  const Format f = format(work);
  // The sum of logaddexp cancels where its result is small.
  const long double size = row == Row::logaddexp && std::isfinite(reference) ? std::max({reference, x[0], x[1]}, by_magnitude) : reference;
  int place = last_place(f, size);
  // Between their poles these have zeros, where the error is one of the reflection's terms.
  if ((row == Row::lgamma || row == Row::digamma) && x[0] < 0) place = std::max(place, last_place(f, 0.5L));
  return distance(reference, decoded(work, got).re, f, place);
}

/// Of finite operands against the quotient in more digits, a zero with any sign, in last places of the larger part. A
/// quotient of infinities or by zero is what the formula gives, or NaN: the scaling may have made a 0 of a small part.
double complex_quotient_error(Dtype work, const Bits* operands, Bits got) {
  const Number a = decoded(work, operands[0]), b = decoded(work, operands[1]), g = decoded(work, got);
  const Wide size = Wide(b.re) * b.re + Wide(b.im) * b.im;
  const Wide re = (Wide(a.re) * b.re + Wide(a.im) * b.im) / size, im = (Wide(a.im) * b.re - Wide(a.re) * b.im) / size;
  const auto near_re = static_cast<long double>(re), near_im = static_cast<long double>(im);
  if (!std::isfinite(near_re) || !std::isfinite(near_im)) {
    const auto good = [](long double reference, long double part) {
      return std::isnan(part) || (!std::isnan(reference) && part == reference);
    };
    return good(near_re, g.re) && good(near_im, g.im) ? 0 : kWrong;
  }
  const Format f = format(work);
  const int place = last_place(f, std::max(std::fabs(near_re), std::fabs(near_im)));
  const auto part = [&](Wide reference, long double near, long double value) {
    return near == 0 && value == 0 ? 0 : distance(reference, value, f, place);
  };
  return std::max(part(re, near_re, g.re), part(im, near_im, g.im));
}

double complex_magnitude_error(Dtype work, Bits operand, Bits got) {
  const Number a = decoded(work, operand);
  const Format f = format(work);
  long double reference = std::sqrt(a.re * a.re + a.im * a.im);  // its range is wider than that of double squared
  if (std::isinf(a.re) || std::isinf(a.im)) reference = std::numeric_limits<long double>::infinity();
  return distance(reference, decoded(component(work), got).re, f, last_place(f, reference));
}

/// In units of what a last place in the exponent b log a is of the power: its size plus that of the factors' errors. Only of
/// finite operands but 0, whose power is well within the range and has digits left; other powers are only compared between
/// devices.
double power_error(const complex::Number* x, complex::Number reference, complex::Number got, Format format) {
  const complex::Number exponent = x[1] * std::log(x[0]);
  const long double size = std::abs(reference);
  if (x[0] == complex::Number(0) || !complex::is_finite(x[0]) || !complex::is_finite(x[1]) || !(std::abs(exponent) < std::ldexp(1.0L, format.digits))) return 0;
  if (!(size > std::ldexp(1.0L, format.least_exponent + format.digits)) || size > format.largest / 4) return 0;
  if (!complex::is_finite(got)) return kWrong;
  return static_cast<double>(std::abs(got - reference) / (std::ldexp(size, 1 - format.digits) * (2 + std::abs(exponent))));
}

template <Row row>
complex::Number complex_reference_of(const complex::Number* x) {
  using O = Oracle<row>;
  if constexpr (requires { O::of_complex(x[0], x[1]); }) return O::of_complex(x[0], x[1]);
  else if constexpr (requires { O::of_complex(x[0]); }) return O::of_complex(x[0]);
  else throw std::logic_error("complex_reference: a row without a reference of complex numbers");
}

complex::Number complex_reference(Row row, const complex::Number* x) {
  switch (row) {
#define OP(name, arity, rule, expression, doc) \
  case Row::name:                              \
    return complex_reference_of<Row::name>(x);
#include "trireme/elementwise.def"
#undef OP
  }
  return {};
}

/// A part beside one that is no finite number of the format, or of a result of operands that are not finite. Annex G
/// leaves signs of zeros and infinities open where the operand has no finite part.
bool is_right_part(long double reference, long double got, Format format, bool open) {
  if (std::isnan(reference)) return std::isnan(got);
  if (std::isnan(got)) return false;
  const bool alike = open || std::signbit(got) == std::signbit(reference);
  // Within some last places of the end of the range a result may be either.
  if (std::fabs(reference) > format.largest * (1 + std::ldexp(1.0L, 5 - format.digits))) return std::isinf(got) && alike;
  if (std::fabs(reference) > format.largest * (1 - std::ldexp(1.0L, 5 - format.digits))) return std::fabs(got) > format.largest / 2 && alike;
  if (reference == 0) return got == 0 && alike;
  return std::fabs(got - reference) <= std::ldexp(std::fabs(reference), 6 - format.digits) + std::ldexp(2.0L, format.least_exponent - format.digits);
}

double complex_error(Row row, Dtype work, const Bits* operands, Bits got) {
  complex::Number x[2];
  bool finite = true, open = true;
  for (int k = 0; k < info(row).arity; ++k) {
    const Number n = decoded(work, operands[k]);
    x[k] = {n.re, n.im};
    finite &= complex::is_finite(x[k]);
    open &= !std::isfinite(n.re) || !std::isfinite(n.im);
  }
  const Number g = decoded(work, got);
  const complex::Number reference = complex_reference(row, x);
  const long double re = reference.real(), im = reference.imag();
  const Format f = format(work);
  if (row == Row::pow) return power_error(x, reference, {g.re, g.im}, f);
  const long double size = std::max(std::fabs(re), std::fabs(im));
  if (!finite || !complex::is_finite(reference) || size > f.largest * (1 - std::ldexp(1.0L, 5 - f.digits)))
    return is_right_part(re, g.re, f, open) && is_right_part(im, g.im, f, open) ? 0 : kWrong;
  const int place = last_place(f, size);
  return std::max(distance(re, g.re, f, place), distance(im, g.im, f, place));
}

double complex_bound(Row row) {
  switch (row) {
    case Row::sqrt:
    case Row::log:
      return 2.5;
    case Row::sign:
      return 2.6;
    case Row::tanh:
    case Row::tan:
      return 5;
    case Row::asin:
    case Row::acos:
    case Row::atan:
    case Row::asinh:
    case Row::acosh:
    case Row::atanh:
    case Row::pow:
      return 4;
    default:
      return 3;
  }
}

}  // namespace

bool is_exact(Row row, Dtype work) {
  switch (row) {
#define OP(name, arity, rule, expression, doc)               \
  case Row::name:                                            \
    return !std::is_base_of_v<Inexact, Oracle<Row::name>> &&                                                 \
           !(std::is_base_of_v<InexactOfFloats, Oracle<Row::name>> && kind(work) >= Kind::floating) && \
           !(std::is_base_of_v<InexactOfComplex, Oracle<Row::name>> && kind(work) == Kind::complex);
#include "trireme/elementwise.def"
#undef OP
  }
  return false;
}

Bits expected(Row row, Dtype work, const Bits* operands) {
  switch (row) {
#define OP(name, arity, rule, expression, doc) \
  case Row::name:                              \
    return call<Row::name, arity>(work, operands);
#include "trireme/elementwise.def"
#undef OP
  }
  return 0;
}

double error_in_ulp(Row row, Dtype work, const Bits* operands, Bits got) {
  if (is_exact(row, work)) throw std::logic_error("error_in_ulp: a row with a bit-exact oracle");
  if (row == Row::divide) return complex_quotient_error(work, operands, got);
  if (row == Row::abs) return complex_magnitude_error(work, operands[0], got);
  if (kind(work) == Kind::complex) return complex_error(row, work, operands, got);
  return elementary_error(row, work, operands, got);
}

double ulp_bound(Row row, Dtype work) {
  // With u half a last place: the numerator's error is 2u |a||b| by Cauchy's inequality, the divisor's 2u, the
  // division's u, so 5u |a / b|, which is at most 5 sqrt 2 last places of the larger part; one more where results are
  // subnormal.
  if (row == Row::divide) return 8.1;
  // The sum of squares is off by 2u, its root by u and u more; half a last place more where the result is subnormal.
  if (row == Row::abs) return 2.5;
  if (kind(work) == Kind::complex) return complex_bound(row);
  const bool two = row == Row::erfinv || row == Row::lgamma || row == Row::digamma || row == Row::i0;
  // f16 and bf16 round the value in f32, which is off by one or two of its last places: 2^-13 of f16's, less of bf16's.
  if (work == f16 || work == bf16) return 0.5 + (two ? 0x1p-11 : 0x1p-12);
  // The reference is a long double, good to less than 0.002 ulp of a double, or 0.02 of those of which the C library
  // promises less.
  return two ? 2.0 + 0.02 : row == Row::tgamma || row == Row::erfc ? 1.0 + 0.02 : 1.0 + 0.002;
}

}  // namespace trireme::test
