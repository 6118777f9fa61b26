// hull/math/bessel.hpp -- the modified Bessel function of order 0 over the value-type dialect
// SPDX-License-Identifier: Apache-2.0
//
// Below 8 a polynomial in x^2 / 4; above, exp(x) / sqrt(x) times a polynomial in 16 / x - 1, with exp and root in two
// parts. About the two ranges of J. Blair and C. Edwards, Stable rational minimax approximations to the modified Bessel
// functions I0(x) and I1(x), AECL-4928, 1974, but with polynomials. Coefficients are minimax for the relative error
// (tests/math/make_coefficients.py).
#pragma once

#include "math/extended.hpp"

namespace trireme::math {

/// I0 for |x| < 8, over a = x^2 / 4; error of the series 2^-59 (2^-31). All terms are positive and several of them
/// large, so the first four sums are kept in two parts, and so is a.
template <class V>
TRIREME_INLINE V i0_small(V x) {
  using E = element_t<V>;
  V half = x * V(E(0.5)), one = V(E{1}), second;
  TwoPart<V> a = exact_product(half, half), p;
  if constexpr (std::is_same_v<E, float>) {
    second = V(0.25f);
    p = {V(0x1.c71c5ep-6f), a.high * polynomial(a.high, 0x1.c71db2p-10f, 0x1.233bb2p-14f, 0x1.033c74p-19f,
                                                0x1.4ecb4cp-25f, 0x1.670062p-31f, 0x1.7fd2fap-38f, 0x1.38d8b6p-43f)};
  } else {
    second = V(0x1.ffffffffffffep-3);
    p = {V(0x1.c71c71c71c769p-6),
         a.high * polynomial(a.high, 0x1.c71c71c71bcbfp-10, 0x1.23456789b769ap-14, 0x1.02e85c07a261fp-19,
                             0x1.522a441098405p-25, 0x1.522a4211318ffp-31, 0x1.0b314af99e74p-37, 0x1.55ffc8fa7b317p-44,
                             0x1.69e16b99c771ep-51, 0x1.40c56f50a023dp-58, 0x1.f18d299733837p-66, 0x1.135c03827138fp-73,
                             0x1.196cc79b2619dp-80)};
  }
  p = exact_sum(p.high, p.low);
  p = TwoPart<V>{second, V(E{0})} + a * p;
  p = TwoPart<V>{one, V(E{0})} + a * p;
  p = TwoPart<V>{one, V(E{0})} + a * p;
  return p.high + p.low;
}

/// sqrt(x) exp(-x) I0(x) over t = 16 / x - 1 for x >= 8; error 2^-58.5 (2^-30.4).
template <class V>
TRIREME_INLINE TwoPart<V> i0_factor(V t) {
  if constexpr (std::is_same_v<element_t<V>, float>)
    return ordered_sum(V(0x1.9bd428p-2f), fma(t,
                                              polynomial(t, 0x1.b8797ap-9f, 0x1.1dad4cp-13f, 0x1.754072p-17f,
                                                         0x1.8788b8p-20f, 0x1.76a318p-22f, 0x1.0f4abap-23f),
                                              V(0x1.54846p-27f)));
  else
    return ordered_sum(
        V(0x1.9bd428ad249a5p-2),
        fma(t,
            polynomial(t, 0x1.b87969bb93bc3p-9, 0x1.1daa72b5e424fp-13, 0x1.75e5ee6ffeb68p-17, 0x1.8e513a4cb2b17p-20,
                       0x1.3f49ae12792f4p-22, 0x1.7d0f431e589ebp-24, 0x1.51cb9792b6e74p-25, 0x1.722b96e9a0b1p-26,
                       0x1.03f15996533dp-27, -0x1.cf041f5b71e46p-28, -0x1.ce94f591ebe75p-27, -0x1.7604879fa36cep-28,
                       0x1.09a89ab61d2fep-27, 0x1.02973466665fdp-27, -0x1.0c6371e4c423cp-28, -0x1.a425631284b86p-28,
                       0x1.23f4b7979c3fap-29, 0x1.06345fcddb467p-28, -0x1.44f6bc03b61edp-30, -0x1.df48606c75a02p-30,
                       0x1.2d2fca4de7f3fp-31, 0x1.173919bd56587p-31, -0x1.71e29f21106f1p-33, -0x1.31b8449d85b97p-34,
                       0x1.ad0eb2594e79bp-36),
            V(-0x1.c4ef249af3be1p-56)));
}

/// f32, f64. Even; +inf where the result is beyond the range.
template <class V>
TRIREME_INLINE V i0(V x) {
  using E = element_t<V>;
  constexpr E kHuge = sizeof(E) == 4 ? E(100) : E(720);  // the result is beyond the range from about 91.9 (713.99) on
  V size = absolute(x), eight = V(E{8});
  V bounded = select(size < V(kHuge), select(size > eight, size, eight), V(kHuge));
  ScaledTwoPart<V> power = extended_exp(TwoPart<V>{bounded, V(E{0})});
  V root = sqrt(bounded);
  TwoPart<V> exact_root{root, fma(-root, root, bounded) / (root + root)};
  TwoPart<V> value = power.value * ratio(i0_factor(V(E{16}) / bounded - V(E{1})), exact_root);
  V large = scale_by(value.high + value.low, power.exponent);
  return select(is_nan(x), x, select(size < eight, i0_small(select(size < eight, size, eight)), large));
}

}  // namespace trireme::math
