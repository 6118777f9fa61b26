// hull/math/scaling.hpp -- significands, exponents and powers of two, neighbours of floats, over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/exp_reduction.hpp"
#include "math/ordering.hpp"

namespace trireme::math {

/// value * 2^exponent.
template <class V>
struct Scaled {
  V value;
  partner_t<V> exponent;
};

/// A finite magnitude above 0 with a value in [1, 2); of others, exponent and value are of no use.
template <class V>
TRIREME_INLINE Scaled<V> significand(V size) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  using Format = FloatFormat<E>;
  constexpr int kBits = Format::kFractionBits;
  constexpr Int kBias = static_cast<Int>(Format::kOneBits >> kBits);
  constexpr E kLeast = sizeof(E) == 4 ? E(0x1p-126) : E(0x1p-1022), kUp = sizeof(E) == 4 ? E(0x1p23) : E(0x1p52);
  mask_t<V> subnormal = size < V(kLeast);
  I bits = as_int(select(subnormal, size * V(kUp), size));
  I exponent = shift_right(bits, kBits) - select(subnormal, I(Int{kBias + kBits}), I(kBias));
  return {as_float((bits & I(static_cast<Int>((Int{1} << kBits) - 1))) | I(Format::kOneBits)), exponent};
}

/// value * 2^n with one rounding, for |value| in [2^-60, 2) or 0 and |n| up to twice the largest exponent less 60 or
/// so: only the second factor may leave the normal numbers.
template <class V>
TRIREME_INLINE V scale_by(V value, partner_t<V> n) {
  partner_t<V> half = shift_right(n, 1);
  return (value * power_of_two<V>(half)) * power_of_two<V>(n - half);
}

/// f32, f64. a times 2 to the power b, rounded once. A fraction of b does not count; a NaN in b gives NaN.
template <class V>
TRIREME_INLINE V ldexp(V a, V b) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  constexpr E kMost = sizeof(E) == 4 ? E{300} : E{2200};  // from the least subnormal number to infinity, and back
  constexpr Int kEnd = sizeof(E) == 4 ? 160 : 1100;
  V size = absolute(a);
  Scaled<V> parts = significand(size);
  I n = parts.exponent + to_int(fmax(fmin(b, V(kMost)), V(-kMost)));
  n = select(n > I(kEnd), I(kEnd), select(n < I(static_cast<Int>(-kEnd)), I(static_cast<Int>(-kEnd)), n));
  V result = scale_by(parts.value, n);
  result = select((size > V(E{0})) & (size < V(FloatFormat<E>::kInfinity)), result, size);
  return select(is_nan(b), b, select(sign_bit(a), -result, result));
}

/// f32, f64. The next number after a in the direction of b; b where they are equal, NaN where one is.
template <class V>
TRIREME_INLINE V nextafter(V a, V b) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  V zero = V(E{0});
  I bits = as_int(a);
  mask_t<V> outward = (a < b) == (a > zero);
  V moved = as_float(select(outward, bits + I(Int{1}), bits - I(Int{1})));
  V least = as_float(I(Int{1}));
  moved = select(a == zero, select(b < zero, -least, least), moved);
  moved = select(a == b, b, moved);
  return select(is_nan(a), a, select(is_nan(b), b, moved));
}

/// f32, f64. 0 below zero, 1 above, b at zero of either sign; NaN where a is.
template <class V>
TRIREME_INLINE V heaviside(V a, V b) {
  using E = element_t<V>;
  V zero = V(E{0});
  return select(a < zero, zero, select(a > zero, V(E{1}), select(a == zero, b, a)));
}

}  // namespace trireme::math
