// hull/math/gamma.hpp -- the gamma function, its logarithm and its digamma over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// With z = x, or 1 - x below 1/2, and y = z + n the first such number from 8 (4) on: Stirling's series at y, with a
// minimax polynomial for its tail, divided by z (z + 1) ... (y - 1), all in two parts. Below 1/2 the reflection
// gamma(x) gamma(1 - x) = pi / sin(pi x), with sin(pi x) = pi r sinc(r) up to the sign, r being x less the nearest
// integer, so that pi cancels. (NIST Digital Library of Mathematical Functions, 5.5.1, 5.5.3, 5.11.1, 5.11.2.)
// Coefficients are minimax for the relative error (tests/math/make_coefficients.py).
#pragma once

#include "math/extended.hpp"
#include "math/rounding.hpp"

namespace trireme::math {

template <class E>
struct GammaConstants;

template <>
struct GammaConstants<float> {
  static constexpr int kSteps = 4;
  static constexpr float kSeries = 4, kTiny = 0x1p-30f, kLimit = 150;
  static constexpr float kHalfLog2Pi = 0x1.d67f1cp-1f, kHalfLog2PiLow = 0x1.0a8632p-26f;
  static constexpr float kDigammaZero = 0x1.762d86p0f, kDigammaZeroLow = 0x1.ab5f2p-27f;
};

template <>
struct GammaConstants<double> {
  static constexpr int kSteps = 8;
  static constexpr double kSeries = 8, kTiny = 0x1p-60, kLimit = 800;
  static constexpr double kHalfLog2Pi = 0x1.d67f1c864beb5p-1, kHalfLog2PiLow = -0x1.65b5a1b7ff5dfp-55;
  static constexpr double kDigammaZero = 0x1.762d86356be3fp0, kDigammaZeroLow = 0x1.b86a722197829p-54;
};

/// log gamma(y) - (y - 1/2) log y + y - log(2 pi) / 2, for y from 8 (4) on; error of the series 2^-57 (2^-30).
template <class V>
TRIREME_INLINE TwoPart<V> stirling_tail(V y) {
  using E = element_t<V>;
  constexpr E kFirst = sizeof(E) == 4 ? E(0x1.555556p-4f) : E(0x1.5555555555555p-4);  // in two parts: 1 / 12
  constexpr E kFirstLow = sizeof(E) == 4 ? E(-0x1.5f7444p-29f) : E(0x1.2a964a28db5a8p-58);
  TwoPart<V> inverse = reciprocal(TwoPart<V>{y, V(E{0})});
  V u = inverse.high * inverse.high, tail;
  if constexpr (std::is_same_v<E, float>)
    tail = polynomial(u, -0x1.6c1574p-9f, 0x1.9e693ap-11f, -0x1.09f10ap-11f);
  else
    tail = polynomial(u, -0x1.6c16c16c14af5p-9, 0x1.a01a017e89b24p-11, -0x1.38134e152d1d2p-11, 0x1.b92c92f403163p-11,
                      -0x1.ef97fb1ebac8p-10, 0x1.4c37ce490784p-8);
  TwoPart<V> first = inverse * TwoPart<V>{V(kFirst), V(kFirstLow)};
  return {first.high, fma(inverse.high * u, tail, first.low)};
}

/// (log y - 1 / (2 y) - digamma(y)) y^2 over u = 1 / y^2; error 2^-53 (2^-27).
template <class V>
TRIREME_INLINE V digamma_tail(V u) {
  if constexpr (std::is_same_v<element_t<V>, float>)
    return polynomial(u, 0x1.555556p-4f, -0x1.110e4ap-7f, 0x1.02407p-8f, -0x1.bdf604p-9f);
  else
    return polynomial(u, 0x1.5555555555555p-4, -0x1.11111111099e7p-7, 0x1.041040c79c7efp-8, -0x1.1110b4c9fdf8dp-8,
                      0x1.f0389cad23a5cp-8, -0x1.532824480dedfp-6, 0x1.04cfccddd30acp-4);
}

/// sin(pi r) / (pi r) for |r| <= 1/2; error of the series 2^-68 (2^-32).
template <class V>
TRIREME_INLINE TwoPart<V> sinc_of(V r) {
  using E = element_t<V>;
  constexpr E kFirst = sizeof(E) == 4 ? E(-0x1.a51a66p0f) : E(-0x1.a51a6625307d3p0);  // in two parts: -pi^2 / 6
  constexpr E kFirstLow = sizeof(E) == 4 ? E(-0x1.1f8922p-27f) : E(-0x1.18679ca3d795ap-55);
  TwoPart<V> square = exact_product(r, r);
  V u = square.high, tail;
  if constexpr (std::is_same_v<E, float>)
    tail = polynomial(u, 0x1.9f9cb2p-1f, -0x1.86a7f2p-3f, 0x1.ac13f8p-6f, -0x1.27828cp-9f);
  else
    tail = polynomial(u, 0x1.9f9cb402bc46cp-1, -0x1.86a8e4720db5ap-3, 0x1.ac6805cf34092p-6, -0x1.33816aa3bc20ap-9,
                      0x1.3747198496a69p-13, -0x1.d42434f8ee7bcp-18, 0x1.0fb0f0c179239p-22, -0x1.e8d4cd952f5ebp-28);
  TwoPart<V> first = square * TwoPart<V>{V(kFirst), V(kFirstLow)};
  TwoPart<V> sum = ordered_sum(V(E{1}), first.high);
  return ordered_sum(sum.high, sum.low + fma(u * u, tail, first.low));
}

/// pi cot(pi r) - 1 / r for |r| <= 1/2; error of the series 2^-60 (2^-30).
template <class V>
TRIREME_INLINE TwoPart<V> cotangent_tail(V r) {
  V u = r * r, tail, low;
  TwoPart<V> first;
  if constexpr (std::is_same_v<element_t<V>, float>) {
    first = exact_product(r, V(-0x1.a51a66p1f));
    low = V(-0x1.ed37ap-27f);
    tail = polynomial(u, -0x1.15133p1f, -0x1.046c8cp1f, -0x1.018984p1f, -0x1.f1940ap0f, -0x1.3c3524p1f, 0x1.1d167ap-6f,
                      -0x1.85732p2f);
  } else {
    first = exact_product(r, V(-0x1.a51a6625307d3p1));
    low = V(-0x1.0ecdde7fc93bp-54);
    tail = polynomial(u, -0x1.151322ac7d852p1, -0x1.0470984c0859ep1, -0x1.010b36afef8fcp1, -0x1.00412e16e9a43p1,
                      -0x1.001025604e221p1, -0x1.0003812b103cep1, -0x1.000aac311a0a4p1, -0x1.fefb9686ac6c2p0,
                      -0x1.04f906fdf0c4cp1, -0x1.b95560fe3b8f8p0, -0x1.b5faef77e272ep1, 0x1.9ac5ae38c8fa1p1,
                      -0x1.e143f8de51f7ap3, 0x1.2819378926989p4, -0x1.273f9c5f230b1p4);
  }
  return ordered_sum(first.high, fma(r, fma(u, tail, low), first.low));
}

/// lgamma at d from its zero at 1 (`first`) or 2, |d| < 1/16, and digamma at d from its zero; errors 2^-61 (2^-31).
template <class V>
TRIREME_INLINE V lgamma_near_zero(V d, mask_t<V> first) {
  using E = element_t<V>;
  const auto c = [first](E one, E two) TRIREME_INLINE_LAMBDA { return select(first, V(one), V(two)); };
  V p;
  if constexpr (std::is_same_v<E, float>) {
    p = c(0x1.5c71c4p-3f, 0);
    p = fma(p, d, c(-0x1.aa75ccp-3f, -0x1.e4d652p-8f));
    p = fma(p, d, c(0x1.15130ep-2f, 0x1.516d68p-6f));
    p = fma(p, d, c(-0x1.9a4d02p-2f, -0x1.13dffap-4f));
    p = fma(p, d, c(0x1.a51a66p-1f, 0x1.4a34ccp-2f));
    return fma(d, c(-0x1.2788dp-1f, 0x1.b0ee6p-2f), d * fma(p, d, c(0x1.b59e88p-28f, 0x1.c7459ep-28f)));
  } else {
    p = c(0x1.588f59f03b431p-4, 0);
    p = fma(p, d, c(-0x1.78439ad81fc07p-4, 0));
    p = fma(p, d, c(0x1.99fed89ec25f8p-4, 0x1.a2724028d208ep-14));
    p = fma(p, d, c(-0x1.c8023fdbcb7ecp-4, -0x1.d4e928d0d89f7p-13));
    p = fma(p, d, c(0x1.010b374576115p-3, 0x1.0b36778d7e5ccp-11));
    p = fma(p, d, c(-0x1.2703a2f344994p-3, -0x1.38ac425d043aep-10));
    p = fma(p, d, c(0x1.5b40cb0fff103p-3, 0x1.7add6eb5e529dp-9));
    p = fma(p, d, c(-0x1.a8b9c17a64ce1p-3, -0x1.e404fc23dd61cp-8));
    p = fma(p, d, c(0x1.151322ac7d82ep-2, 0x1.51322ac7d809cp-6));
    p = fma(p, d, c(-0x1.9a4d55beab304p-2, -0x1.13e001a5575bdp-4));
    p = fma(p, d, c(0x1.a51a6625307d3p-1, 0x1.4a34cc4a60fa6p-2));
    return fma(d, c(-0x1.2788cfc6fb619p-1, 0x1.b0ee6072093cep-2),
               d * fma(p, d, c(0x1.76ac9513e2323p-58, 0x1.66d3016d3ed4fp-58)));
  }
}

template <class V>
TRIREME_INLINE V digamma_near_zero(V d) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V p = polynomial(d, -0x1.c563b6p-2f, 0x1.08b40ep-2f, -0x1.4fc0fep-3f, 0x1.bad232p-4f, -0x1.289d28p-4f);
    return fma(d, V(0x1.ef72bcp-1f), d * fma(p, d, V(0x1.1f5822p-26f)));
  } else {
    V p = polynomial(d, -0x1.c563b54aa1a37p-2, 0x1.08b4294d50383p-2, -0x1.4fc1317254aadp-3, 0x1.b9a5b637083f8p-4,
                     -0x1.27baba49c9dc8p-4, 0x1.8fce02f1b5892p-5, -0x1.0fa749357a48bp-5, 0x1.723c6783db5c8p-6,
                     -0x1.fbfba2598bef7p-7, 0x1.5b2e0de995caap-7);
    return fma(d, V(0x1.ef72bc8ee38acp-1), d * fma(p, d, V(-0x1.3887599901d6bp-55)));
  }
}

