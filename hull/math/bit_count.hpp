// hull/math/bit_count.hpp -- bits that are set and leading zeros of integers over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/ordering.hpp"

namespace trireme::math {

/// A constant whose bytes are all the same.
template <class V>
TRIREME_INLINE V every_byte(std::uint8_t byte) {
  using E = element_t<V>;
  return V(static_cast<E>(~std::uint64_t{0} / 255 * byte));
}

/// How many bits are set, of any sign: sums in fields of 2, 4 and 8 bits, and all bytes added by one multiplication
/// (H. Warren, Hacker's Delight, 2nd ed., section 5-1).
template <class V>
TRIREME_INLINE V bits_set(V a) {
  using E = element_t<V>;
  V pairs = a - (shift_right_logical(a, 1) & every_byte<V>(0x55));
  V nibbles = (pairs & every_byte<V>(0x33)) + (shift_right_logical(pairs, 2) & every_byte<V>(0x33));
  V bytes = (nibbles + shift_right_logical(nibbles, 4)) & every_byte<V>(0x0F);
  return shift_right_logical(bytes * every_byte<V>(0x01), static_cast<int>(8 * sizeof(E) - 8));
}

/// Bits set in the magnitude, as NumPy's bitwise_count.
template <class V>
TRIREME_INLINE V bitwise_count(V a) {
  return bits_set(absolute(a));
}

/// Zeros above the highest bit that is set; the width for 0.
template <class V>
TRIREME_INLINE V clz(V a) {
  V below = a;  // every bit at or below the highest one set
  for (int k = 1; k < static_cast<int>(8 * sizeof(element_t<V>)); k *= 2) below = below | shift_right_logical(below, k);
  return bits_set(~below);
}

/// By counts in [0, width): zero filled.
template <class V>
TRIREME_INLINE V shift_right_logical_by(V a, V k) {
  if constexpr (is_signed_value<V>) {
    using E = element_t<V>;
    constexpr E kTop = static_cast<E>(E{1} << (8 * sizeof(E) - 1));
    V fill = shift_left(shift_right(V(kTop), k), 1);  // the k highest bits, where the sign may have come in
    return shift_right(a, k) & ~fill;
  } else {
    return shift_right(a, k);
  }
}

}  // namespace trireme::math
