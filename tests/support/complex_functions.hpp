// tests/support/complex_functions.hpp -- functions of complex numbers in more digits, from the C library or from its functions
// SPDX-License-Identifier: Apache-2.0
//
// In complex long double, which has eleven digits more than double and the special cases of C23 Annex G. Nothing of
// hull/math is used.
#pragma once

#include <cmath>
#include <complex>

#include "support/wide.hpp"

namespace trireme::test::complex {

using Number = std::complex<long double>;

inline bool is_finite(Number a) { return std::isfinite(a.real()) && std::isfinite(a.imag()); }

/// The Array API's special cases are those of exp, less 1.
inline Number expm1(Number a) {
  const long double x = a.real(), y = a.imag();
  if (x == 0 && y == 0) return {0, y};
  if (!is_finite(a) || x > 1) return std::exp(a) - 1.0L;
  const long double sine = std::sin(y / 2);
  return {std::expm1(x) * std::cos(y) - 2 * sine * sine, std::exp(x) * std::sin(y)};
}

/// The sum that cancels is taken in more digits.
inline Number log1p(Number a) {
  const Number plain = std::log(Number(1 + a.real(), a.imag()));
  if (!is_finite(a)) return plain;
  const auto square = static_cast<long double>(Wide(a.real()) * (2 + Wide(a.real())) + Wide(a.imag()) * Wide(a.imag()));
  return {square > -0.5L && square < 2 ? std::log1p(square) / 2 : plain.real(), plain.imag()};
}

inline Number log2(Number a) {
  const Number natural = std::log(a);
  return {natural.real() * 1.44269504088896340735992468100189214L, natural.imag() * 1.44269504088896340735992468100189214L};
}
inline Number log10(Number a) {
  const Number natural = std::log(a);
  return {natural.real() * 0.434294481903251827651128918916605082L, natural.imag() * 0.434294481903251827651128918916605082L};
}

inline Number sign(Number a) { return a == Number(0) ? Number(0) : a / std::abs(a); }

}  // namespace trireme::test::complex
