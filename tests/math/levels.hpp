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

struct Functions {
  // n elements, a multiple of 16. Functions of one operand leave b alone.
  void (*f32[kFunctions])(float* out, const float* a, const float* b, std::size_t n);
  void (*f64[kFunctions])(double* out, const double* a, const double* b, std::size_t n);
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
