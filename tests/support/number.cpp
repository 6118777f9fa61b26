// tests/support/number.cpp -- elements of every dtype as numbers and back, rounded once: the oracles' own conversions
// SPDX-License-Identifier: Apache-2.0
#include "support/number.hpp"

#include <algorithm>
#include <cmath>

namespace trireme::test {
namespace {

__extension__ typedef __int128 WideInt;

/// The fields of f16 and bf16: the width of the fraction, and the exponent of the last place of the subnormals.
struct Narrow {
  int fraction_bits;
  int last_place;
};
Narrow narrow(Dtype dtype) { return dtype == f16 ? Narrow{10, -24} : Narrow{7, -133}; }

long double decode_narrow(Dtype dtype, unsigned bits) {
  const auto [width, last_place] = narrow(dtype);
  const unsigned top = (1u << (15 - width)) - 1;
  const unsigned fraction = bits & ((1u << width) - 1), exponent = (bits >> width) & top;
  const long double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == top)
    return fraction ? std::numeric_limits<long double>::quiet_NaN()
                    : std::copysign(std::numeric_limits<long double>::infinity(), sign);
  if (exponent == 0) return sign * std::ldexp(static_cast<long double>(fraction), last_place);
  return sign *
         std::ldexp(static_cast<long double>(fraction + (1u << width)), last_place + static_cast<int>(exponent) - 1);
}

Bits encode_narrow(Dtype dtype, long double value) {
  const auto [width, last_place] = narrow(dtype);
  const unsigned top = (1u << (15 - width)) - 1, sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return top << width | 1u << (width - 1);
  const long double size = std::fabs(value);
  if (std::isinf(value)) return sign | top << width;
  // The exponent of the last place that the result has; one more if the rounding carries is right too, as the number
  // then is a power of two.
  int exponent = 0;
  std::frexp(size, &exponent);
  const int place = std::max(exponent - (width + 1), last_place);
  const long double count = std::nearbyint(std::ldexp(size, -place));
  const long double result = std::ldexp(count, place);
  if (result > format(dtype).largest) return sign | top << width;
  if (result < std::ldexp(1.0L, last_place + width))
    return sign | static_cast<unsigned>(std::ldexp(result, -last_place));
  const long double fraction = std::frexp(result, &exponent);  // in [0.5, 1)
  const int field = exponent - 1 - (last_place + width) + 1;
  return sign | static_cast<unsigned>(field) << width |
         (static_cast<unsigned>(std::ldexp(fraction, width + 1)) & ((1u << width) - 1));
}

int width_of(Dtype integer) { return static_cast<int>(8 * item_size(integer)); }

Bits encode_integer(Dtype to, long double value, bool whole) {
  const int width = width_of(to);
  const Bits mask = (Bits{1} << width) - 1;
  if (std::isnan(value)) return 0;
  if (!whole) {
    const int digits = is_signed(to) ? width - 1 : width;
    const long double limit = std::ldexp(1.0L, digits), least = is_signed(to) ? -limit : 0;
    value = std::trunc(value);
    if (value >= limit) return (Bits{1} << digits) - 1;
    if (value <= least) return static_cast<Bits>(static_cast<WideInt>(least)) & mask;
  }
  return static_cast<Bits>(static_cast<WideInt>(value)) & mask;
}

}  // namespace

Format format(Dtype dtype) {
  using F = std::numeric_limits<float>;
  using D = std::numeric_limits<double>;
  if (dtype == f16) return {11, -13, 65504.0L};
  if (dtype == bf16) return {8, -125, 0x1.FEp127L};
  if (component(dtype) == f32) return {F::digits, F::min_exponent, F::max()};
  return {D::digits, D::min_exponent, D::max()};
}

Number decoded(Dtype dtype, Bits bits) {
  switch (kind(dtype)) {
    case Kind::boolean:
      return {bits != 0 ? 1.0L : 0.0L, 0};
    case Kind::integer: {
      const int width = width_of(dtype);
      auto value = static_cast<WideInt>(bits);
      if (is_signed(dtype) && (bits >> (width - 1) & 1)) value -= WideInt(1) << width;
      return {static_cast<long double>(value), 0};
    }
    case Kind::floating:
      if (dtype == f32) return {from_bits<float>(bits), 0};
      if (dtype == f64) return {from_bits<double>(bits), 0};
      return {decode_narrow(dtype, static_cast<unsigned>(bits)), 0};
    case Kind::complex:
      return {decoded(component(dtype), real_bits(dtype, bits)).re,
              decoded(component(dtype), imaginary_bits(dtype, bits)).re};
  }
  return {};
}

Bits rounded(Dtype dtype, long double value) {
  if (dtype == f32) return to_bits(static_cast<float>(value));
  if (dtype == f64) return to_bits(static_cast<double>(value));
  return encode_narrow(dtype, value);
}

Bits encoded(Dtype to, Number number, bool whole) {
  switch (kind(to)) {
    case Kind::boolean:
      return number.re != 0 || number.im != 0;
    case Kind::integer:
      return encode_integer(to, number.re, whole);
    case Kind::floating:
      return rounded(to, number.re);
    case Kind::complex:
      return complex_bits(to, rounded(component(to), number.re), rounded(component(to), number.im));
  }
  return 0;
}

bool is_nan(Dtype dtype, Bits bits) {
  if (kind(dtype) < Kind::floating) return false;
  const Number number = decoded(dtype, bits);
  return std::isnan(number.re) || std::isnan(number.im);
}

}  // namespace trireme::test
