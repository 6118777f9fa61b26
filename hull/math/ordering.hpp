// hull/math/ordering.hpp -- minimum, maximum, absolute and is_nan over the value-type dialect
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
  } else {
    return select(a < V(element_t<V>{0}), -a, a);
  }
}

}  // namespace trireme::math
