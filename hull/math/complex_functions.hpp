// hull/math/complex_functions.hpp -- roots, exponentials, logarithms, powers and circular functions of complex numbers
// SPDX-License-Identifier: Apache-2.0
//
// Functions of the parts are combined so that nothing overflows on the way, and the special cases of C23 Annex G, which
// the Array API standard repeats, are put in where the formulas do not give them. Formulas: W. Kahan, "Branch cuts for
// complex elementary functions, or much ado about nothing's sign bit", 1987. sin, cos and tan are the hyperbolic
// functions of i z. A function of a part is a call: traced, one instruction, as long functions are not written out.
#pragma once

#include "math/arctangent.hpp"
#include "math/complex.hpp"
#include "math/exp.hpp"
#include "math/expm1.hpp"
#include "math/log.hpp"
#include "math/log1p.hpp"
#include "math/roots.hpp"
#include "math/trigonometry.hpp"

namespace trireme::math {

// A value type may have row_name(v), which calls the row; others compute it in place.
#define TRIREME_PART_FUNCTION(name)            \
  template <class V>                           \
  TRIREME_INLINE V part_##name(V a) {          \
    if constexpr (requires { row_##name(a); }) \
      return row_##name(a);                    \
    else                                       \
      return name(a);                          \
  }
#define TRIREME_PART_FUNCTION_2(name)             \
  template <class V>                              \
  TRIREME_INLINE V part_##name(V a, V b) {        \
    if constexpr (requires { row_##name(a, b); }) \
      return row_##name(a, b);                    \
    else                                          \
      return name(a, b);                          \
  }
TRIREME_PART_FUNCTION(exp)
TRIREME_PART_FUNCTION(expm1)
TRIREME_PART_FUNCTION(log)
TRIREME_PART_FUNCTION(log1p)
TRIREME_PART_FUNCTION(sin)
TRIREME_PART_FUNCTION(cos)
TRIREME_PART_FUNCTION(tan)
TRIREME_PART_FUNCTION(sinh)
TRIREME_PART_FUNCTION(cosh)
TRIREME_PART_FUNCTION_2(atan2)
TRIREME_PART_FUNCTION_2(hypot)
#undef TRIREME_PART_FUNCTION
#undef TRIREME_PART_FUNCTION_2

template <class V>
TRIREME_INLINE V infinity_of() {
  return V(FloatFormat<element_t<V>>::kInfinity);
}
template <class V>
TRIREME_INLINE V nan_of() {
  return V(FloatFormat<element_t<V>>::kNaN);
}

/// The root with a real part that is not negative; its imaginary part has the sign of a's.
template <class V>
TRIREME_INLINE Complex<V> sqrt(Complex<V> a) {
  using E = element_t<V>;
  using I = partner_t<V>;
  using Int = element_t<I>;
  const V zero = V(E{0}), half = V(E(0.5)), infinity = infinity_of<V>();
  V re = absolute(a.re), im = absolute(a.im);
  // A power of four, so that its root is exact: the biased exponent is odd.
  const I exponent_bit = I(static_cast<Int>(Int{1} << FloatFormat<E>::kFractionBits));
  V scale = as_float((as_int(scale_for(maximum(re, im))) - exponent_bit) | exponent_bit);
  V x = re * scale, y = im * scale;
  V larger = sqrt((x + sqrt(fma(x, x, y * y))) * half);
  larger = larger * sqrt(V(E{1}) / scale);
  V smaller = select((re == zero) & (im == zero), zero, im / (larger + larger));
  mask_t<V> left = sign_bit(a.re);
  V out_re = select(left, smaller, larger), out_im = select(left, larger, smaller);
  // Infinities: of the imaginary part wins; of the real one makes one part infinite and the other 0 or NaN.
  mask_t<V> infinite_re = re == infinity, infinite_im = im == infinity;
  V other = select(is_nan(a.im), a.im, zero);
  out_re = select(infinite_re, select(left, other, infinity), out_re);
  out_im = select(infinite_re, select(left, infinity, other), out_im);
  out_re = select(infinite_im, infinity, out_re);
  out_im = select(infinite_im, infinity, out_im);
  return {out_re, select(sign_bit(a.im), -out_im, out_im)};
}

/// From here on exp and cosh of a part overflow, or exp may be subnormal, though the product with a sine need not.
template <class E>
inline constexpr E kLargeExponent = sizeof(E) == 4 ? E(80) : E(700);

/// factor * e^size times the direction, for any size. The direction is multiplied first, as a small sine times the factor
/// may vanish.
template <class V>
TRIREME_INLINE Complex<V> scaled_by_power(V size, V x, V y, V factor) {
  using E = element_t<V>;
  mask_t<V> large = absolute(size) > V(kLargeExponent<E>);
  V power = part_exp(select(large, size * V(E(0.5)), size));
  V again = select(large, power * factor, factor);
  return {(power * x) * again, (power * y) * again};
}

template <class V>
TRIREME_INLINE Complex<V> exp(Complex<V> a) {
  using E = element_t<V>;
  const V zero = V(E{0}), infinity = infinity_of<V>();
  Complex<V> out = scaled_by_power(a.re, part_cos(a.im), part_sin(a.im), V(E{1}));
  out.im = select(a.im == zero, a.im, out.im);
  mask_t<V> no_angle = !(absolute(a.im) < infinity), vanishes = (a.re == -infinity) & no_angle;
  out.re = select(vanishes, zero, select((a.re == infinity) & no_angle, infinity, out.re));
  out.im = select(vanishes, zero, out.im);
  return out;
}

/// exp(a) - 1 with the digits that cancel near 0.
template <class V>
TRIREME_INLINE Complex<V> expm1(Complex<V> a) {
  using E = element_t<V>;
  const V zero = V(E{0}), one = V(E{1});
  Complex<V> power = exp(a);
  // exp(x) cos y - 1 is expm1(x) cos y - 2 sin^2(y / 2). Beyond 1 the larger part is not near 0, and expm1 may overflow.
  mask_t<V> near = absolute(a.re) <= one;
  V sine = part_sin(a.im * V(E(0.5)));
  V re = fma(part_expm1(a.re), part_cos(a.im), -((sine + sine) * sine));
  re = select(near, re, power.re - one);
  return {select((a.re == zero) & (a.im == zero), zero, re), power.im};
}

/// |a|^2 - 1, a sum of two terms that may cancel, as one number, and log |a| by it.
template <class V>
struct NearCircle {
  V excess, log;
};
template <class V>
TRIREME_INLINE NearCircle<V> near_circle(TwoPart<V> difference, TwoPart<V> square) {
  using E = element_t<V>;
  TwoPart<V> sum = exact_sum(difference.high, square.high);
  V low = sum.low + (difference.low + square.low);
  V high = sum.high + low;
  low = low - (high - sum.high);
  return {high, (part_log1p(high) + low / (V(E{1}) + high)) * V(E(0.5))};
}

/// log |a| with the digits that cancel near the unit circle.
template <class V>
TRIREME_INLINE V log_of_size(Complex<V> a) {
  using E = element_t<V>;
  constexpr E kFar = sizeof(E) == 4 ? E(0x1p60) : E(0x1p500),
              kLogOfFar = static_cast<E>(sizeof(E) == 4 ? 41.58883083359671856503392 : 346.5735902799726547086161);
  const V one = V(E{1});
  V re = absolute(a.re), im = absolute(a.im);
  mask_t<V> swap = re < im;
  V m = select(swap, im, re), n = select(swap, re, im);
  // Near the circle |a|^2 - 1 = (m - 1) (m + 1) + n^2, every product and sum in two parts.
  TwoPart<V> above = ordered_sum(one, m), below = exact_sum(m, -one);
  NearCircle<V> near = near_circle(below.high * above, exact_product(n, n));
  mask_t<V> huge = m > V(kFar), tiny = m < V(1 / kFar);
  V scale = select(huge, V(1 / kFar), select(tiny, V(kFar), one));
  V moved = select(huge, V(kLogOfFar), select(tiny, V(-kLogOfFar), V(E{0})));
  V far = part_log(part_hypot(re * scale, im * scale)) + moved;
  return select((m > V(E(0.5))) & (m < V(E{2})) & (near.excess < V(E{2})) & (near.excess > V(E(-0.5))), near.log, far);
}

/// The imaginary part is the angle, in [-pi, pi].
template <class V>
TRIREME_INLINE Complex<V> log(Complex<V> a) {
  return {log_of_size(a), part_atan2(a.im, a.re)};
}

/// log(1 + a) with the digits that cancel near 0.
template <class V>
TRIREME_INLINE Complex<V> log1p(Complex<V> a) {
  using E = element_t<V>;
  const V one = V(E{1}), two = V(E{2});
  // |1 + a|^2 - 1 = x (2 + x) + y^2, in two parts.
  NearCircle<V> near = near_circle(a.re * exact_sum(two, a.re), exact_product(a.im, a.im));
  Complex<V> whole{one + a.re, a.im};
  V re = select((near.excess < two) & (near.excess > V(E(-0.9375))), near.log, log_of_size(whole));
  return {re, part_atan2(a.im, whole.re)};
}

/// The logarithm to another base, whose own logarithm is 1 / factor.
template <class V>
TRIREME_INLINE Complex<V> log_times(Complex<V> a, V factor) {
  Complex<V> natural = log(a);
  return {natural.re * factor, natural.im * factor};
}

template <class V>
TRIREME_INLINE Complex<V> log2(Complex<V> a) {
  return log_times(a, V(static_cast<element_t<V>>(1.4426950408889634073599246810018921L)));
}

template <class V>
TRIREME_INLINE Complex<V> log10(Complex<V> a) {
  return log_times(a, V(static_cast<element_t<V>>(0.43429448190325182765112891891660508L)));
}

/// exp(b log a); 1 where b is 0, 0 where a is and b has a positive real part.
template <class V>
TRIREME_INLINE Complex<V> pow(Complex<V> a, Complex<V> b) {
  using E = element_t<V>;
  const V zero = V(E{0}), one = V(E{1});
  Complex<V> none{zero, zero}, power = exp(b * log(a));
  mask_t<V> from_zero = (a == none) & (b.re > zero) & (absolute(b.im) < infinity_of<V>());
  return select(b == none, Complex<V>{one, zero}, select(from_zero, none, power));
}

/// sinh and cosh of a part, times a sine or a cosine of at most 1: large ones are exp / 2, multiplied in two steps.
template <class V>
TRIREME_INLINE Complex<V> sinh(Complex<V> a) {
  using E = element_t<V>;
  const V zero = V(E{0}), half = V(E(0.5)), infinity = infinity_of<V>();
  V size = absolute(a.re), cosine = part_cos(a.im), sine = part_sin(a.im);
  mask_t<V> large = size > V(kLargeExponent<E>);
  V moderate = select(large, zero, a.re);
  Complex<V> far = scaled_by_power(size, cosine, sine, half);
  V re = select(large, select(sign_bit(a.re), -far.re, far.re), part_sinh(moderate) * cosine);
  V im = select(large, far.im, part_cosh(moderate) * sine);
  mask_t<V> no_angle = !(absolute(a.im) < infinity);
  re = select(((a.re == zero) | (size == infinity)) & no_angle, a.re, re);
  re = select(is_nan(a.re), a.re, re);
  return {re, select(a.im == zero, a.im, select(is_nan(a.re), a.re, im))};
}

template <class V>
TRIREME_INLINE Complex<V> cosh(Complex<V> a) {
  using E = element_t<V>;
  const V zero = V(E{0}), half = V(E(0.5)), infinity = infinity_of<V>();
  V size = absolute(a.re), cosine = part_cos(a.im), sine = part_sin(a.im);
  mask_t<V> large = size > V(kLargeExponent<E>);
  V moderate = select(large, zero, a.re);
  Complex<V> far = scaled_by_power(size, cosine, sine, half);
  V re = select(large, far.re, part_cosh(moderate) * cosine);
  V im = select(large, select(sign_bit(a.re), -far.im, far.im), part_sinh(moderate) * sine);
  mask_t<V> no_angle = !(absolute(a.im) < infinity);
  re = select((size == infinity) & no_angle, infinity, select(is_nan(a.re), a.re, re));
  im = select((a.re == zero) & (no_angle | (a.im == zero)), zero, im);
  // A real infinity keeps an imaginary zero, whose sign is the product's; so does a NaN.
  V signed_zero = select(sign_bit(a.re) != sign_bit(a.im), -zero, zero);
  im = select((a.im == zero) & (size > zero), signed_zero, select(is_nan(a.re), select(a.im == zero, zero, a.re), im));
  return {re, select((a.re == zero) & (a.im == zero), signed_zero, im)};
}

template <class V>
TRIREME_INLINE Complex<V> tanh(Complex<V> a) {
  using E = element_t<V>;
  constexpr E kOne = sizeof(E) == 4 ? E(12) : E(25);  // tanh is 1 from there on
  const V zero = V(E{0}), one = V(E{1}), infinity = infinity_of<V>();
  V size = absolute(a.re);
  mask_t<V> large = size > V(kOne), no_angle = !(absolute(a.im) < infinity);
  V t = part_tan(a.im), s = part_sinh(select(large, zero, a.re));
  V beta = fma(t, t, one), rho = sqrt(fma(s, s, one)), bottom = fma(beta * s, s, one);
  V re = ((beta * rho) * s) / bottom, im = t / bottom;
  // 4 sin b cos b exp(-2 |a|), in steps, as the power may be small beyond the range.
  V power = part_exp(-size), sine = part_sin(a.im), cosine = part_cos(a.im);
  V far = ((sine * cosine) * V(E{4}) * power) * power;
  re = select(large, select(sign_bit(a.re), -one, one), re);
  im = select(large, far, im);
  im = select((size == infinity) & no_angle, zero, im);
  re = select((size < infinity) & no_angle, nan_of<V>(), re);
  re = select((a.re == zero) & no_angle, a.re, select(is_nan(a.re), a.re, re));
  return {re, select(a.im == zero, a.im, select(is_nan(a.re), a.re, im))};
}

template <class V>
TRIREME_INLINE Complex<V> times_i(Complex<V> a) {
  return {-a.im, a.re};
}
template <class V>
TRIREME_INLINE Complex<V> times_minus_i(Complex<V> a) {
  return {a.im, -a.re};
}
template <class V>
TRIREME_INLINE Complex<V> sin(Complex<V> a) {
  return times_minus_i(sinh(times_i(a)));
}
template <class V>
TRIREME_INLINE Complex<V> cos(Complex<V> a) {
  return cosh(times_i(a));
}
template <class V>
TRIREME_INLINE Complex<V> tan(Complex<V> a) {
  return times_minus_i(tanh(times_i(a)));
}

/// a / |a|, 0 at zero. NaN where a part is; as the Array API has it.
template <class V>
TRIREME_INLINE Complex<V> sign(Complex<V> a) {
  using E = element_t<V>;
  Complex<V> none{V(E{0}), V(E{0})};
  V scale = scale_for(maximum(absolute(a.re), absolute(a.im)));
  Complex<V> near{a.re * scale, a.im * scale};
  V size = sqrt(fma(near.re, near.re, near.im * near.im));
  return select(a == none, none, Complex<V>{near.re / size, near.im / size});
}

}  // namespace trireme::math
