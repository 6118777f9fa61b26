// hull/math/exp_reduction.hpp -- what exp and tanh share: x = n ln 2 + r, and the series of exp(r) on |r| <= ln(2) / 2
// SPDX-License-Identifier: Apache-2.0
//
// Cody and Waite's two-constant reduction with fma: n ln2_high cancels against x exactly, so the only errors of r are
// those of n ln2_low (J.-M. Muller et al., Handbook of Floating-Point Arithmetic, 2nd ed., section 10.2). Coefficients
// are minimax (Remez) for (exp(r) - 1 - r) / r^2 with the error weighed relative to exp(r) - 1, rounded to the type.
#pragma once

#include "math/dialect.hpp"

namespace trireme::math {

template <class E>
struct FloatFormat;

template <>
struct FloatFormat<float> {
  static constexpr int kFractionBits = 23;
  static constexpr std::int32_t kOneBits = 0x3F800000;
  static constexpr std::int32_t kSignBit = -0x7FFFFFFF - 1;
  static constexpr float kInfinity = __builtin_inff(), kNaN = __builtin_nanf("");
};

template <>
struct FloatFormat<double> {
  static constexpr int kFractionBits = 52;
  static constexpr std::int64_t kOneBits = 0x3FF0000000000000;
  static constexpr std::int64_t kSignBit = -0x7FFFFFFFFFFFFFFF - 1;
  static constexpr double kInfinity = __builtin_inf(), kNaN = __builtin_nan("");
};

/// 2^n for n in the range of normal numbers' exponents.
template <class V>
TRIREME_INLINE V power_of_two(partner_t<V> n) {
  using Format = FloatFormat<element_t<V>>;
  return as_float(shift_left(n, Format::kFractionBits) + partner_t<V>(Format::kOneBits));
}

template <class V>
struct Reduced {
  partner_t<V> n;  // only its low 9 (f32) or 12 (f64) bits are meaningful: shift it left to use it
  V high, low;     // x - n ln 2 is their unevaluated sum; |high| is at most about ln(2) / 2
};

template <class E>
struct ReductionConstants;

template <>
struct ReductionConstants<float> {
  static constexpr float kRound = 0x1.8p23f, kLog2E = 0x1.715476p0f;
  static constexpr float kLn2High = 0x1.62e43p-1f, kLn2Low = -0x1.05c61p-29f;
};

template <>
struct ReductionConstants<double> {
  static constexpr double kRound = 0x1.8p52, kLog2E = 0x1.71547652b82fep0;
  static constexpr double kLn2High = 0x1.62e42fefa39efp-1, kLn2Low = 0x1.abc9e3b39803fp-56;
};

/// Any x: where n does not fit, the caller replaces the result.
template <class V>
TRIREME_INLINE Reduced<V> reduce_by_ln2(V x) {
  using K = ReductionConstants<element_t<V>>;
  V shifted = fma(x, V(K::kLog2E), V(K::kRound));
  V n = shifted - V(K::kRound);
  return {as_int(shifted), fma(n, V(-K::kLn2High), x), n * V(-K::kLn2Low)};
}

/// (exp(r) - 1 - r) / r^2. Relative to exp(r) - 1 the error is 2^-28.7 (f32), 2^-59.0 (f64).
template <class V>
TRIREME_INLINE V exp_series(V r) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V p = V(0x1.a032cp-13f);
    p = fma(p, r, V(0x1.6d71f8p-10f));
    p = fma(p, r, V(0x1.11118ap-7f));
    p = fma(p, r, V(0x1.5554b2p-5f));
    p = fma(p, r, V(0x1.555554p-3f));
    return fma(p, r, V(0.5f));
  } else {
    V p = V(0x1.201349e7ac173p-29);
    p = fma(p, r, V(0x1.af64fc1c7cd28p-26));
    p = fma(p, r, V(0x1.27e4846450dfbp-22));
    p = fma(p, r, V(0x1.71ddf4f9616b7p-19));
    p = fma(p, r, V(0x1.a01a01c70b519p-16));
    p = fma(p, r, V(0x1.a01a01b11ec42p-13));
    p = fma(p, r, V(0x1.6c16c16c118bbp-10));
    p = fma(p, r, V(0x1.111111110f3e9p-7));
    p = fma(p, r, V(0x1.555555555555cp-5));
    p = fma(p, r, V(0x1.5555555555559p-3));
    return fma(p, r, V(0.5));
  }
}

}  // namespace trireme::math
