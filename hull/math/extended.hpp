// hull/math/extended.hpp -- logarithm and exponential in two parts, for functions that lose digits after them
// SPDX-License-Identifier: Apache-2.0
//
// As log.hpp and exp.hpp, but what they round once at the end is kept in two parts (two_part.hpp), and of the logarithm
// the two leading terms of the series too.
#pragma once

#include "math/log.hpp"
#include "math/scaling.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

/// c0 + c1 x + c2 x^2 + ...
template <class V>
TRIREME_INLINE V polynomial(V, element_t<V> last) {
  return V(last);
}
template <class V, class... Rest>
TRIREME_INLINE V polynomial(V x, element_t<V> first, element_t<V> second, Rest... rest) {
  return fma(polynomial(x, second, static_cast<element_t<V>>(rest)...), x, V(first));
}

template <class V>
TRIREME_INLINE TwoPart<V> operator+(TwoPart<V> a, TwoPart<V> b) {
  TwoPart<V> sum = exact_sum(a.high, b.high);
  return ordered_sum(sum.high, sum.low + (a.low + b.low));
}

/// (log((1 + s) / (1 - s)) - 2 s) / s^3 - its first coefficient, over z = s^2 up to 0.0295; error 2^-58 (2^-29).
template <class V>
TRIREME_INLINE V log_tail(V z) {
  if constexpr (std::is_same_v<element_t<V>, float>)
    return z * polynomial(z, 0x1.9999ecp-2f, 0x1.245c18p-2f, 0x1.ddd79ep-3f);
  else
    return z * polynomial(z, 0x1.9999999999a39p-2, 0x1.24924924768e9p-2, 0x1.c71c7201c3c67p-3, 0x1.745cf8d933716p-3,
                          0x1.3b1c3e5b10317p-3, 0x1.0fbda98447a53p-3, 0x1.0c0d18f02687ap-3);
}

/// The natural logarithm of a finite number above 0. With x = 2^e m and s = (m - 1) / (m + 1) it is e ln 2 + 2 s + ...,
/// as in log.hpp, but s, and the two leading terms of the series, are kept in two parts. Error about 2^-65 (2^-36) of e
/// ln 2 or of the result.
template <class V>
TRIREME_INLINE TwoPart<V> extended_log(V x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using K = LogConstants<E>;
  using Format = FloatFormat<E>;
  constexpr E kThird = sizeof(E) == 4 ? E(0x1.555556p-1f) : E(0x1.5555555555555p-1);  // 2 / 3, as fitted
  constexpr E kThirdLow = sizeof(E) == 4 ? E(-0x1.68c1p-26f) : E(0x1.427d4ed065722p-55);

  mask_t<V> subnormal = x < V(K::kSmallestNormal);
  I bits = as_int(select(subnormal, x * V(K::kScale), x)) + I(Format::kOneBits - K::kRootHalfBits);
  V biased = as_float(shift_right_logical(bits, Format::kFractionBits) | I(K::kIntegerBits));
  V e = biased - select(subnormal, V(K::kScaledBias), V(K::kBias));
  V m = as_float((bits & I(K::kFractionMask)) + I(K::kRootHalfBits));

  V f = m - V(E{1}), below = m + V(E{1}), below_low = m - (below - V(E{1}));
  V s = f / below;
  V s_low = fma(-s, below_low, fma(-s, below, f)) * fma(s, V(E(-0.5)), V(E(0.5)));  // 1 / below = (1 - s) / 2
  TwoPart<V> z = exact_product(s, s);
  z.low = fma(s + s, s_low, z.low);
  TwoPart<V> series = ordered_sum(V(kThird), log_tail(z.high));
  series.low = series.low + V(kThirdLow);
  TwoPart<V> cubic = TwoPart<V>{s, s_low} * (z * series);
  TwoPart<V> sum = ordered_sum(e * V(K::kLn2High), s + s);
  TwoPart<V> next = ordered_sum(sum.high, cubic.high);
  return ordered_sum(next.high, (next.low + sum.low) + (cubic.low + fma(e, V(K::kLn2Low), s_low + s_low)));
}

/// exp(x.high + x.low) is the value times 2^exponent; |x.high| must be at most 1200 (120). Relative error 2^-57
/// (2^-28).
template <class V>
struct ScaledTwoPart {
  TwoPart<V> value;
  partner_t<V> exponent;
};

template <class V>
TRIREME_INLINE ScaledTwoPart<V> extended_exp(TwoPart<V> x) {
  using E = element_t<V>;
  Reduced<V> reduced = reduce_by_ln2(x.high);
  V low = reduced.low + x.low;
  V r = reduced.high + low;
  TwoPart<V> sum = ordered_sum(V(E{1}), reduced.high);
  V rest = sum.low + fma(r * r, exp_series(r), low);
  return {ordered_sum(sum.high, rest), reduced.n - as_int(V(ReductionConstants<E>::kRound))};
}

}  // namespace trireme::math
