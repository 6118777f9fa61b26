// tests/environment/float_state.hpp -- the processor's floating-point settings, read and changed
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cfenv>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace trireme::test {

#if defined(__x86_64__)
inline constexpr bool kCanFlush = true;
inline constexpr std::uint64_t kFlushBits = 0x8040;  // flush-to-zero and denormals-are-zero
/// Rounding, masks and flushing; not the sticky flags, which tell only what happened.
inline std::uint64_t float_state() { return _mm_getcsr() & ~0x3fu; }
inline void set_float_state(std::uint64_t state) { _mm_setcsr(static_cast<unsigned>(state)); }
inline constexpr std::uint64_t kPlainState = 0x1f80;
#elif defined(__aarch64__)
inline constexpr bool kCanFlush = true;
inline constexpr std::uint64_t kFlushBits = 1u << 24;
inline std::uint64_t float_state() {
  std::uint64_t state;
  asm volatile("mrs %0, fpcr" : "=r"(state));
  return state;
}
inline void set_float_state(std::uint64_t state) { asm volatile("msr fpcr, %0" : : "r"(state)); }
inline constexpr std::uint64_t kPlainState = 0;
#else
inline constexpr bool kCanFlush = false;
inline constexpr std::uint64_t kFlushBits = 0, kPlainState = 0;
inline std::uint64_t float_state() { return 0; }
inline void set_float_state(std::uint64_t) {}
#endif

/// Another state while it lives.
class WithFloatState {
 public:
  explicit WithFloatState(std::uint64_t state) : before_(float_state()) { set_float_state(state); }
  ~WithFloatState() { set_float_state(before_); }
  WithFloatState(const WithFloatState&) = delete;
  WithFloatState& operator=(const WithFloatState&) = delete;

 private:
  std::uint64_t before_;
};

}  // namespace trireme::test
