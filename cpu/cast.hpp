// cpu/cast.hpp -- astype of one element: truncating, saturating, NaN to 0, rounding to nearest even
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "math/half.hpp"
#include "program/work_type.hpp"

namespace trireme::cpu {

/// Float to integer: the bounds are powers of two, so comparing with them in the float is exact.
template <class To, class From>
TRIREME_INLINE To saturate(From v) {
  if constexpr (sizeof(To) >= 4) {
    return convert<To>(math::Scalar<From>(v)).value;
  } else {  // in i32, which holds both ends
    const std::int32_t wide = convert<std::int32_t>(math::Scalar<From>(v)).value;
    constexpr std::int32_t kMost = std::is_signed_v<To> ? (1 << (8 * sizeof(To) - 1)) - 1 : (1 << (8 * sizeof(To))) - 1;
    constexpr std::int32_t kLeast = std::is_signed_v<To> ? -kMost - 1 : 0;
    return static_cast<To>(wide > kMost ? kMost : wide < kLeast ? kLeast : wide);
  }
}

template <class T>
inline constexpr bool is_half = std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>;

/// The conversions of program::is_direct_cast. Halves pass as their bits, bools as bytes.
template <class To, class From, class Memory>
TRIREME_INLINE auto cast_element(Memory v) {
  if constexpr (std::is_same_v<To, bool>) {
    return static_cast<std::uint8_t>(static_cast<From>(v) != From{0});
  } else if constexpr (std::is_same_v<From, float16>) {
    return from_half(math::Scalar<std::int32_t>(v)).value;
  } else if constexpr (std::is_same_v<From, bfloat16>) {
    return from_bfloat(math::Scalar<std::int32_t>(v)).value;
  } else if constexpr (is_half<To>) {
    using Work = std::conditional_t<std::is_same_v<From, bool>, std::int32_t, From>;
    const math::Scalar<Work> work(static_cast<Work>(v));
    if constexpr (std::is_same_v<To, float16>) return static_cast<std::uint16_t>(to_half_from(work).value);
    else return static_cast<std::uint16_t>(to_bfloat_from(work).value);
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    return saturate<To>(v);
  } else {  // integers wrap, as NumPy's astype does; everything else is exact or rounds once
    return static_cast<To>(static_cast<From>(v));
  }
}

}  // namespace trireme::cpu
