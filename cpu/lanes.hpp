// cpu/lanes.hpp -- Lanes<T> and Mask<T>: one SIMD register of values with the operations of hull/math/dialect.hpp
// SPDX-License-Identifier: Apache-2.0
//
// The only header that includes xsimd or intrinsics. The including file is compiled with a level's flags and defines
// TRIREME_LEVEL as baseline, avx2, avx512 or neon; everything here is in that level's namespace and always inlined, so
// that an object of one level offers no function to another. What Debian's xsimd 8.1 gets wrong or lacks (fma, 64-bit
// multiply and shift, conversions, comparisons, masked access) comes from lanes_<level>.hpp. A new level is one more
// such file and one more branch below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#ifndef TRIREME_LEVEL
#error "define TRIREME_LEVEL as baseline, avx2, avx512 or neon"
#endif

// GCC 12 warns of its own AVX-512 intrinsics (PR 105593, mended in 13). The pragma holds to the end of the file, as the
// warnings come where the intrinsics are inlined; the other levels compile the same text with the warnings on.
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>

#include "cpu/soft_fma.hpp"
#include "math/dialect.hpp"

namespace trireme::cpu::TRIREME_LEVEL {

template <std::size_t Count>
TRIREME_INLINE std::uint64_t load_bytes(const std::uint8_t* p) {
  std::uint64_t bytes = 0;
  __builtin_memcpy(&bytes, p, Count);
  return bytes;
}

template <std::size_t Count>
TRIREME_INLINE void store_bytes(std::uint8_t* p, std::uint64_t bytes) {
  __builtin_memcpy(p, &bytes, Count);
}

/// The first n < 8 bytes, never reading beyond them; the rest are zero.
TRIREME_INLINE std::uint64_t load_some_bytes(const std::uint8_t* p, std::size_t n) {
  std::uint64_t bytes = 0;
  if (n & 1) bytes = p[n - 1];
  if (n & 2) bytes = bytes << 16 | load_bytes<2>(p + (n & 4));
  if (n & 4) bytes = bytes << 32 | load_bytes<4>(p);
  return bytes;
}

TRIREME_INLINE void store_some_bytes(std::uint8_t* p, std::size_t n, std::uint64_t bytes) {
  if (n & 4) store_bytes<4>(p, bytes), bytes >>= 32, p += 4;
  if (n & 2) store_bytes<2>(p, bytes), bytes >>= 16, p += 2;
  if (n & 1) *p = static_cast<std::uint8_t>(bytes);
}

class LineJoin;  // of levels whose vectors are lines of 64 bytes

#define TRIREME_IS_baseline 1
#define TRIREME_IS_avx2 2
#define TRIREME_IS_avx512 3
#define TRIREME_IS_neon 4
#define TRIREME_CONCAT(a, b) a##b
#define TRIREME_LEVEL_NUMBER(level) TRIREME_CONCAT(TRIREME_IS_, level)
#if TRIREME_LEVEL_NUMBER(TRIREME_LEVEL) == TRIREME_IS_baseline
#include "cpu/lanes_baseline.hpp"
#elif TRIREME_LEVEL_NUMBER(TRIREME_LEVEL) == TRIREME_IS_avx2
#include "cpu/lanes_avx2.hpp"
#elif TRIREME_LEVEL_NUMBER(TRIREME_LEVEL) == TRIREME_IS_avx512
#include "cpu/lanes_avx512.hpp"
#elif TRIREME_LEVEL_NUMBER(TRIREME_LEVEL) == TRIREME_IS_neon
#include "cpu/lanes_neon.hpp"
#else
#error "no such level"
#endif

/// One truth value for each lane of Bytes bytes.
template <std::size_t Bytes>
struct BasicMask {
  using Raw = MaskIsa<Bytes>;
  using Register = typename Raw::Register;
  static constexpr std::size_t width = sizeof(xsimd::batch<float, Arch>) / Bytes;

  Register bits;

  BasicMask() = default;
  TRIREME_INLINE explicit BasicMask(Register r) : bits(r) {}
  TRIREME_INLINE static BasicMask broadcast(bool v) { return BasicMask(Raw::fill(v)); }

