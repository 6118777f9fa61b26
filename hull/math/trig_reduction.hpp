// hull/math/trig_reduction.hpp -- x minus the nearest multiple of pi/2, for every x, over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// Moderate x: Cody and Waite's reduction by three constants with fma. n c1 cancels against x exactly, as n is an integer
// and the difference is below 1 (S. Boldo, M. Daumas and R.-C. Li, "Formally verified argument reduction with a fused
// multiply-add", IEEE Trans. Computers 58(8), 2009); the rest is kept in two parts. Large x: M. Payne and R. Hanek,
// "Radian reduction for trigonometric functions", SIGNUM Newsletter 18(1), 1983, in integers: x = M 2^E, of 2/pi only the
// bits count that neither are multiples of 4 after the product nor lie below the result's last place, a window of three
// words. It starts at a bit that depends on E, and its words are found by selects, as a table in memory is nothing that
// every target has.
#pragma once

#include "math/exp_reduction.hpp"
#include "math/ordering.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

/// x = quadrant pi/2 + r; |r| is at most about pi/4. Only the last two bits of the quadrant mean anything.
template <class V>
struct Angle {
  partner_t<V> quadrant;
  TwoPart<V> r;
};

template <class E>
struct TrigConstants;

template <>
struct TrigConstants<float> {
  static constexpr float kTwoOverPi = 0x1.45f306p-1f, kModerate = 0x1p16f;
  static constexpr float kHalfPi1 = 0x1.921fb6p0f, kHalfPi2 = -0x1.777a5cp-25f, kHalfPi3 = -0x1.ee59dap-50f;
  static constexpr int kBias = 150;         // of an integer significand
  static constexpr int kLeadingZeros = 16;  // put before 2/pi so that no window starts before its first bit
  static constexpr int kWords = 7, kSelects = 2;
  struct Bits {
    std::uint32_t word[kWords];
  };
  static constexpr Bits two_over_pi() {
    return {{0x0000A2F9, 0x836E4E44, 0x1529FC27, 0x57D1F534, 0xDDC0DB62, 0x95993C43, 0x9041FE51}};
  }
  // The reduced fraction's 24 + 24 + 14 bits as floats.
  static constexpr int kFirstShift = 6, kSecondShift = 14;
  static constexpr float kFirst = 0x1p-24f, kSecond = 0x1p-48f, kThird = 0x1p-62f;
};

template <>
struct TrigConstants<double> {
  static constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1, kModerate = 0x1p30;
  static constexpr double kHalfPi1 = 0x1.921fb54442d18p0, kHalfPi2 = 0x1.1a62633145c07p-54,
                          kHalfPi3 = -0x1.f1976b7ed8fbcp-110;
  static constexpr int kBias = 1075, kLeadingZeros = 32, kWords = 19, kSelects = 4;
  struct Bits {
    std::uint64_t word[kWords];
  };
  static constexpr Bits two_over_pi() {
    return {{0x00000000A2F9836E, 0x4E441529FC2757D1, 0xF534DDC0DB629599, 0x3C439041FE5163AB, 0xDEBBC561B7246E3A,
      0x424DD2E006492EEA, 0x09D1921CFE1DEB1C, 0xB129A73EE88235F5, 0x2EBB4484E99C7026, 0xB45F7E413991D639,
      0x835339F49C845F8B, 0xBDF9283B1FF897FF, 0xDE05980FEF2F118B, 0x5A0A6D1F6D367ECF, 0x27CB09B74F463F66,
      0x9E5FEA2D7527BAC7, 0xEBE5F17B3D0739F7, 0x8A5292EA6BFB5FB1, 0x1F8D5D0856033046}};
  }
  static constexpr int kFirstShift = 9, kSecondShift = 20;
  static constexpr double kFirst = 0x1p-53, kSecond = 0x1p-106, kThird = 0x1p-126;
};

/// The upper half of a product of integers that are taken as unsigned; a is below 2^24 (2^53).
template <class I>
TRIREME_INLINE I product_high(I a, I b) {
  using Int = element_t<I>;
  constexpr int kHalf = 4 * sizeof(Int);
  const I low_half = I(static_cast<Int>((Int{1} << kHalf) - 1));
  I a_low = a & low_half, a_high = shift_right_logical(a, kHalf);
  I b_low = b & low_half, b_high = shift_right_logical(b, kHalf);
  I middle = a_high * b_low + shift_right_logical(a_low * b_low, kHalf);
  I other = a_low * b_high + (middle & low_half);
  return a_high * b_high + shift_right_logical(middle, kHalf) + shift_right_logical(other, kHalf);
}

