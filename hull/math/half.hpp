// hull/math/half.hpp -- f16 and bf16 to and from f32 over the value-type dialect, the 16 bits held in an i32
// SPDX-License-Identifier: Apache-2.0
//
// Both roundings are to nearest, ties to even, and a NaN becomes the canonical one. Where the source has more digits
// than f32 (f64, large integers), it is first rounded to f32 "to odd": truncated, with the last bit set when something
// was cut. f32 has at least two bits more than either format, so the second rounding is then right (S. Boldo and G.
// Melquiond, IEEE Trans. Computers 57(4), 2008, theorem 3).
#pragma once

#include "math/ordering.hpp"

namespace trireme::math {

/// The bits of f32 x as f16.
template <class V>
TRIREME_INLINE partner_t<V> to_half(V x) {
  using I = partner_t<V>;
  I bits = as_int(x);
  I sign = shift_right_logical(bits, 16) & I(0x8000);
  V size = absolute(x);
  // Adding 2^e * 1.5 * 2^13 to a number of exponent e leaves it rounded at f16's last place; below 2^-14 that place is
  // 2^-24 whatever the number.
  I exponent = as_int(size) & I(0x7f800000);
  V magic = as_float(maximum(exponent, I(0x38800000)) + I((13 << 23) | 0x400000));
  V rounded = (size + magic) - magic;
  I normal = shift_right_logical(as_int(rounded) - I(0x38000000), 13);
  I tiny = to_int(rounded * V(0x1p24f));  // a subnormal's fraction; 2^-14 itself becomes the smallest normal's bits
  I result = select(rounded < V(0x1p-14f), tiny, normal);
  result = select(size >= V(65520.0f), I(0x7c00), result);
  return select(is_nan(x), I(0x7e00), result | sign);
}

/// The f32 that 16 bits of an f16 stand for; exact.
template <class I>
TRIREME_INLINE partner_t<I> from_half(I bits) {
  using V = partner_t<I>;
  I magnitude = bits & I(0x7fff);
  I sign = shift_left(bits & I(0x8000), 16);
  V small = to_float(magnitude) * V(0x1p-24f);  // right below 2^-14
  I normal = shift_left(magnitude, 13) + I(0x38000000);
  normal = select(magnitude >= I(0x7c00), normal + I(0x38000000), normal);  // infinities and NaN
  I result = select(magnitude < I(0x400), as_int(small), normal);
  return select(magnitude > I(0x7c00), V(__builtin_nanf("")), as_float(result | sign));
}

/// The bits of f32 x as bf16.
template <class V>
TRIREME_INLINE partner_t<V> to_bfloat(V x) {
  using I = partner_t<V>;
  I bits = as_int(x);
  I up = I(0x7fff) + (shift_right_logical(bits, 16) & I(1));
  return select(is_nan(x), I(0x7fc0), shift_right_logical(bits + up, 16));
}

/// The f32 that 16 bits of a bf16 stand for; exact.
template <class I>
TRIREME_INLINE partner_t<I> from_bfloat(I bits) {
  return as_float(shift_left(bits, 16));
}

/// b where a equals it, NaN where one is, else `moved`.
template <class V>
TRIREME_INLINE V next_or_same(V a, V b, V moved) {
  return select(is_nan(a), a, select((a == b) | is_nan(b), b, moved));
}

/// nextafter between f32 values that are an f16's; beyond the largest it is 65536, which rounds to infinity.
template <class V>
TRIREME_INLINE V next_half(V a, V b) {
  using I = partner_t<V>;
  mask_t<V> outward = (a < b) == (a > V(0.0f));
  V size = absolute(a);
  // An f16's last place is 2^13 of f32's from 2^-14 on, and 2^-24 below.
  V moved = as_float(as_int(size) + select(outward, I(0x2000), I(-0x2000)));
  mask_t<V> tiny = select(outward, size, moved) < V(0x1p-14f);
  moved = select(tiny, size + select(outward, V(0x1p-24f), V(-0x1p-24f)), moved);
  moved = select(is_infinite(a), V(65504.0f), moved);
  moved = select(a == V(0.0f), V(0x1p-24f), moved);
  return next_or_same(a, b, select(select(a == V(0.0f), b, a) < V(0.0f), -moved, moved));
}

/// nextafter between f32 values that are a bf16's.
template <class V>
TRIREME_INLINE V next_bfloat(V a, V b) {
  using I = partner_t<V>;
  mask_t<V> outward = (a < b) == (a > V(0.0f));
  V moved = as_float(as_int(a) + select(outward, I(0x10000), I(-0x10000)));
  moved = select(a == V(0.0f), select(b < V(0.0f), V(-0x1p-133f), V(0x1p-133f)), moved);
  return next_or_same(a, b, moved);
}

/// x as f32, rounded to odd. Floats and integers of any width, for value types that convert<To>() takes.
template <class W>
TRIREME_INLINE with_element<W, float> to_odd(W x) {
  using V = with_element<W, float>;
  using E = element_t<W>;
  V nearest = convert<float>(x);
  W back = convert<E>(nearest);  // at the end of an integer's range it saturates, where both neighbours round alike
  mask_t<V> beyond = x > back;
  if constexpr (std::is_signed_v<E>) beyond = select(x < W(E{0}), x < back, beyond);
  partner_t<V> bits = as_int(nearest);
  mask_t<V> keep = (x == back) | ((bits & partner_t<V>(1)) == partner_t<V>(1)) | is_nan(nearest);
  return select(keep, nearest, as_float(select(beyond, bits + partner_t<V>(1), bits - partner_t<V>(1))));
}

/// The bits of x, of any machine dtype of numbers, as f16 or as bf16: rounded once.
template <class W>
TRIREME_INLINE with_element<W, std::int32_t> to_half_from(W x) {
  if constexpr (std::is_same_v<element_t<W>, float>) return to_half(x);
  else return to_half(to_odd(x));
}
template <class W>
TRIREME_INLINE with_element<W, std::int32_t> to_bfloat_from(W x) {
  if constexpr (std::is_same_v<element_t<W>, float>) return to_bfloat(x);
  else return to_bfloat(to_odd(x));
}

}  // namespace trireme::math