  /// From and to bytes that are 0 or 1, as bool arrays hold them. n < width; nothing beyond n is touched.
  TRIREME_INLINE static BasicMask load(const std::uint8_t* p) { return BasicMask(Raw::load(p)); }
  TRIREME_INLINE static BasicMask load_partial(const std::uint8_t* p, std::size_t n) {
    return BasicMask(Raw::load_partial(p, n));
  }
  TRIREME_INLINE void store(std::uint8_t* p) const { Raw::store(p, bits); }
  TRIREME_INLINE void store_partial(std::uint8_t* p, std::size_t n) const { Raw::store_partial(p, n, bits); }

  TRIREME_INLINE friend bool any(BasicMask a) { return Raw::any(a.bits); }
  TRIREME_INLINE friend bool all(BasicMask a) { return Raw::all(a.bits); }
  TRIREME_INLINE friend BasicMask operator&(BasicMask a, BasicMask b) { return BasicMask(Raw::both(a.bits, b.bits)); }
  TRIREME_INLINE friend BasicMask operator|(BasicMask a, BasicMask b) { return BasicMask(Raw::either(a.bits, b.bits)); }
  TRIREME_INLINE friend BasicMask operator^(BasicMask a, BasicMask b) { return BasicMask(Raw::differ(a.bits, b.bits)); }
  TRIREME_INLINE friend BasicMask operator!(BasicMask a) { return BasicMask(Raw::invert(a.bits)); }
  TRIREME_INLINE friend BasicMask operator==(BasicMask a, BasicMask b) { return !(a ^ b); }
  TRIREME_INLINE friend BasicMask operator!=(BasicMask a, BasicMask b) { return a ^ b; }
  TRIREME_INLINE friend BasicMask operator<(BasicMask a, BasicMask b) { return (!a) & b; }
  TRIREME_INLINE friend BasicMask operator<=(BasicMask a, BasicMask b) { return (!a) | b; }
  TRIREME_INLINE friend BasicMask operator>(BasicMask a, BasicMask b) { return a & (!b); }
  TRIREME_INLINE friend BasicMask operator>=(BasicMask a, BasicMask b) { return a | (!b); }
  TRIREME_INLINE friend BasicMask select(BasicMask m, BasicMask a, BasicMask b) { return (m & a) | ((!m) & b); }
};

/// A float and the integer of its width share one mask type.
template <class T>
using Mask = BasicMask<sizeof(T)>;

/// One register of T: float, double, or (u)int32_t or (u)int64_t.
template <class T>
struct Lanes {
  using Batch = xsimd::batch<T, Arch>;
  using Register = typename Batch::register_type;
  using Partner = typename math::partner<T>::type;
  using Raw = Isa<T>;
  static constexpr bool kFloat = std::is_floating_point_v<T>;
  static constexpr std::size_t width = Batch::size;

  Batch batch;

  Lanes() = default;
  TRIREME_INLINE explicit Lanes(T v) : batch(v) {}
  TRIREME_INLINE explicit Lanes(Batch b) : batch(b) {}
  TRIREME_INLINE static Lanes of(Register r) { return Lanes(Batch(r)); }
  TRIREME_INLINE Register raw() const { return batch; }

  /// Any alignment. Partial: n < width lanes, the others are zero, and memory beyond them is not touched.
  TRIREME_INLINE static Lanes load(const T* p) { return Lanes(Batch::load_unaligned(p)); }
  TRIREME_INLINE static Lanes load_partial(const T* p, std::size_t n) { return of(Raw::load_partial(p, n)); }
  TRIREME_INLINE void store(T* p) const { batch.store_unaligned(p); }
  TRIREME_INLINE void store_partial(T* p, std::size_t n) const { Raw::store_partial(p, n, raw()); }

