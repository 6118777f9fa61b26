// hull/math/roots.hpp -- reciprocal square root, cube root and hypotenuse over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// Each is corrected once by its residual, computed in two parts, so that hardly more than the last addition rounds (J.-M. Muller et
// al., Handbook of Floating-Point Arithmetic, 2nd ed., sections 4.3 and 4.7). The cube root starts from the exponent
// divided by 3 in the bits (W. Kahan, "Computing a real cube root", 1991) and iterates x^(-1/3) without division.
#pragma once

#include "math/exp_reduction.hpp"
#include "math/ordering.hpp"
#include "math/two_part.hpp"

namespace trireme::math {

/// 1 / sqrt(x); f32, f64. An infinity with the sign of x at zero, NaN below.
template <class V>
TRIREME_INLINE V rsqrt(V x) {
  using E = element_t<V>;
  V near = V(E{1}) / sqrt(x);
  TwoPart<V> product = exact_product(x, near);  // about sqrt(x)
  V rest = fma(-product.low, near, fma(-product.high, near, V(E{1})));
  V result = fma(near * V(E(0.5)), rest, near);
  return select((x > V(E{0})) & (x < V(FloatFormat<E>::kInfinity)), result, near);
}

template <class E>
struct CubeRootConstants;
template <>
struct CubeRootConstants<float> {
  // The bits of x^(-1/3) are about kStart - a third of those of x.
  static constexpr std::int32_t kStart = 0x54A22000;
  static constexpr float kTiny = 0x1p-100f, kUp = 0x1p48f, kUnUp = 0x1p-16f;
  static constexpr float kLarge = 0x1p100f, kDown = 0x1p-48f, kUnDown = 0x1p16f;
  static constexpr int kRounds = 2;
};
template <>
struct CubeRootConstants<double> {
  static constexpr std::int64_t kStart = 0x553EEEAAC0000000;
  static constexpr double kTiny = 0x1p-900, kUp = 0x1p96, kUnUp = 0x1p-32;
  static constexpr double kLarge = 0x1p900, kDown = 0x1p-96, kUnDown = 0x1p32;
  static constexpr int kRounds = 3;
};

/// f32, f64. Odd; keeps -0 and infinities.
template <class V>
TRIREME_INLINE V cbrt(V x) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  using K = CubeRootConstants<E>;
  constexpr int kHalf = 4 * sizeof(Int);
  constexpr Int kThird = static_cast<Int>(((Int{1} << kHalf) + 2) / 3);
  V size = absolute(x);
  // Scaled by powers of 8, so that neither the parts of the cube are subnormal nor the cube of a rounded root is infinite.
  mask_t<V> tiny = size < V(K::kTiny), large = size > V(K::kLarge);
  V one = V(E{1});
  V a = size * select(tiny, V(K::kUp), select(large, V(K::kDown), one));
  // A third of the upper half of the bits is enough for a start.
  I third = shift_left(shift_right_logical(shift_right_logical(as_int(a), kHalf) * I(kThird), kHalf), kHalf);
  V inverse = as_float(I(K::kStart) - third);
  for (int k = 0; k < K::kRounds; ++k) {  // of third order: e^2 is kept
    V e = fma(-a * inverse, inverse * inverse, V(E{1}));
    inverse = fma(inverse * e, fma(e, V(E(2.0 / 9)), V(E(1.0 / 3))), inverse);
  }
  V square = inverse * inverse;
  V near = a * square;
  TwoPart<V> power = exact_product(near, near);
  TwoPart<V> cube = exact_product(power.high, near);
  V rest = ((a - cube.high) - cube.low) - power.low * near;
  V result = fma(rest * square, V(E(1.0 / 3)), near) * select(tiny, V(K::kUnUp), select(large, V(K::kUnDown), one));
  result = select((size > V(E{0})) & (size < V(FloatFormat<E>::kInfinity)), result, size);
  return with_sign_of(result, x);
}

template <class E>
struct HypotLimits;
template <>
struct HypotLimits<float> {
  static constexpr float kLarge = 0x1p60f, kSmall = 0x1p-40f, kUp = 0x1p100f, kDown = 0x1p-70f, kUnUp = 0x1p-100f, kUnDown = 0x1p70f;
};
template <>
struct HypotLimits<double> {
  static constexpr double kLarge = 0x1p500, kSmall = 0x1p-400, kUp = 0x1p700, kDown = 0x1p-600, kUnUp = 0x1p-700,
                          kUnDown = 0x1p600;
};

/// sqrt(x^2 + y^2) without overflow on the way; f32, f64. Infinite where an operand is, even beside NaN.
template <class V>
TRIREME_INLINE V hypot(V x, V y) {
  using E = element_t<V>;
  using K = HypotLimits<E>;
  V inf = V(FloatFormat<E>::kInfinity), zero = V(E{0});
  V a = absolute(x), b = absolute(y);
  mask_t<V> infinite = (a == inf) | (b == inf);
  V larger = select(a > b, a, b), smaller = select(a > b, b, a);
  mask_t<V> large = larger > V(K::kLarge), small = larger < V(K::kSmall);
  V scale = select(large, V(K::kDown), select(small, V(K::kUp), V(E{1})));
  V unscale = select(large, V(K::kUnDown), select(small, V(K::kUnUp), V(E{1})));
  larger = larger * scale;
  smaller = smaller * scale;
  TwoPart<V> first = exact_product(larger, larger), second = exact_product(smaller, smaller);
  TwoPart<V> sum = ordered_sum(first.high, second.high);
  V result = root(TwoPart<V>{sum.high, sum.low + (first.low + second.low)}).value() * unscale;
  result = select(larger == zero, zero, result);
  return select(infinite, inf, select(is_nan(x) | is_nan(y), x + y, result));
}

}  // namespace trireme::math
