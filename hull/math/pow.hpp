// hull/math/pow.hpp -- x to the power y over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// exp(y log|x|) with the logarithm in two parts. |x| = 2^e m, s = (m - 1) / (m + 1) in two parts, log m = 2 s + s^3 (2/3 +
// s^2 P(s^2)), where P needs the digits of one part only (J.-M. Muller et al., Handbook of Floating-Point Arithmetic, 2nd
// ed., sections 10.2 and 14.1). The coefficients are Sollya's: fpminimax(log((1+x)/(1-x)), [|5,7,9|], [|SG...|],
// [2^-20, 0.17158], relative, floating, 2 x + 2/3 x^3), for f64 [|5,...,21|] and [|D...|]. Exceptional operands are those of
// C23 Annex F.10.4.4.
#pragma once

#include "math/exp.hpp"
#include "math/log.hpp"
#include "math/rounding.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

/// (log((1 + s) / (1 - s)) - 2 s - 2/3 s^3) / s^5 in z = s^2; relative to the logarithm the error is 2^-36.7, 2^-76.4.
template <class V>
TRIREME_INLINE V log_ratio_series(V z) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V p = V(0x1.dfa07cp-3f);
    p = fma(p, z, V(0x1.245282p-2f));
    return fma(p, z, V(0x1.999ap-2f));
  } else {
    V p = V(0x1.d8babde29759cp-4);
    p = fma(p, z, V(0x1.a7bb4da99ec97p-4));
    p = fma(p, z, V(0x1.e23e915c671c4p-4));
    p = fma(p, z, V(0x1.110fb3149f0ecp-3));
    p = fma(p, z, V(0x1.3b13b7b83160fp-3));
    p = fma(p, z, V(0x1.745d173286c0dp-3));
    p = fma(p, z, V(0x1.c71c71c73ed9cp-3));
    p = fma(p, z, V(0x1.249249249238ap-2));
    return fma(p, z, V(0x1.999999999999ap-2));
  }
}

template <class E>
struct PowConstants;
template <>
struct PowConstants<float> {
  static constexpr float kTwoThirdsHigh = 0x1.555556p-1f, kTwoThirdsLow = -0x1.555556p-26f;
  static constexpr float kInfinite = 90.0f, kLarge = 80.0f, kTiny = -80.0f, kZero = -105.0f, kScale = 0x1p64f;
};
template <>
struct PowConstants<double> {
  static constexpr double kTwoThirdsHigh = 0x1.5555555555555p-1, kTwoThirdsLow = 0x1.5555555555555p-55;
  static constexpr double kInfinite = 711.0, kLarge = 700.0, kTiny = -700.0, kZero = -746.0, kScale = 0x1p64;
};

/// log x in two parts, to 2^-36 (2^-65) of itself; x positive and finite.
template <class V>
TRIREME_INLINE TwoPart<V> log_in_two_parts(V x) {
  using E = element_t<V>;
  using K = PowConstants<E>;
  auto [e, f] = log_parts(x);
  V two = V(E{2});
  TwoPart<V> bottom = ordered_sum(two, f);
  TwoPart<V> s = ratio(TwoPart<V>{f, V(E{0})}, bottom);
  TwoPart<V> z = s * s;
  TwoPart<V> t = ordered_sum(V(K::kTwoThirdsHigh), z.high * log_ratio_series(z.high));
  t.low = t.low + V(K::kTwoThirdsLow);
  TwoPart<V> cubic = (s * z) * t;
  TwoPart<V> log_m = ordered_sum(two * s.high, cubic.high);
  log_m.low = log_m.low + fma(two, s.low, cubic.low);
  // e ln2_high is exact, and 0 or larger than log m.
  TwoPart<V> sum = ordered_sum(e * V(LogConstants<E>::kLn2High), log_m.high);
  return ordered_sum(sum.high, sum.low + fma(e, V(LogConstants<E>::kLn2Low), log_m.low));
}

/// exp(x.high + x.low) with one rounding at either end of the range.
template <class V>
TRIREME_INLINE V exp_of(TwoPart<V> x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  using K = PowConstants<E>;
  constexpr int kBits = FloatFormat<E>::kFractionBits;
  Reduced<V> reduced = reduce_by_ln2(x.high);
  reduced.low = reduced.low + x.low;
  V power = exp_power(reduced);
  mask_t<V> tiny = x.high < V(K::kTiny), large = x.high > V(K::kLarge);
  I shift = select(tiny, I(Int{64} << kBits), select(large, I(-(Int{64} << kBits)), I(Int{0})));
  V unscale = select(tiny, V(1 / K::kScale), select(large, V(K::kScale), V(E{1})));
  V result = as_float(as_int(power) + (shift_left(reduced.n, kBits) + shift)) * unscale;
  result = select(x.high < V(K::kZero), V(E{0}), result);
  return select(x.high > V(K::kInfinite), V(FloatFormat<E>::kInfinity), result);
}

/// f32, f64. NaN for a negative x and a y that is no integer; 1 where y is 0 or x is 1, even beside NaN.
template <class V>
TRIREME_INLINE V pow(V x, V y) {
  using E = element_t<V>;
  using Format = FloatFormat<E>;
  V zero = V(E{0}), one = V(E{1}), inf = V(Format::kInfinity);
  V size = absolute(x), exponent_size = absolute(y);
  V result = exp_of(y * log_in_two_parts(size));
  // Where log|x| or y is infinite, the power is an infinity or 0, and 1 for |x| = 1.
  mask_t<V> endless = exponent_size == inf;
  mask_t<V> extreme = (size == zero) | (size == inf) | endless;
  result = select(extreme, select((size > one) == (y > zero), inf, zero), result);
  V half = y * V(E(0.5));
  mask_t<V> whole = round(y) == y, odd = whole & (round(half) != half);
  mask_t<V> minus = as_int(x) < partner_t<V>(element_t<partner_t<V>>{0});
  result = select(minus & odd, -result, result);
  result = select((x < zero) & (size < inf) & !whole, V(Format::kNaN), result);
  result = select(is_nan(x) | is_nan(y), x + y, result);
  return select((y == zero) | (x == one) | ((size == one) & endless), one, result);
}

}  // namespace trireme::math
