// hull/math/erf.hpp -- the error function, its complement and its inverse over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// Below 1/2, erf x = x P(x^2). Above, erfc x = exp(-x^2) g(t) / (1 + 2 x) with t = (x - k) / (x + k), as M. Shepherd
// and J. Laframboise, Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in 0 <= x < infinity, Math. Comp. 36 (153),
// 1981; x^2, g and the quotient are kept in two parts. The inverse is x times a function of w = -log(1 - x^2), as M.
// Giles, Approximating the erfinv function, GPU Computing Gems Jade Edition, 2011, with more intervals than his and
// more digits. Coefficients are minimax for the relative error (tests/math/make_coefficients.py).
#pragma once

#include "math/extended.hpp"

namespace trireme::math {

/// erf x for |x| <= 1/2; error of the series 2^-65 (2^-36).
template <class V>
TRIREME_INLINE TwoPart<V> erf_small(V x) {
  V z = x * x;
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V tail = polynomial(z, -0x1.812746p-2f, 0x1.ce2ef2p-4f, -0x1.b82018p-6f, 0x1.54ceb2p-8f, -0x1.9353bap-11f);
    TwoPart<V> first = exact_product(x, V(0x1.20dd76p0f));
    return ordered_sum(first.high, fma(x, fma(z, tail, V(-0x1.f7ca1cp-25f)), first.low));
  } else {
    V tail = polynomial(z, -0x1.812746b0379e6p-2, 0x1.ce2f21a042b25p-4, -0x1.b82ce3127f4e6p-6, 0x1.565bcd0a9a472p-8,
                        -0x1.c02db238f4edbp-11, 0x1.f9a2a57a75b83p-14, -0x1.f4bb82b3f2e5ep-17, 0x1.b7745a4acd677p-20,
                        -0x1.39edbb26fb3b8p-23);
    TwoPart<V> first = exact_product(x, V(0x1.20dd750429b6dp0));
    return ordered_sum(first.high, fma(x, fma(z, tail, V(0x1.1a6d7ca62b137p-56)), first.low));
  }
}

/// (1 + 2x) exp(x^2) erfc x over t = (x - k) / (x + k), for x from 1/2 to 27.5 (10.2); error 2^-58.8 (2^-30.8).
template <class V>
TRIREME_INLINE TwoPart<V> erfc_factor(V x) {
  if constexpr (std::is_same_v<element_t<V>, float>) {
    V t = (x - V(2.0f)) / (x + V(2.0f));
    V tail = polynomial(t, -0x1.7bf5eap-4f, -0x1.5407b8p-3f, 0x1.4ff9d6p-3f, -0x1.bc2decp-5f, -0x1.06fff2p-7f,
                        0x1.1e1c22p-7f, 0x1.40a6c2p-10f, -0x1.84ec3ep-10f, -0x1.505798p-12f, 0x1.e7a14ep-13f);
    return ordered_sum(V(0x1.46e80ep0f), fma(t, tail, V(0x1.089a5ap-27f)));
  } else {
    V t = (x - V(4.0)) / (x + V(4.0));
    V tail = polynomial(t, -0x1.1df1ad154a28ep-3, 0x1.f7f5df66fd56p-7, 0x1.16ecefcfa5337p-4, -0x1.9ddb23c3e7c3ep-4,
                        0x1.7fee004e1357ap-4, -0x1.0fb06dfe6c52bp-4, 0x1.3079edf657582p-5, -0x1.0962387d7026fp-6,
                        0x1.49c67296e331dp-8, -0x1.8d4aa1a69ccbdp-11, -0x1.a1df358faf3e7p-13, 0x1.3be0d9bcd4aaep-13,
                        -0x1.9956bd5828296p-16, -0x1.78a44f50ee869p-17, 0x1.7f076671ec46dp-18, 0x1.41c3751d773e7p-22,
                        -0x1.b8d7494022d6ap-21, 0x1.1f79474133123p-24, 0x1.c14b734e168ebp-24, -0x1.a2e216c491ecbp-27,
                        -0x1.5c2c8bd7695ecp-27);
    return ordered_sum(V(0x1.3ba5916e9fd7fp0), fma(t, tail, V(-0x1.93ca2c0069ccbp-55)));
  }
}