/// Where the functions are computed: z = x or 1 - x, and r = x less the nearest integer, 0 at integers.
template <class V>
struct GammaPlace {
  mask_t<V> reflected;
  TwoPart<V> z;
  V whole, r;
};

template <class V>
TRIREME_INLINE GammaPlace<V> gamma_place(V x) {
  using E = element_t<V>;
  mask_t<V> reflected = x < V(E(0.5));
  V whole = round(x);
  return {reflected, select(reflected, exact_sum(V(E{1}), -x), TwoPart<V>{x, V(E{0})}), whole, x - whole};
}

/// gamma(x) is exp(power) / factor, up to its sign; both are good to 2^-58 (2^-29), power absolutely while it is small.
template <class V>
struct GammaParts {
  TwoPart<V> power, factor;
};

/// Of any x but infinities, NaN, and 0 and the negative integers, where factor is 0.
template <class V>
TRIREME_INLINE GammaParts<V> gamma_parts(V x, const GammaPlace<V>& place) {
  using E = element_t<V>;
  using K = GammaConstants<E>;
  const V one = V(E{1}), zero = V(E{0});
  V y = place.z.high, y_low = place.z.low, below = one, below_low = zero;
  repeat<K::kSteps>(
      [=](V& high, V& low, V& p, V& p_low) TRIREME_INLINE_LAMBDA {
        mask_t<V> more = high < V(K::kSeries);
        TwoPart<V> next = TwoPart<V>{p, p_low} * TwoPart<V>{high, low}, above = exact_sum(high, one);
        p = select(more, next.high, p);
        p_low = select(more, next.low, p_low);
        low = select(more, above.low + low, low);
        high = select(more, above.high, high);
      },
      y, y_low, below, below_low);

  // (y - 1/2) log y - y + log(2 pi) / 2 + ... = y (log y - 1) - log(y) / 2 + ...
  TwoPart<V> logarithm = extended_log(y), product_below{below, below_low};
  TwoPart<V> less = ordered_sum(logarithm.high, -one);
  TwoPart<V> power = y * TwoPart<V>{less.high, less.low + logarithm.low};
  TwoPart<V> tail = stirling_tail(y);
  tail.low = fma(y_low, logarithm.high - V(E(0.5)) / y, tail.low);  // the derivative, nearly
  power = power + TwoPart<V>{logarithm.high * V(E(-0.5)), logarithm.low * V(E(-0.5))};
  power = power + (TwoPart<V>{V(K::kHalfLog2Pi), V(K::kHalfLog2PiLow)} + tail);

  V size = absolute(place.r);
  TwoPart<V> mirrored = ratio(size * sinc_of(place.r), product_below);
  power = select(place.reflected, -power, power);
  TwoPart<V> factor = select(place.reflected, mirrored, product_below);
  // gamma(x) = 1 / x - 0.58 + ..., which neither the product nor its logarithm may underflow on.
  mask_t<V> tiny = absolute(x) < V(K::kTiny);
  return {select(tiny, TwoPart<V>{zero, zero}, power), select(tiny, TwoPart<V>{size, zero}, factor)};
}

