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
#define sqrt_f32(x) sqrtf(x)
#define fma_f32(a, b, c) fmaf(a, b, c)
#define as_int_f32(x) __float_as_int(x)
#define as_float_i32(x) __int_as_float(x)
)",
      .prelude_f64 = R"(typedef double f64;
#define sqrt_f64(x) sqrt(x)
#define fma_f64(a, b, c) fma(a, b, c)
#define as_int_f64(x) __double_as_longlong(x)
#define as_float_i64(x) __longlong_as_double(x)
)",
      .kernel = "extern \"C\" __global__ __launch_bounds__(256)",
      .function = "static __device__ __forceinline__",
      .global = "",
      .restrict_word = "__restrict__",
      .shared = "__shared__",
      .barrier = "__syncthreads();",
      .group_id = "blockIdx.x",
      .local_id = "threadIdx.x",
      .group_size = "blockDim.x",
  };
  static_assert(dispatch::kGroupSize == 256, "the kernel qualifiers name the group's size");
  return kLanguage;
}

}  // namespace trireme::cuda