/// erfc x for x from 1/2 to 27.5 (10.2).
template <class V>
TRIREME_INLINE ScaledTwoPart<V> erfc_large(V x) {
  using E = element_t<V>;
  ScaledTwoPart<V> power = extended_exp(-exact_product(x, x));
  return {ratio(power.value * erfc_factor(x), ordered_sum(x + x, V(E{1}))), power.exponent};
}

/// f32, f64. Odd; +-1 at +-inf.
template <class V>
TRIREME_INLINE V erf(V x) {
  using E = element_t<V>;
  V size = absolute(x);
  // Made larger where the low part would be subnormal.
  constexpr E kSmall = sizeof(E) == 4 ? E(0x1p-90) : E(0x1p-900), kUp = E(0x1p64);
  mask_t<V> tiny = size < V(kSmall);
  TwoPart<V> small = erf_small(select(tiny, size * V(kUp), size));
  V near = small.high * select(tiny, V(1 / kUp), V(E{1}));
  V bounded = select(size < V(E{6}), select(size > V(E(0.5)), size, V(E(0.5))), V(E{6}));
  ScaledTwoPart<V> rest = erfc_large(bounded);
  V power = power_of_two<V>(rest.exponent);
  TwoPart<V> large = ordered_sum(V(E{1}), -rest.value.high * power);
  V result = select(size < V(E(0.5)), near, large.high + fma(-rest.value.low, power, large.low));
  return select(is_nan(x), x, select(sign_bit(x), -result, result));
}

/// f32, f64. 0 at +inf, 2 at -inf; subnormal results are rounded once.
template <class V>
TRIREME_INLINE V erfc(V x) {
  using E = element_t<V>;
  constexpr E kZero = sizeof(E) == 4 ? E(10.15) : E(27.3);  // the result rounds to 0 from there on
  V size = absolute(x), one = V(E{1}), two = V(E{2});
  TwoPart<V> small = erf_small(x);
  TwoPart<V> complement = ordered_sum(one, -small.high);
  V near = complement.high + (complement.low - small.low);
  V bounded = select(size < V(kZero), select(size > V(E(0.5)), size, V(E(0.5))), V(kZero));
  ScaledTwoPart<V> rest = erfc_large(bounded);
  V far = scale_by(rest.value.high + rest.value.low, rest.exponent);
  V result = select(x < V(E{0}), two - far, far);
  return select(is_nan(x), x, select(size < V(E(0.5)), near, result));
}

/// -log(1 - x^2) for |x| < 1, as far as erfinv needs it: the absolute error is a last place of 1 or of the result.
template <class V>
TRIREME_INLINE V erfinv_argument(V size) {
  using E = element_t<V>;
  return -log((V(E{1}) - size) * (V(E{1}) + size));
}

