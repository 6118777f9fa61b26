// hull/math/integer.hpp -- division with Python's signs, shifts by any count, and inversion over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/ordering.hpp"

namespace trireme::math {

/// Rounded down. By 0 it is 0; the most negative by -1 wraps to itself.
template <class V>
TRIREME_INLINE V floor_divide(V a, V b) {
  using E = element_t<V>;
  V q = quotient(a, b);
  if constexpr (is_signed_value<V>) {
    V rest = a - q * b;
    mask_t<V> above = (rest != V(E{0})) & ((rest < V(E{0})) != (b < V(E{0})));
    q = select(above & (b != V(E{0})), q - V(E{1}), q);
  }
  return q;
}

/// What floor_divide leaves: in [0, b) or (b, 0]. By 0 it is 0.
template <class V>
TRIREME_INLINE V remainder(V a, V b) {
  using E = element_t<V>;
  V rest = a - quotient(a, b) * b;
  if constexpr (is_signed_value<V>) {
    mask_t<V> other_side = (rest != V(E{0})) & ((rest < V(E{0})) != (b < V(E{0})));
    rest = select(other_side, rest + b, rest);
  }
  return select(b == V(E{0}), V(E{0}), rest);
}

/// Whether a shift by b moves any bit to a place that is there.
template <class V>
TRIREME_INLINE mask_t<V> is_inside(V b) {
  using E = element_t<V>;
  constexpr E kWidth = static_cast<E>(8 * sizeof(E));
  if constexpr (is_signed_value<V>) return (b >= V(E{0})) & (b < V(kWidth));
  else return b < V(kWidth);
}

template <class V>
TRIREME_INLINE V left_shift(V a, V b) {
  using E = element_t<V>;
  mask_t<V> inside = is_inside(b);
  return select(inside, shift_left(a, select(inside, b, V(E{0}))), V(E{0}));
}

template <class V>
TRIREME_INLINE V right_shift(V a, V b) {
  using E = element_t<V>;
  mask_t<V> inside = is_inside(b);
  V gone = V(E{0});
  if constexpr (is_signed_value<V>) gone = select(a < V(E{0}), V(E(-1)), V(E{0}));
  return select(inside, shift_right(a, select(inside, b, V(E{0}))), gone);
}

/// Every bit of an integer inverted.
template <class V>
  requires requires { typename value_traits<V>::element; }
TRIREME_INLINE V invert(V a) {
  return ~a;
}

/// Of a truth value, whether it is false.
template <class M>
  requires(!requires { typename value_traits<M>::element; })
TRIREME_INLINE M invert(M m) {
  return !m;
}

}  // namespace trireme::math
