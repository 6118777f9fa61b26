// include/trireme/half.hpp -- float16 and bfloat16: two-byte floats for storage, converted to and from float
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace trireme {

/// IEEE 754 binary16: 11 significant bits, largest value 65504. Holds bits only; arithmetic is done in float.
struct float16 {
  std::uint16_t bits = 0;

  constexpr float16() = default;
  /// Rounds to nearest, ties to even; beyond 65504 by half a unit or more gives an infinity.
  constexpr explicit float16(float value) : bits(from(std::bit_cast<std::uint32_t>(value))) {}
  constexpr explicit operator float() const { return std::bit_cast<float>(widen(bits)); }
  static constexpr float16 from_bits(std::uint16_t b) {
    float16 h;
    h.bits = b;
    return h;
  }

 private:
  static constexpr std::uint16_t from(std::uint32_t f) {
    const std::uint32_t sign = f >> 16 & 0x8000, magnitude = f & 0x7fffffff;
    if (magnitude > 0x7f800000) return 0x7e00;                                  // NaN, the canonical one
    if (magnitude >= 0x477ff000) return static_cast<std::uint16_t>(sign | 0x7c00);  // 65520 and above
    std::uint32_t shift = 13, fraction = magnitude - 0x38000000;                // exponents differ by 112
    if (magnitude < 0x38800000) {                                               // below 2^-14: a subnormal
      const std::uint32_t exponent = magnitude >> 23;
      if (exponent < 102) return static_cast<std::uint16_t>(sign);              // at most 2^-25 rounds to 0
      shift = 126 - exponent;
      fraction = (magnitude & 0x7fffff) | 0x800000;
    }
    const std::uint32_t half = std::uint32_t{1} << (shift - 1), rest = fraction & (2 * half - 1);
    std::uint32_t result = fraction >> shift;
    if (rest > half || (rest == half && (result & 1))) ++result;
    return static_cast<std::uint16_t>(sign | result);
  }
  static constexpr std::uint32_t widen(std::uint32_t h) {
    const std::uint32_t sign = (h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 0x3ff;
    if (exponent == 31) return sign | 0x7f800000 | fraction << 13;
    if (exponent > 0) return sign | (exponent + 112) << 23 | fraction << 13;
    if (fraction == 0) return sign;
    const auto lead = static_cast<std::uint32_t>(std::bit_width(fraction)) - 1;  // its place becomes the implied one
    return sign | (lead + 103) << 23 | ((fraction << (23 - lead)) & 0x7fffff);
  }
};

/// The upper half of a float: 8 significant bits and float's range. Holds bits only; arithmetic is done in float.
struct bfloat16 {
  std::uint16_t bits = 0;

  constexpr bfloat16() = default;
  /// Rounds to nearest, ties to even.
  constexpr explicit bfloat16(float value) : bits(from(std::bit_cast<std::uint32_t>(value))) {}
  constexpr explicit operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
  static constexpr bfloat16 from_bits(std::uint16_t b) {
    bfloat16 h;
    h.bits = b;
    return h;
  }

 private:
  static constexpr std::uint16_t from(std::uint32_t f) {
    if ((f & 0x7fffffff) > 0x7f800000) return 0x7fc0;
    return static_cast<std::uint16_t>((f + 0x7fff + (f >> 16 & 1)) >> 16);
  }
};

}  // namespace trireme
