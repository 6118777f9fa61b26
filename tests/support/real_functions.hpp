// tests/support/real_functions.hpp -- the elementary functions in more digits, from the C library or from its functions
// SPDX-License-Identifier: Apache-2.0
//
// F is double, for f32, or long double, for f64. Each is good to some last places of F. What has a name in <cmath> is not
// here. Nothing of hull/math is used.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace trireme::test::real {

/// std::pow, but that glibc's long double of x86 gives pow(-inf, -2^63) as infinite (2.36).
template <class F>
F pow(F x, F y) {
  if (!std::isinf(x) || !std::isfinite(y) || y == 0) return std::pow(x, y);
  const F size = y > 0 ? std::numeric_limits<F>::infinity() : F(0);
  return std::signbit(x) && std::fmod(std::fabs(y), F(2)) == 1 ? -size : size;
}

template <class F>
F rsqrt(F x) {
  return x == 0 ? std::copysign(std::numeric_limits<F>::infinity(), x) : 1 / std::sqrt(x);
}

// sinpi, cospi: the remainder modulo 2 is exact, and so is every step until the multiplication by pi.
template <class F>
F sine_of_half_turns(F r) {  // |r| <= 1/2
  const F size = std::fabs(r);
  const F value = size <= F(0.25) ? std::sin(std::numbers::pi_v<F> * size) : std::cos(std::numbers::pi_v<F> * (F(0.5) - size));
  return std::copysign(value, r);
}
template <class F>
F sinpi(F x) {
  F r = std::remainder(x, F(2));
  if (std::fabs(r) > F(0.5)) r = std::copysign(1 - std::fabs(r), r);
  return r == 0 ? std::copysign(F(0), x) : sine_of_half_turns(r);
}
template <class F>
F cospi(F x) {
  const F r = F(0.5) - std::fabs(std::remainder(x, F(2)));  // cos(pi r) = sin(pi (1/2 - r))
  return r == 0 ? F(0) : sine_of_half_turns(r);
}
template <class F>
F sinc(F x) {
  if (x == 0) return 1;
  const F sine = sinpi(x);
  return sine == 0 ? F(0) : sine / (std::numbers::pi_v<F> * x);
}
template <class F>
F degrees(F x) {
  return x * (180 / std::numbers::pi_v<F>);
}
template <class F>
F radians(F x) {
  return x * (std::numbers::pi_v<F> / 180);
}
template <class F>
F expit(F x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}
template <class F>
F log_expit(F x) {
  return x >= 0 ? -std::log1p(std::exp(-x)) : x - std::log1p(std::exp(x));
}
template <class F>
F logaddexp(F x, F y) {
  if (std::isnan(x) || std::isnan(y)) return x + y;
  const F larger = std::max(x, y), smaller = std::min(x, y);
  if (std::isinf(larger)) return larger;
  return larger + std::log1p(std::exp(smaller - larger));
}

}  // namespace trireme::test::real
