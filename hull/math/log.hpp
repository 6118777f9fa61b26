// hull/math/log.hpp -- the natural logarithm over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// x = 2^e m with m in [sqrt(1/2), sqrt(2)) and f = m - 1, which is exact; log x = e ln 2 + log(1 + f). e ln2_high is
// exact and its sum with f is kept in two parts, so that hardly more than the last addition rounds (Muller et al.,
// Handbook of Floating-Point Arithmetic, 2nd ed., sections 4.3 and 10.2; W. Cody and W. Waite, Software Manual for the
// Elementary Functions, 1980, for the f64 form in s = f / (2 + f)). Coefficients are minimax (Remez), rounded to the
// type.
#pragma once

#include "math/exp_reduction.hpp"

namespace trireme::math {

template <class E>
struct LogConstants;

template <>
struct LogConstants<float> {
  static constexpr float kSmallestNormal = 0x1p-126f, kScale = 0x1p23f;
  static constexpr std::int32_t kRootHalfBits = 0x3F3504F3, kFractionMask = 0x7FFFFF;
  static constexpr std::int32_t kIntegerBits = 0x4B000000;  // of 2^23: or-ing in a small integer adds it
  static constexpr float kBias = 0x1p23f + 127, kScaledBias = 0x1p23f + 127 + 23;
  static constexpr float kLn2High = 0x1.62e4p-1f, kLn2Low = 0x1.7f7d1cp-20f;
};

template <>
struct LogConstants<double> {
  static constexpr double kSmallestNormal = 0x1p-1022, kScale = 0x1p52;
  static constexpr std::int64_t kRootHalfBits = 0x3FE6A09E667F3BCD, kFractionMask = 0xFFFFFFFFFFFFF;
  static constexpr std::int64_t kIntegerBits = 0x4330000000000000;  // of 2^52
  static constexpr double kBias = 0x1p52 + 1023, kScaledBias = 0x1p52 + 1023 + 52;
  static constexpr double kLn2High = 0x1.62e42fefa38p-1, kLn2Low = 0x1.ef35793c7673p-45;
};

/// f32: (log(1 + f) - f + f^2 / 2) / f^3 for f in [sqrt(1/2) - 1, sqrt(2) - 1]; error 2^-27.2 relative to log(1 + f).
template <class V>
TRIREME_INLINE V log_cubic(V f) {
  V p = V(-0x1.38b69ep-4f);
  p = fma(p, f, V(0x1.055b9ep-3f));
  p = fma(p, f, V(-0x1.0d851cp-3f));
  p = fma(p, f, V(0x1.22da1p-3f));
  p = fma(p, f, V(-0x1.547248p-3f));
  p = fma(p, f, V(0x1.99a00ap-3f));
  p = fma(p, f, V(-0x1.000226p-2f));
  return fma(p, f, V(0x1.555554p-2f));
}

/// f64: (log((1 + s) / (1 - s)) / s - 2) / s^2 over z = s^2; error 2^-59.4.
template <class V>
TRIREME_INLINE V log_quotient_series(V z) {
  V p = V(0x1.2f044d2697a3dp-3);
  p = fma(p, z, V(0x1.39a1dbaee531p-3));
  p = fma(p, z, V(0x1.74663d5ef0f5bp-3));
  p = fma(p, z, V(0x1.c71c521284019p-3));
  p = fma(p, z, V(0x1.24924941e304ap-2));
  p = fma(p, z, V(0x1.999999997ff07p-2));
  return fma(p, z, V(0x1.5555555555592p-1));
}

/// log(1 + f) - f + carry, for f in [sqrt(1/2) - 1, sqrt(2) - 1] and a carry far below the result.
template <class V>
TRIREME_INLINE V log_series(V f, V carry) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    return fma(f * f, fma(log_cubic(f), f, V(-0.5f)), carry);
  } else {
    // log(1 + f) = f - f^2 / 2 + s (f^2 / 2 + R(s^2)); a division is cheaper than a series in f of twice the length.
    V s = f / (V(2.0) + f);
    V z = s * s;
    V half_square = (f * V(0.5)) * f;
    return fma(s, fma(log_quotient_series(z), z, half_square), carry) - half_square;
  }
}

/// log(1 + f) - f + f^2 / 2 for the same f; half_square is f^2 / 2, rounded.
template <class V>
TRIREME_INLINE V log_tail_of(V f, V half_square) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    return log_cubic(f) * (f * (half_square + half_square));
  } else {
    V s = f / (V(2.0) + f);
    V z = s * s;
    return s * fma(log_quotient_series(z), z, half_square);
  }
}

/// x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); x positive and finite.
template <class V>
struct LogParts {
  V e, f;
};

template <class V>
TRIREME_INLINE LogParts<V> log_parts(V x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using K = LogConstants<E>;
  using Format = FloatFormat<E>;
  mask_t<V> subnormal = x < V(K::kSmallestNormal);
  V normal = x, bias = V(K::kBias);
  if (any(subnormal)) {
    normal = select(subnormal, x * V(K::kScale), x);
    bias = select(subnormal, V(K::kScaledBias), V(K::kBias));
  }
  // Adding the distance from sqrt(1/2) to 1 makes the exponent field e + bias, and leaves m's distance in the fraction.
  I bits = as_int(normal) + I(Format::kOneBits - K::kRootHalfBits);
  V biased = as_float(shift_right_logical(bits, Format::kFractionBits) | I(K::kIntegerBits));
  V e = biased - bias;
  return {e, as_float((bits & I(K::kFractionMask)) + I(K::kRootHalfBits)) - V(E{1})};
}

/// `result` where x is positive and finite; what a logarithm is elsewhere.
template <class V>
TRIREME_INLINE V log_or_edge(V x, V result) {
  using E = element_t<V>;
  using Format = FloatFormat<E>;
  if (!any(!((x > V(E{0})) & (x < V(Format::kInfinity))))) return result;
  result = select(x < V(Format::kInfinity), result, x);  // +inf and NaN
  result = select(x == V(E{0}), V(-Format::kInfinity), result);
  return select(x < V(E{0}), V(Format::kNaN), result);
}

/// f32, f64. -inf at zero of either sign, NaN below, subnormals exact.
template <class V>
TRIREME_INLINE V log(V x) {
  using K = LogConstants<element_t<V>>;
  auto [e, f] = log_parts(x);
  V sum = fma(e, V(K::kLn2High), f);
  V rest = f - fma(e, V(-K::kLn2High), sum);  // exact: e ln2_high is, and it is 0 or larger than f
  return log_or_edge(x, sum + log_series(f, fma(e, V(K::kLn2Low), rest)));
}

}  // namespace trireme::math
