// cpu/lanes_avx2.hpp -- what lanes.hpp takes from AVX2, FMA and F16C themselves instead of from xsimd
// SPDX-License-Identifier: Apache-2.0
//
// Included by lanes.hpp only, inside namespace trireme::cpu::avx2.

using Arch = xsimd::avx2;

template <std::size_t Bytes>
struct MaskIsa {
  using Register = __m256i;  // all ones or all zeros in each lane
  TRIREME_INLINE static Register both(Register a, Register b) { return _mm256_and_si256(a, b); }
  TRIREME_INLINE static Register either(Register a, Register b) { return _mm256_or_si256(a, b); }
  TRIREME_INLINE static Register differ(Register a, Register b) { return _mm256_xor_si256(a, b); }
  TRIREME_INLINE static Register invert(Register a) { return _mm256_xor_si256(a, _mm256_set1_epi32(-1)); }
  TRIREME_INLINE static Register fill(bool v) { return _mm256_set1_epi32(v ? -1 : 0); }
  TRIREME_INLINE static bool any(Register a) { return _mm256_movemask_epi8(a) != 0; }
  TRIREME_INLINE static bool all(Register a) { return _mm256_movemask_epi8(a) == -1; }
  /// Bytes 0/1 in the low end of `bytes`, one per lane.
  TRIREME_INLINE static Register from_bytes(std::uint64_t bytes) {
    __m128i x = _mm_cvtsi64_si128(static_cast<long long>(bytes));
    if constexpr (Bytes == 4)
      return _mm256_cmpgt_epi32(_mm256_cvtepu8_epi32(x), _mm256_setzero_si256());
    else
      return _mm256_cmpgt_epi64(_mm256_cvtepu8_epi64(x), _mm256_setzero_si256());
  }
  TRIREME_INLINE static std::uint64_t to_bytes(Register a) {
    __m128i low = _mm256_castsi256_si128(a), high = _mm256_extracti128_si256(a, 1);
    __m128i x = _mm_packs_epi32(low, high);
    if constexpr (Bytes == 8) x = _mm_packs_epi32(x, x);
    x = _mm_and_si128(_mm_packs_epi16(x, x), _mm_set1_epi8(1));
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(x));
  }
  TRIREME_INLINE static Register load(const std::uint8_t* p) { return from_bytes(load_bytes<32 / Bytes>(p)); }
  TRIREME_INLINE static Register load_partial(const std::uint8_t* p, std::size_t n) {
    return from_bytes(load_some_bytes(p, n));
  }
  TRIREME_INLINE static void store(std::uint8_t* p, Register a) { store_bytes<32 / Bytes>(p, to_bytes(a)); }
  TRIREME_INLINE static void store_partial(std::uint8_t* p, std::size_t n, Register a) {
    store_some_bytes(p, n, to_bytes(a));
  }
};

/// Ones in the first n lanes of 4 bytes or 8 bytes; masked loads and stores do not touch the rest.
TRIREME_INLINE __m256i first_words(std::size_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
TRIREME_INLINE __m256i first_longs(std::size_t n) {
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x(static_cast<long long>(n)), _mm256_setr_epi64x(0, 1, 2, 3));
}

template <class T>
struct Isa;

template <>
struct Isa<float> {
  TRIREME_INLINE static __m256 load_partial(const float* p, std::size_t n) {
    return _mm256_maskload_ps(p, first_words(n));
  }
  TRIREME_INLINE static void store_partial(float* p, std::size_t n, __m256 v) {
    _mm256_maskstore_ps(p, first_words(n), v);
  }
  TRIREME_INLINE static __m256i equal(__m256 a, __m256 b) {
    return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_EQ_OQ));
  }
  TRIREME_INLINE static __m256i less(__m256 a, __m256 b) {
    return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_LT_OQ));
  }
  TRIREME_INLINE static __m256i less_equal(__m256 a, __m256 b) {
    return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_LE_OQ));
  }
  TRIREME_INLINE static __m256 select(__m256i m, __m256 a, __m256 b) {
    return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(m));
  }
  TRIREME_INLINE static __m256 fma(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
  TRIREME_INLINE static __m256i as_int(__m256 a) { return _mm256_castps_si256(a); }
  TRIREME_INLINE static __m256i to_int(__m256 a) { return _mm256_cvttps_epi32(a); }
};

