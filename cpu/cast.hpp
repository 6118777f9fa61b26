// cpu/cast.hpp -- astype of one element: truncating, saturating, NaN to 0, rounding to nearest even
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "math/dialect.hpp"

namespace trireme::cpu {

/// Float to integer: the bounds are powers of two, so comparing with them in the float is exact.
template <class To, class From>
TRIREME_INLINE To saturate(From v) {
  constexpr From limit = static_cast<From>(sizeof(To) == 4 ? 2147483648.0 : 9223372036854775808.0);
  constexpr To least = static_cast<To>(std::make_unsigned_t<To>{1} << (8 * sizeof(To) - 1));
  if (v != v) return 0;
  if (v >= limit) return static_cast<To>(~least);
  if (v < -limit) return least;
  return static_cast<To>(v);
}

template <class To, class From>
TRIREME_INLINE auto cast_element(From v) {
  if constexpr (std::is_same_v<To, bool>) return static_cast<std::uint8_t>(v != From{0});
  else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) return saturate<To>(v);
  // i64 to i32 wraps, as NumPy's astype does; everything else is exact or rounds once.
  else return static_cast<To>(v);
}

}  // namespace trireme::cpu
