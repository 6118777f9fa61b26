// tests/math/levels.hpp -- the elementary functions as each level's object offers them to accuracy_test.cpp
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace trireme::math_test {

enum Function { exp, log, tanh, kFunctions };

struct Functions {
  // n elements, a multiple of 16.
  void (*f32[kFunctions])(float* out, const float* in, std::size_t n);
  void (*f64[kFunctions])(double* out, const double* in, std::size_t n);
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
