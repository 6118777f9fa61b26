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
//   & | ^ ~                                     integers
//   shift_left(v, k)  shift_right(v, k)  shift_right_logical(v, k)    integers; k is a plain int below the width
// There is no branch on data: an `if` may ask only for the element type. Round-to-nearest without contraction is
// guaranteed on every target, so adding and subtracting 1.5 * 2^23 (2^52) rounds to an integer.
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

template <class V>
using partner_t = with_element<V, typename partner<element_t<V>>::type>;

template <class V>
inline constexpr bool is_float_value = std::is_floating_point_v<element_t<V>>;

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
};

/// One float, double, int32_t or int64_t as a value of the dialect. A wrapper, because the built-in integer operators
/// are undefined on overflow and because calls on built-in types are not found by argument-dependent lookup.
template <class T>
struct Scalar {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int32_t> ||
                std::is_same_v<T, std::int64_t>);
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
  TRIREME_INLINE friend constexpr Scalar operator~(Scalar a) requires(!kFloat) { return Scalar(~a.value); }
  TRIREME_INLINE friend constexpr Scalar shift_left(Scalar a, int k) requires(!kFloat) { return from(a.work() << k); }
  TRIREME_INLINE friend constexpr Scalar shift_right(Scalar a, int k) requires(!kFloat) { return Scalar(a.value >> k); }
  TRIREME_INLINE friend constexpr Scalar shift_right_logical(Scalar a, int k) requires(!kFloat) {
    return from(a.work() >> k);
  }

  TRIREME_INLINE friend constexpr Scalar<Partner> as_int(Scalar a) requires kFloat {
    return Scalar<Partner>(__builtin_bit_cast(Partner, a.value));
  }
  TRIREME_INLINE friend constexpr Scalar<Partner> as_float(Scalar a) requires(!kFloat) {
    return Scalar<Partner>(__builtin_bit_cast(Partner, a.value));
  }
  TRIREME_INLINE friend constexpr Scalar<Partner> to_int(Scalar a) requires kFloat {
    return Scalar<Partner>(static_cast<Partner>(a.value));
  }
  TRIREME_INLINE friend constexpr Scalar<Partner> to_float(Scalar a) requires(!kFloat) {
    return Scalar<Partner>(static_cast<Partner>(a.value));
  }
};

template <class T>
struct value_traits<Scalar<T>> {
  using element = T;
  using mask = ScalarMask;
  template <class U>
  using with = Scalar<U>;
};

}  // namespace trireme::math