  TRIREME_INLINE friend Lanes operator+(Lanes a, Lanes b) { return Lanes(a.batch + b.batch); }
  TRIREME_INLINE friend Lanes operator-(Lanes a, Lanes b) { return Lanes(a.batch - b.batch); }
  TRIREME_INLINE friend Lanes operator*(Lanes a, Lanes b) {
    if constexpr (kFloat)
      return Lanes(a.batch * b.batch);
    else
      return of(Raw::multiply(a.raw(), b.raw()));
  }
  TRIREME_INLINE friend Lanes operator-(Lanes a) {
    if constexpr (kFloat)
      return as_float(as_int(a) ^ as_int(Lanes(T(-0.0))));
    else
      return Lanes(T{0}) - a;
  }
  TRIREME_INLINE friend Lanes operator/(Lanes a, Lanes b) requires kFloat {
    if constexpr (requires { Raw::divide(a.raw(), b.raw()); })
      return of(Raw::divide(a.raw(), b.raw()));
    else
      return Lanes(a.batch / b.batch);
  }
  TRIREME_INLINE friend Lanes sqrt(Lanes a) requires kFloat {
    if constexpr (requires { Raw::root(a.raw()); })
      return of(Raw::root(a.raw()));
    else
      return Lanes(xsimd::sqrt(a.batch));
  }
  TRIREME_INLINE friend Lanes fma(Lanes a, Lanes b, Lanes c) requires kFloat {
    return of(Raw::fma(a.raw(), b.raw(), c.raw()));
  }

  TRIREME_INLINE friend Mask<T> operator==(Lanes a, Lanes b) { return Mask<T>(Raw::equal(a.raw(), b.raw())); }
  TRIREME_INLINE friend Mask<T> operator!=(Lanes a, Lanes b) { return !(a == b); }
  TRIREME_INLINE friend Mask<T> operator<(Lanes a, Lanes b) { return Mask<T>(Raw::less(a.raw(), b.raw())); }
  TRIREME_INLINE friend Mask<T> operator<=(Lanes a, Lanes b) {
    if constexpr (kFloat)
      return Mask<T>(Raw::less_equal(a.raw(), b.raw()));
    else
      return !(b < a);
  }
  TRIREME_INLINE friend Mask<T> operator>(Lanes a, Lanes b) { return b < a; }
  TRIREME_INLINE friend Mask<T> operator>=(Lanes a, Lanes b) { return b <= a; }
  TRIREME_INLINE friend Lanes select(Mask<T> m, Lanes a, Lanes b) { return of(Raw::select(m.bits, a.raw(), b.raw())); }

  TRIREME_INLINE friend Lanes operator&(Lanes a, Lanes b) requires(!kFloat) { return Lanes(a.batch & b.batch); }
  TRIREME_INLINE friend Lanes operator|(Lanes a, Lanes b) requires(!kFloat) { return Lanes(a.batch | b.batch); }
  TRIREME_INLINE friend Lanes operator^(Lanes a, Lanes b) requires(!kFloat) { return Lanes(a.batch ^ b.batch); }
  TRIREME_INLINE friend Lanes operator~(Lanes a) requires(!kFloat) { return a ^ Lanes(static_cast<T>(-1)); }
  TRIREME_INLINE friend Lanes shift_left(Lanes a, int k) requires(!kFloat) { return of(Raw::shift_left(a.raw(), k)); }
  TRIREME_INLINE friend Lanes shift_right(Lanes a, int k) requires(!kFloat) { return of(Raw::shift_right(a.raw(), k)); }
  TRIREME_INLINE friend Lanes shift_right_logical(Lanes a, int k) requires(!kFloat) {
    return of(Raw::shift_right_logical(a.raw(), k));
  }
  /// By counts in [0, width of T).
  TRIREME_INLINE friend Lanes shift_left(Lanes a, Lanes k) requires(!kFloat) {
    return of(Raw::shift_left_by(a.raw(), k.raw()));
  }
  TRIREME_INLINE friend Lanes shift_right(Lanes a, Lanes k) requires(!kFloat) {
    return of(Raw::shift_right_by(a.raw(), k.raw()));
  }
  /// One element after the other, as no instruction set here divides integers.
  TRIREME_INLINE friend Lanes quotient(Lanes a, Lanes b) requires(!kFloat) {
    alignas(sizeof(Batch)) T x[width], y[width];
    a.store(x);
    b.store(y);
    for (std::size_t k = 0; k < width; ++k) x[k] = quotient(math::Scalar<T>(x[k]), math::Scalar<T>(y[k])).value;
    return load(x);
  }

