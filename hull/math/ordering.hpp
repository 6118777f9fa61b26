// hull/math/ordering.hpp -- minima and maxima, magnitudes, signs and classification over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/dialect.hpp"

namespace trireme::math {

template <class V>
TRIREME_INLINE mask_t<V> is_nan(V a) {
  return a != a;
}

/// The smaller value. Floats: a NaN in either operand gives NaN, and -0 is below +0 whatever the order.
template <class V>
TRIREME_INLINE V minimum(V a, V b) {
  if constexpr (is_float_value<V>) {
    // Equal operands have equal bits unless they are zeros, and then `or` keeps the minus sign.
    V tied = as_float(as_int(a) | as_int(b));
    V smaller = select((a < b) | is_nan(a), a, b);
    return select(a == b, tied, smaller);
  } else {
    return select(a < b, a, b);
  }
}

/// The larger value. Floats: a NaN in either operand gives NaN, and +0 is above -0 whatever the order.
template <class V>
TRIREME_INLINE V maximum(V a, V b) {
  if constexpr (is_float_value<V>) {
    V tied = as_float(as_int(a) & as_int(b));
    V larger = select((a > b) | is_nan(a), a, b);
    return select(a == b, tied, larger);
  } else {
    return select(a > b, a, b);
  }
}

/// The magnitude. Floats lose the sign bit; the most negative integer wraps to itself.
template <class V>
TRIREME_INLINE V absolute(V a) {
  if constexpr (is_float_value<V>) {
    using I = partner_t<V>;
    using E = element_t<I>;
    return as_float(as_int(a) & I(static_cast<E>(~(E{1} << (8 * sizeof(E) - 1)))));
  } else if constexpr (is_signed_value<V>) {
    return select(a < V(element_t<V>{0}), -a, a);
  } else {
    return a;
  }
}

/// As minimum, but of a number and a NaN it is the number.
template <class V>
TRIREME_INLINE V fmin(V a, V b) {
  if constexpr (is_float_value<V>) return select(is_nan(a), b, select(is_nan(b), a, minimum(a, b)));
  else return minimum(a, b);
}

/// As maximum, but of a number and a NaN it is the number.
template <class V>
TRIREME_INLINE V fmax(V a, V b) {
  if constexpr (is_float_value<V>) return select(is_nan(a), b, select(is_nan(b), a, maximum(a, b)));
  else return maximum(a, b);
}

/// -1, 0 or 1; +0 for zeros of either sign, NaN for NaN.
template <class V>
TRIREME_INLINE V sign(V a) {
  using E = element_t<V>;
  V zero = V(E{0}), one = V(E{1});
  if constexpr (std::is_floating_point_v<E>) return select(a > zero, one, select(a < zero, -one, select(a == zero, zero, a)));
  else if constexpr (std::is_signed_v<E>) return select(a > zero, one, select(a < zero, -one, zero));
  else return select(a > zero, one, zero);
}

/// Whether the sign bit of a number is set; false for NaN, whose sign is not part of any result.
template <class V>
TRIREME_INLINE mask_t<V> sign_bit(V a) {
  if constexpr (is_float_value<V>) {
    using I = partner_t<V>;
    return (as_int(a) < I(element_t<I>{0})) & (a == a);
  } else if constexpr (is_signed_value<V>) {
    return a < V(element_t<V>{0});
  } else {
    return a != a;
  }
}

/// Floats. The magnitude of a with the sign of b; of a NaN b with a plus.
template <class V>
TRIREME_INLINE V copysign(V a, V b) {
  V size = absolute(a);
  return select(sign_bit(b), -size, size);
}

template <class V>
TRIREME_INLINE mask_t<V> is_infinite(V a) {
  using E = element_t<V>;
  if constexpr (is_float_value<V>) return absolute(a) == V(static_cast<E>(__builtin_inf()));
  else return a != a;
}

template <class V>
TRIREME_INLINE mask_t<V> is_finite(V a) {
  using E = element_t<V>;
  if constexpr (is_float_value<V>) return absolute(a) < V(static_cast<E>(__builtin_inf()));
  else return a == a;
}

}  // namespace trireme::math
