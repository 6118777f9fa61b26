// tests/math/reference.hpp -- the functions of functions.def: on every level, as scalar code, and in more digits
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mpfr.h>

#include <vector>

#include "math/levels.hpp"

namespace trireme::math_test {

struct FunctionInfo {
  const char* name;
  int arity;
  double bound_f32, bound_f64;
  double low, high;
};
const FunctionInfo& function_info(int function);

struct Level {
  const char* name;
  Functions functions;
};
/// Those that this processor has, the widest one last.
std::vector<Level> usable_levels();

/// hull/math over Scalar.
float scalar(int function, float a, float b);
double scalar(int function, double a, double b);

/// By the C library, good to some last places of the result's type.
double reference(int function, double a, double b);
long double reference(int function, long double a, long double b);

/// By MPFR, whose exponents have no bounds that a test reaches.
class Exact {
 public:
  Exact();
  ~Exact();
  Exact(const Exact&) = delete;
  Exact& operator=(const Exact&) = delete;

  void set(int function, double a, double b);
  double rounded() const { return mpfr_get_d(value_, MPFR_RNDN); }
  /// How far y is from the value, in units of the double's last place at `size`.
  double error(double y, double size);
  /// The double next to the value towards zero.
  double truncated() const { return mpfr_get_d(value_, MPFR_RNDZ); }

 private:
  mpfr_t value_, a_, b_;
};

/// One unit in the last place of T at y.
template <class T>
double ulp_at(double y);

}  // namespace trireme::math_test
