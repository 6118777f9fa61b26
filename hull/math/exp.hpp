// hull/math/exp.hpp -- e to the power x over the value-type dialect
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

/// f32, f64. Subnormal results are rounded once; +inf from the first x whose power rounds to it, +0 at -inf.
template <class V>
TRIREME_INLINE V exp(V x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  using Limit = ExpLimits<E>;
  constexpr int kBits = FloatFormat<E>::kFractionBits;

  Reduced<V> reduced = reduce_by_ln2(x);
  V r = reduced.high + reduced.low;
  // 1 + high in two parts, so that hardly more than the last addition rounds.
  V sum = V(E{1}) + reduced.high;
  V rest = reduced.high - (sum - V(E{1}));
  V power = sum + (rest + fma(r * r, exp_series(r), reduced.low));  // in [0.7, 1.42]

  // 2^n enters through the exponent field. Results near the subnormals are made 2^64 too large first, so that the last
  // multiplication is the one that rounds.
  mask_t<V> tiny = x < V(Limit::kTiny);
  I offset = select(tiny, I(Int{64} << kBits), I(Int{0}));
  V scaled = as_float(as_int(power) + (shift_left(reduced.n, kBits) + offset));
  V result = scaled * select(tiny, V(Limit::kUnscale), V(E{1}));
  result = select(x < V(Limit::kZero), V(E{0}), result);
  return select(x <= V(Limit::kHuge), result, x + V(FloatFormat<E>::kInfinity));  // +inf and NaN
}

}  // namespace trireme::math
