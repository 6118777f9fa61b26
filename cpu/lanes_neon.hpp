// cpu/lanes_neon.hpp -- what lanes.hpp takes from AArch64's Advanced SIMD itself instead of from xsimd
// SPDX-License-Identifier: Apache-2.0
//
// Included by lanes.hpp only, inside namespace trireme::cpu::neon. xsimd 8.1 divides f32 and takes roots of it by
// Newton's method, which is not right in the last bits; so here are divide and root, too. GCC and Clang give these
// registers the operators of C++, with the element's own comparison and right shift: one text serves all element types.

using Arch = xsimd::neon64;

/// The register of T, and the unsigned one of the same width, which holds masks and bits.
template <class T>
using VectorOf = typename xsimd::batch<T, Arch>::register_type;
template <std::size_t Bytes>
using BitsOf = std::conditional_t<Bytes == 4, uint32x4_t, uint64x2_t>;

template <class To, class From>
TRIREME_INLINE To as(From a) {
  return __builtin_bit_cast(To, a);
}

template <std::size_t Bytes>
struct MaskIsa {
  using Register = BitsOf<Bytes>;  // all ones or all zeros in each lane
  TRIREME_INLINE static Register both(Register a, Register b) { return a & b; }
  TRIREME_INLINE static Register either(Register a, Register b) { return a | b; }
  TRIREME_INLINE static Register differ(Register a, Register b) { return a ^ b; }
  TRIREME_INLINE static Register invert(Register a) { return ~a; }
  TRIREME_INLINE static Register fill(bool v) { return as<Register>(vdupq_n_u32(v ? ~0u : 0u)); }
  TRIREME_INLINE static bool any(Register a) { return vmaxvq_u32(as<uint32x4_t>(a)) != 0; }
  TRIREME_INLINE static bool all(Register a) { return vminvq_u32(as<uint32x4_t>(a)) == ~0u; }
  /// Bytes 0/1 in the low end of `bytes`, one per lane.
  TRIREME_INLINE static Register from_bytes(std::uint64_t bytes) {
    uint32x4_t x = vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(bytes))));
    if constexpr (Bytes == 4)
      return as<Register>(x != 0u);
    else
      return as<Register>(vmovl_u32(vget_low_u32(x)) != 0ull);
  }
  TRIREME_INLINE static std::uint64_t to_bytes(Register a) {
    uint16x4_t x;
    if constexpr (Bytes == 4)
      x = vmovn_u32(a);
    else
      x = vmovn_u32(vcombine_u32(vmovn_u64(a), vdup_n_u32(0)));
    uint8x8_t bytes = vand_u8(vmovn_u16(vcombine_u16(x, vdup_n_u16(0))), vdup_n_u8(1));
    return vget_lane_u64(vreinterpret_u64_u8(bytes), 0);
  }
  TRIREME_INLINE static Register load(const std::uint8_t* p) { return from_bytes(load_bytes<16 / Bytes>(p)); }
  TRIREME_INLINE static Register load_partial(const std::uint8_t* p, std::size_t n) {
    return from_bytes(load_some_bytes(p, n));
  }
  TRIREME_INLINE static void store(std::uint8_t* p, Register a) { store_bytes<16 / Bytes>(p, to_bytes(a)); }
  TRIREME_INLINE static void store_partial(std::uint8_t* p, std::size_t n, Register a) {
    store_some_bytes(p, n, to_bytes(a));
  }
};

/// The lanes of a where the mask is true, of b elsewhere.
TRIREME_INLINE uint32x4_t blend(uint32x4_t mask, uint32x4_t a, uint32x4_t b) { return vbslq_u32(mask, a, b); }
TRIREME_INLINE uint64x2_t blend(uint64x2_t mask, uint64x2_t a, uint64x2_t b) { return vbslq_u64(mask, a, b); }

TRIREME_INLINE float32x4_t square_root(float32x4_t a) { return vsqrtq_f32(a); }
TRIREME_INLINE float64x2_t square_root(float64x2_t a) { return vsqrtq_f64(a); }
TRIREME_INLINE float32x4_t fused(float32x4_t a, float32x4_t b, float32x4_t c) { return vfmaq_f32(c, a, b); }
TRIREME_INLINE float64x2_t fused(float64x2_t a, float64x2_t b, float64x2_t c) { return vfmaq_f64(c, a, b); }

/// Truncate; what does not fit saturates and NaN gives 0, where the other levels give the least integer.
TRIREME_INLINE int32x4_t truncated(float32x4_t a) { return vcvtq_s32_f32(a); }
TRIREME_INLINE int64x2_t truncated(float64x2_t a) { return vcvtq_s64_f64(a); }
/// To nearest even, in one rounding for 64 bits, too.
TRIREME_INLINE float32x4_t rounded(int32x4_t a) { return vcvtq_f32_s32(a); }
TRIREME_INLINE float64x2_t rounded(int64x2_t a) { return vcvtq_f64_s64(a); }

template <class T>
struct Isa {
  static constexpr bool kFloat = std::is_floating_point_v<T>;
  using Register = VectorOf<T>;
  using Bits = BitsOf<sizeof(T)>;

