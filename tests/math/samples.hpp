// tests/math/samples.hpp -- the operands on which the functions of functions.def are measured
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>

#include "math/random_bits.hpp"
#include "math/reference.hpp"

namespace trireme::math_test {

/// The i-th operand of an f64 function of one operand: any bits, the interval of functions.def, small numbers and the
/// neighbourhood of 1, numbers of up to 2^70.
inline double draw_one(Random& random, const FunctionInfo& function, std::uint64_t i) {
  const double sign = function.low < 0 && (random.next() & 1) ? -1 : 1;
  switch (i % 4) {
    case 0:
      return random.bits<double>();
    case 1:
      return random.between(function.low, function.high);
    case 2: {
      const double small = (random.next() & 1 ? 1 : -1) * std::ldexp(random.between(1, 2), -static_cast<int>(random.next() % 60));
      return random.next() % 3 == 0 ? 1 + small / 2 : small;
    }
    default:
      if (i % 8 == 3) return random.between(function.low, function.high) / 8;
      return sign * std::ldexp(random.between(1, 2), static_cast<int>(random.next() % 80) - 10);
  }
}

/// The i-th pair of operands: any bits, like magnitudes, powers near either end of the range, first operands near 1, small
/// integers, the unit square, and special numbers.
template <class T>
void draw_two(Random& random, std::uint64_t i, T& a, T& b) {
  using L = std::numeric_limits<T>;
  constexpr double kLogOfLargest = sizeof(T) == 4 ? 88.7 : 709.8;
  constexpr T kSpecial[] = {0, T(-0.0), 1, -1, 2, -2, 3, -3, T(0.5), T(-0.5), L::infinity(), -L::infinity(), L::quiet_NaN(),
                            L::denorm_min(), -L::denorm_min(), L::max(), -L::max(), L::min(), T(1e30), T(16777215), T(16777217),
                            T(9007199254740991.0), T(9007199254740993.0), 1 + L::epsilon(), 1 - L::epsilon() / 2};
  switch (i % 8) {
    case 0:
      a = random.bits<T>();
      b = random.bits<T>();
      break;
    case 1:
      a = static_cast<T>(std::ldexp(random.between(1, 2), static_cast<int>(random.next() % (2 * L::max_exponent)) - L::max_exponent));
      b = a * static_cast<T>(random.between(-4, 4));
      break;
    case 2:
      a = static_cast<T>(random.between(0.5, 2));
      b = static_cast<T>(random.between(-900, 900));
      break;
    case 3:
      a = std::fabs(random.bits<T>());
      b = static_cast<T>(kLogOfLargest / std::log(static_cast<double>(a)) * random.between(-1.06, 1.01));
      break;
    case 4:
      a = static_cast<T>(1 + std::ldexp(random.between(-1, 1), -static_cast<int>(random.next() % L::digits)));
      b = static_cast<T>(kLogOfLargest / std::log(static_cast<double>(a)) * random.between(-1.06, 1.01));
      break;
    case 5:
      a = static_cast<T>(random.between(-100, 100));
      b = static_cast<T>(std::floor(random.between(-30, 30)));
      break;
    case 6:
      a = static_cast<T>(random.between(-1, 1));
      b = static_cast<T>(random.between(-1, 1));
      break;
    default:
      a = kSpecial[random.next() % std::size(kSpecial)];
      b = kSpecial[random.next() % std::size(kSpecial)];
  }
}

}  // namespace trireme::math_test
