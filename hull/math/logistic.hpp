// hull/math/logistic.hpp -- expit, log_expit and logaddexp over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// With E = exp(-|x|) = 2^n p, p in two parts, the logistic function is 1 / (1 + E) or, below zero, E / (1 + E), where 2^n is applied last;
// its logarithm is -log(1 + exp(-x)). log(exp a + exp b) = max + log(1 + exp(-|a - b|)), where the sum cancels if max is below 0:
// near zeros of the result the error is relative to max.
#pragma once

#include "math/exp.hpp"
#include "math/expm1.hpp"
#include "math/log1p.hpp"
#include "math/pow.hpp"

namespace trireme::math {

/// exp(-x) is nothing beside 1, and beside x, from here on.
template <class E>
inline constexpr E kHidesOne = sizeof(E) == 4 ? E(20) : E(44);

/// exp(high + low) before 2^n is applied, in two parts.
template <class V>
TRIREME_INLINE TwoPart<V> exp_power_in_two_parts(Reduced<V> reduced) {
  using E = element_t<V>;
  V r = reduced.high + reduced.low;
  V lost = (reduced.high - r) + reduced.low;
  TwoPart<V> one = ordered_sum(V(E{1}), reduced.high);
  return ordered_sum(one.high, one.low + fma(r * r, exp_series(r), fma(r, lost, reduced.low)));
}

/// 1 / (1 + exp(-x)); f32, f64.
template <class V>
TRIREME_INLINE V expit(V x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  using Limit = ExpLimits<E>;
  V one = V(E{1}), zero = V(E{0}), least = V(Limit::kZero);
  V minus = -absolute(x);
  V bounded = select(minus < least, least, minus);
  Reduced<V> reduced = reduce_by_ln2(bounded);
  TwoPart<V> power = exp_power_in_two_parts(reduced);
  mask_t<V> hidden = bounded < V(-kHidesOne<E>);
  V scale = select(hidden, zero, power_of_two<V>(select(hidden, I(Int{0}), reduced.n)));
  TwoPart<V> small = {power.high * scale, power.low * scale};
  TwoPart<V> bottom = exact_sum(one, small.high);
  bottom.low = bottom.low + small.low;
  mask_t<V> negative = x < zero;
  V quotient = ratio(select(negative, power, TwoPart<V>{one, zero}), bottom).value();
  V falling = exp_scaled(quotient, reduced.n, bounded < V(Limit::kTiny));
  falling = select(minus < V(Limit::kZero), zero, falling);
  V result = select(negative, falling, quotient);
  return select(x == x, result, x);
}

/// log(1 + exp(x.high + x.low)), the low part with the error; subnormal results are rounded once.
template <class V>
TRIREME_INLINE TwoPart<V> log1p_exp(TwoPart<V> x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  using Limit = ExpLimits<E>;
  V zero = V(E{0}), least = V(Limit::kZero), most = V(kHidesOne<E>);
  mask_t<V> below = x.high < least, small = x.high < -most, large = x.high > most;
  Reduced<V> reduced = reduce_by_ln2(select(below, least, select(large, most, x.high)));
  reduced.low = reduced.low + select(below | large, zero, x.low);
  TwoPart<V> power = exp_power_in_two_parts(reduced);
  V scale = power_of_two<V>(select(small, I(Int{0}), reduced.n));
  TwoPart<V> result = log1p_of(TwoPart<V>{power.high * scale, power.low * scale});
  V tail = select(below, zero, exp_scaled(power.value(), reduced.n, x.high < V(Limit::kTiny)));
  result = select(small, TwoPart<V>{tail, zero}, result);
  return select(large, x, result);
}

/// log(1 / (1 + exp(-x))); f32, f64. -0 at +inf.
template <class V>
TRIREME_INLINE V log_expit(V x) {
  V result = -log1p_exp(TwoPart<V>{-x, V(element_t<V>{0})}).value();
  return select(is_nan(x), x, result);
}

/// log(exp a + exp b); f32, f64. Of equal infinities that infinity.
template <class V>
TRIREME_INLINE V logaddexp(V a, V b) {
  using E = element_t<V>;
  V zero = V(E{0});
  mask_t<V> first = a > b;
  V larger = select(first, a, b), smaller = select(first, b, a);
  TwoPart<V> rest = log1p_exp(exact_sum(smaller, -larger));
  TwoPart<V> sum = exact_sum(larger, rest.high);
  V result = select(is_finite(a) & is_finite(b), sum.high + (sum.low + rest.low), larger + zero);
  return select(is_nan(a) | is_nan(b), a + b, result);
}

}  // namespace trireme::math
