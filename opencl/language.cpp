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
typedef uint2 u32x2;
typedef uint4 u32x4;
#define sqrt_f32(x) sqrt(x)
#define fma_f32(a, b, c) fma(a, b, c)
#define as_int_f32(x) as_int(x)
#define as_float_i32(x) as_float(x)
#define high_u32(a, b) mul_hi(a, b)
#define high_u64(a, b) mul_hi(a, b)
#define write_whole(p, q) (*(p) = (q))
)",
      .prelude_f64 = R"(#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double f64;
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
