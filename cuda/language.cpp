// cuda/language.cpp -- the spellings of CUDA C++, without any header
// SPDX-License-Identifier: Apache-2.0
#include "cuda/language.hpp"

namespace trireme::cuda {

const dispatch::Language& language() {
  // 177: a variable is never used. Programs and coordinates may have such; the compiler drops them.
  static constexpr dispatch::Language kLanguage{
      .name = "cuda",
      .prelude = R"(#pragma nv_diag_suppress 177
typedef signed char i8;
typedef unsigned char u8;
typedef short i16;
typedef unsigned short u16;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;
typedef float f32;
typedef uint2 u32x2;
typedef uint4 u32x4;
#define sqrt_f32(x) sqrtf(x)
#define fma_f32(a, b, c) fmaf(a, b, c)
#define as_int_f32(x) __float_as_int(x)
#define as_float_i32(x) __int_as_float(x)
#define high_u32(a, b) __umulhi(a, b)
#define high_u64(a, b) __umul64hi(a, b)
#define write_whole(p, q) __stcg(p, q)
#define shuffle_down(x, d) __shfl_down_sync(0xffffffffu, x, d)
)",
      .prelude_f64 = R"(typedef double f64;
#define sqrt_f64(x) sqrt(x)
#define fma_f64(a, b, c) fma(a, b, c)
#define as_int_f64(x) __double_as_longlong(x)
#define as_float_i64(x) __longlong_as_double(x)
)",
      .kernel = "extern \"C\" __global__ __launch_bounds__(",
      .kernel_end = ")",
      .function = "static __device__ __forceinline__",
      .global = "",
      .restrict_word = "__restrict__",
      .shared = "__shared__",
      .barrier = "__syncthreads();",
      .group_id = "blockIdx.x",
      .local_id = "threadIdx.x",
      .shuffle_down = "shuffle_down",
  };
  return kLanguage;
}

}  // namespace trireme::cuda