  TRIREME_INLINE static Register load_partial(const T* p, std::size_t n) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(p);
    std::uint64_t half[2] = {0, 0};
    if constexpr (sizeof(T) == 8) {
      if (n == 1) half[0] = load_bytes<8>(bytes);
    } else {
      if (n & 2) half[0] = load_bytes<8>(bytes);
      if (n & 1) half[n / 2] = load_bytes<4>(bytes + 4 * (n - 1));
    }
    return as<Register>(uint64x2_t{half[0], half[1]});
  }
  TRIREME_INLINE static void store_partial(T* p, std::size_t n, Register v) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(p);
    uint64x2_t half = as<uint64x2_t>(v);
    if constexpr (sizeof(T) == 8) {
      if (n == 1) store_bytes<8>(bytes, half[0]);
    } else {
      if (n & 2) store_bytes<8>(bytes, half[0]);
      if (n & 1) store_bytes<4>(bytes + 4 * (n - 1), n == 1 ? half[0] : half[1]);
    }
  }

  TRIREME_INLINE static Bits equal(Register a, Register b) { return as<Bits>(a == b); }
  TRIREME_INLINE static Bits less(Register a, Register b) { return as<Bits>(a < b); }
  TRIREME_INLINE static Bits less_equal(Register a, Register b) { return as<Bits>(a <= b); }
  TRIREME_INLINE static Register select(Bits m, Register a, Register b) {
    return as<Register>(blend(m, as<Bits>(a), as<Bits>(b)));
  }

  TRIREME_INLINE static Register divide(Register a, Register b) requires kFloat { return a / b; }
  TRIREME_INLINE static Register root(Register a) requires kFloat { return square_root(a); }
  TRIREME_INLINE static Register fma(Register a, Register b, Register c) requires kFloat { return fused(a, b, c); }
  TRIREME_INLINE static auto as_int(Register a) requires kFloat {
    return as<VectorOf<typename math::partner<T>::type>>(a);
  }
  TRIREME_INLINE static auto to_int(Register a) requires kFloat { return truncated(a); }

  TRIREME_INLINE static Register multiply(Register a, Register b) requires(!kFloat) {
    return as<Register>(as<Bits>(a) * as<Bits>(b));
  }
  TRIREME_INLINE static Register shift_left(Register a, int k) requires(!kFloat) {
    return as<Register>(as<Bits>(a) << as<Bits>(every(k)));
  }
  TRIREME_INLINE static Register shift_right(Register a, int k) requires(!kFloat) { return a >> every(k); }
  TRIREME_INLINE static Register shift_right_logical(Register a, int k) requires(!kFloat) {
    return as<Register>(as<Bits>(a) >> as<Bits>(every(k)));
  }
  TRIREME_INLINE static Register shift_left_by(Register a, Register k) requires(!kFloat) {
    return as<Register>(as<Bits>(a) << as<Bits>(k));
  }
  TRIREME_INLINE static Register shift_right_by(Register a, Register k) requires(!kFloat) { return a >> k; }
  TRIREME_INLINE static auto as_float(Register a) requires(!kFloat) {
    return as<VectorOf<typename math::partner<T>::type>>(a);
  }
  TRIREME_INLINE static auto to_float(Register a) requires(!kFloat) { return rounded(a); }

 private:
  TRIREME_INLINE static Register every(int k) { return Register{} + static_cast<T>(k); }
};

// Between lanes of 4 and of 8 bytes: `low` and `high` name the halves of the narrow lanes.
TRIREME_INLINE float64x2_t low_to_double(float32x4_t a) { return vcvt_f64_f32(vget_low_f32(a)); }
TRIREME_INLINE float64x2_t high_to_double(float32x4_t a) { return vcvt_high_f64_f32(a); }
TRIREME_INLINE float32x4_t to_single(float64x2_t low, float64x2_t high) {
  return vcvt_high_f32_f64(vcvt_f32_f64(low), high);
}
TRIREME_INLINE int64x2_t low_to_long(int32x4_t a) { return vmovl_s32(vget_low_s32(a)); }
TRIREME_INLINE int64x2_t high_to_long(int32x4_t a) { return vmovl_high_s32(a); }
TRIREME_INLINE float64x2_t low_to_double(int32x4_t a) { return rounded(low_to_long(a)); }
TRIREME_INLINE float64x2_t high_to_double(int32x4_t a) { return rounded(high_to_long(a)); }
TRIREME_INLINE int32x4_t to_word(int64x2_t low, int64x2_t high) {
  return vuzp1q_s32(as<int32x4_t>(low), as<int32x4_t>(high));
}
TRIREME_INLINE uint64x2_t low_mask(uint32x4_t a) { return as<uint64x2_t>(vzip1q_u32(a, a)); }
TRIREME_INLINE uint64x2_t high_mask(uint32x4_t a) { return as<uint64x2_t>(vzip2q_u32(a, a)); }
TRIREME_INLINE uint32x4_t join_mask(uint64x2_t low, uint64x2_t high) {
  return vuzp1q_u32(as<uint32x4_t>(low), as<uint32x4_t>(high));
}

// f16 by the processor's own instructions, which round to nearest even; how many elements were converted.
TRIREME_INLINE std::size_t halves_to_floats(float* to, const std::uint16_t* from, std::size_t n) {
  std::size_t k = 0;
  for (; k + 4 <= n; k += 4) vst1q_f32(to + k, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from + k))));
  return k;
}
TRIREME_INLINE std::size_t floats_to_halves(std::uint16_t* to, const float* from, std::size_t n) {
  std::size_t k = 0;
  for (; k + 4 <= n; k += 4) vst1_u16(to + k, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(from + k))));
  return k;
}
