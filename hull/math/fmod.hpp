// hull/math/fmod.hpp -- remainders and whole quotients over the value-type dialect: exact, or as NumPy rounds them
// SPDX-License-Identifier: Apache-2.0
//
// fmod of floats is long division. With significands X and Y in [1, 2) and D the difference of the exponents, the result
// is (X 2^D mod Y) times y's power of two. Powers of two are multiplied in by at most kStep bits at a time, and each time
// a multiple of Y is taken away that is the nearest but for the rounding of 1 / Y: all values are multiples of the last
// place of 1 and at most Y, so that fma is exact.
#pragma once

#include "math/integer.hpp"
#include "math/rounding.hpp"
#include "math/scaling.hpp"

namespace trireme::math {

template <class E>
struct RemainderSteps;

template <>
struct RemainderSteps<float> {
  // X 2^kStep / Y times the reciprocal's and the product's relative error of 2^-24 each is at most 1 / 2 in the first
  // step, where X may be 2 Y, and 1 / 4 after. kCount steps cover the largest difference of exponents, 127 + 149.
  static constexpr int kStep = 21, kCount = 14;
  static constexpr float kRound = 0x1.8p23f;
};

template <>
struct RemainderSteps<double> {
  static constexpr int kStep = 50, kCount = 42;  // of 1023 + 1074
  static constexpr double kRound = 0x1.8p52;
};

/// f32, f64, exact. The sign of x, also where it is 0. NaN for y = 0 and for infinite x; x for infinite y.
template <class V>
requires(is_float_value<V>) TRIREME_INLINE V fmod(V x, V y) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  using K = RemainderSteps<E>;
  constexpr int kBits = FloatFormat<E>::kFractionBits;

  V size_x = absolute(x), size_y = absolute(y);
  Scaled<V> top = significand(size_x), bottom = significand(size_y);
  V divisor = bottom.value, reciprocal = V(E{1}) / divisor;
  V rest = top.value;
  I left = top.exponent - bottom.exponent;
  left = select(left < I(Int{0}), I(Int{0}), left);
  repeat<K::kCount>(
      [=](V& r, I& d) TRIREME_INLINE_LAMBDA {
        I bits = select(d < I(Int{K::kStep}), d, I(Int{K::kStep}));
        d = d - bits;
        V scaled = r * as_float(shift_left(bits, kBits) + I(FloatFormat<E>::kOneBits));
        V q = (scaled * reciprocal + V(K::kRound)) - V(K::kRound);
        r = fma(-q, divisor, scaled);
      },
      rest, left);
  rest = select(rest < V(E{0}), rest + divisor, rest);
  rest = select(rest >= divisor, rest - divisor, rest);
  V result = scale_by(rest, bottom.exponent);  // exact: a multiple of y's last place
  result = select(size_x < size_y, size_x, result);
  result = select(sign_bit(x), -result, result);
  return select((size_x < V(FloatFormat<E>::kInfinity)) & (size_y > V(E{0})), result, V(FloatFormat<E>::kNaN));
}

/// Integers: what the truncated quotient leaves, with the sign of a. By 0 it is 0.
template <class V>
requires(!is_float_value<V>) TRIREME_INLINE V fmod(V a, V b) {
  return select(b == V(element_t<V>{0}), V(element_t<V>{0}), a - quotient(a, b) * b);
}

/// f32, f64. fmod moved to the side of b, as Python's % and NumPy's remainder: that sum rounds once. 0 has b's sign.
template <class V>
requires(is_float_value<V>) TRIREME_INLINE V remainder(V a, V b) {
  using E = element_t<V>;
  V zero = V(E{0}), rest = fmod(a, b);
  V moved = select((rest < zero) != (b < zero), rest + b, rest);
  return select(rest == zero, copysign(zero, b), moved);
}

/// f32, f64. The floor of a / b as NumPy computes it: (a - fmod) / b, less 1 where fmod is on the other side than b,
/// and then the nearest integer. So it is exact below 2^24 (2^53). By 0 it is the quotient.
template <class V>
requires(is_float_value<V>) TRIREME_INLINE V floor_divide(V a, V b) {
  using E = element_t<V>;
  V zero = V(E{0}), one = V(E{1}), rest = fmod(a, b), whole = a / b;
  V quotient = (a - rest) / b;
  mask_t<V> other_side = ((rest < zero) != (b < zero)) & (rest != zero);
  quotient = select(other_side, quotient - one, quotient);
  V low = floor(quotient);
  V nearest = select(quotient - low > V(E(0.5)), low + one, low);
  V result = select(quotient == zero, copysign(zero, whole), nearest);
  return select(b == zero, whole, result);
}

}  // namespace trireme::math
