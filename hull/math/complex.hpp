// hull/math/complex.hpp -- complex numbers over the value-type dialect: a pair of floats and what rows do with it
// SPDX-License-Identifier: Apache-2.0
//
// Programs hold no complex values: a complex operation is traced into operations on its parts, so that every backend
// has it. Multiplication is the textbook formula, uncontracted. Division and magnitude scale by powers of two first,
// which is exact, so that nothing overflows or underflows on the way (the idea of J. Demmel, "Underflow and the
// reliability of numerical software", SIAM J. Sci. Stat. Comput. 5(4), 1984, with the scaling of both operands).
// Special values have no rules of their own: parts are what the formula gives, but the magnitude of a number with an
// infinite part is infinite.
#pragma once

#include "math/exp_reduction.hpp"
#include "math/ordering.hpp"

namespace trireme::math {

template <class V>
struct Complex {
  V re, im;

  TRIREME_INLINE friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
  TRIREME_INLINE friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
  TRIREME_INLINE friend Complex operator-(Complex a) { return {-a.re, -a.im}; }
  TRIREME_INLINE friend Complex operator*(Complex a, Complex b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  TRIREME_INLINE friend mask_t<V> operator==(Complex a, Complex b) { return (a.re == b.re) & (a.im == b.im); }
  TRIREME_INLINE friend mask_t<V> operator!=(Complex a, Complex b) { return (a.re != b.re) | (a.im != b.im); }
  TRIREME_INLINE friend Complex select(mask_t<V> m, Complex a, Complex b) {
    return {select(m, a.re, b.re), select(m, a.im, b.im)};
  }
};

/// A power of two f for which f * size is below 4 and, unless size is subnormal, at least 1. f and 1 / f are finite.
template <class V>
TRIREME_INLINE V scale_for(V size) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  constexpr int kBits = FloatFormat<E>::kFractionBits;
  constexpr Int kTop = sizeof(E) == 4 ? Int{254} : Int{2046};  // the exponent field of the largest numbers
  constexpr Int kExponent = static_cast<Int>((kTop + 1) << kBits);
  return as_float(maximum(I(static_cast<Int>(kTop << kBits)) - (as_int(size) & I(kExponent)), I(static_cast<Int>(Int{1} << kBits))));
}

template <class V>
TRIREME_INLINE Complex<V> operator/(Complex<V> a, Complex<V> b) {
  V one = V(element_t<V>{1});
  V scale_a = scale_for(maximum(absolute(a.re), absolute(a.im)));
  V scale_b = scale_for(maximum(absolute(b.re), absolute(b.im)));
  Complex<V> x{a.re * scale_a, a.im * scale_a}, y{b.re * scale_b, b.im * scale_b};
  V size = y.re * y.re + y.im * y.im;
  V re = (x.re * y.re + x.im * y.im) / size, im = (x.im * y.re - x.re * y.im) / size;
  // Where both scales move the result the same way they are applied one after the other, as their product may not be
  // finite although the result is; else their product is exact, as each alone may not be.
  V back = one / scale_a;
  mask_t<V> alike = (scale_b > one) == (back > one);
  V first = select(alike, scale_b, scale_b * back), second = select(alike, back, one);
  return {(re * first) * second, (im * first) * second};
}

template <class V>
TRIREME_INLINE V absolute(Complex<V> a) {
  V re = absolute(a.re), im = absolute(a.im);
  V scale = scale_for(maximum(re, im));
  V x = re * scale, y = im * scale;
  V size = sqrt(fma(x, x, y * y)) / scale;
  return select(is_infinite(re) | is_infinite(im), V(static_cast<element_t<V>>(__builtin_inf())), size);
}

template <class V>
TRIREME_INLINE mask_t<V> is_nan(Complex<V> a) {
  return is_nan(a.re) | is_nan(a.im);
}
template <class V>
TRIREME_INLINE mask_t<V> is_infinite(Complex<V> a) {
  return is_infinite(a.re) | is_infinite(a.im);
}
template <class V>
TRIREME_INLINE mask_t<V> is_finite(Complex<V> a) {
  return is_finite(a.re) & is_finite(a.im);
}

template <class V>
TRIREME_INLINE V real_part(Complex<V> a) {
  return a.re;
}
template <class V>
TRIREME_INLINE V imaginary_part(Complex<V> a) {
  return a.im;
}
template <class V>
TRIREME_INLINE Complex<V> conjugate(Complex<V> a) {
  return {a.re, -a.im};
}
template <class V>
TRIREME_INLINE Complex<V> make_complex(V re, V im) {
  return {re, im};
}

}  // namespace trireme::math
