// hull/math/log1p.hpp -- log(1 + x) over the value-type dialect, for x in one and in two parts
// SPDX-License-Identifier: Apache-2.0
//
// 1 + x = u + c exactly, u = 2^e (1 + f), so log(1 + x) = e ln 2 + log(1 + f) + log(1 + c / u), and the last term, below a
// last place of the result, is c / u. Where e is 0, f is x itself (J.-M. Muller et al., Handbook of Floating-Point
// Arithmetic, 2nd ed., sections 4.3 and 10.2).
#pragma once

#include "math/log.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

/// log(1 + x.high + x.low) for finite x.high > -1 and a low part of at most some last places; the low part of the result
/// has the error.
template <class V>
TRIREME_INLINE TwoPart<V> log1p_of(TwoPart<V> x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  using K = LogConstants<E>;
  using Format = FloatFormat<E>;
  TwoPart<V> u = exact_sum(V(E{1}), x.high);
  // As log_parts, but that the exponent is wanted as an integer too; u is no subnormal.
  I bits = as_int(u.high) + I(Format::kOneBits - K::kRootHalfBits);
  V e = as_float(shift_right_logical(bits, Format::kFractionBits) | I(K::kIntegerBits)) - V(K::kBias);
  V f = as_float((bits & I(K::kFractionMask)) + I(K::kRootHalfBits)) - V(E{1});
  // 2^-e; where e is large c no longer counts.
  I exponent = bits & I(static_cast<Int>(~K::kFractionMask));
  V scale = select(e > V(E{60}), V(E{0}), as_float(I(static_cast<Int>(2 * Format::kOneBits)) - exponent));
  V c = (u.low + x.low) * scale;
  mask_t<V> near = e == V(E{0});
  f = select(near, x.high, f);
  c = select(near, x.low, c);
  // 1 / (1 + f) to 3 %.
  V inverse = fma(f, fma(f, V(E{1}) - f, V(E{-1})), V(E{1}));
  V sum = fma(e, V(K::kLn2High), f);
  V rest = f - fma(e, V(-K::kLn2High), sum);
  return {sum, log_series(f, fma(c, inverse, fma(e, V(K::kLn2Low), rest)))};
}

/// f32, f64. Keeps -0; -inf at -1, NaN below.
template <class V>
TRIREME_INLINE V log1p(V x) {
  using E = element_t<V>;
  using Format = FloatFormat<E>;
  V result = with_sign_of(log1p_of(TwoPart<V>{x, V(E{0})}).value(), x);
  result = select(x < V(Format::kInfinity), result, x);
  result = select(x == V(E{-1}), V(-Format::kInfinity), result);
  return select(x < V(E{-1}), V(Format::kNaN), result);
}

}  // namespace trireme::math