/// Where gamma(x) is negative: between negative integers, from -1 on every other time.
template <class V>
TRIREME_INLINE mask_t<V> gamma_is_negative(const GammaPlace<V>& place) {
  using E = element_t<V>;
  V half = place.whole * V(E(0.5));
  return place.reflected & ((half != round(half)) != sign_bit(place.r));
}

/// Whether x is an integer below 0, or infinitely small or NaN: gamma has no limit there.
template <class V>
TRIREME_INLINE mask_t<V> is_gamma_pole(V x, const GammaPlace<V>& place) {
  return (place.r == V(element_t<V>{0})) & (x < V(element_t<V>{0}));
}

/// f32, f64. +-inf at +-0, NaN at the negative integers and -inf.
template <class V>
TRIREME_INLINE V tgamma(V x) {
  using E = element_t<V>;
  using K = GammaConstants<E>;
  using Format = FloatFormat<E>;
  GammaPlace<V> place = gamma_place(x);
  GammaParts<V> parts = gamma_parts(x, place);
  V limit = V(K::kLimit);
  mask_t<V> beyond = !(absolute(parts.power.high) < limit);
  V bounded = select(beyond, select(parts.power.high < V(E{0}), -limit, limit), parts.power.high);
  ScaledTwoPart<V> power = extended_exp(TwoPart<V>{bounded, select(beyond, V(E{0}), parts.power.low)});
  TwoPart<V> value = ratio(power.value, parts.factor);
  V result = scale_by(value.high + select(is_finite(value.high), value.low, V(E{0})), power.exponent);
  result = select(gamma_is_negative(place), -result, result);
  result = select(x == V(E{0}), as_float(as_int(x) | as_int(V(Format::kInfinity))), result);
  result = select(is_gamma_pole(x, place), V(Format::kNaN), result);
  return select(x == V(Format::kInfinity), x, select((x != x) | (x == V(-Format::kInfinity)), V(Format::kNaN), result));
}

