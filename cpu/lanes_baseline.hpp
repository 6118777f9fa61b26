// cpu/lanes_baseline.hpp -- what lanes.hpp takes from SSE2 itself instead of from xsimd
// SPDX-License-Identifier: Apache-2.0
//
// Included by lanes.hpp only, inside namespace trireme::cpu::baseline.

using Arch = xsimd::sse2;

template <std::size_t Bytes>
struct MaskIsa {
  using Register = __m128i;  // all ones or all zeros in each lane
  TRIREME_INLINE static Register both(Register a, Register b) { return _mm_and_si128(a, b); }
  TRIREME_INLINE static Register either(Register a, Register b) { return _mm_or_si128(a, b); }
  TRIREME_INLINE static Register differ(Register a, Register b) { return _mm_xor_si128(a, b); }
  TRIREME_INLINE static Register invert(Register a) { return _mm_xor_si128(a, _mm_set1_epi32(-1)); }
  TRIREME_INLINE static Register fill(bool v) { return _mm_set1_epi32(v ? -1 : 0); }
  TRIREME_INLINE static bool any(Register a) { return _mm_movemask_epi8(a) != 0; }
  TRIREME_INLINE static bool all(Register a) { return _mm_movemask_epi8(a) == 0xFFFF; }
  /// Bytes 0/1 in the low end of `bytes`, one per lane.
  TRIREME_INLINE static Register from_bytes(std::uint64_t bytes) {
    __m128i x = _mm_cvtsi64_si128(static_cast<long long>(bytes));
    x = _mm_unpacklo_epi8(x, x);
    x = _mm_unpacklo_epi16(x, x);
    if constexpr (Bytes == 8) x = _mm_unpacklo_epi32(x, x);
    return _mm_cmpgt_epi8(x, _mm_setzero_si128());
  }
  TRIREME_INLINE static std::uint64_t to_bytes(Register a) {
    __m128i x = a;
    if constexpr (Bytes == 8) x = _mm_shuffle_epi32(x, _MM_SHUFFLE(2, 0, 2, 0));
    x = _mm_packs_epi32(x, x);
    x = _mm_and_si128(_mm_packs_epi16(x, x), _mm_set1_epi8(1));
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(x));
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

TRIREME_INLINE __m128i blend(__m128i mask, __m128i a, __m128i b) {
  return _mm_or_si128(_mm_and_si128(mask, a), _mm_andnot_si128(mask, b));
}

/// Without an instruction for shifts by differing counts: one element after the other.
template <class T, class Shift>
TRIREME_INLINE __m128i each_shifted(__m128i a, __m128i k, Shift shift) {
  alignas(16) T x[16 / sizeof(T)], by[16 / sizeof(T)];
  _mm_store_si128(reinterpret_cast<__m128i*>(x), a);
  _mm_store_si128(reinterpret_cast<__m128i*>(by), k);
  for (std::size_t n = 0; n < 16 / sizeof(T); ++n) x[n] = shift(math::Scalar<T>(x[n]), math::Scalar<T>(by[n])).value;
  return _mm_load_si128(reinterpret_cast<const __m128i*>(x));
}
struct ShiftLeft {
  template <class V>
  TRIREME_INLINE V operator()(V a, V k) const {
    return shift_left(a, k);
  }
};
struct ShiftRight {
  template <class V>
  TRIREME_INLINE V operator()(V a, V k) const {
    return shift_right(a, k);
  }
};

template <class T>
struct Isa;

template <>
struct Isa<float> {
  TRIREME_INLINE static __m128 load_partial(const float* p, std::size_t n) {
    if (n == 0) return _mm_setzero_ps();
    if (n == 1) return _mm_load_ss(p);
    __m128 pair = _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    return n == 2 ? pair : _mm_movelh_ps(pair, _mm_load_ss(p + 2));
  }
  TRIREME_INLINE static void store_partial(float* p, std::size_t n, __m128 v) {
    if (n == 0) return;
    if (n == 1) return _mm_store_ss(p, v);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_castps_si128(v));
    if (n == 3) _mm_store_ss(p + 2, _mm_movehl_ps(v, v));
  }
  TRIREME_INLINE static __m128i equal(__m128 a, __m128 b) { return _mm_castps_si128(_mm_cmpeq_ps(a, b)); }
  TRIREME_INLINE static __m128i less(__m128 a, __m128 b) { return _mm_castps_si128(_mm_cmplt_ps(a, b)); }
  TRIREME_INLINE static __m128i less_equal(__m128 a, __m128 b) { return _mm_castps_si128(_mm_cmple_ps(a, b)); }
  TRIREME_INLINE static __m128 select(__m128i m, __m128 a, __m128 b) {
    return _mm_castsi128_ps(blend(m, _mm_castps_si128(a), _mm_castps_si128(b)));
  }
  TRIREME_INLINE static __m128 fma(__m128 a, __m128 b, __m128 c) { return soft::fma(a, b, c); }
  TRIREME_INLINE static __m128i as_int(__m128 a) { return _mm_castps_si128(a); }
  TRIREME_INLINE static __m128i to_int(__m128 a) { return _mm_cvttps_epi32(a); }
};

