// hull/math/dialect.hpp -- the value types that elementary functions and table rows are written over
// SPDX-License-Identifier: Apache-2.0
//
// A function of the dialect is a template over a value type V: Scalar<T> here (one element on the host), Lanes<T> on the
// CPU (cpu/lanes.hpp), Traced<T> when a kernel or a table row becomes program code. It may use, unqualified, only:
//   V(literal)  a + b  a - b  a * b  -a         integers wrap
//   a / b  sqrt(a)  fma(a, b, c)                floats only, each with one rounding to nearest even
//   == != < <= > >=                             give mask_t<V>; a NaN is unequal to everything and compares false
//   m & n  m | n  m ^ n  !m  select(m, a, b)    on masks; mask_t is one type for a float and the integer of its width
//   as_int(float)  as_float(int)                bits, between a float and the integer of its width
//   to_int(float)                               truncates; the value must be known to fit
//   to_float(int)                               rounds to nearest even
//   convert<T>(v)                               as astype; Scalar and Traced only
//   & | ^ ~                                     integers
//   shift_left(v, k)  shift_right(v, k)  shift_right_logical(v, k)    integers; k is a plain int below the width
//   shift_left(v, w)  shift_right(v, w)         integers; w, of v's type, is in [0, width); sign filled where signed
//   quotient(a, b)                              integers, truncated; by 0 it is 0, and the most negative by -1 wraps
//   repeat<n>(step, x, y...)                    calls step(x, y...) n times, which assigns to them; traced it is a loop of
//                                               the program, so that text and compile time do not grow with n. Not nested,
//                                               and not in rows of complex numbers.
//   any(m)                                      a bool: whether m may be true somewhere; Traced cannot know and says true
// There is no branch on data: an `if` may ask for the element type, and for any(m) to pass over work whose results are
// all selected by m. Round-to-nearest without contraction is guaranteed on every target, so adding and subtracting
// 1.5 * 2^23 (2^52) rounds to an integer.
#pragma once

#include <cstdint>
#include <type_traits>

/// For everything that level files instantiate: a level's object must hold no out-of-line inline function.
#define TRIREME_INLINE [[gnu::always_inline]] inline

namespace trireme::math {

/// Specialised by every value type: `element`, `mask`, and `with<U>`, the same kind of value with element U.
template <class V>
struct value_traits;

template <class V>
using element_t = typename value_traits<V>::element;
template <class V>
using mask_t = typename value_traits<V>::mask;
template <class V, class U>
using with_element = typename value_traits<V>::template with<U>;

/// The integer of a float's width and the float of an integer's width; undefined for other types.
template <class T>
struct partner;
template <>
struct partner<float> : std::type_identity<std::int32_t> {};
template <>
struct partner<double> : std::type_identity<std::int64_t> {};
template <>
struct partner<std::int32_t> : std::type_identity<float> {};
template <>
struct partner<std::int64_t> : std::type_identity<double> {};
template <>
struct partner<std::uint32_t> : std::type_identity<float> {};
template <>
struct partner<std::uint64_t> : std::type_identity<double> {};

template <class V>
using partner_t = with_element<V, typename partner<element_t<V>>::type>;

/// A function object that lanes call: inlined as everything that level files instantiate.
#define TRIREME_INLINE_LAMBDA __attribute__((always_inline))

template <int count, class Step, class First, class... Rest>
TRIREME_INLINE void repeat(Step step, First& first, Rest&... rest) {
  if constexpr (requires { value_traits<First>::repeat(count, step, first, rest...); })
    value_traits<First>::repeat(count, step, first, rest...);
  else
    for (int k = 0; k < count; ++k) step(first, rest...);
}

/// False of what is no value of the dialect, as complex numbers, which are two.
template <class V>
inline constexpr bool is_float_value = false;
template <class V>
  requires requires { typename value_traits<V>::element; }
inline constexpr bool is_float_value<V> = std::is_floating_point_v<element_t<V>>;
template <class V>
inline constexpr bool is_signed_value = std::is_signed_v<element_t<V>>;

/// The mask of Scalar: a bool whose & | ^ do not promote to int.
struct ScalarMask {
  bool value = false;

