// tests/math/special_cases_test.cpp -- the results of special_cases.def, on every level and in scalar code
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <limits>
#include <numbers>
#include <vector>

#include "math/random_bits.hpp"
#include "math/reference.hpp"

namespace trireme::math_test {
namespace {

template <class T>
struct Case {
  int function;
  T a, b, result;
};

template <class T>
std::vector<Case<T>> cases() {
  using L = std::numeric_limits<T>;
  constexpr T inf = L::infinity(), nan = L::quiet_NaN();
  constexpr T least = L::denorm_min(), tiny = L::min(), huge = L::max();
  constexpr T even = T(std::uint64_t{1} << L::digits), odd_end = even - 1;
  constexpr T least_exponent = L::min_exponent - L::digits;  // of the smallest subnormal
  constexpr T cbrt_of_huge = sizeof(T) == 4 ? T(0x1.965feap+42) : T(0x1.428a2f98d728bp+341);
  constexpr T kPi = std::numbers::pi_v<T>, epsilon = L::epsilon();
  return {
#define ONE(function, x, y) {f_##function, T(x), T(x), T(y)},
#define TWO(function, x, y, z) {f_##function, T(x), T(y), T(z)},
#include "math/special_cases.def"
#undef ONE
#undef TWO
  };
}

template <class T>
void check() {
  std::vector<bool> has_case(kFunctions);
  const std::vector<Level> levels = usable_levels();
  for (const Case<T>& row : cases<T>()) {
    has_case[static_cast<std::size_t>(row.function)] = true;
    const auto expect = [&](T got, const char* where) {
      EXPECT_TRUE(same(got, row.result)) << function_info(row.function).name << "(" << row.a << ", " << row.b << ") is " << got
                                         << ", not " << row.result << ", " << where;
    };
    for (const Level& level : levels) {
      std::vector<T> a(16, row.a), b(16, row.b), out(16);
      if constexpr (sizeof(T) == 4) level.functions.f32[row.function](out.data(), a.data(), b.data(), 16);
      else level.functions.f64[row.function](out.data(), a.data(), b.data(), 16);
      for (T got : out) expect(got, level.name);
    }
    expect(scalar(row.function, row.a, row.b), "scalar code");
  }
  for (int function = 0; function < kFunctions; ++function)
    EXPECT_TRUE(has_case[static_cast<std::size_t>(function)]) << function_info(function).name << " has no special case";
}

TEST(SpecialCases, f32) { check<float>(); }
TEST(SpecialCases, f64) { check<double>(); }

}  // namespace
}  // namespace trireme::math_test