/// f32, f64. log |gamma(x)|; +inf at 0, the negative integers and both infinities.
template <class V>
TRIREME_INLINE V lgamma(V x) {
  using E = element_t<V>;
  using Format = FloatFormat<E>;
  GammaPlace<V> place = gamma_place(x);
  GammaParts<V> parts = gamma_parts(x, place);
  TwoPart<V> factor = extended_log(parts.factor.high);
  factor.low = factor.low + parts.factor.low / parts.factor.high;
  TwoPart<V> sum = parts.power + -factor;
  V result = select(is_finite(sum.high), sum.high + sum.low, V(Format::kInfinity));
  mask_t<V> first = x < V(E(1.5));
  V distance = x - select(first, V(E{1}), V(E{2}));
  result = select(absolute(distance) < V(E(0.0625)), lgamma_near_zero(distance, first), result);
  return select(is_nan(x), x, select((place.r == V(E{0})) & (x <= V(E{0})), V(Format::kInfinity), result));
}

/// f32, f64. The derivative of lgamma. -+inf at +-0, NaN at the negative integers and -inf.
template <class V>
TRIREME_INLINE V digamma(V x) {
  using E = element_t<V>;
  using K = GammaConstants<E>;
  using Format = FloatFormat<E>;
  const V one = V(E{1}), zero = V(E{0});
  GammaPlace<V> place = gamma_place(x);
  V y = place.z.high, y_low = place.z.low, sum = zero, sum_low = zero;
  repeat<K::kSteps>(
      [=](V& high, V& low, V& s, V& s_low) TRIREME_INLINE_LAMBDA {
        mask_t<V> more = high < V(K::kSeries);
        TwoPart<V> next = TwoPart<V>{s, s_low} + reciprocal(TwoPart<V>{high, low}), above = exact_sum(high, one);
        s = select(more, next.high, s);
        s_low = select(more, next.low, s_low);
        low = select(more, above.low + low, low);
        high = select(more, above.high, high);
      },
      y, y_low, sum, sum_low);
  TwoPart<V> logarithm = extended_log(y), inverse = reciprocal(TwoPart<V>{y, y_low});
  logarithm.low = fma(y_low, inverse.high, logarithm.low);
  V u = inverse.high * inverse.high;
  TwoPart<V> value = logarithm + -TwoPart<V>{sum, sum_low};
  value = value + TwoPart<V>{inverse.high * V(E(-0.5)), fma(inverse.low, V(E(-0.5)), -u * digamma_tail(u))};
  TwoPart<V> mirrored = value + -(reciprocal(TwoPart<V>{place.r, zero}) + cotangent_tail(place.r));
  value = select(place.reflected, mirrored, value);
  V result = value.high + value.low;
  V distance = (x - V(K::kDigammaZero)) - V(K::kDigammaZeroLow);
  result = select(absolute(distance) < V(E(0.0625)), digamma_near_zero(distance), result);
  result = select(absolute(x) < V(K::kTiny), -one / x, result);
  result =
      select(x == zero, as_float((as_int(x) ^ partner_t<V>(Format::kSignBit)) | as_int(V(Format::kInfinity))), result);
  result = select(is_gamma_pole(x, place) | (x == V(-Format::kInfinity)), V(Format::kNaN), result);
  return select((x == V(Format::kInfinity)) | is_nan(x), x, result);
}

}  // namespace trireme::math
