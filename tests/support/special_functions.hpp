// tests/support/special_functions.hpp -- erfinv, digamma and i0 to about the digits of long double, for the oracles
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>

#include "support/wide.hpp"

namespace trireme::test::special {

/// Newton's method on erfc, or on erf where that is small.
inline long double erfinv(long double a) {
  const long double size = std::fabs(a);
  if (!(size < 1)) return size == 1 ? std::copysign(std::numeric_limits<long double>::infinity(), a) : NAN;
  const long double root_pi = 1.7724538509055160272981674833411452L;
  if (size < 1e-6L) return a * (root_pi / 2) * (1 + a * a * (root_pi * root_pi / 12));
  long double low = 0, high = 7;  // double and float know no number nearer to 1
  for (int k = 0; k < 12; ++k) (std::erfc((low + high) / 2) > 1 - size ? low : high) = (low + high) / 2;
  long double y = (low + high) / 2;
  for (int k = 0; k < 6; ++k) {
    const long double off = size < 0.5L ? std::erf(y) - size : (1 - size) - std::erfc(y);
    y -= off * (root_pi / 2) * std::exp(y * y);
  }
  return std::copysign(y, a);
}

/// The logarithm of a in [1/2, 1], by the series of 2 atanh.
inline Wide log_of_fraction(Wide a) {
  const Wide s = (a - 1) / (a + 1), square = s * s;
  Wide sum = 0;
  for (int k = 63; k >= 1; k -= 2) sum = sum * square + Wide(1) / k;
  return 2 * s * sum;
}

/// From 40 on the asymptotic series, below the recurrence, below 1/2 the reflection.
inline long double digamma(long double a) {
  if (a == 0) return std::copysign(std::numeric_limits<long double>::infinity(), -a);
  if (std::isinf(a)) return a > 0 ? a : NAN;
  if (a < 0.5L) {
    const long double pi = 3.1415926535897932384626433832795029L, rest = a - std::nearbyint(a);
    if (rest == 0) return NAN;
    return digamma(1 - a) - pi / std::tan(pi * rest);
  }
  Wide sum = 0, y = a;
  for (; y < 40; y += 1) sum -= 1 / y;
  const Wide u = 1 / (y * y);
  // B(2k) / 2k for k = 1 to 8.
  const Wide terms[] = {Wide(1) / 12, Wide(-1) / 120,      Wide(1) / 252, Wide(-1) / 240,
                        Wide(1) / 132, Wide(-691) / 32760, Wide(1) / 12,  Wide(-3617) / 8160};
  Wide tail = 0;
  for (int k = 7; k >= 0; --k) tail = (tail + terms[k]) * u;
  // All digits count near the zero.
  int exponent = 0;
  std::frexp(static_cast<long double>(y), &exponent);
  const Wide power = static_cast<Wide>(std::ldexp(1.0L, exponent));
  const Wide logarithm = log_of_fraction(y / power) - exponent * log_of_fraction(Wide(1) / 2);
  return static_cast<long double>(sum + logarithm - 1 / (2 * y) - tail);
}

/// The power series, whose terms are all positive.
inline long double i0(long double a) {
  if (std::isnan(a)) return a;
  if (std::fabs(a) > 12000) return std::numeric_limits<long double>::infinity();  // beyond what a double can be
  const Wide square = static_cast<Wide>(a) * a / 4;
  Wide sum = 1, term = 1;
  for (int k = 1; term > sum * 1e-24L; ++k) sum += term *= square / k / k;
  return static_cast<long double>(sum);
}

}  // namespace trireme::test::special
