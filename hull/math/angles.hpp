// hull/math/angles.hpp -- degrees and radians over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// A product with a constant in two parts: hardly more than the last operation rounds (N. Brisebarre and J.-M. Muller,
// "Correctly rounded multiplication by arbitrary precision constants", IEEE Trans. Computers 57(2), 2008).
#pragma once

#include "math/ordering.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

template <class E>
struct AngleConstants;
template <>
struct AngleConstants<float> {
  static constexpr float kDegreesHigh = 0x1.ca5dc2p5f, kDegreesLow = -0x1.670f82p-21f;
  static constexpr float kRadiansHigh = 0x1.1df46ap-6f, kRadiansLow = 0x1.294e9cp-33f;
};
template <>
struct AngleConstants<double> {
  static constexpr double kDegreesHigh = 0x1.ca5dc1a63c1f8p5, kDegreesLow = -0x1.1e7ab456405f9p-49;
  static constexpr double kRadiansHigh = 0x1.1df46a2529d39p-6, kRadiansLow = 0x1.5c1d8becdd291p-62;
};

/// x times the constant. Where the low product would be subnormal it is made 2^64 times larger first.
template <class V>
TRIREME_INLINE V times_constant(V x, TwoPart<V> constant) {
  using E = element_t<V>;
  mask_t<V> tiny = absolute(x) < V(E(0x1p-60));
  V scaled = x * select(tiny, V(E(0x1p64)), V(E{1}));
  return fma(scaled, constant.high, scaled * constant.low) * select(tiny, V(E(0x1p-64)), V(E{1}));
}

/// x 180 / pi; f32, f64.
template <class V>
TRIREME_INLINE V degrees(V x) {
  using K = AngleConstants<element_t<V>>;
  V result = times_constant(x, TwoPart<V>{V(K::kDegreesHigh), V(K::kDegreesLow)});
  return select(is_finite(x) & (x != V(element_t<V>{0})), result, x);
}

/// x pi / 180; f32, f64.
template <class V>
TRIREME_INLINE V radians(V x) {
  using K = AngleConstants<element_t<V>>;
  V result = times_constant(x, TwoPart<V>{V(K::kRadiansHigh), V(K::kRadiansLow)});
  return select(is_finite(x) & (x != V(element_t<V>{0})), result, x);
}

}  // namespace trireme::math
