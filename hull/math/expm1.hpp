// hull/math/expm1.hpp -- exp(x) - 1, sinh and cosh over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// exp(x) - 1 = (2^n - 1) + 2^n (exp r - 1) with its terms in falling order and the sum in two parts (J.-M. Muller et al.,
// Handbook of Floating-Point Arithmetic, 2nd ed., sections 4.3 and 10.2). With t = exp|x| - 1, sinh|x| = (t + t/(1+t)) / 2,
// which keeps the digits of small x; cosh x = (exp|x| + 1/exp|x|) / 2. Near the largest results n is made smaller
// by 4 and the result multiplied by 16: there the terms that this spoils are below the last place.
#pragma once

#include "math/exp.hpp"
#include "math/ordering.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

/// scale exp(high + low) - 1 in two parts, for scale = 2^n.
template <class V>
TRIREME_INLINE TwoPart<V> expm1_of(Reduced<V> reduced, V scale) {
  using E = element_t<V>;
  V r = reduced.high + reduced.low;
  V lost = (reduced.high - r) + reduced.low;  // for which exp r - 1 - r grows by about r
  V series = fma(r * r, exp_series(r), fma(r, lost, reduced.low));
  // (scale - 1) + scale * high + scale * series, the terms in falling order or zero.
  TwoPart<V> lead = exact_sum(scale, V(E{-1}));
  TwoPart<V> sum = ordered_sum(lead.high, scale * reduced.high);
  return ordered_sum(sum.high, fma(scale, series, sum.low + lead.low));
}

template <class E>
struct HyperbolicLimits;
template <>
struct HyperbolicLimits<float> {
  static constexpr float kMinusOne = -18.0f;  // exp(x) - 1 rounds to -1 below
  static constexpr float kLarge = 44.0f;      // exp(-x) no longer counts beside exp(x) / 16
  static constexpr float kInfinite = 90.0f;   // sinh and cosh overflow some way before
};
template <>
struct HyperbolicLimits<double> {
  static constexpr double kMinusOne = -38.0, kLarge = 350.0, kInfinite = 711.0;
};

/// 2^n, and 2^(n-4) for large x, whose results are to be multiplied by 16.
template <class V>
struct HeldScale {
  mask_t<V> large;
  V scale;
};

template <class V>
TRIREME_INLINE HeldScale<V> held_scale(V x, Reduced<V> reduced) {
  using I = partner_t<V>;
  using Int = element_t<I>;
  mask_t<V> large = x > V(HyperbolicLimits<element_t<V>>::kLarge);
  return {large, power_of_two<V>(reduced.n - select(large, I(Int{4}), I(Int{0})))};
}

/// f32, f64. Keeps -0; -1 at -inf.
template <class V>
TRIREME_INLINE V expm1(V x) {
  using E = element_t<V>;
  using Limit = HyperbolicLimits<E>;
  Reduced<V> reduced = reduce_by_ln2(x);
  HeldScale<V> held = held_scale(x, reduced);
  V result = expm1_of(reduced, held.scale).high * select(held.large, V(E{16}), V(E{1}));
  result = select(x < V(Limit::kMinusOne), V(E{-1}), with_sign_of(result, x));
  return select(x <= V(ExpLimits<E>::kHuge), result, x + V(FloatFormat<E>::kInfinity));
}

/// f32, f64. Odd; keeps -0.
template <class V>
TRIREME_INLINE V sinh(V x) {
  using E = element_t<V>;
  using Limit = HyperbolicLimits<E>;
  V size = absolute(x);
  Reduced<V> reduced = reduce_by_ln2(size);
  HeldScale<V> held = held_scale(size, reduced);
  TwoPart<V> t = expm1_of(reduced, held.scale);
  TwoPart<V> bottom = exact_sum(t.high, V(E{1}));
  TwoPart<V> other = ratio(t, TwoPart<V>{bottom.high, bottom.low + t.low});
  TwoPart<V> sum = ordered_sum(t.high, other.high);
  V twice = sum.high + (sum.low + (t.low + other.low));
  V result = twice * select(held.large, V(E{8}), V(E(0.5)));
  result = select(size < V(Limit::kInfinite), result, size + V(FloatFormat<E>::kInfinity));
  return with_sign_of(result, x);
}

/// f32, f64. Even; 1 at zero.
template <class V>
TRIREME_INLINE V cosh(V x) {
  using E = element_t<V>;
  using Limit = HyperbolicLimits<E>;
  V size = absolute(x);
  Reduced<V> reduced = reduce_by_ln2(size);
  HeldScale<V> held = held_scale(size, reduced);
  V r = reduced.high + reduced.low;
  TwoPart<V> one = ordered_sum(V(E{1}), reduced.high);
  TwoPart<V> power = ordered_sum(one.high, one.low + fma(r * r, exp_series(r), reduced.low));
  power = {power.high * held.scale, power.low * held.scale};
  TwoPart<V> other = reciprocal(power);
  TwoPart<V> sum = ordered_sum(power.high, other.high);
  V twice = sum.high + (sum.low + (power.low + other.low));
  V result = twice * select(held.large, V(E{8}), V(E(0.5)));
  return select(size < V(Limit::kInfinite), result, size + V(FloatFormat<E>::kInfinity));
}

}  // namespace trireme::math