template <>
struct Isa<double> {
  TRIREME_INLINE static __m128d load_partial(const double* p, std::size_t n) {
    return n == 0 ? _mm_setzero_pd() : _mm_load_sd(p);
  }
  TRIREME_INLINE static void store_partial(double* p, std::size_t n, __m128d v) {
    if (n != 0) _mm_store_sd(p, v);
  }
  TRIREME_INLINE static __m128i equal(__m128d a, __m128d b) { return _mm_castpd_si128(_mm_cmpeq_pd(a, b)); }
  TRIREME_INLINE static __m128i less(__m128d a, __m128d b) { return _mm_castpd_si128(_mm_cmplt_pd(a, b)); }
  TRIREME_INLINE static __m128i less_equal(__m128d a, __m128d b) { return _mm_castpd_si128(_mm_cmple_pd(a, b)); }
  TRIREME_INLINE static __m128d select(__m128i m, __m128d a, __m128d b) {
    return _mm_castsi128_pd(blend(m, _mm_castpd_si128(a), _mm_castpd_si128(b)));
  }
  TRIREME_INLINE static __m128d fma(__m128d a, __m128d b, __m128d c) { return soft::fma(a, b, c); }
  TRIREME_INLINE static __m128i as_int(__m128d a) { return _mm_castpd_si128(a); }
  TRIREME_INLINE static __m128i to_int(__m128d a) {
    long long low = _mm_cvttsd_si64(a), high = _mm_cvttsd_si64(_mm_unpackhi_pd(a, a));
    return _mm_set_epi64x(high, low);
  }
};

template <>
struct Isa<std::int32_t> {
  TRIREME_INLINE static __m128i load_partial(const void* p, std::size_t n) {
    return _mm_castps_si128(Isa<float>::load_partial(reinterpret_cast<const float*>(p), n));
  }
  TRIREME_INLINE static void store_partial(void* p, std::size_t n, __m128i v) {
    Isa<float>::store_partial(reinterpret_cast<float*>(p), n, _mm_castsi128_ps(v));
  }
  TRIREME_INLINE static __m128i equal(__m128i a, __m128i b) { return _mm_cmpeq_epi32(a, b); }
  TRIREME_INLINE static __m128i less(__m128i a, __m128i b) { return _mm_cmplt_epi32(a, b); }
  TRIREME_INLINE static __m128i select(__m128i m, __m128i a, __m128i b) { return blend(m, a, b); }
  TRIREME_INLINE static __m128i multiply(__m128i a, __m128i b) {
    __m128i even = _mm_mul_epu32(a, b), odd = _mm_mul_epu32(_mm_srli_epi64(a, 32), _mm_srli_epi64(b, 32));
    return _mm_unpacklo_epi32(_mm_shuffle_epi32(even, _MM_SHUFFLE(0, 0, 2, 0)),
                              _mm_shuffle_epi32(odd, _MM_SHUFFLE(0, 0, 2, 0)));
  }
  TRIREME_INLINE static __m128i shift_left(__m128i a, int k) { return _mm_slli_epi32(a, k); }
  TRIREME_INLINE static __m128i shift_right(__m128i a, int k) { return _mm_srai_epi32(a, k); }
  TRIREME_INLINE static __m128i shift_right_logical(__m128i a, int k) { return _mm_srli_epi32(a, k); }
  TRIREME_INLINE static __m128i shift_left_by(__m128i a, __m128i k) { return each_shifted<std::int32_t>(a, k, ShiftLeft()); }
  TRIREME_INLINE static __m128i shift_right_by(__m128i a, __m128i k) { return each_shifted<std::int32_t>(a, k, ShiftRight()); }
  TRIREME_INLINE static __m128 as_float(__m128i a) { return _mm_castsi128_ps(a); }
  TRIREME_INLINE static __m128 to_float(__m128i a) { return _mm_cvtepi32_ps(a); }
};