/// erfinv(x) / x over w = -log(1 - x^2); errors 2^-58 (2^-28.7).
template <class V>
TRIREME_INLINE TwoPart<V> erfinv_factor(TwoPart<V> w_parts) {
  // Where the polynomial is in the root of w, its derivative is 1 but for some percent: enough for the root's low part.
  V w = w_parts.high, root = sqrt(w);
  V root_low = (fma(-root, root, w) + w_parts.low) / (root + root);
  if constexpr (std::is_same_v<element_t<V>, float>) {
    mask_t<V> tail = w >= V(5.0f);
    V t = select(tail, root - V(3.0f), w - V(2.5f));
    const auto c = [tail](float central, float last)
                       TRIREME_INLINE_LAMBDA { return select(tail, V(last), V(central)); };
    V p = c(0x1.70f05ep-32f, -0x1.ea41a8p-16f);
    p = fma(p, t, c(-0x1.2d6eb2p-27f, 0x1.504344p-13f));
    p = fma(p, t, c(0x1.35e012p-26f, -0x1.2383a4p-12f));
    p = fma(p, t, c(0x1.f43f8ap-22f, -0x1.f653p-14f));
    p = fma(p, t, c(-0x1.ccfc58p-19f, 0x1.82c7b4p-10f));
    p = fma(p, t, c(-0x1.4cfd0ap-18f, -0x1.d38facp-9f));
    p = fma(p, t, c(0x1.c9c598p-13f, 0x1.74be2cp-8f));
    p = fma(p, t, c(-0x1.486646p-10f, -0x1.f4e00ap-8f));
    p = fma(p, t, c(-0x1.11c42p-8f, 0x1.358106p-7f));
    p = fma(p, t, c(0x1.f91e8cp-3f, 0x1.006dcap0f));
    return {c(0x1.805c5ep0f, 0x1.6a9efcp1f),
            fma(p, t, c(-0x1.f1824cp-25f, -0x1.200628p-26f)) + select(tail, root_low, V(0.0f))};
  } else {
    mask_t<V> middle = w >= V(6.25), tail = w >= V(16.0);
    V t = select(tail, root - V(5.0), select(middle, root - V(3.25), w - V(3.125)));
    const auto c = [middle, tail](double central, double between, double last)
                       TRIREME_INLINE_LAMBDA { return select(tail, V(last), select(middle, V(between), V(central))); };
    V p = c(-0x1.6ae0c36fbcc6ep-72, 0, 0);
    p = fma(p, t, c(0x1.e67f3d0c8c644p-69, 0, 0));
    p = fma(p, t, c(0x1.386c6cf2ad282p-66, 0, 0));
    p = fma(p, t, c(-0x1.9bbfaf69b4252p-62, 0, 0));
    p = fma(p, t, c(0x1.9aa4f596454c9p-61, 0x1.06b717e858fbcp-27, 0));
    p = fma(p, t, c(0x1.1ec21f4bb4c59p-56, -0x1.0691d8fa21cbfp-26, 0x1.7aa1df289109bp-38));
    p = fma(p, t, c(-0x1.1ca739effafeap-53, -0x1.65ae6022c2b12p-26, -0x1.69a6a07d9a3d3p-36));
    p = fma(p, t, c(-0x1.6fcf41fd222d9p-55, 0x1.1a7485126037ep-23, 0x1.2c71e18d1965ep-36));
    p = fma(p, t, c(0x1.d6c6e07eda182p-48, -0x1.07b8a7df86accp-22, 0x1.351b05e19e559p-34));
    p = fma(p, t, c(-0x1.686e60a1f4fap-45, -0x1.d9563ae847238p-26, -0x1.a7be6e10a22dep-32));
    p = fma(p, t, c(-0x1.6bdbe34ba1eb7p-44, 0x1.8dbb9948fbfb5p-20, 0x1.696474a5502dep-30));
    p = fma(p, t, c(0x1.7235dffa6757fp-39, -0x1.0b7a9873b5c11p-18, -0x1.e50ce60a110dp-29));
    p = fma(p, t, c(-0x1.c8a3f92a2e437p-37, 0x1.8999a79b46204p-19, 0x1.0cc853a6bb2fap-27));
    p = fma(p, t, c(-0x1.dc3f1385b81c2p-35, 0x1.a241e715f206bp-17, -0x1.056c20aaa866cp-26));
    p = fma(p, t, c(0x1.20f5363e9324ap-30, -0x1.8cf45f8cc3d0bp-15, 0x1.f286a4caac1fp-26));
    p = fma(p, t, c(-0x1.1a9eb0f05f8e5p-28, 0x1.1e6abb03ecaa9p-14, -0x1.2237b46edac1dp-24));
    p = fma(p, t, c(-0x1.f36ced468ff5dp-26, 0x1.932e8eba0fd7ep-16, 0x1.ebe33934782fbp-23));
    p = fma(p, t, c(0x1.c6b4f88beedccp-22, -0x1.7448bcc1978c7p-12, -0x1.0a9035e8d39a4p-20));
    p = fma(p, t, c(-0x1.6e8a53cde9174p-20, 0x1.f3cc545e5989ep-11, 0x1.2fbcfd602c7d4p-18));
    p = fma(p, t, c(-0x1.d1d1f7ca2236fp-17, -0x1.ba9240d897543p-10, -0x1.4a3490400537ep-16));
    p = fma(p, t, c(0x1.879c2a20b529p-13, 0x1.468eeca942c5ep-9, 0x1.3ebf4efb4e3afp-14));
    p = fma(p, t, c(-0x1.84576948356aap-11, -0x1.ebadabba02391p-9, -0x1.c2f36aa161d1dp-13));
    p = fma(p, t, c(-0x1.8b6c33114ead6p-8, 0x1.5ffcfe5b6cd7bp-8, -0x1.22ea5df1ccb4dp-13));
    p = fma(p, t, c(0x1.ebd80d9b13dfap-3, 0x1.0158a6d641d55p0, 0x1.02a30d1fba10bp0));
    return {c(0x1.a755e7c99ae86p0, 0x1.8abcc380d5a48p1, 0x1.3664ddd1ad7fbp2),
            fma(p, t, c(-0x1.59be123513574p-56, -0x1.92bc58c093d1ap-54, -0x1.7007cebb4ddd2p-54)) +
                select(middle, root_low, V(0.0))};
  }
}

