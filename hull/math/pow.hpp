// hull/math/pow.hpp -- x to the power y over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// exp(y log|x|) with the logarithm in two parts. |x| = 2^e m, s = (m - 1) / (m + 1) in two parts, log m = 2 s + s^3 (2/3 +
// s^2 P(s^2)), where P needs the digits of one part only (J.-M. Muller et al., Handbook of Floating-Point Arithmetic, 2nd
// ed., sections 10.2 and 14.1). The coefficients for f32 are Sollya's: fpminimax(log((1+x)/(1-x)), [|5,7,9|], [|SG...|],
// [2^-20, 0.17158], relative, floating, 2 x + 2/3 x^3), those for f64 of tests/math/make_coefficients.py. Exceptional operands are those of
// C23 Annex F.10.4.4.
#pragma once

#include "math/exp.hpp"
#include "math/log.hpp"
#include "math/rounding.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

/// (log((1 + s) / (1 - s)) - 2 s - 2/3 s^3) / s^5 in z = s^2; relative to the logarithm the error is 2^-36.7, 2^-70.
template <class V>
TRIREME_INLINE V log_ratio_series(V z) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V p = V(0x1.dfa07cp-3f);
    p = fma(p, z, V(0x1.245282p-2f));
    return fma(p, z, V(0x1.999ap-2f));
  } else {
    V p = V(0x1.e03e799a3542cp-4);
    p = fma(p, z, V(0x1.df7b3b5e9b34ap-4));
    p = fma(p, z, V(0x1.1118cf6c16106p-3));
    p = fma(p, z, V(0x1.3b1395ae121ffp-3));
    p = fma(p, z, V(0x1.745d177aee05fp-3));
    p = fma(p, z, V(0x1.c71c71c6ea3b5p-3));
    p = fma(p, z, V(0x1.2492492492523p-2));
    return fma(p, z, V(0x1.999999999999ap-2));
  }
}

template <class E>
struct PowConstants;
template <>
struct PowConstants<float> {
  static constexpr float kTwoThirdsHigh = 0x1.555556p-1f, kTwoThirdsLow = -0x1.555556p-26f;
  // Beyond kLarge and below kTiny, its negative, 2^n is applied in two steps.
  static constexpr float kInfinite = 90.0f, kLarge = 80.0f, kTiny = -80.0f, kZero = -105.0f, kScale = 0x1p64f;
};
template <>
struct PowConstants<double> {
  static constexpr double kTwoThirdsHigh = 0x1.5555555555555p-1, kTwoThirdsLow = 0x1.5555555555555p-55;
  static constexpr double kInfinite = 711.0, kLarge = 700.0, kTiny = -700.0, kZero = -746.0, kScale = 0x1p64;
};

/// log x in two parts, to 2^-35 (2^-64) of itself; x positive and finite. The low part may be some last places of the high one.
template <class V>
TRIREME_INLINE TwoPart<V> log_in_two_parts(V x) {
  using E = element_t<V>;
  using K = PowConstants<E>;
  auto [e, f] = log_parts(x);
  TwoPart<V> bottom = ordered_sum(V(E{2}), f);
  V inverse = V(E{1}) / bottom.high;
  V quotient = f * inverse;
  TwoPart<V> s = {quotient, fma(-quotient, bottom.low, fma(-quotient, bottom.high, f)) * inverse};
  V twice = s.high + s.high;
  TwoPart<V> z = exact_product(s.high, s.high);
  z.low = fma(twice, s.low, z.low);
  TwoPart<V> t = ordered_sum(V(K::kTwoThirdsHigh), z.high * log_ratio_series(z.high));
  t.low = fma(z.low, V(E(0.4)), t.low + V(K::kTwoThirdsLow));  // s is off by up to two last places, so z.low counts
  TwoPart<V> cubic = (s * z) * t;
  TwoPart<V> log_m = ordered_sum(twice, cubic.high);
  log_m.low = log_m.low + fma(V(E{2}), s.low, cubic.low);
  // e ln2_high is exact, and 0 or larger than log m.
  TwoPart<V> sum = ordered_sum(e * V(LogConstants<E>::kLn2High), log_m.high);
  return {sum.high, sum.low + fma(e, V(LogConstants<E>::kLn2Low), log_m.low)};
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
  if (!any(!(absolute(x.high) < V(K::kLarge)))) return exp_ordinary(power, reduced.n);
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
  if (!any(!((x > zero) & (x < inf) & (exponent_size < inf)))) return result;
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
