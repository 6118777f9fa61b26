// cpu/soft_fma.hpp -- a * b + c with one rounding, for processors without an fma instruction
// SPDX-License-Identifier: Apache-2.0
//
// Right for all inputs, without libm and without touching the floating-point environment. Must be compiled with
// -ffp-contract=off. f32 goes through f64, rounded to odd there so that the second rounding cannot be a double one.
// f64 uses error-free transformations while exponents are moderate (S. Boldo and G. Melquiond, "Emulation of a FMA and
// correctly rounded sums: proved algorithms using rounding to odd", IEEE Trans. Computers 57(4), 2008) and integers
// for the rest.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "math/dialect.hpp"

namespace trireme::cpu::soft {

__extension__ typedef unsigned __int128 Wide;

struct Parts {
  std::uint64_t significand;  // in [2^52, 2^53)
  int exponent;               // value = significand * 2^exponent
};

/// Splits a finite value that is not zero.
TRIREME_INLINE Parts split(std::uint64_t bits) {
  std::uint64_t fraction = bits & 0xFFFFFFFFFFFFF;
  int biased = static_cast<int>(bits >> 52) & 0x7FF;
  if (biased != 0) return {fraction | 0x10000000000000, biased - 1075};
  int shift = __builtin_clzll(fraction) - 11;
  return {fraction << shift, -1074 - shift};
}

/// x / 2^n with every bit that is lost or-ed into the last one.
TRIREME_INLINE Wide shift_right_sticky(Wide x, int n) {
  if (n == 0) return x;
  if (n >= 128) return x != 0;
  return (x >> n) | static_cast<Wide>((x << (128 - n)) != 0);
}

/// x * 2^exponent to the nearest double, ties to even. x is not zero.
TRIREME_INLINE double round_to_double(std::uint64_t sign, Wide x, int exponent) {
  std::uint64_t high = static_cast<std::uint64_t>(x >> 64);
  int top = high != 0 ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll(static_cast<std::uint64_t>(x));
  int scale = top + exponent;
  if (scale > 1023) return __builtin_bit_cast(double, sign | 0x7FF0000000000000);
  bool subnormal = scale < -1022;
  int drop = subnormal ? -1074 - exponent : top - 52;
  std::uint64_t kept;
  if (drop <= 0) {
    kept = static_cast<std::uint64_t>(x << -drop);
  } else {
    // Two more bits than the result keeps, the last one sticky, decide the rounding.
    std::uint64_t quad = static_cast<std::uint64_t>(drop >= 2 ? shift_right_sticky(x, drop - 2) : x << 1);
    kept = (quad >> 2) + (((quad & 3) + ((quad >> 2) & 1)) > 2);
  }
  // The hidden bit, and a carry out of the significand, add one to the exponent; overflow becomes infinity by itself.
  std::uint64_t biased = subnormal ? 0 : static_cast<std::uint64_t>(scale + 1022);
  return __builtin_bit_cast(double, sign | ((biased << 52) + kept));
}

/// Kept out of line: it is the rare path of every fma at the baseline level. Internal linkage, so that no level's
/// object offers its copy to another.
[[maybe_unused, gnu::noinline]] static double fma_by_integers(double a, double b, double c) {
  std::uint64_t a_bits = __builtin_bit_cast(std::uint64_t, a);
  std::uint64_t b_bits = __builtin_bit_cast(std::uint64_t, b);
  std::uint64_t c_bits = __builtin_bit_cast(std::uint64_t, c);
  constexpr std::uint64_t kSign = 0x8000000000000000, kInfinity = 0x7FF0000000000000;
  bool product_finite = (a_bits & ~kSign) < kInfinity && (b_bits & ~kSign) < kInfinity;
  // Where the product is exact or not finite, the two operations are right; a finite product must not overflow to
  // infinity before it meets an infinite c.
  if (!product_finite || a == 0 || b == 0) return a * b + c;
  if ((c_bits & ~kSign) >= kInfinity) return c;

  Parts pa = split(a_bits), pb = split(b_bits);
  std::uint64_t product_sign = (a_bits ^ b_bits) & kSign, c_sign = c_bits & kSign;
  // Both terms get their leading bit to 124 or 125: room for a carry above, and below for all the bits that
  // cancellation can bring up, since only distant terms lose bits.
  Wide product = (static_cast<Wide>(pa.significand) * pb.significand) << 20;
  int product_exponent = pa.exponent + pb.exponent - 20;
  if (c == 0) return round_to_double(product_sign, product, product_exponent);
  Parts pc = split(c_bits);
  Wide addend = static_cast<Wide>(pc.significand) << 72;
  int exponent = pc.exponent - 72;
  if (exponent > product_exponent) {
    product = shift_right_sticky(product, exponent - product_exponent);
  } else {
    addend = shift_right_sticky(addend, product_exponent - exponent);
    exponent = product_exponent;
  }
  if (product_sign == c_sign) return round_to_double(c_sign, product + addend, exponent);
  if (product == addend) return 0.0;
  if (product > addend) return round_to_double(product_sign, product - addend, exponent);
  return round_to_double(c_sign, addend - product, exponent);
}

TRIREME_INLINE double fma(double a, double b, double c) { return fma_by_integers(a, b, c); }

TRIREME_INLINE float fma(float a, float b, float c) {
  double product = static_cast<double>(a) * b;
  double sum = product + c;
  double c_part = sum - product;
  double error = (product - (sum - c_part)) + (c - c_part);
  std::uint64_t bits = __builtin_bit_cast(std::uint64_t, sum);
  if ((error > 0 || error < 0) && (bits & 1) == 0) bits += (error > 0) == (sum > 0) ? 1 : -1;
  return static_cast<float>(__builtin_bit_cast(double, bits));
}

#if defined(__SSE2__)

struct Sum {
  __m128d value, error;
};

/// Knuth's 2Sum: value + error is exactly a + b, unless something is not finite.
TRIREME_INLINE Sum exact_sum(__m128d a, __m128d b) {
  __m128d sum = _mm_add_pd(a, b);
  __m128d b_part = _mm_sub_pd(sum, a);
  __m128d error = _mm_add_pd(_mm_sub_pd(a, _mm_sub_pd(sum, b_part)), _mm_sub_pd(b, b_part));
  return {sum, error};
}

/// The sum rounded to odd: where it is inexact and its last bit is even, one step towards the error.
TRIREME_INLINE __m128d round_to_odd(Sum s) {
  __m128d zero = _mm_setzero_pd();
  __m128d inexact = _mm_or_pd(_mm_cmplt_pd(s.error, zero), _mm_cmpgt_pd(s.error, zero));  // false for NaN
  __m128i bits = _mm_castpd_si128(s.value);
  __m128i one = _mm_set1_epi64x(1);
  __m128i even = _mm_sub_epi64(_mm_and_si128(bits, one), one);
  __m128i opposed = _mm_srai_epi32(_mm_castpd_si128(_mm_xor_pd(s.value, s.error)), 31);
  __m128i step = _mm_or_si128(_mm_shuffle_epi32(opposed, _MM_SHUFFLE(3, 3, 1, 1)), one);
  step = _mm_and_si128(step, _mm_and_si128(even, _mm_castpd_si128(inexact)));
  return _mm_castsi128_pd(_mm_add_epi64(bits, step));
}

TRIREME_INLINE __m128 fma_of_low_half(__m128 a, __m128 b, __m128 c) {
  __m128d product = _mm_mul_pd(_mm_cvtps_pd(a), _mm_cvtps_pd(b));  // exact: 48 bits
  return _mm_cvtpd_ps(round_to_odd(exact_sum(product, _mm_cvtps_pd(c))));
}

TRIREME_INLINE __m128 fma(__m128 a, __m128 b, __m128 c) {
  __m128 low = fma_of_low_half(a, b, c);
  __m128 high = fma_of_low_half(_mm_movehl_ps(a, a), _mm_movehl_ps(b, b), _mm_movehl_ps(c, c));
  return _mm_movelh_ps(low, high);
}

TRIREME_INLINE __m128d veltkamp_high(__m128d a) {
  __m128d scaled = _mm_mul_pd(a, _mm_set1_pd(134217729.0));  // 2^27 + 1
  return _mm_add_pd(_mm_sub_pd(a, scaled), scaled);
}

TRIREME_INLINE __m128d fma(__m128d a, __m128d b, __m128d c) {
  __m128d product = _mm_mul_pd(a, b);
  __m128d magnitude = _mm_castsi128_pd(_mm_set1_epi64x(0x7FFFFFFFFFFFFFFF));
  __m128d a_size = _mm_and_pd(a, magnitude), b_size = _mm_and_pd(b, magnitude);
  __m128d c_size = _mm_and_pd(c, magnitude), product_size = _mm_and_pd(product, magnitude);

  // Moderate: nothing below overflows, and all bits of the product are multiples of the smallest subnormal. max gives
  // its second operand when one is NaN, so a NaN in a or b arrives through the product.
  __m128d limit = _mm_set1_pd(0x1p990);
  __m128d moderate = _mm_cmplt_pd(_mm_max_pd(_mm_max_pd(a_size, b_size), product_size), limit);
  moderate = _mm_and_pd(moderate, _mm_cmplt_pd(c_size, limit));
  __m128d exact_zero = _mm_cmpeq_pd(_mm_min_pd(a_size, b_size), _mm_setzero_pd());
  moderate = _mm_and_pd(moderate, _mm_or_pd(exact_zero, _mm_cmpgt_pd(product_size, _mm_set1_pd(0x1p-900))));

  // Dekker's product: product + product_error is exactly a * b.
  __m128d a_high = veltkamp_high(a), b_high = veltkamp_high(b);
  __m128d a_low = _mm_sub_pd(a, a_high), b_low = _mm_sub_pd(b, b_high);
  __m128d product_error = _mm_sub_pd(_mm_mul_pd(a_high, b_high), product);
  product_error = _mm_add_pd(product_error, _mm_mul_pd(a_high, b_low));
  product_error = _mm_add_pd(product_error, _mm_mul_pd(a_low, b_high));
  product_error = _mm_add_pd(product_error, _mm_mul_pd(a_low, b_low));

  Sum low = exact_sum(c, product_error);
  Sum high = exact_sum(product, low.value);
  __m128d result = _mm_add_pd(high.value, round_to_odd(exact_sum(low.error, high.error)));
  // A zero result is exact, and then so was the product: the plain sum has the right sign.
  __m128d is_zero = _mm_cmpeq_pd(result, _mm_setzero_pd());
  __m128d plain = _mm_add_pd(product, c);
  result = _mm_or_pd(_mm_and_pd(is_zero, plain), _mm_andnot_pd(is_zero, result));

  int fine = _mm_movemask_pd(moderate);
  if (__builtin_expect(fine == 3, 1)) return result;
  double lanes[2], a_lanes[2], b_lanes[2], c_lanes[2];
  _mm_storeu_pd(lanes, result);
  _mm_storeu_pd(a_lanes, a);
  _mm_storeu_pd(b_lanes, b);
  _mm_storeu_pd(c_lanes, c);
  for (int i = 0; i < 2; ++i) {
    if ((fine >> i & 1) == 0) lanes[i] = fma_by_integers(a_lanes[i], b_lanes[i], c_lanes[i]);
  }
  return _mm_loadu_pd(lanes);
}

#endif  // __SSE2__

}  // namespace trireme::cpu::soft
