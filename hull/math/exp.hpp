// hull/math/exp.hpp -- powers of e and of 2 over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// Coefficients of 2^r are minimax for the relative error (tests/math/make_coefficients.py). What only results near the ends
// of the range need is passed over where no lane has one; the bits are the same either way.
#pragma once

#include "math/exp_reduction.hpp"
#include "math/ordering.hpp"

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

/// power 2^n where that is a normal number: 2^n enters through the exponent field.
template <class V>
TRIREME_INLINE V exp_ordinary(V power, partner_t<V> n) {
  return as_float(as_int(power) + shift_left(n, FloatFormat<element_t<V>>::kFractionBits));
}

/// The same for an x that overflows neither. Where results may be
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
  V power = exp_power(reduced);
  if (!any(!(absolute(x) < V(-Limit::kTiny)))) return exp_ordinary(power, reduced.n);
  V result = exp_scaled(power, reduced.n, x < V(Limit::kTiny));
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

/// (2^r - 1) / r for |r| <= 1/2; the error relative to 2^r is 2^-27.7 (f32), 2^-56.9 (f64).
template <class V>
TRIREME_INLINE V exp2_series(V r) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V p = V(0x1.430908p-13f);
    p = fma(p, r, V(0x1.5f07aap-10f));
    p = fma(p, r, V(0x1.3b2bap-7f));
    p = fma(p, r, V(0x1.c6af6ep-5f));
    p = fma(p, r, V(0x1.ebfbdep-3f));
    return fma(p, r, V(0x1.62e43p-1f));
  } else {
    V p = V(0x1.e8cad14e559e5p-32);
    p = fma(p, r, V(0x1.e605cf976d707p-28));
    p = fma(p, r, V(0x1.b525a080aa8a2p-24));
    p = fma(p, r, V(0x1.62bfd4b670a4dp-20));
    p = fma(p, r, V(0x1.ffcbfc1eacf3p-17));
    p = fma(p, r, V(0x1.430913095838ep-13));
    p = fma(p, r, V(0x1.5d87fe78b20fbp-10));
    p = fma(p, r, V(0x1.3b2ab6fba1e43p-7));
    p = fma(p, r, V(0x1.c6b08d704a08ep-5));
    p = fma(p, r, V(0x1.ebfbdff82c598p-3));
    return fma(p, r, V(0x1.62e42fefa39efp-1));
  }
}

/// 2 to the power x; f32, f64. Exact at integers. x = n + r exactly, and 1 + r P(r) is one fma, of which hardly more is
/// lost than its own rounding and that of the last sum in P, of which less than half counts.
template <class V>
TRIREME_INLINE V exp2(V x) {
  using E = element_t<V>;
  using K = ReductionConstants<E>;
  using Limit = Exp2Limits<E>;
  V shifted = x + V(K::kRound);
  V r = x - (shifted - V(K::kRound));
  V power = fma(r, exp2_series(r), V(E{1}));
  partner_t<V> n = as_int(shifted);
  if (!any(!(absolute(x) < V(-Limit::kTiny)))) return exp_ordinary(power, n);
  V result = exp_scaled(power, n, x < V(Limit::kTiny));
  result = select(x < V(Limit::kZero), V(E{0}), result);
  return select(x < V(Limit::kInfinite), result, x + V(FloatFormat<E>::kInfinity));
}

}  // namespace trireme::math