template <>
struct Isa<std::int64_t> {
  TRIREME_INLINE static __m128i load_partial(const void* p, std::size_t n) {
    return n == 0 ? _mm_setzero_si128() : _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  }
  TRIREME_INLINE static void store_partial(void* p, std::size_t n, __m128i v) {
    if (n != 0) _mm_storel_epi64(reinterpret_cast<__m128i*>(p), v);
  }
  TRIREME_INLINE static __m128i equal(__m128i a, __m128i b) {
    __m128i halves = _mm_cmpeq_epi32(a, b);
    return _mm_and_si128(halves, _mm_shuffle_epi32(halves, _MM_SHUFFLE(2, 3, 0, 1)));
  }
  TRIREME_INLINE static __m128i less(__m128i a, __m128i b) {
    // High halves decide; where they are equal, the sign of the full difference does.
    __m128i borrow = _mm_and_si128(_mm_cmpeq_epi32(a, b), _mm_sub_epi64(a, b));
    return _mm_shuffle_epi32(_mm_srai_epi32(_mm_or_si128(borrow, _mm_cmpgt_epi32(b, a)), 31), _MM_SHUFFLE(3, 3, 1, 1));
  }
  TRIREME_INLINE static __m128i select(__m128i m, __m128i a, __m128i b) { return blend(m, a, b); }
  TRIREME_INLINE static __m128i multiply(__m128i a, __m128i b) {
    __m128i cross = _mm_add_epi64(_mm_mul_epu32(_mm_srli_epi64(a, 32), b), _mm_mul_epu32(a, _mm_srli_epi64(b, 32)));
    return _mm_add_epi64(_mm_mul_epu32(a, b), _mm_slli_epi64(cross, 32));
  }
  TRIREME_INLINE static __m128i shift_left(__m128i a, int k) { return _mm_slli_epi64(a, k); }
  TRIREME_INLINE static __m128i shift_right(__m128i a, int k) {
    __m128i sign = _mm_set1_epi64x(static_cast<long long>(0x8000000000000000ull >> k));
    return _mm_sub_epi64(_mm_xor_si128(_mm_srli_epi64(a, k), sign), sign);
  }
  TRIREME_INLINE static __m128i shift_right_logical(__m128i a, int k) { return _mm_srli_epi64(a, k); }
  TRIREME_INLINE static __m128i shift_left_by(__m128i a, __m128i k) { return each_shifted<std::int64_t>(a, k, ShiftLeft()); }
  TRIREME_INLINE static __m128i shift_right_by(__m128i a, __m128i k) { return each_shifted<std::int64_t>(a, k, ShiftRight()); }
  TRIREME_INLINE static __m128d as_float(__m128i a) { return _mm_castsi128_pd(a); }
  /// Both halves become exact doubles through the bits of 2^52 and 2^84; the last addition is the only rounding.
  TRIREME_INLINE static __m128d to_float(__m128i a) {
    __m128i low = _mm_or_si128(_mm_and_si128(a, _mm_set1_epi64x(0xFFFFFFFF)), _mm_set1_epi64x(0x4330000000000000));
    __m128i high = _mm_xor_si128(_mm_srli_epi64(a, 32), _mm_set1_epi64x(0x4530000080000000));
    __m128d upper = _mm_sub_pd(_mm_castsi128_pd(high), _mm_set1_pd(0x1p84 + 0x1p63 + 0x1p52));
    return _mm_add_pd(upper, _mm_castsi128_pd(low));
  }
};

