// opencl/language.cpp -- the spellings of OpenCL C 1.2
// SPDX-License-Identifier: Apache-2.0
#include "opencl/language.hpp"

namespace trireme::opencl {

const dispatch::Language& language() {
  static constexpr dispatch::Language kLanguage{
      .name = "opencl",
      .prelude = R"(#pragma OPENCL FP_CONTRACT OFF
typedef char i8;
typedef uchar u8;
typedef short i16;
typedef ushort u16;
typedef int i32;
typedef uint u32;
typedef long i64;
typedef ulong u64;
typedef float f32;
typedef char4 i8x4;
typedef uchar4 u8x4;
typedef short4 i16x4;
typedef ushort4 u16x4;
typedef int4 i32x4;
typedef uint2 u32x2;
typedef uint4 u32x4;
typedef long4 i64x4;
typedef ulong4 u64x4;
typedef float4 f32x4;
#define sqrt_f32(x) sqrt(x)
#define fma_f32(a, b, c) fma(a, b, c)
#define as_int_f32(x) as_int(x)
#define as_float_i32(x) as_float(x)
#define high_u32(a, b) mul_hi(a, b)
#define high_u64(a, b) mul_hi(a, b)
#define write_whole(p, q) (*(p) = (q))
#define turn_4x4(T, p, step, q, pitch) { \
  const T##x4 t0 = vload4(0, p), t1 = vload4(0, (p) + (step)), t2 = vload4(0, (p) + 2 * (step)), t3 = vload4(0, (p) + 3 * (step)); \
  vstore4((T##x4)(t0.x, t1.x, t2.x, t3.x), 0, q); \
  vstore4((T##x4)(t0.y, t1.y, t2.y, t3.y), 0, (q) + (pitch)); \
  vstore4((T##x4)(t0.z, t1.z, t2.z, t3.z), 0, (q) + 2 * (pitch)); \
  vstore4((T##x4)(t0.w, t1.w, t2.w, t3.w), 0, (q) + 3 * (pitch)); \
}
)",
      .prelude_f64 = R"(#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double f64;
typedef double4 f64x4;
#define sqrt_f64(x) sqrt(x)
#define fma_f64(a, b, c) fma(a, b, c)
#define as_int_f64(x) as_long(x)
#define as_float_i64(x) as_double(x)
)",
      .kernel = "__kernel __attribute__((reqd_work_group_size(",
      .kernel_end = ", 1, 1)))",
      .function = "static",
      .global = "__global",
      .restrict_word = "restrict",
      .shared = "__local",
      .barrier = "barrier(CLK_LOCAL_MEM_FENCE);",
      .group_id = "get_group_id(0)",
      .local_id = "get_local_id(0)",
      .shuffle_down = "",  // sub-groups are an extension that many lack
  };
  return kLanguage;
}

}  // namespace trireme::opencl