/// word[k] = word[k + start / bits of a word], for k < 4; step by step, so that every select has two words.
template <int kStep, int kCount, class I>
TRIREME_INLINE void skip_words(I* word, I start) {
  using Int = element_t<I>;
  if constexpr (kStep >= 0) {
    constexpr int kSkipped = 1 << kStep, kKept = kCount - kSkipped < 4 ? 4 : kCount - kSkipped;
    mask_t<I> skip = (start & I(static_cast<Int>(8 * sizeof(Int)) << kStep)) != I(Int{0});
#pragma GCC unroll 32
    for (int k = 0; k < kKept; ++k) word[k] = select(skip, word[k + kSkipped], word[k]);
    skip_words<kStep - 1, kKept>(word, start);
  }
}

/// Any finite x of at least kModerate; else the result means nothing.
template <class V>
TRIREME_INLINE Angle<V> reduce_large(V x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  using K = TrigConstants<E>;
  constexpr int kBits = 8 * sizeof(Int), kFraction = FloatFormat<E>::kFractionBits;
  I bits = as_int(absolute(x));
  I significand = (bits & I((Int{1} << kFraction) - 1)) | I(Int{1} << kFraction);
  // Bits of 2/pi before E - 1 give multiples of 4.
  I start = shift_right_logical(bits, kFraction) - I(Int{K::kBias + 2 - K::kLeadingZeros});
  I offset = start & I(Int{kBits - 1});
  constexpr auto kTwoOverPi = K::two_over_pi();
  I word[K::kWords];
#pragma GCC unroll 32
  for (int k = 0; k < K::kWords; ++k) word[k] = I(static_cast<Int>(kTwoOverPi.word[k]));
  skip_words<K::kSelects - 1, K::kWords>(word, start);
  I rest = I(Int{kBits - 1}) - offset;
  I window[3];
#pragma GCC unroll 3
  for (int k = 0; k < 3; ++k)  // shifted by 1 first, as a shift by all bits is none
    window[k] = shift_left(word[k], offset) | shift_right(shift_right_logical(word[k + 1], 1), rest);

  // The upper two words of the product modulo 3 words: the fraction of x / (2 pi).
  I low_part = significand * window[1], carried = product_high(significand, window[2]);
  I low = low_part + carried;
  I carry = shift_right_logical((low_part & carried) | ((low_part | carried) & ~low), kBits - 1);
  I high = significand * window[0] + product_high(significand, window[1]) + carry;
  I quadrant = shift_right_logical(high + I(Int{1} << (kBits - 3)), kBits - 2);
  I signed_high = high - shift_left(quadrant, kBits - 2);

  constexpr Int kMask = (Int{1} << K::kFirstShift) - 1;
  V first = to_float(shift_right(signed_high, K::kFirstShift)) * V(K::kFirst);
  V second = to_float(shift_left(signed_high & I(kMask), kBits - K::kSecondShift) |
                      shift_right_logical(low, K::kSecondShift)) * V(K::kSecond);
  V third = to_float(low & I((Int{1} << K::kSecondShift) - 1)) * V(K::kThird);
  TwoPart<V> fraction = ordered_sum(first, second);
  fraction.low = fraction.low + third;
  TwoPart<V> r = fraction * TwoPart<V>{V(K::kHalfPi1), V(K::kHalfPi2)};
  mask_t<V> negative = x < V(E{0});
  return {select(negative, -quadrant, quadrant), select(negative, -r, r)};
}

/// f32, f64. Of infinities and NaN the remainder is NaN.
template <class V>
TRIREME_INLINE Angle<V> reduce_by_half_pi(V x) {
  using E = element_t<V>;
  using K = TrigConstants<E>;
  V shifted = fma(x, V(K::kTwoOverPi), V(ReductionConstants<E>::kRound));
  V n = shifted - V(ReductionConstants<E>::kRound);
  V first = fma(n, V(-K::kHalfPi1), x);
  TwoPart<V> product = exact_product(n, V(-K::kHalfPi2));
  TwoPart<V> rest = exact_sum(first, product.high);
  Angle<V> angle = {as_int(shifted), {rest.high, fma(n, V(-K::kHalfPi3), rest.low + product.low)}};
  V size = absolute(x);
  mask_t<V> large = (size >= V(K::kModerate)) & (size < V(FloatFormat<E>::kInfinity));
  if (any(large)) {
    Angle<V> other = reduce_large(x);
    angle = {select(large, other.quadrant, angle.quadrant), select(large, other.r, angle.r)};
  }
  return angle;
}

}  // namespace trireme::math