  TRIREME_INLINE friend Lanes<Partner> as_int(Lanes a) requires kFloat {
    return Lanes<Partner>::of(Raw::as_int(a.raw()));
  }
  TRIREME_INLINE friend Lanes<Partner> to_int(Lanes a) requires kFloat {
    return Lanes<Partner>::of(Raw::to_int(a.raw()));
  }
  TRIREME_INLINE friend Lanes<Partner> as_float(Lanes a) requires(!kFloat) {
    return Lanes<Partner>::of(Raw::as_float(a.raw()));
  }
  TRIREME_INLINE friend Lanes<Partner> to_float(Lanes a) requires(!kFloat && std::is_signed_v<T>) {
    return Lanes<Partner>::of(Raw::to_float(a.raw()));
  }
};

// Between widths. convert_low and convert_high take the first and the second half of narrow lanes, convert joins two
// wide ones. Values that do not fit round to nearest even (f64 to f32) or wrap (i64 to i32).
template <class To, class From>
TRIREME_INLINE Lanes<To> convert_low(Lanes<From> a) {
  static_assert(sizeof(From) == 4 && sizeof(To) == 8);
  if constexpr (std::is_same_v<To, double>)
    return Lanes<To>::of(low_to_double(a.raw()));
  else
    return Lanes<To>::of(low_to_long(a.raw()));
}

template <class To, class From>
TRIREME_INLINE Lanes<To> convert_high(Lanes<From> a) {
  static_assert(sizeof(From) == 4 && sizeof(To) == 8);
  if constexpr (std::is_same_v<To, double>)
    return Lanes<To>::of(high_to_double(a.raw()));
  else
    return Lanes<To>::of(high_to_long(a.raw()));
}

TRIREME_INLINE Lanes<float> convert(Lanes<double> low, Lanes<double> high) {
  return Lanes<float>::of(to_single(low.raw(), high.raw()));
}
TRIREME_INLINE Lanes<std::int32_t> convert(Lanes<std::int64_t> low, Lanes<std::int64_t> high) {
  return Lanes<std::int32_t>::of(to_word(low.raw(), high.raw()));
}
TRIREME_INLINE BasicMask<8> convert_low(BasicMask<4> a) { return BasicMask<8>(low_mask(a.bits)); }
TRIREME_INLINE BasicMask<8> convert_high(BasicMask<4> a) { return BasicMask<8>(high_mask(a.bits)); }
TRIREME_INLINE BasicMask<4> convert(BasicMask<8> low, BasicMask<8> high) {
  return BasicMask<4>(join_mask(low.bits, high.bits));
}

template <class T>
TRIREME_INLINE Mask<T> load_mask(const std::uint8_t* p) {
  return Mask<T>::load(p);
}
template <class T>
TRIREME_INLINE Mask<T> load_mask_partial(const std::uint8_t* p, std::size_t n) {
  return Mask<T>::load_partial(p, n);
}
template <std::size_t Bytes>
TRIREME_INLINE void store_mask(std::uint8_t* p, BasicMask<Bytes> m) {
  m.store(p);
}
template <std::size_t Bytes>
TRIREME_INLINE void store_mask_partial(std::uint8_t* p, std::size_t n, BasicMask<Bytes> m) {
  m.store_partial(p, n);
}

}  // namespace trireme::cpu::TRIREME_LEVEL

namespace trireme::math {

template <class T>
struct value_traits<cpu::TRIREME_LEVEL::Lanes<T>> {
  using element = T;
  using mask = cpu::TRIREME_LEVEL::Mask<T>;
  template <class U>
  using with = cpu::TRIREME_LEVEL::Lanes<U>;
};

}  // namespace trireme::math
