// cpu/lanes_avx512.hpp -- what lanes.hpp takes from AVX-512 (F, CD, DQ, BW, VL) itself instead of from xsimd
// SPDX-License-Identifier: Apache-2.0
//
// Included by lanes.hpp only, inside namespace trireme::cpu::avx512.

using Arch = xsimd::avx512bw;

/// Ones in the first n places, n below the width of the type.
TRIREME_INLINE __mmask16 first_words(std::size_t n) { return static_cast<__mmask16>((1u << n) - 1); }
TRIREME_INLINE __mmask8 first_longs(std::size_t n) { return static_cast<__mmask8>((1u << n) - 1); }

template <std::size_t Bytes>
struct MaskIsa {
  static constexpr int kAll = Bytes == 4 ? 0xFFFF : 0xFF;
  using Register = std::conditional_t<Bytes == 4, __mmask16, __mmask8>;  // one bit per lane
  TRIREME_INLINE static Register both(Register a, Register b) { return static_cast<Register>(a & b); }
  TRIREME_INLINE static Register either(Register a, Register b) { return static_cast<Register>(a | b); }
  TRIREME_INLINE static Register differ(Register a, Register b) { return static_cast<Register>(a ^ b); }
  TRIREME_INLINE static Register invert(Register a) { return static_cast<Register>(~a); }
  TRIREME_INLINE static Register fill(bool v) { return static_cast<Register>(v ? kAll : 0); }
  TRIREME_INLINE static bool any(Register a) { return a != 0; }
  TRIREME_INLINE static bool all(Register a) { return a == kAll; }
  TRIREME_INLINE static Register from_bytes(__m128i x) { return static_cast<Register>(_mm_test_epi8_mask(x, x)); }
  TRIREME_INLINE static __m128i to_bytes(Register a) { return _mm_maskz_set1_epi8(a, 1); }
  TRIREME_INLINE static Register load(const std::uint8_t* p) {
    const auto* source = reinterpret_cast<const __m128i*>(p);
    return from_bytes(Bytes == 4 ? _mm_loadu_si128(source) : _mm_loadl_epi64(source));
  }
  TRIREME_INLINE static Register load_partial(const std::uint8_t* p, std::size_t n) {
    return from_bytes(_mm_maskz_loadu_epi8(first_words(n), p));
  }
  TRIREME_INLINE static void store(std::uint8_t* p, Register a) {
    auto* target = reinterpret_cast<__m128i*>(p);
    if constexpr (Bytes == 4)
      _mm_storeu_si128(target, to_bytes(a));
    else
      _mm_storel_epi64(target, to_bytes(a));
  }
  TRIREME_INLINE static void store_partial(std::uint8_t* p, std::size_t n, Register a) {
    _mm_mask_storeu_epi8(p, first_words(n), to_bytes(a));
  }
};

template <class T>
struct Isa;

