// hull/math/rounding.hpp -- floor, ceil, trunc and round over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// Adding and subtracting 2^23 (2^52) rounds a smaller magnitude to an integer, ties to even; everything at or above it
// is an integer already. Both steps are exact but for that rounding, and the sign is put back at the end: it tells
// ceil(-0.5), which is -0, from +0.
#pragma once

#include "math/ordering.hpp"

namespace trireme::math {

template <class E>
inline constexpr E kAllIntegers = sizeof(E) == 4 ? E(0x1p23) : E(0x1p52);

/// `rounded` with the sign of x where |x| may have a fraction, else x: large numbers, infinities and NaN.
template <class V>
TRIREME_INLINE V rounded_or_whole(V x, V rounded) {
  using E = element_t<V>;
  using I = partner_t<V>;
  constexpr auto kSign = static_cast<element_t<I>>(element_t<I>{1} << (8 * sizeof(E) - 1));
  V signed_result = as_float(as_int(absolute(rounded)) | (as_int(x) & I(kSign)));
  return select(absolute(x) < V(kAllIntegers<E>), signed_result, x);
}

/// The nearest integer to |x|, for |x| below kAllIntegers.
template <class V>
TRIREME_INLINE V nearest_magnitude(V x) {
  using E = element_t<V>;
  return (absolute(x) + V(kAllIntegers<E>)) - V(kAllIntegers<E>);
}

/// Ties to the even integer.
template <class V>
TRIREME_INLINE V round(V x) {
  return rounded_or_whole(x, nearest_magnitude(x));
}

template <class V>
TRIREME_INLINE V trunc(V x) {
  using E = element_t<V>;
  V near = nearest_magnitude(x);
  return rounded_or_whole(x, near - select(near > absolute(x), V(E{1}), V(E{0})));
}

template <class V>
TRIREME_INLINE V floor(V x) {
  using E = element_t<V>;
  V whole = trunc(x);
  return whole - select(whole > x, V(E{1}), V(E{0}));
}

template <class V>
TRIREME_INLINE V ceil(V x) {
  return -floor(-x);
}

}  // namespace trireme::math
