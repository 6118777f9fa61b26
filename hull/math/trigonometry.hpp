// hull/math/trigonometry.hpp -- sin, cos, tan, sinpi, cospi and sinc over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// After the reduction to |r| <= pi/4 in two parts, sine and cosine are r and 1 - r^2 / 2 plus a short rest, so that hardly
// more than the last addition rounds; the tangent is their quotient in two parts (J.-M. Muller, Elementary Functions:
// Algorithms and Implementation, 3rd ed., chapters 3 and 11). sinpi and cospi reduce exactly and multiply by pi in two parts. The
// coefficients are Sollya's, relative to the function on [2^-20, 0.7855]: fpminimax(sin(x), [|3,5,7|], [|SG...|], range,
// relative, floating, x), for f64 [|3,...,13|] and [|D...|]; fpminimax(cos(x), [|4,6,8|], ..., 1 - x^2/2), for f64
// [|4,...,14|].
#pragma once

#include "math/rounding.hpp"
#include "math/trig_reduction.hpp"

namespace trireme::math {

/// (sin r - r) / r^3 as a polynomial in z = r^2; error relative to sin r 2^-27.9 (f32), 2^-57.8 (f64).
template <class V>
TRIREME_INLINE V sine_series(V z) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V p = V(-0x1.9953fep-13f);
    p = fma(p, z, V(0x1.110778p-7f));
    return fma(p, z, V(-0x1.555546p-3f));
  } else {
    V p = V(0x1.5d8e3511cdb44p-33);
    p = fma(p, z, V(-0x1.ae5e5471f5501p-26));
    p = fma(p, z, V(0x1.71de355f05599p-19));
    p = fma(p, z, V(-0x1.a01a019bf222ep-13));
    p = fma(p, z, V(0x1.111111110f75dp-7));
    return fma(p, z, V(-0x1.5555555555548p-3));
  }
}

/// (cos r - 1 + r^2 / 2) / r^4 as a polynomial in z = r^2; error relative to cos r 2^-32.9 (f32), 2^-63.9 (f64).
template <class V>
TRIREME_INLINE V cosine_series(V z) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V p = V(0x1.99e91p-16f);
    p = fma(p, z, V(-0x1.6c0c2ap-10f));
    return fma(p, z, V(0x1.55554ap-5f));
  } else {
    V p = V(-0x1.8fa681e385241p-37);
    p = fma(p, z, V(0x1.1ee9dbd0d86a6p-29));
    p = fma(p, z, V(-0x1.27e4f7f19d4b2p-22));
    p = fma(p, z, V(0x1.a01a019c8f3eep-16));
    p = fma(p, z, V(-0x1.6c16c16c15016p-10));
    return fma(p, z, V(0x1.555555555554bp-5));
  }
}

/// Of a remainder r: the high part carries the value, the low part what is to be added; not renormalised.
template <class V>
TRIREME_INLINE TwoPart<V> sine_of(TwoPart<V> r) {
  using E = element_t<V>;
  V z = r.high * r.high;
  V low = fma(z * V(E(-0.5)), r.low, r.low);  // r.low cos r
  return {r.high, fma(r.high * z, sine_series(z), low)};
}

template <class V>
TRIREME_INLINE TwoPart<V> cosine_of(TwoPart<V> r) {
  using E = element_t<V>;
  V z = r.high * r.high;
  V half = z * V(E(0.5));
  V main = V(E{1}) - half;
  V lost = (V(E{1}) - main) - half;
  return {main, fma(z * z, cosine_series(z), fma(-r.high, r.low, lost))};
}

/// The same with what rounding r^2 loses, which is up to 0.4 of a last place.
template <class V>
TRIREME_INLINE TwoPart<V> precise_cosine_of(TwoPart<V> r) {
  using E = element_t<V>;
  TwoPart<V> z = exact_product(r.high, r.high);
  V half = z.high * V(E(0.5));
  V main = V(E{1}) - half;
  V lost = fma(z.low, V(E(-0.5)), (V(E{1}) - main) - half);
  return {main, fma(z.high * z.high, cosine_series(z.high), fma(-r.high, r.low, lost))};
}

template <class V>
struct Quadrant {
  mask_t<V> odd, negative;
};

template <class V>
TRIREME_INLINE Quadrant<V> quadrant_of(partner_t<V> q) {
  using I = partner_t<V>;
  using Int = element_t<I>;
  return {(q & I(Int{1})) != I(Int{0}), (q & I(Int{2})) != I(Int{0})};
}

