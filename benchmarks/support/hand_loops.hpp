// benchmarks/support/hand_loops.hpp -- what one would write by hand for one processor, one set per level
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace trireme::bench {

struct HandLoops {
  using Loop = void (*)(const float* const* x, float* out, std::size_t n);
  using Kernel = void (*)(const float* a, const float* b, float* out, std::size_t n);

  // One pass each, two vectors at a time. `expression` has the exp of hull/math, the other xsimd's, which is not
  // correct in all bits but is what people use.
  Loop expression;        // sqrt(x * x + 1) - exp(-x)
  Loop expression_xsimd;
  Loop root;              // sqrt(a * a + b * b) * 0.5 + 1
  Loop product;           // a * b + c * d - a
  Loop add;               // a + b

  /// The sum with 8 registers of accumulators, and the same with a prefetch some lines ahead: the faster one is as fast
  /// as one thread reads.
  float (*read)(const float* x, std::size_t n);
  float (*read_ahead)(const float* x, std::size_t n);
  float (*squares)(const float* x, const float* y, std::size_t n);  // sum of (x - y) * (x - y)
  float (*dot)(const float* x, const float* y, std::size_t n);

  // BabelStream's, with ordinary and with non-temporal stores; `out` is aligned to 64 bytes for the latter.
  Kernel copy, copy_streaming, mul, mul_streaming, add2, add2_streaming, triad, triad_streaming;

  /// out = the transposed n x n matrix, in square tiles that stay in the first-level cache.
  void (*transpose)(const float* x, float* out, std::size_t n);
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