  ScalarMask() = default;
  TRIREME_INLINE constexpr ScalarMask(bool v) : value(v) {}
  TRIREME_INLINE constexpr operator bool() const { return value; }

  TRIREME_INLINE friend constexpr ScalarMask operator&(ScalarMask a, ScalarMask b) { return a.value && b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator|(ScalarMask a, ScalarMask b) { return a.value || b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator^(ScalarMask a, ScalarMask b) { return a.value != b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator!(ScalarMask a) { return !a.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator==(ScalarMask a, ScalarMask b) { return a.value == b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator!=(ScalarMask a, ScalarMask b) { return a.value != b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator<(ScalarMask a, ScalarMask b) { return !a.value && b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator<=(ScalarMask a, ScalarMask b) { return !a.value || b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator>(ScalarMask a, ScalarMask b) { return a.value && !b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator>=(ScalarMask a, ScalarMask b) { return a.value || !b.value; }
  TRIREME_INLINE friend constexpr ScalarMask select(ScalarMask m, ScalarMask a, ScalarMask b) {
    return m.value ? a : b;
  }
  TRIREME_INLINE friend constexpr bool any(ScalarMask m) { return m.value; }
};

/// One float, double, or (u)int32_t or (u)int64_t as a value of the dialect. A wrapper, because the built-in integer operators
/// are undefined on overflow and because calls on built-in types are not found by argument-dependent lookup.
template <class T>
struct Scalar {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int32_t> ||
                std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t>);
  static constexpr bool kFloat = std::is_floating_point_v<T>;
  using Partner = typename partner<T>::type;
  /// What arithmetic is done in: wraps for integers.
  using Work = typename std::conditional_t<kFloat, std::type_identity<T>, std::make_unsigned<T>>::type;

  T value{};

  Scalar() = default;
  TRIREME_INLINE constexpr explicit Scalar(T v) : value(v) {}

  TRIREME_INLINE constexpr Work work() const { return static_cast<Work>(value); }
  TRIREME_INLINE static constexpr Scalar from(Work v) { return Scalar(static_cast<T>(v)); }

  TRIREME_INLINE friend constexpr Scalar operator+(Scalar a, Scalar b) { return from(a.work() + b.work()); }
  TRIREME_INLINE friend constexpr Scalar operator-(Scalar a, Scalar b) { return from(a.work() - b.work()); }
  TRIREME_INLINE friend constexpr Scalar operator*(Scalar a, Scalar b) { return from(a.work() * b.work()); }
  TRIREME_INLINE friend constexpr Scalar operator-(Scalar a) { return from(-a.work()); }
  TRIREME_INLINE friend constexpr Scalar operator/(Scalar a, Scalar b) requires kFloat {
    return Scalar(a.value / b.value);
  }

  TRIREME_INLINE friend Scalar sqrt(Scalar a) requires kFloat {
    if constexpr (sizeof(T) == 4)
      return Scalar(__builtin_sqrtf(a.value));
    else
      return Scalar(__builtin_sqrt(a.value));
  }
  TRIREME_INLINE friend Scalar fma(Scalar a, Scalar b, Scalar c) requires kFloat {
    if constexpr (sizeof(T) == 4)
      return Scalar(__builtin_fmaf(a.value, b.value, c.value));
    else
      return Scalar(__builtin_fma(a.value, b.value, c.value));
  }

  TRIREME_INLINE friend constexpr ScalarMask operator==(Scalar a, Scalar b) { return a.value == b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator!=(Scalar a, Scalar b) { return a.value != b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator<(Scalar a, Scalar b) { return a.value < b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator<=(Scalar a, Scalar b) { return a.value <= b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator>(Scalar a, Scalar b) { return a.value > b.value; }
  TRIREME_INLINE friend constexpr ScalarMask operator>=(Scalar a, Scalar b) { return a.value >= b.value; }
  TRIREME_INLINE friend constexpr Scalar select(ScalarMask m, Scalar a, Scalar b) { return m.value ? a : b; }

  TRIREME_INLINE friend constexpr Scalar operator&(Scalar a, Scalar b) requires(!kFloat) {
    return Scalar(a.value & b.value);
  }
  TRIREME_INLINE friend constexpr Scalar operator|(Scalar a, Scalar b) requires(!kFloat) {
    return Scalar(a.value | b.value);
  }
  TRIREME_INLINE friend constexpr Scalar operator^(Scalar a, Scalar b) requires(!kFloat) {
    return Scalar(a.value ^ b.value);
  }
  TRIREME_INLINE friend constexpr Scalar operator~(Scalar a) requires(!kFloat) { return Scalar(static_cast<T>(~a.value)); }
  TRIREME_INLINE friend constexpr Scalar shift_left(Scalar a, int k) requires(!kFloat) { return from(a.work() << k); }
  TRIREME_INLINE friend constexpr Scalar shift_right(Scalar a, int k) requires(!kFloat) { return Scalar(a.value >> k); }
  TRIREME_INLINE friend constexpr Scalar shift_right_logical(Scalar a, int k) requires(!kFloat) {
    return from(a.work() >> k);
  }
  TRIREME_INLINE friend constexpr Scalar shift_left(Scalar a, Scalar k) requires(!kFloat) {
    return from(a.work() << static_cast<int>(k.value));
  }
  TRIREME_INLINE friend constexpr Scalar shift_right(Scalar a, Scalar k) requires(!kFloat) {
    return Scalar(a.value >> static_cast<int>(k.value));
  }
  TRIREME_INLINE friend constexpr Scalar quotient(Scalar a, Scalar b) requires(!kFloat) {
    if (b.value == 0) return Scalar(T{0});
    if constexpr (std::is_signed_v<T>)
      if (b.value == T{-1}) return -a;
    return Scalar(static_cast<T>(a.value / b.value));
  }

  TRIREME_INLINE friend constexpr Scalar<Partner> as_int(Scalar a) requires kFloat {
    return Scalar<Partner>(__builtin_bit_cast(Partner, a.value));
  }
  TRIREME_INLINE friend constexpr Scalar<Partner> as_float(Scalar a) requires(!kFloat) {
    return Scalar<Partner>(__builtin_bit_cast(Partner, a.value));
  }
  TRIREME_INLINE friend constexpr Scalar<Partner> to_int(Scalar a) requires kFloat {
    // Beyond the range, where lanes give anything and the result is not used, C++ leaves the cast itself undefined.
    constexpr T kLimit = 2 * static_cast<T>(Partner{1} << (8 * sizeof(Partner) - 2));
    if (!(a.value >= -kLimit && a.value < kLimit)) return Scalar<Partner>(Partner{0});
    return Scalar<Partner>(static_cast<Partner>(a.value));
  }
  TRIREME_INLINE friend constexpr Scalar<Partner> to_float(Scalar a) requires(!kFloat) {
    return Scalar<Partner>(static_cast<Partner>(a.value));
  }
};

/// As astype: floats truncate and saturate, NaN gives 0, integers wrap or round to nearest even.
template <class To, class From>
TRIREME_INLINE constexpr Scalar<To> convert(Scalar<From> v) {
  if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    // The bounds are powers of two, so comparing with them in the float is exact.
    constexpr int kDigits = 8 * sizeof(To) - std::is_signed_v<To>;
    constexpr From kLimit = 2 * static_cast<From>(std::uint64_t{1} << (kDigits - 1));
    constexpr To kLeast = std::is_signed_v<To> ? static_cast<To>(To{1} << (kDigits % (8 * sizeof(To)))) : To{0};
    if (v.value != v.value) return Scalar<To>(To{0});
    if (v.value >= kLimit) return Scalar<To>(static_cast<To>(~kLeast));
    if (v.value < (std::is_signed_v<To> ? -kLimit : From{0})) return Scalar<To>(kLeast);
    return Scalar<To>(static_cast<To>(v.value));
  } else {
    return Scalar<To>(static_cast<To>(v.value));
  }
}

template <class T>
struct value_traits<Scalar<T>> {
  using element = T;
  using mask = ScalarMask;
  template <class U>
  using with = Scalar<U>;
};

}  // namespace trireme::math