/// sin(quadrant pi/2 + r), the sine of a zero remainder being +0.
template <class V>
TRIREME_INLINE TwoPart<V> sine_of(Angle<V> angle) {
  Quadrant<V> quadrant = quadrant_of<V>(angle.quadrant);
  TwoPart<V> parts = select(quadrant.odd, cosine_of(angle.r), sine_of(angle.r));
  return select(quadrant.negative, -parts, parts);
}

template <class V>
TRIREME_INLINE Angle<V> next_quadrant(Angle<V> angle) {
  using I = partner_t<V>;
  return {angle.quadrant + I(element_t<I>{1}), angle.r};
}

/// f32, f64. Keeps -0; NaN at infinities.
template <class V>
TRIREME_INLINE V sin(V x) {
  V result = sine_of(reduce_by_half_pi(x)).value();
  return select(x == V(element_t<V>{0}), x, result);
}

/// f32, f64. NaN at infinities.
template <class V>
TRIREME_INLINE V cos(V x) {
  return sine_of(next_quadrant(reduce_by_half_pi(x))).value();
}

/// f32, f64. Keeps -0; NaN at infinities.
template <class V>
TRIREME_INLINE V tan(V x) {
  Angle<V> angle = reduce_by_half_pi(x);
  TwoPart<V> sine = sine_of(angle.r), cosine = precise_cosine_of(angle.r);
  mask_t<V> odd = quadrant_of<V>(angle.quadrant).odd;
  TwoPart<V> top = select(odd, -cosine, sine), bottom = select(odd, sine, cosine);
  V result = ratio(ordered_sum(top.high, top.low), ordered_sum(bottom.high, bottom.low)).value();
  return select(x == V(element_t<V>{0}), x, result);
}

/// pi x less the nearest multiple of pi/2; of infinities and NaN it is NaN.
template <class V>
TRIREME_INLINE Angle<V> reduce_half_turns(V x) {
  using E = element_t<V>;
  using K = TrigConstants<E>;
  V y = fma(round(x * V(E(0.5))), V(E{-2}), x);  // in [-1, 1]
  V shifted = fma(y, V(E{2}), V(ReductionConstants<E>::kRound));
  V r = fma(shifted - V(ReductionConstants<E>::kRound), V(E(-0.5)), y);
  return {as_int(shifted), r * TwoPart<V>{V(2 * K::kHalfPi1), V(2 * K::kHalfPi2)}};
}

/// sin(pi x); f32, f64. At integers a zero with the sign of x; NaN at infinities. Where the low part of pi x would be
/// subnormal, the sine is pi x, and is computed 2^64 times too large.
template <class V>
TRIREME_INLINE V sinpi(V x) {
  using E = element_t<V>;
  using K = TrigConstants<E>;
  V zero = V(E{0});
  V result = sine_of(reduce_half_turns(x)).value();
  V scaled = ((x * V(E(0x1p64))) * TwoPart<V>{V(2 * K::kHalfPi1), V(2 * K::kHalfPi2)}).value();
  result = select(absolute(x) < V(E(0x1p-60)), scaled * V(E(0x1p-64)), result);
  return select(result == zero, x * zero, result);
}

/// cos(pi x); f32, f64. +0 at odd multiples of 1/2; NaN at infinities.
template <class V>
TRIREME_INLINE V cospi(V x) {
  V result = sine_of(next_quadrant(reduce_half_turns(x))).value();
  return result + V(element_t<V>{0});  // not -0
}

/// sin(pi x) / (pi x), 1 at zero; f32, f64. NaN at infinities.
template <class V>
TRIREME_INLINE V sinc(V x) {
  using E = element_t<V>;
  using K = TrigConstants<E>;
  TwoPart<V> sine = sine_of(reduce_half_turns(x));
  TwoPart<V> bottom = x * TwoPart<V>{V(2 * K::kHalfPi1), V(2 * K::kHalfPi2)};
  V result = ratio(ordered_sum(sine.high, sine.low), bottom).value() + V(E{0});  // not -0
  V size = absolute(x);
  result = select((size >= V(kAllIntegers<E>)) & is_finite(x), V(E{0}), result);
  return select(size < V(E(0x1p-30)), V(E{1}), result);
}

}  // namespace trireme::math
