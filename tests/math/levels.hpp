// tests/math/levels.hpp -- the elementary functions as each level's object offers them to the tests of this folder
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace trireme::math_test {

enum Function : int {
#define UNARY(name, reference, mpfr, bound_f32, bound_f64, low, high) f_##name,
#define BINARY(name, reference, mpfr, bound_f32, bound_f64) f_##name,
#include "math/functions.def"
#undef UNARY
#undef BINARY
  kFunctions
};

/// The functions of special_functions_test.cpp.
enum SpecialFunction : int {
#define SPECIAL(name, bound_f32, bound_f64) s_##name,
#include "math/special_functions.def"
#undef SPECIAL
  kSpecialFunctions
};

/// The errors of f32 results in last places of the true value. `worst` is the block's element with the largest.
struct Judgement {
  double error = 0, sum = 0;
  std::size_t worst = 0;
  std::uint64_t misrounded = 0;
  bool edges = false;  // results that are 0 or no number were passed over
};

struct Functions {
  // n elements, a multiple of 16. Functions of one operand leave b alone.
  void (*f32[kFunctions])(float* out, const float* a, const float* b, std::size_t n);
  void (*f64[kFunctions])(double* out, const double* a, const double* b, std::size_t n);
  void (*special_f32[kSpecialFunctions])(float* out, const float* a, const float*, std::size_t n);
  void (*special_f64[kSpecialFunctions])(double* out, const double* a, const double*, std::size_t n);
  /// `least` is the exponent below which last places do not shrink: -126, or that of a stated absolute error.
  Judgement (*judge)(const float* results, const double* expected, int least, std::size_t n);
};

}  // namespace trireme::math_test

namespace trireme::cpu::baseline {
void fill_functions(math_test::Functions& functions);
}
namespace trireme::cpu::avx2 {
void fill_functions(math_test::Functions& functions);
}
namespace trireme::cpu::avx512 {
void fill_functions(math_test::Functions& functions);
}
namespace trireme::cpu::neon {
void fill_functions(math_test::Functions& functions);
}