template <>
struct Isa<float> {
  TRIREME_INLINE static __m512 load_partial(const float* p, std::size_t n) {
    return _mm512_maskz_loadu_ps(first_words(n), p);
  }
  TRIREME_INLINE static void store_partial(float* p, std::size_t n, __m512 v) {
    _mm512_mask_storeu_ps(p, first_words(n), v);
  }
  TRIREME_INLINE static __mmask16 equal(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
  TRIREME_INLINE static __mmask16 less(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  TRIREME_INLINE static __mmask16 less_equal(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
  TRIREME_INLINE static __m512 select(__mmask16 m, __m512 a, __m512 b) { return _mm512_mask_blend_ps(m, b, a); }
  TRIREME_INLINE static __m512 fma(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
  TRIREME_INLINE static __m512i as_int(__m512 a) { return _mm512_castps_si512(a); }
  TRIREME_INLINE static __m512i to_int(__m512 a) { return _mm512_cvttps_epi32(a); }
};

template <>
struct Isa<double> {
  TRIREME_INLINE static __m512d load_partial(const double* p, std::size_t n) {
    return _mm512_maskz_loadu_pd(first_longs(n), p);
  }
  TRIREME_INLINE static void store_partial(double* p, std::size_t n, __m512d v) {
    _mm512_mask_storeu_pd(p, first_longs(n), v);
  }
  TRIREME_INLINE static __mmask8 equal(__m512d a, __m512d b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
  TRIREME_INLINE static __mmask8 less(__m512d a, __m512d b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
  TRIREME_INLINE static __mmask8 less_equal(__m512d a, __m512d b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }
  TRIREME_INLINE static __m512d select(__mmask8 m, __m512d a, __m512d b) { return _mm512_mask_blend_pd(m, b, a); }
  TRIREME_INLINE static __m512d fma(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
  TRIREME_INLINE static __m512i as_int(__m512d a) { return _mm512_castpd_si512(a); }
  TRIREME_INLINE static __m512i to_int(__m512d a) { return _mm512_cvttpd_epi64(a); }
};

template <>
struct Isa<std::int32_t> {
  TRIREME_INLINE static __m512i load_partial(const void* p, std::size_t n) {
    return _mm512_maskz_loadu_epi32(first_words(n), p);
  }
  TRIREME_INLINE static void store_partial(void* p, std::size_t n, __m512i v) {
    _mm512_mask_storeu_epi32(p, first_words(n), v);
  }
  TRIREME_INLINE static __mmask16 equal(__m512i a, __m512i b) { return _mm512_cmpeq_epi32_mask(a, b); }
  TRIREME_INLINE static __mmask16 less(__m512i a, __m512i b) { return _mm512_cmplt_epi32_mask(a, b); }
  TRIREME_INLINE static __m512i select(__mmask16 m, __m512i a, __m512i b) { return _mm512_mask_blend_epi32(m, b, a); }
  TRIREME_INLINE static __m512i multiply(__m512i a, __m512i b) { return _mm512_mullo_epi32(a, b); }
  TRIREME_INLINE static __m512i shift_left(__m512i a, int k) { return _mm512_slli_epi32(a, static_cast<unsigned>(k)); }
  TRIREME_INLINE static __m512i shift_right(__m512i a, int k) { return _mm512_srai_epi32(a, static_cast<unsigned>(k)); }
  TRIREME_INLINE static __m512i shift_right_logical(__m512i a, int k) {
    return _mm512_srli_epi32(a, static_cast<unsigned>(k));
  }
  TRIREME_INLINE static __m512i shift_left_by(__m512i a, __m512i k) { return _mm512_sllv_epi32(a, k); }
  TRIREME_INLINE static __m512i shift_right_by(__m512i a, __m512i k) { return _mm512_srav_epi32(a, k); }
  TRIREME_INLINE static __m512 as_float(__m512i a) { return _mm512_castsi512_ps(a); }
  TRIREME_INLINE static __m512 to_float(__m512i a) { return _mm512_cvtepi32_ps(a); }
};

template <>
struct Isa<std::int64_t> {
  TRIREME_INLINE static __m512i load_partial(const void* p, std::size_t n) {
    return _mm512_maskz_loadu_epi64(first_longs(n), p);
  }
  TRIREME_INLINE static void store_partial(void* p, std::size_t n, __m512i v) {
    _mm512_mask_storeu_epi64(p, first_longs(n), v);
  }
  TRIREME_INLINE static __mmask8 equal(__m512i a, __m512i b) { return _mm512_cmpeq_epi64_mask(a, b); }
  TRIREME_INLINE static __mmask8 less(__m512i a, __m512i b) { return _mm512_cmplt_epi64_mask(a, b); }
  TRIREME_INLINE static __m512i select(__mmask8 m, __m512i a, __m512i b) { return _mm512_mask_blend_epi64(m, b, a); }
  TRIREME_INLINE static __m512i multiply(__m512i a, __m512i b) { return _mm512_mullo_epi64(a, b); }
  TRIREME_INLINE static __m512i shift_left(__m512i a, int k) { return _mm512_slli_epi64(a, static_cast<unsigned>(k)); }
  TRIREME_INLINE static __m512i shift_right(__m512i a, int k) { return _mm512_srai_epi64(a, static_cast<unsigned>(k)); }
  TRIREME_INLINE static __m512i shift_right_logical(__m512i a, int k) {
    return _mm512_srli_epi64(a, static_cast<unsigned>(k));
  }
  TRIREME_INLINE static __m512i shift_left_by(__m512i a, __m512i k) { return _mm512_sllv_epi64(a, k); }
  TRIREME_INLINE static __m512i shift_right_by(__m512i a, __m512i k) { return _mm512_srav_epi64(a, k); }
  TRIREME_INLINE static __m512d as_float(__m512i a) { return _mm512_castsi512_pd(a); }
  TRIREME_INLINE static __m512d to_float(__m512i a) { return _mm512_cvtepi64_pd(a); }
};

// Unsigned integers: the signed ones' instructions but for order and the right shift.
template <>
struct Isa<std::uint32_t> : Isa<std::int32_t> {
  TRIREME_INLINE static __mmask16 less(__m512i a, __m512i b) { return _mm512_cmplt_epu32_mask(a, b); }
  TRIREME_INLINE static __m512i shift_right(__m512i a, int k) { return shift_right_logical(a, k); }
  TRIREME_INLINE static __m512i shift_right_by(__m512i a, __m512i k) { return _mm512_srlv_epi32(a, k); }
};

template <>
struct Isa<std::uint64_t> : Isa<std::int64_t> {
  TRIREME_INLINE static __mmask8 less(__m512i a, __m512i b) { return _mm512_cmplt_epu64_mask(a, b); }
  TRIREME_INLINE static __m512i shift_right(__m512i a, int k) { return shift_right_logical(a, k); }
  TRIREME_INLINE static __m512i shift_right_by(__m512i a, __m512i k) { return _mm512_srlv_epi64(a, k); }
};

// Between lanes of 4 and of 8 bytes: `low` and `high` name the halves of the narrow lanes.
TRIREME_INLINE __m512d low_to_double(__m512 a) { return _mm512_cvtps_pd(_mm512_castps512_ps256(a)); }
TRIREME_INLINE __m512d high_to_double(__m512 a) { return _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1)); }
TRIREME_INLINE __m512 to_single(__m512d low, __m512d high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);
}
TRIREME_INLINE __m512d low_to_double(__m512i a) { return _mm512_cvtepi32_pd(_mm512_castsi512_si256(a)); }
TRIREME_INLINE __m512d high_to_double(__m512i a) { return _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(a, 1)); }
TRIREME_INLINE __m512i low_to_long(__m512i a) { return _mm512_cvtepi32_epi64(_mm512_castsi512_si256(a)); }
TRIREME_INLINE __m512i high_to_long(__m512i a) { return _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(a, 1)); }
TRIREME_INLINE __m512i to_word(__m512i low, __m512i high) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(low)), _mm512_cvtepi64_epi32(high), 1);
}
TRIREME_INLINE __mmask8 low_mask(__mmask16 a) { return static_cast<__mmask8>(a); }
TRIREME_INLINE __mmask8 high_mask(__mmask16 a) { return static_cast<__mmask8>(a >> 8); }
TRIREME_INLINE __mmask16 join_mask(__mmask8 low, __mmask8 high) { return static_cast<__mmask16>(low | high << 8); }

