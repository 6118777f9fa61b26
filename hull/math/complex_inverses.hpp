// hull/math/complex_inverses.hpp -- arc functions and inverse hyperbolic functions of complex numbers
// SPDX-License-Identifier: Apache-2.0
//
// asin and acos after T. Hull, T. Fairgrieve and P. Tang, "Implementing the complex arcsine and arccosine functions
// using exception handling", ACM Trans. Math. Softw. 23(3), 1997, of which the forms for arguments near 1 hold
// everywhere; atanh after W. Kahan, "Branch cuts for complex elementary functions", 1987. Special cases are those of
// C23 Annex G.
#pragma once

#include "math/complex_functions.hpp"

namespace trireme::math {

/// From here on the square of a part may overflow; 1 is lost beside it.
template <class E>
inline constexpr E kHugePart = sizeof(E) == 4 ? E(0x1p60) : E(0x1p500);

/// Of parts x and y that are not negative: asin's real and imaginary part and acos's real part.
template <class V>
struct ArcParts {
  V sine, cosine, imaginary;
};

template <class V>
TRIREME_INLINE ArcParts<V> arc_parts(V x, V y) {
  using E = element_t<V>;
  const V one = V(E{1}), half = V(E(0.5)), ln2 = V(static_cast<E>(0.69314718055994530941723212145817657L));
  mask_t<V> huge = (x > V(kHugePart<E>)) | (y > V(kHugePart<E>)), below = x < one;
  // Distances from -1 and 1, half their sum, and sqrt(a^2 - x^2) and sqrt(a - 1) without their cancellation.
  V r = part_hypot(x + one, y), s = part_hypot(x - one, y), a = (r + s) * half, sum = a + x;
  V far_side = r + (x + one), near_side = s + absolute(x - one);
  V inner = sqrt(half * sum * (y * (y / far_side) + near_side));
  V outer = y * sqrt(half * (sum / far_side + sum / near_side));
  V root = select(x <= one, inner, outer);
  V twice = y * (y / far_side) + near_side;
  twice = twice + twice;  // half of it might be subnormal
  V above_one =
      select(below, y * sqrt(half * (one / far_side + one / near_side)), sqrt(twice) * half);
  V imaginary = part_log1p(above_one * (above_one + sqrt(a + one)));
  // One angle serves both: where the numbers are huge it is that of the number itself.
  V side = select(huge, y, root);
  imaginary = select(huge, log_of_size(Complex<V>{x, y}) + ln2, imaginary);
  return {part_atan2(x, side), part_atan2(side, x), imaginary};
}

/// The parts' signs are those of a's.
template <class V>
TRIREME_INLINE Complex<V> asin(Complex<V> a) {
  using E = element_t<V>;
  const V zero = V(E{0});
  ArcParts<V> arc = arc_parts(absolute(a.re), absolute(a.im));
  V re = select(a.re == zero, zero, arc.sine);
  return {select(sign_bit(a.re), -re, re), select(sign_bit(a.im), -arc.imaginary, arc.imaginary)};
}

/// The real part is in [0, pi], the imaginary part has the other sign than a's.
template <class V>
TRIREME_INLINE Complex<V> acos(Complex<V> a) {
  using E = element_t<V>;
  const V zero = V(E{0}), pi = V(static_cast<E>(3.14159265358979323846264338327950288L));
  ArcParts<V> arc = arc_parts(absolute(a.re), absolute(a.im));
  V re = select(a.re == zero, pi * V(E(0.5)), arc.cosine);
  return {select(sign_bit(a.re), pi - re, re), select(sign_bit(a.im), arc.imaginary, -arc.imaginary)};
}

template <class V>
TRIREME_INLINE Complex<V> asinh(Complex<V> a) {
  return times_minus_i(asin(times_i(a)));
}

/// The real part is not negative, the imaginary part has the sign of a's.
template <class V>
TRIREME_INLINE Complex<V> acosh(Complex<V> a) {
  Complex<V> arc = acos(a);
  return {absolute(arc.im), select(sign_bit(a.im), -arc.re, arc.re)};
}

template <class V>
TRIREME_INLINE Complex<V> atanh(Complex<V> a) {
  using E = element_t<V>;
  const V zero = V(E{0}), one = V(E{1}), half = V(E(0.5)), infinity = infinity_of<V>();
  const V ln2 = V(static_cast<E>(0.69314718055994530941723212145817657L));
  const V right_angle = V(static_cast<E>(1.57079632679489661923132169163975144L));
  V x = absolute(a.re), y = absolute(a.im);
  mask_t<V> huge = (x > V(kHugePart<E>)) | (y > V(kHugePart<E>));
  V distance = one - x;
  V re = part_log1p((x * V(E{4})) / fma(distance, distance, y * y)) * V(E(0.25));
  // At 1 the square of a small y may vanish.
  re = select((x == one) & (y < V(1 / kHugePart<E>)), (ln2 - part_log(y)) * half, re);
  V im = part_atan2(y + y, fma(distance, one + x, -(y * y))) * half;
  V size = part_hypot(x, y);
  re = select(huge, select(size == infinity, zero, (x / size) / size), re);
  im = select(huge, select(is_nan(y) | (is_nan(x) & (y < infinity)), nan_of<V>(), right_angle), im);
  re = select(x == zero, zero, re);
  return {select(sign_bit(a.re), -re, re), select(sign_bit(a.im), -im, im)};
}

template <class V>
TRIREME_INLINE Complex<V> atan(Complex<V> a) {
  return times_minus_i(atanh(times_i(a)));
}

}  // namespace trireme::math