// Unsigned integers: the signed ones' instructions but for order and the right shift.
template <>
struct Isa<std::uint32_t> : Isa<std::int32_t> {
  TRIREME_INLINE static __m128i less(__m128i a, __m128i b) {
    __m128i flip = _mm_set1_epi32(static_cast<int>(0x80000000u));
    return _mm_cmplt_epi32(_mm_xor_si128(a, flip), _mm_xor_si128(b, flip));
  }
  TRIREME_INLINE static __m128i shift_right(__m128i a, int k) { return shift_right_logical(a, k); }
  TRIREME_INLINE static __m128i shift_right_by(__m128i a, __m128i k) { return each_shifted<std::uint32_t>(a, k, ShiftRight()); }
};

template <>
struct Isa<std::uint64_t> : Isa<std::int64_t> {
  TRIREME_INLINE static __m128i less(__m128i a, __m128i b) {
    __m128i flip = _mm_set1_epi64x(static_cast<long long>(0x8000000000000000ull));
    return Isa<std::int64_t>::less(_mm_xor_si128(a, flip), _mm_xor_si128(b, flip));
  }
  TRIREME_INLINE static __m128i shift_right(__m128i a, int k) { return shift_right_logical(a, k); }
  TRIREME_INLINE static __m128i shift_right_by(__m128i a, __m128i k) { return each_shifted<std::uint64_t>(a, k, ShiftRight()); }
};

// Between lanes of 4 and of 8 bytes: `low` and `high` name the halves of the narrow lanes.
TRIREME_INLINE __m128d low_to_double(__m128 a) { return _mm_cvtps_pd(a); }
TRIREME_INLINE __m128d high_to_double(__m128 a) { return _mm_cvtps_pd(_mm_movehl_ps(a, a)); }
TRIREME_INLINE __m128 to_single(__m128d low, __m128d high) {
  return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}
TRIREME_INLINE __m128d low_to_double(__m128i a) { return _mm_cvtepi32_pd(a); }
TRIREME_INLINE __m128d high_to_double(__m128i a) {
  return _mm_cvtepi32_pd(_mm_shuffle_epi32(a, _MM_SHUFFLE(3, 2, 3, 2)));
}
TRIREME_INLINE __m128i low_to_long(__m128i a) { return _mm_unpacklo_epi32(a, _mm_srai_epi32(a, 31)); }
TRIREME_INLINE __m128i high_to_long(__m128i a) { return _mm_unpackhi_epi32(a, _mm_srai_epi32(a, 31)); }
TRIREME_INLINE __m128i to_word(__m128i low, __m128i high) {
  return _mm_unpacklo_epi64(_mm_shuffle_epi32(low, _MM_SHUFFLE(2, 0, 2, 0)),
                            _mm_shuffle_epi32(high, _MM_SHUFFLE(2, 0, 2, 0)));
}
TRIREME_INLINE __m128i low_mask(__m128i a) { return _mm_unpacklo_epi32(a, a); }
TRIREME_INLINE __m128i high_mask(__m128i a) { return _mm_unpackhi_epi32(a, a); }
TRIREME_INLINE __m128i join_mask(__m128i low, __m128i high) { return to_word(low, high); }

// SSE2 has no instructions for f16.
TRIREME_INLINE std::size_t halves_to_floats(float*, const std::uint16_t*, std::size_t) { return 0; }
TRIREME_INLINE std::size_t floats_to_halves(std::uint16_t*, const float*, std::size_t) { return 0; }

/// Copies 64 bytes past the caches; `to` is aligned to 64 bytes.
TRIREME_INLINE void stream_line(char* to, const char* from) {
  for (int k = 0; k < 64; k += 16)
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + k), _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + k)));
}
TRIREME_INLINE void stream_fence() { _mm_sfence(); }
