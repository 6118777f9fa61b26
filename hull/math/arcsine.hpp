// hull/math/arcsine.hpp -- asin and acos over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// Below 1/2 asin x = x + x^3 P(x^2); above, with z = (1 - |x|) / 2 and s = sqrt(z) in two parts, asin|x| = pi/2 - 2 asin s
// (J.-M. Muller, Elementary Functions: Algorithms and Implementation, 3rd ed., section 11; Handbook of Floating-Point
// Arithmetic, 2nd ed., section 4.3). The coefficients are Sollya's: fpminimax(asin(x), [|3,5,7,9,11|], [|SG...|], [2^-20,
// 0.50001], relative, floating, x), for f64 [|3,...,25|] and [|D...|].
#pragma once

#include "math/arctangent.hpp"

namespace trireme::math {

/// (asin s - s) / s^3 in z = s^2; error relative to asin s 2^-27.6 (f32), 2^-55.9 (f64).
template <class V>
TRIREME_INLINE V arcsine_series(V z) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V p = V(0x1.595d06p-5f);
    p = fma(p, z, V(0x1.8c3ddp-6f));
    p = fma(p, z, V(0x1.747bbep-5f));
    p = fma(p, z, V(0x1.330204p-4f));
    return fma(p, z, V(0x1.5555c8p-3f));
  } else {
    V p = V(0x1.05714c02d709fp-5);
    p = fma(p, z, V(-0x1.09de102121e0ep-6));
    p = fma(p, z, V(0x1.3ffb56c5bc60bp-6));
    p = fma(p, z, V(0x1.abc60b051f7cbp-8));
    p = fma(p, z, V(0x1.8ec401fcc0652p-7));
    p = fma(p, z, V(0x1.c6fd9c5da095ap-7));
    p = fma(p, z, V(0x1.1c6be3644c056p-6));
    p = fma(p, z, V(0x1.6e89f42584168p-6));
    p = fma(p, z, V(0x1.f1c72c39efa29p-6));
    p = fma(p, z, V(0x1.6db6db4277f8cp-5));
    p = fma(p, z, V(0x1.333333336e833p-4));
    return fma(p, z, V(0x1.555555555539p-3));
  }
}

/// The arcsine of s, in two parts, where s = |x| below 1/2 and sqrt((1 - |x|) / 2) above.
template <class V>
struct Arcsine {
  mask_t<V> above;
  TwoPart<V> angle;
};

template <class V>
TRIREME_INLINE Arcsine<V> arcsine_of(V size) {
  using E = element_t<V>;
  V zero = V(E{0}), half = V(E(0.5));
  mask_t<V> above = size > half;
  V z = select(above, fma(size, -half, half), size * size);
  V near = sqrt(z);
  V low = select(z == zero, zero, fma(-near, near, z) / (near + near));
  TwoPart<V> s = {select(above, near, size), select(above, low, zero)};
  return {above, {s.high, fma(s.high * z, arcsine_series(z), s.low)}};
}

/// f32, f64. Odd; keeps -0; NaN beyond 1.
template <class V>
TRIREME_INLINE V asin(V x) {
  using E = element_t<V>;
  using K = ArcConstants<E>;
  Arcsine<V> s = arcsine_of(absolute(x));
  V two = V(E{2});
  TwoPart<V> rest = ordered_sum(V(K::kHalfPiHigh), -two * s.angle.high);
  V far = rest.high + (rest.low + fma(-two, s.angle.low, V(K::kHalfPiLow)));
  V result = with_sign_of(select(s.above, far, s.angle.value()), x);
  return select(absolute(x) <= V(E{1}), result, select(is_nan(x), x, V(FloatFormat<E>::kNaN)));
}

/// f32, f64. +0 at 1; NaN beyond 1.
template <class V>
TRIREME_INLINE V acos(V x) {
  using E = element_t<V>;
  using K = ArcConstants<E>;
  Arcsine<V> s = arcsine_of(absolute(x));
  mask_t<V> left = x < V(E{0});
  // pi/2 - asin x, 2 asin s, or pi - 2 asin s.
  V turns = select(s.above, select(left, V(E{2}), V(E{0})), V(E{1}));
  V sign = select(s.above, select(left, V(E{-2}), V(E{2})), select(left, V(E{1}), V(E{-1})));
  TwoPart<V> sum = ordered_sum(turns * V(K::kHalfPiHigh), sign * s.angle.high);
  V result = sum.high + (sum.low + fma(sign, s.angle.low, turns * V(K::kHalfPiLow)));
  return select(absolute(x) <= V(E{1}), result, select(is_nan(x), x, V(FloatFormat<E>::kNaN)));
}

}  // namespace trireme::math