// f16 by the processor's own instructions, which round as math/half.hpp does; how many elements were converted.
TRIREME_INLINE std::size_t halves_to_floats(float* to, const std::uint16_t* from, std::size_t n) {
  std::size_t k = 0;
  for (; k + 16 <= n; k += 16)
    _mm512_storeu_ps(to + k, _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + k))));
  return k;
}
TRIREME_INLINE std::size_t floats_to_halves(std::uint16_t* to, const float* from, std::size_t n) {
  std::size_t k = 0;
  for (; k + 16 <= n; k += 16)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + k),
                        _mm512_cvtps_ph(_mm512_loadu_ps(from + k), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  return k;
}

/// Copies 64 bytes past the caches; `to` is aligned to 64 bytes.
TRIREME_INLINE void stream_line(char* to, const char* from) {
  _mm512_stream_si512(reinterpret_cast<__m512i*>(to), _mm512_loadu_si512(from));
}
TRIREME_INLINE void stream_fence() { _mm_sfence(); }

/// Of two lines of 64 bytes, one after the other, the 64 bytes that begin `back` bytes before the second; a multiple of 4.
class LineJoin {
 public:
  using Line = __m512i;

  LineJoin() = default;
  explicit LineJoin(std::size_t back)
      : index_(_mm512_sub_epi32(_mm512_setr_epi32(16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31),
                                _mm512_set1_epi32(static_cast<int>(back / 4)))) {}
  TRIREME_INLINE __m512i operator()(__m512i before, __m512i after) const { return _mm512_permutex2var_epi32(before, index_, after); }

 private:
  __m512i index_;
};
TRIREME_INLINE void stream_line(char* to, __m512i line) { _mm512_stream_si512(reinterpret_cast<__m512i*>(to), line); }
