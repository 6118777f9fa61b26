// hull/math/number_theory.hpp -- powers, greatest common divisors and least common multiples of integers
// SPDX-License-Identifier: Apache-2.0
//
// Every loop has a fixed number of steps: after the last one that is needed, steps change nothing that counts.
#pragma once

#include "math/bit_count.hpp"

namespace trireme::math {

/// Integers. Wraps; 1 where b is 0. A negative b gives 0, but 1 of 1 and 1 or -1 of -1.
template <class V>
requires(!is_float_value<V>) TRIREME_INLINE V pow(V a, V b) {
  using E = element_t<V>;
  const V zero = V(E{0}), one = V(E{1});
  // Square and multiply, from the lowest bit of the exponent.
  V result = one, base = a, exponent = b;
  repeat<8 * static_cast<int>(sizeof(E))>(
      [=](V& product, V& power, V& rest) TRIREME_INLINE_LAMBDA {
        product = select((rest & one) != zero, product * power, product);
        power = power * power;
        rest = shift_right_logical(rest, 1);
      },
      result, base, exponent);
  if constexpr (is_signed_value<V>) {
    // Of -1 the bits of a negative exponent give what its lowest bit asks for.
    mask_t<V> unit = (a == one) | (a == V(E(-1)));
    result = select((b < zero) & !unit, zero, result);
  }
  return result;
}

/// What gcd and lcm share: |a| and |b| are 2^shift times `odd` times coprime numbers.
template <class V>
struct CommonDivisor {
  V odd, shift;
};

/// Binary, as D. Knuth, The Art of Computer Programming 2, section 4.5.2, algorithm B, with one bit per step: the sum
/// of both bit lengths falls with every step, and one of them stays at least 1. Not for a = b = 0. Magnitudes are read
/// as unsigned, so that that of the most negative number is right.
template <class V>
TRIREME_INLINE CommonDivisor<V> common_divisor(V a, V b) {
  using E = element_t<V>;
  constexpr int kWidth = static_cast<int>(8 * sizeof(E));
  const V zero = V(E{0}), one = V(E{1});
  V either = a | b;
  V shift = bits_set(~either & (either - one));  // trailing zeros
  shift = select(either == zero, zero, shift);
  V x = shift_right_logical_by(a, shift), y = shift_right_logical_by(b, shift);
  mask_t<V> swap = (y & one) == zero;
  V rest = select(swap, y, x), odd = select(swap, x, y);
  repeat<2 * kWidth - 1>(
      [=](V& u, V& v) TRIREME_INLINE_LAMBDA {
        // v is odd. An odd u gives way to half of |u - v|, and v to the smaller one; an even u to its half. Of signed
        // numbers 2^(width - 1) is negative, but even: the comparison then does not count.
        mask_t<V> both = (u & one) != zero, less = u < v;
        V difference = u - v;
        V smaller = select(both & less, u, v);
        u = shift_right_logical(select(both, select(less, -difference, difference), u), 1);
        v = smaller;
      },
      rest, odd);
  return {odd, shift};
}

/// Integers, never negative but where the most negative number's magnitude wraps; gcd(0, b) is |b|.
template <class V>
TRIREME_INLINE V gcd(V a, V b) {
  CommonDivisor<V> common = common_divisor(absolute(a), absolute(b));
  return shift_left(common.odd, common.shift);
}

/// Integers; |a| / gcd * |b|, which wraps. 0 where a or b is.
template <class V>
TRIREME_INLINE V lcm(V a, V b) {
  using E = element_t<V>;
  V x = absolute(a), y = absolute(b);
  CommonDivisor<V> common = common_divisor(x, y);
  // The division is exact: by 2^shift, and by an odd number d, which has an inverse modulo 2^width. 3 d xor 2 has five
  // bits of it, and every step of Newton's method twice as many (P. Montgomery's start; H. Warren, Hacker's Delight,
  // 2nd ed., section 10-16).
  const V d = common.odd;
  V inverse = (d * V(E{3})) ^ V(E{2});
  for (int digits = 5; digits < static_cast<int>(8 * sizeof(E)); digits *= 2)
    inverse = inverse * (V(E{2}) - d * inverse);
  V result = shift_right_logical_by(x, common.shift) * inverse * y;
  return select((a == V(E{0})) | (b == V(E{0})), V(E{0}), result);
}

}  // namespace trireme::math
