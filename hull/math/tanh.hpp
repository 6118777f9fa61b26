// hull/math/tanh.hpp -- the hyperbolic tangent over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// tanh|x| = -t / (2 + t) with t = exp(-2|x|) - 1, which keeps all digits of small x in one formula. Numerator and
// denominator are carried as unevaluated sums of two values, and the quotient is corrected by its residual (Muller et
// al., Handbook of Floating-Point Arithmetic, 2nd ed., sections 4.3 and 4.7), since three plain roundings would exceed
// 1 ulp.
#pragma once

#include "math/exp_reduction.hpp"
#include "math/ordering.hpp"

namespace trireme::math {

template <class E>
inline constexpr E kTanhIsOne = E{10};  // from about 9.01 on, f32
template <>
inline constexpr double kTanhIsOne<double> = 20;  // 19.06

/// f32, f64. Odd; -0 at -0; +-1 at +-inf.
template <class V>
TRIREME_INLINE V tanh(V x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Format = FloatFormat<E>;

  V size = absolute(x);
  V bounded = select(size > V(kTanhIsOne<E>), V(kTanhIsOne<E>), size);
  Reduced<V> reduced = reduce_by_ln2(bounded * V(E{-2}));
  V r = reduced.high + reduced.low;
  V series = fma(r * r, exp_series(r), reduced.low);
  V scale = as_float(shift_left(reduced.n, Format::kFractionBits) + I(Format::kOneBits));  // 2^n, n <= 0

  // t = (scale - 1) + scale * high + scale * series, the terms in falling order or zero.
  V lead = scale - V(E{1});
  V main = scale * reduced.high;
  V sum = lead + main;
  V lost = (main - (sum - lead)) + (scale - (lead + V(E{1})));
  V rest = fma(scale, series, lost);
  V t = sum + rest;
  V t_low = rest - (t - sum);
  V bottom = t + V(E{2});
  V bottom_low = (t - (bottom - V(E{2}))) + t_low;

  V quotient = t / bottom;
  V residual = fma(-quotient, bottom, t) + fma(-quotient, bottom_low, t_low);
  // 1 / bottom = (1 - t / bottom) / 2.
  V corrected = fma(residual, fma(quotient, V(E(-0.5)), V(E(0.5))), quotient);
  return as_float(as_int(absolute(corrected)) | (as_int(x) & I(Format::kSignBit)));
}

}  // namespace trireme::math
