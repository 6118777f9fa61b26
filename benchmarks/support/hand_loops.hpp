// benchmarks/support/hand_loops.hpp -- what one would write by hand for one processor, one set per level
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace trireme::bench {

struct HandLoops {
  /// out = sqrt(x * x + 1) - exp(-x) in one pass, with the exp of hull/math; n is a multiple of 64 or the loop's rest
  /// is done lane by lane.
  void (*expression)(const float* x, float* out, std::size_t n);
  /// The same with xsimd::exp, which is not correct in all bits but is what people use.
  void (*expression_xsimd)(const float* x, float* out, std::size_t n);
  /// out = x + y.
  void (*add)(const float* x, const float* y, float* out, std::size_t n);
  /// The sum with 8 registers of accumulators, and the same with a prefetch some lines ahead: the faster one is as fast
  /// as one thread reads.
  float (*read)(const float* x, std::size_t n);
  float (*read_ahead)(const float* x, std::size_t n);
};

#if defined(__x86_64__)
HandLoops hand_loops_baseline();
HandLoops hand_loops_avx2();
HandLoops hand_loops_avx512();
#elif defined(__aarch64__)
HandLoops hand_loops_neon();
#endif

/// Of the level that the library uses.
HandLoops hand_loops();

}  // namespace trireme::bench
