// hull/math/two_part.hpp -- values of twice the digits as unevaluated sums of two, over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// Error-free transformations and the arithmetic built on them: T. Dekker, "A floating-point technique for extending the
// available precision", Numer. Math. 18, 1971; D. Knuth, The Art of Computer Programming, volume 2, 4.2.2; J.-M. Muller
// et al., Handbook of Floating-Point Arithmetic, 2nd ed., sections 4.3 and 14.1. Results are good to some 2p - 3 digits
// of two, for p of the type, and are not renormalised where it does not matter: `low` may have a few last places of
// `high`.
#pragma once

#include "math/dialect.hpp"

namespace trireme::math {

template <class V>
struct TwoPart {
  V high, low;

  TRIREME_INLINE V value() const { return high + low; }
};

/// a + b without error, for any a and b.
template <class V>
TRIREME_INLINE TwoPart<V> exact_sum(V a, V b) {
  V sum = a + b;
  V b_part = sum - a;
  return {sum, (a - (sum - b_part)) + (b - b_part)};
}

/// a + b without error where |a| >= |b| or a is 0.
template <class V>
TRIREME_INLINE TwoPart<V> ordered_sum(V a, V b) {
  V sum = a + b;
  return {sum, b - (sum - a)};
}

/// a * b without error, unless the error is subnormal.
template <class V>
TRIREME_INLINE TwoPart<V> exact_product(V a, V b) {
  V product = a * b;
  return {product, fma(a, b, -product)};
}

template <class V>
TRIREME_INLINE TwoPart<V> operator*(TwoPart<V> a, TwoPart<V> b) {
  V product = a.high * b.high;
  return {product, fma(a.high, b.high, -product) + fma(a.high, b.low, a.low * b.high)};
}

template <class V>
TRIREME_INLINE TwoPart<V> operator*(V a, TwoPart<V> b) {
  V product = a * b.high;
  return {product, fma(a, b.low, fma(a, b.high, -product))};
}

template <class V>
TRIREME_INLINE TwoPart<V> operator-(TwoPart<V> a) {
  return {-a.high, -a.low};
}

/// 1 / a by one division.
template <class V>
TRIREME_INLINE TwoPart<V> reciprocal(TwoPart<V> a) {
  V one = V(element_t<V>{1});
  V inverse = one / a.high;
  return {inverse, inverse * fma(-inverse, a.low, fma(-inverse, a.high, one))};
}

/// a / b by one division.
template <class V>
TRIREME_INLINE TwoPart<V> ratio(TwoPart<V> a, TwoPart<V> b) {
  V inverse = V(element_t<V>{1}) / b.high;
  V quotient = a.high * inverse;
  V rest = fma(-quotient, b.high, a.high) + fma(-quotient, b.low, a.low);
  return {quotient, rest * inverse};
}

/// The square root of a positive value.
template <class V>
TRIREME_INLINE TwoPart<V> root(TwoPart<V> a) {
  V near = sqrt(a.high);
  return {near, (fma(-near, near, a.high) + a.low) / (near + near)};
}

template <class V>
TRIREME_INLINE TwoPart<V> select(mask_t<V> m, TwoPart<V> a, TwoPart<V> b) {
  return {select(m, a.high, b.high), select(m, a.low, b.low)};
}

/// `size`, which is not negative, with the sign bit of x.
template <class V>
TRIREME_INLINE V with_sign_of(V size, V x) {
  using I = partner_t<V>;
  using E = element_t<I>;
  constexpr E kSign = static_cast<E>(E{1} << (8 * sizeof(E) - 1));
  return as_float((as_int(size) & I(static_cast<E>(~kSign))) | (as_int(x) & I(kSign)));
}

}  // namespace trireme::math
