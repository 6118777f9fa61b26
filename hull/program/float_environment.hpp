// hull/program/float_environment.hpp -- a scope in which floating point is what exact numerics needs
// SPDX-License-Identifier: Apache-2.0
//
// The caller's thread may round upward, flush subnormals (one library built with -ffast-math does that to a whole
// process) or trap. Whatever computes values here or on a worker thread does it within such a scope.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace trireme::program {

/// Round to nearest, subnormals kept, exceptions masked; what was before returns with the scope.
class FloatEnvironment {
 public:
#if defined(__x86_64__)
  FloatEnvironment() : saved_(_mm_getcsr()) {
    if ((saved_ & kControlBits) != kControl) _mm_setcsr(kControl);
  }
  ~FloatEnvironment() {
    if ((saved_ & kControlBits) != kControl) _mm_setcsr(static_cast<unsigned>(saved_));
  }
#elif defined(__aarch64__)
  FloatEnvironment() {
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved_));
    if (saved_ != 0) __asm__ volatile("msr fpcr, %0" ::"r"(std::uint64_t{0}) : "memory");
  }
  ~FloatEnvironment() {
    if (saved_ != 0) __asm__ volatile("msr fpcr, %0" ::"r"(saved_) : "memory");
  }
#endif
  FloatEnvironment(const FloatEnvironment&) = delete;
  FloatEnvironment& operator=(const FloatEnvironment&) = delete;

 private:
  // All exceptions masked and nothing else; the sticky flags below them are left as the caller had them.
  static constexpr unsigned kControl = 0x1f80, kControlBits = 0xffc0;
  std::uint64_t saved_ = 0;
};

}  // namespace trireme::program