template <>
struct Isa<double> {
  TRIREME_INLINE static __m256d load_partial(const double* p, std::size_t n) {
    return _mm256_maskload_pd(p, first_longs(n));
  }
  TRIREME_INLINE static void store_partial(double* p, std::size_t n, __m256d v) {
    _mm256_maskstore_pd(p, first_longs(n), v);
  }
  TRIREME_INLINE static __m256i equal(__m256d a, __m256d b) {
    return _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_EQ_OQ));
  }
  TRIREME_INLINE static __m256i less(__m256d a, __m256d b) {
    return _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_LT_OQ));
  }
  TRIREME_INLINE static __m256i less_equal(__m256d a, __m256d b) {
    return _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_LE_OQ));
  }
  TRIREME_INLINE static __m256d select(__m256i m, __m256d a, __m256d b) {
    return _mm256_blendv_pd(b, a, _mm256_castsi256_pd(m));
  }
  TRIREME_INLINE static __m256d fma(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }
  TRIREME_INLINE static __m256i as_int(__m256d a) { return _mm256_castpd_si256(a); }
  TRIREME_INLINE static __m256i to_int(__m256d a) {
    __m128d low = _mm256_castpd256_pd128(a), high = _mm256_extractf128_pd(a, 1);
    return _mm256_setr_epi64x(_mm_cvttsd_si64(low), _mm_cvttsd_si64(_mm_unpackhi_pd(low, low)), _mm_cvttsd_si64(high),
                              _mm_cvttsd_si64(_mm_unpackhi_pd(high, high)));
  }
};

template <>
struct Isa<std::int32_t> {
  TRIREME_INLINE static __m256i load_partial(const void* p, std::size_t n) {
    return _mm256_maskload_epi32(static_cast<const int*>(p), first_words(n));
  }
  TRIREME_INLINE static void store_partial(void* p, std::size_t n, __m256i v) {
    _mm256_maskstore_epi32(static_cast<int*>(p), first_words(n), v);
  }
  TRIREME_INLINE static __m256i equal(__m256i a, __m256i b) { return _mm256_cmpeq_epi32(a, b); }
  TRIREME_INLINE static __m256i less(__m256i a, __m256i b) { return _mm256_cmpgt_epi32(b, a); }
  TRIREME_INLINE static __m256i select(__m256i m, __m256i a, __m256i b) { return _mm256_blendv_epi8(b, a, m); }
  TRIREME_INLINE static __m256i multiply(__m256i a, __m256i b) { return _mm256_mullo_epi32(a, b); }
  TRIREME_INLINE static __m256i shift_left(__m256i a, int k) { return _mm256_slli_epi32(a, k); }
  TRIREME_INLINE static __m256i shift_right(__m256i a, int k) { return _mm256_srai_epi32(a, k); }
  TRIREME_INLINE static __m256i shift_right_logical(__m256i a, int k) { return _mm256_srli_epi32(a, k); }
  TRIREME_INLINE static __m256i shift_left_by(__m256i a, __m256i k) { return _mm256_sllv_epi32(a, k); }
  TRIREME_INLINE static __m256i shift_right_by(__m256i a, __m256i k) { return _mm256_srav_epi32(a, k); }
  TRIREME_INLINE static __m256 as_float(__m256i a) { return _mm256_castsi256_ps(a); }
  TRIREME_INLINE static __m256 to_float(__m256i a) { return _mm256_cvtepi32_ps(a); }
};

template <>
struct Isa<std::int64_t> {
  TRIREME_INLINE static __m256i load_partial(const void* p, std::size_t n) {
    return _mm256_maskload_epi64(reinterpret_cast<const long long*>(p), first_longs(n));
  }
  TRIREME_INLINE static void store_partial(void* p, std::size_t n, __m256i v) {
    _mm256_maskstore_epi64(reinterpret_cast<long long*>(p), first_longs(n), v);
  }
  TRIREME_INLINE static __m256i equal(__m256i a, __m256i b) { return _mm256_cmpeq_epi64(a, b); }
  TRIREME_INLINE static __m256i less(__m256i a, __m256i b) { return _mm256_cmpgt_epi64(b, a); }
  TRIREME_INLINE static __m256i select(__m256i m, __m256i a, __m256i b) { return _mm256_blendv_epi8(b, a, m); }
  TRIREME_INLINE static __m256i multiply(__m256i a, __m256i b) {
    __m256i cross =
        _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(a, 32), b), _mm256_mul_epu32(a, _mm256_srli_epi64(b, 32)));
    return _mm256_add_epi64(_mm256_mul_epu32(a, b), _mm256_slli_epi64(cross, 32));
  }
  TRIREME_INLINE static __m256i shift_left(__m256i a, int k) { return _mm256_slli_epi64(a, k); }
  TRIREME_INLINE static __m256i shift_right(__m256i a, int k) {
    __m256i sign = _mm256_set1_epi64x(static_cast<long long>(0x8000000000000000ull >> k));
    return _mm256_sub_epi64(_mm256_xor_si256(_mm256_srli_epi64(a, k), sign), sign);
  }
  TRIREME_INLINE static __m256i shift_right_logical(__m256i a, int k) { return _mm256_srli_epi64(a, k); }
  TRIREME_INLINE static __m256i shift_left_by(__m256i a, __m256i k) { return _mm256_sllv_epi64(a, k); }
  TRIREME_INLINE static __m256i shift_right_by(__m256i a, __m256i k) {
    __m256i sign = _mm256_srlv_epi64(_mm256_set1_epi64x(static_cast<long long>(0x8000000000000000ull)), k);
    return _mm256_sub_epi64(_mm256_xor_si256(_mm256_srlv_epi64(a, k), sign), sign);
  }
  TRIREME_INLINE static __m256d as_float(__m256i a) { return _mm256_castsi256_pd(a); }
  /// Both halves become exact doubles through the bits of 2^52 and 2^84; the last addition is the only rounding.
  TRIREME_INLINE static __m256d to_float(__m256i a) {
    __m256i low = _mm256_blend_epi32(a, _mm256_set1_epi64x(0x4330000000000000), 0xAA);
    __m256i high = _mm256_xor_si256(_mm256_srli_epi64(a, 32), _mm256_set1_epi64x(0x4530000080000000));
    __m256d upper = _mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1p84 + 0x1p63 + 0x1p52));
    return _mm256_add_pd(upper, _mm256_castsi256_pd(low));
  }
};

