// hull/math/log2.hpp -- logarithms to the bases 2 and 10 over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// The decomposition and the series of log.hpp; what is not the exponent is multiplied by log2 e (log10 e). f - f^2 / 2, the
// two largest terms, are kept in two parts, and so is their product with a constant of two parts, so that hardly more than the
// last addition rounds (J.-M. Muller et al., Handbook of Floating-Point Arithmetic, 2nd ed., section 4.3).
#pragma once

#include "math/log.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

template <class E>
struct BaseConstants;

template <>
struct BaseConstants<float> {
  static constexpr float kLog2EHigh = 0x1.715476p0f, kLog2ELow = 0x1.4ae0cp-26f;
  static constexpr float kLog10EHigh = 0x1.bcb7b2p-2f, kLog10ELow = -0x1.5b235ep-27f;
  static constexpr float kLog10Of2High = 0x1.344p-2f, kLog10Of2Low = 0x1.3509f8p-18f;  // e times the high part is exact
};

template <>
struct BaseConstants<double> {
  static constexpr double kLog2EHigh = 0x1.71547652b82fep0, kLog2ELow = 0x1.777d0ffda0d24p-56;
  static constexpr double kLog10EHigh = 0x1.bcb7b1526e50ep-2, kLog10ELow = 0x1.95355baaafad3p-57;
  static constexpr double kLog10Of2High = 0x1.34413509f8p-2, kLog10Of2Low = -0x1.80433b83b532ap-44;
};

/// log(1 + f) times a constant, f from log_parts; beside the high part, f - f^2 / 2 times the constant, only little is rounded.
template <class V>
TRIREME_INLINE TwoPart<V> log_in_base(V f, TwoPart<V> constant) {
  using E = element_t<V>;
  V half = f * V(E(0.5));
  TwoPart<V> square = exact_product(half, f);
  TwoPart<V> lead = ordered_sum(f, -square.high);
  TwoPart<V> first = lead.high * constant;
  V rest = (lead.low - square.low) + log_tail_of(f, square.high);
  return {first.high, fma(rest, constant.high, first.low)};
}

/// f32, f64. Exact at powers of 2. -inf at zero of either sign, NaN below.
template <class V>
TRIREME_INLINE V log2(V x) {
  using K = BaseConstants<element_t<V>>;
  auto [e, f] = log_parts(x);
  TwoPart<V> log_m = log_in_base(f, TwoPart<V>{V(K::kLog2EHigh), V(K::kLog2ELow)});
  TwoPart<V> sum = ordered_sum(e, log_m.high);  // e is 0 or larger
  return log_or_edge(x, sum.high + (sum.low + log_m.low));
}

/// f32, f64. -inf at zero of either sign, NaN below.
template <class V>
TRIREME_INLINE V log10(V x) {
  using K = BaseConstants<element_t<V>>;
  auto [e, f] = log_parts(x);
  TwoPart<V> log_m = log_in_base(f, TwoPart<V>{V(K::kLog10EHigh), V(K::kLog10ELow)});
  TwoPart<V> sum = ordered_sum(e * V(K::kLog10Of2High), log_m.high);
  return log_or_edge(x, sum.high + (fma(e, V(K::kLog10Of2Low), log_m.low) + sum.low));
}

}  // namespace trireme::math
