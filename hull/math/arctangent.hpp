// hull/math/arctangent.hpp -- atan and atan2 over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// The angle of (d, n), both positive, is o + atan(t) with t = n/d and o = 0 below tan(pi/8), t = (n - d) / (n + d) and
// o = pi/4 up to tan(3 pi/8), t = -d/n and o = pi/2 above, so that |t| <= tan(pi/8) by one division; numerator, denominator
// and quotient are kept in two parts (J.-M. Muller, Elementary Functions: Algorithms and Implementation, 3rd ed., section 11;
// Handbook of Floating-Point Arithmetic, 2nd ed., section 4.3). The coefficients are Sollya's: fpminimax(atan(x),
// [|3,5,7,9,11|], [|SG...|], [2^-20, 0.41422], relative, floating, x), for f64 [|3,...,23|] and [|D...|].
#pragma once

#include "math/exp_reduction.hpp"
#include "math/ordering.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

/// (atan t - t) / t^3 in z = t^2; error relative to atan t 2^-30.4 (f32), 2^-59.4 (f64).
template <class V>
TRIREME_INLINE V arctangent_series(V z) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V p = V(-0x1.f2f74cp-5f);
    p = fma(p, z, V(0x1.b227aep-4f));
    p = fma(p, z, V(-0x1.23b9d6p-3f));
    p = fma(p, z, V(0x1.9991e4p-3f));
    return fma(p, z, V(-0x1.55554ap-2f));
  } else {
    V p = V(-0x1.256ae1c81b21ep-6);
    p = fma(p, z, V(0x1.37d5d6ce4ab2ep-5));
    p = fma(p, z, V(-0x1.9cd2cc3bcaa6cp-5));
    p = fma(p, z, V(0x1.df0f4dc53386ap-5));
    p = fma(p, z, V(-0x1.10ebb86a779eap-4));
    p = fma(p, z, V(0x1.3b11191f75b4cp-4));
    p = fma(p, z, V(-0x1.745cf8dcacc2cp-4));
    p = fma(p, z, V(0x1.c71c70e613401p-4));
    p = fma(p, z, V(-0x1.24924922ad6edp-3));
    p = fma(p, z, V(0x1.999999999586dp-3));
    return fma(p, z, V(-0x1.555555555553dp-2));
  }
}

template <class E>
struct ArcConstants;
template <>
struct ArcConstants<float> {
  static constexpr float kHalfPiHigh = 0x1.921fb6p0f, kHalfPiLow = -0x1.777a5cp-25f;
  static constexpr float kLarge = 0x1p120f, kSmall = 0x1p-60f, kUp = 0x1p62f, kDown = 0x1p-66f;
};
template <>
struct ArcConstants<double> {
  static constexpr double kHalfPiHigh = 0x1.921fb54442d18p0, kHalfPiLow = 0x1.1a62633145c07p-54;
  static constexpr double kLarge = 0x1p1000, kSmall = 0x1p-500, kUp = 0x1p520, kDown = 0x1p-522;
};

/// The angle between (1, 0) and (d, n) in [0, pi/2], for n and d that are not negative, not both 0 and finite, and whose sum
/// does not overflow.
template <class V>
TRIREME_INLINE TwoPart<V> acute_angle(V n, V d) {
  using E = element_t<V>;
  using K = ArcConstants<E>;
  V zero = V(E{0});
  constexpr E kTan = E(0.4142135623730950488);
  mask_t<V> flat = n < d * V(kTan), steep = n * V(kTan) > d;
  TwoPart<V> difference = exact_sum(n, -d), sum = exact_sum(n, d);
  TwoPart<V> top = select(flat, TwoPart<V>{n, zero}, select(steep, TwoPart<V>{-d, zero}, difference));
  TwoPart<V> bottom = select(flat, TwoPart<V>{d, zero}, select(steep, TwoPart<V>{n, zero}, sum));
  V half = V(E(0.5));
  V turns = select(flat, zero, select(steep, V(E{1}), half));
  // Divided twice, since here the quotient may be subnormal, and then the first one is right.
  V t = top.high / bottom.high;
  V t_low = (fma(-t, bottom.high, top.high) + fma(-t, bottom.low, top.low)) / bottom.high;
  V z = t * t;
  V rest = fma(t * z, arctangent_series(z), fma(turns, V(K::kHalfPiLow), t_low));
  TwoPart<V> lead = ordered_sum(turns * V(K::kHalfPiHigh), t);
  return {lead.high, lead.low + rest};
}

/// f32, f64. Odd; keeps -0; +-pi/2 at infinities.
template <class V>
TRIREME_INLINE V atan(V x) {
  using E = element_t<V>;
  using K = ArcConstants<E>;
  V size = absolute(x);
  V bounded = select(size > V(K::kLarge), V(K::kLarge), size);  // pi/2 from there on
  V result = acute_angle(select(is_nan(x), V(E{1}), bounded), V(E{1})).value();
  return select(is_nan(x), x, with_sign_of(result, x));
}

/// The angle of (x, y) in [-pi, pi], with the sign of y; f32, f64. Zeros and infinities as C23 Annex F.10.1.4.
template <class V>
TRIREME_INLINE V atan2(V y, V x) {
  using E = element_t<V>;
  using K = ArcConstants<E>;
  using I = partner_t<V>;
  V zero = V(E{0}), one = V(E{1}), inf = V(FloatFormat<E>::kInfinity);
  V n = absolute(y), d = absolute(x);
  // Infinities become 1 beside 0, and 1 beside 1; two zeros become 0 beside 1.
  mask_t<V> n_endless = n == inf, d_endless = d == inf, endless = n_endless | d_endless;
  n = select(endless, select(n_endless, one, zero), n);
  d = select(endless, select(d_endless, one, zero), select((n == zero) & (d == zero), one, d));
  V larger = select(n > d, n, d);
  V scale = select(larger > V(K::kLarge), V(K::kDown), select(larger < V(K::kSmall), V(K::kUp), one));
  TwoPart<V> angle = acute_angle(n * scale, d * scale);
  mask_t<V> left = as_int(x) < I(element_t<I>{0});
  TwoPart<V> pi = {V(2 * K::kHalfPiHigh), V(2 * K::kHalfPiLow)};
  TwoPart<V> opposite = ordered_sum(pi.high, -angle.high);
  V result = select(left, opposite.high + (opposite.low + (pi.low - angle.low)), angle.value());
  return select(is_nan(x) | is_nan(y), x + y, with_sign_of(result, y));
}

}  // namespace trireme::math