// Unsigned integers: the signed ones' instructions but for order and the right shift.
template <>
struct Isa<std::uint32_t> : Isa<std::int32_t> {
  TRIREME_INLINE static __m256i less(__m256i a, __m256i b) {
    __m256i flip = _mm256_set1_epi32(static_cast<int>(0x80000000u));
    return _mm256_cmpgt_epi32(_mm256_xor_si256(b, flip), _mm256_xor_si256(a, flip));
  }
  TRIREME_INLINE static __m256i shift_right(__m256i a, int k) { return shift_right_logical(a, k); }
  TRIREME_INLINE static __m256i shift_right_by(__m256i a, __m256i k) { return _mm256_srlv_epi32(a, k); }
};

template <>
struct Isa<std::uint64_t> : Isa<std::int64_t> {
  TRIREME_INLINE static __m256i less(__m256i a, __m256i b) {
    __m256i flip = _mm256_set1_epi64x(static_cast<long long>(0x8000000000000000ull));
    return _mm256_cmpgt_epi64(_mm256_xor_si256(b, flip), _mm256_xor_si256(a, flip));
  }
  TRIREME_INLINE static __m256i shift_right(__m256i a, int k) { return shift_right_logical(a, k); }
  TRIREME_INLINE static __m256i shift_right_by(__m256i a, __m256i k) { return _mm256_srlv_epi64(a, k); }
};

// Between lanes of 4 and of 8 bytes: `low` and `high` name the halves of the narrow lanes.
TRIREME_INLINE __m256d low_to_double(__m256 a) { return _mm256_cvtps_pd(_mm256_castps256_ps128(a)); }
TRIREME_INLINE __m256d high_to_double(__m256 a) { return _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1)); }
TRIREME_INLINE __m256 to_single(__m256d low, __m256d high) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high), 1);
}
TRIREME_INLINE __m256d low_to_double(__m256i a) { return _mm256_cvtepi32_pd(_mm256_castsi256_si128(a)); }
TRIREME_INLINE __m256d high_to_double(__m256i a) { return _mm256_cvtepi32_pd(_mm256_extracti128_si256(a, 1)); }
TRIREME_INLINE __m256i low_to_long(__m256i a) { return _mm256_cvtepi32_epi64(_mm256_castsi256_si128(a)); }
TRIREME_INLINE __m256i high_to_long(__m256i a) { return _mm256_cvtepi32_epi64(_mm256_extracti128_si256(a, 1)); }
TRIREME_INLINE __m256i to_word(__m256i low, __m256i high) {
  __m256 even = _mm256_shuffle_ps(_mm256_castsi256_ps(low), _mm256_castsi256_ps(high), _MM_SHUFFLE(2, 0, 2, 0));
  return _mm256_permute4x64_epi64(_mm256_castps_si256(even), _MM_SHUFFLE(3, 1, 2, 0));
}
TRIREME_INLINE __m256i low_mask(__m256i a) { return low_to_long(a); }
TRIREME_INLINE __m256i high_mask(__m256i a) { return high_to_long(a); }
TRIREME_INLINE __m256i join_mask(__m256i low, __m256i high) { return to_word(low, high); }

// f16 by the processor's own instructions, which round as math/half.hpp does; how many elements were converted.
TRIREME_INLINE std::size_t halves_to_floats(float* to, const std::uint16_t* from, std::size_t n) {
  std::size_t k = 0;
  for (; k + 8 <= n; k += 8)
    _mm256_storeu_ps(to + k, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + k))));
  return k;
}
TRIREME_INLINE std::size_t floats_to_halves(std::uint16_t* to, const float* from, std::size_t n) {
  std::size_t k = 0;
  for (; k + 8 <= n; k += 8)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + k),
                     _mm256_cvtps_ph(_mm256_loadu_ps(from + k), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  return k;
}

/// Copies 64 bytes past the caches; `to` is aligned to 64 bytes.
TRIREME_INLINE void stream_line(char* to, const char* from) {
  for (int k = 0; k < 64; k += 32)
    _mm256_stream_si256(reinterpret_cast<__m256i*>(to + k), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + k)));
}
TRIREME_INLINE void stream_fence() { _mm_sfence(); }
