// hull/math/inverse_hyperbolic.hpp -- asinh, acosh and atanh over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// All are log(1 + u) with u in two parts: asinh x = log1p(x + x^2 / (1 + sqrt(1 + x^2))), acosh x = log1p(d + sqrt(2 d + d^2))
// with d = x - 1, atanh x = log1p(2 x / (1 - x)) / 2 (J.-M. Muller et al., Handbook of Floating-Point Arithmetic, 2nd ed.,
// section 4.3, and Abramowitz and Stegun 4.6.20 to 22). Where x^2 hides 1, the first two are log x + log 2.
#pragma once

#include "math/log1p.hpp"
#include "math/ordering.hpp"

namespace trireme::math {

template <class E>
inline constexpr E kSquareHidesOne = sizeof(E) == 4 ? E(0x1p14) : E(0x1p30);

/// log(2 x) of a large x, in the form of log.hpp.
template <class V>
TRIREME_INLINE V log_of_twice(V x) {
  using K = LogConstants<element_t<V>>;
  auto [e, f] = log_parts(x);
  e = e + V(element_t<V>{1});
  V sum = fma(e, V(K::kLn2High), f);
  V rest = f - fma(e, V(-K::kLn2High), sum);
  return sum + log_series(f, fma(e, V(K::kLn2Low), rest));
}

/// f32, f64. Odd; keeps -0.
template <class V>
TRIREME_INLINE V asinh(V x) {
  using E = element_t<V>;
  V one = V(E{1}), size = absolute(x);
  mask_t<V> large = size > V(kSquareHidesOne<E>);
  V a = select(large, one, size);
  TwoPart<V> square = exact_product(a, a);
  TwoPart<V> below = exact_sum(one, square.high);
  TwoPart<V> hypotenuse = root(TwoPart<V>{below.high, below.low + square.low});
  TwoPart<V> bottom = ordered_sum(hypotenuse.high, one);
  bottom.low = bottom.low + hypotenuse.low;
  TwoPart<V> more = ratio(square, bottom);
  TwoPart<V> sum = ordered_sum(a, more.high);  // more <= a / (1 + sqrt 2) a
  V result = log1p_of(TwoPart<V>{sum.high, sum.low + more.low}).value();
  result = select(large, log_of_twice(size), result);
  return select(is_finite(x), with_sign_of(result, x), x);
}

/// f32, f64. NaN below 1.
template <class V>
TRIREME_INLINE V acosh(V x) {
  using E = element_t<V>;
  V zero = V(E{0}), one = V(E{1});
  mask_t<V> large = x > V(kSquareHidesOne<E>);
  V d = select(large, one, x) - one;  // exact
  TwoPart<V> square = exact_product(d, d);
  TwoPart<V> twice = exact_sum(d + d, square.high);
  TwoPart<V> inside = {twice.high, twice.low + square.low};
  TwoPart<V> side = root(inside);
  side = select(d == zero, TwoPart<V>{zero, zero}, side);
  TwoPart<V> sum = ordered_sum(side.high, d);
  V result = log1p_of(TwoPart<V>{sum.high, sum.low + side.low}).value();
  result = select(large, log_of_twice(x), result);
  result = select(x < V(FloatFormat<E>::kInfinity), result, x);
  return select(x < one, V(FloatFormat<E>::kNaN), result);
}

/// f32, f64. Odd; keeps -0; infinite at 1 and -1, NaN beyond.
template <class V>
TRIREME_INLINE V atanh(V x) {
  using E = element_t<V>;
  using Format = FloatFormat<E>;
  V one = V(E{1}), size = absolute(x);
  TwoPart<V> bottom = ordered_sum(one, -size);
  TwoPart<V> u = ratio(TwoPart<V>{size + size, V(E{0})}, bottom);
  V result = log1p_of(u).value() * V(E(0.5));
  result = select(size < one, result, select(size == one, V(Format::kInfinity), V(Format::kNaN)));
  return select(is_nan(x), x, with_sign_of(result, x));
}

}  // namespace trireme::math