/// erfinv(x) / x over z = x^2 up to 1/2; error 2^-58.8 (2^-29.7).
template <class V>
TRIREME_INLINE TwoPart<V> erfinv_small(V z) {
  if constexpr (std::is_same_v<element_t<V>, float>)
    return {V(0x1.c5bf8ap-1f),
            fma(z,
                polynomial(z, 0x1.db2a3p-3f, 0x1.052f4ep-3f, 0x1.64f7ap-4f, 0x1.d810ap-5f, 0x1.a495bp-4f, -0x1.57ebp-3f,
                           0x1.1ca648p-1f, -0x1.5f42f8p-1f, 0x1.ea556ep-2f),
                V(-0x1.dab91cp-26f))};
  else
    return {V(0x1.c5bf891b4ef6bp-1),
            fma(z,
                polynomial(z, 0x1.db29fb2fee578p-3, 0x1.053c2c0ac0aa7p-3, 0x1.62847c4122243p-4, 0x1.0a131a329e18ep-4,
                           0x1.a7c7e782f7d7ep-5, 0x1.5ef6586cd2004p-5, 0x1.29f82f558e9a4p-5, 0x1.0d3847be4e43ap-5,
                           0x1.130d3da2a2353p-6, 0x1.b50ab48a9e3fdp-4, -0x1.c1fe16d112146p-2, 0x1.07c38b30c44bep1,
                           -0x1.c172db47572f8p2, 0x1.2f305f348eb44p4, -0x1.39e3fe42d296p5, 0x1.ecf6094ad961ap5,
                           -0x1.1b82f56279f3ap6, 0x1.c4bb88c1fc63ap5, -0x1.c19a700b90897p4, 0x1.a82bcf7a06067p2),
                V(-0x1.51a0a6410332p-55))};
}

/// f32, f64. Odd; +-inf at +-1, NaN beyond.
template <class V>
TRIREME_INLINE V erfinv(V x) {
  using E = element_t<V>;
  V size = absolute(x), one = V(E{1});
  mask_t<V> inside = size < one;
  // 1 - x is exact from 1/2 on.
  TwoPart<V> w = -extended_log(select(inside, (one - size) * (one + size), one));
  TwoPart<V> factor = erfinv_factor(w);
  V square = x * x;
  factor = select(square < V(E(0.5)), erfinv_small(square), factor);
  V result = fma(size, factor.high, size * factor.low);
  V edge = select(size == one, V(FloatFormat<E>::kInfinity), V(FloatFormat<E>::kNaN));
  result = select(inside, result, edge);
  return select(sign_bit(x), -result, result);
}

}  // namespace trireme::math
