// hull/math/exp.hpp -- powers of e and of 2 over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/exp_reduction.hpp"

namespace trireme::math {

template <class E>
struct ExpLimits;

template <>
struct ExpLimits<float> {
  // The largest x with a finite result; below kTiny results are or may be subnormal; below kZero they round to 0.
  static constexpr float kHuge = 0x1.62e42ep6f, kTiny = -86.0f, kZero = -104.0f;
  static constexpr float kUnscale = 0x1p-64f;
};

template <>
struct ExpLimits<double> {
  static constexpr double kHuge = 0x1.62e42fefa39efp9, kTiny = -707.0, kZero = -746.0;
  static constexpr double kUnscale = 0x1p-64;
};

/// exp(high + low) 2^n before 2^n is applied, in [0.7, 1.42]. 1 + high is taken in two parts, so that hardly more than the
/// last addition rounds.
template <class V>
TRIREME_INLINE V exp_power(Reduced<V> reduced) {
  using E = element_t<V>;
  V r = reduced.high + reduced.low;
  V sum = V(E{1}) + reduced.high;
  V rest = reduced.high - (sum - V(E{1}));
  return sum + (rest + fma(r * r, exp_series(r), reduced.low));
}

/// power 2^n, the result for an x that overflows neither: 2^n enters through the exponent field. Where results may be
/// subnormal (`tiny`) they are made 2^64 too large first, so that the last multiplication is the one that rounds.
template <class V>
TRIREME_INLINE V exp_scaled(V power, partner_t<V> n, mask_t<V> tiny) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  constexpr int kBits = FloatFormat<E>::kFractionBits;
  I offset = select(tiny, I(Int{64} << kBits), I(Int{0}));
  V scaled = as_float(as_int(power) + (shift_left(n, kBits) + offset));
  return scaled * select(tiny, V(ExpLimits<E>::kUnscale), V(E{1}));
}

/// f32, f64. Subnormal results are rounded once; +inf from the first x whose power rounds to it, +0 at -inf.
template <class V>
TRIREME_INLINE V exp(V x) {
  using E = element_t<V>;
  using Limit = ExpLimits<E>;
  Reduced<V> reduced = reduce_by_ln2(x);
  V result = exp_scaled(exp_power(reduced), reduced.n, x < V(Limit::kTiny));
  result = select(x < V(Limit::kZero), V(E{0}), result);
  return select(x <= V(Limit::kHuge), result, x + V(FloatFormat<E>::kInfinity));  // +inf and NaN
}

template <class E>
struct Exp2Limits;
template <>
struct Exp2Limits<float> {
  static constexpr float kInfinite = 128.0f, kTiny = -125.0f, kZero = -150.0f;
};
template <>
struct Exp2Limits<double> {
  static constexpr double kInfinite = 1024.0, kTiny = -1021.0, kZero = -1075.0;
};

/// 2 to the power x; f32, f64. Exact at integers. x - n is exact, and its product with ln 2 is kept in two parts.
template <class V>
TRIREME_INLINE V exp2(V x) {
  using E = element_t<V>;
  using K = ReductionConstants<E>;
  using Limit = Exp2Limits<E>;
  V shifted = x + V(K::kRound);
  V r = x - (shifted - V(K::kRound));
  V high = r * V(K::kLn2High);
  Reduced<V> reduced = {as_int(shifted), high, fma(r, V(K::kLn2Low), fma(r, V(K::kLn2High), -high))};
  V result = exp_scaled(exp_power(reduced), reduced.n, x < V(Limit::kTiny));
  result = select(x < V(Limit::kZero), V(E{0}), result);
  return select(x < V(Limit::kInfinite), result, x + V(FloatFormat<E>::kInfinity));
}

}  // namespace trireme::math
