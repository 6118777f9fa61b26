// tests/math/dialect_test.cpp -- Scalar<T>, the reference of other tests, and what is written over it, by plain code
// SPDX-License-Identifier: Apache-2.0

#include "math/dialect.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "math/half.hpp"
#include "math/integer.hpp"
#include "math/ordering.hpp"
#include "math/random_bits.hpp"
#include "math/rounding.hpp"
#include "trireme/half.hpp"

namespace trireme::math {
namespace {

TEST(Scalar, integers_wrap) {
  using I = Scalar<std::int32_t>;
  using J = Scalar<std::int64_t>;
  EXPECT_EQ((I(2147483647) + I(1)).value, -2147483647 - 1);
  EXPECT_EQ((I(65536) * I(65536)).value, 0);
  EXPECT_EQ((I(-2147483647 - 1) - I(1)).value, 2147483647);
  EXPECT_EQ((-I(-2147483647 - 1)).value, -2147483647 - 1);
  EXPECT_EQ((J(4294967297) * J(4294967297)).value, 8589934593);
  EXPECT_EQ(shift_right(I(-8), 1).value, -4);
  EXPECT_EQ(shift_right_logical(I(-8), 1).value, 2147483644);
  EXPECT_EQ(shift_right_logical(J(-1), 63).value, 1);
}

TEST(Ordering, zeros_are_ordered_and_nan_propagates) {
  using F = Scalar<float>;
  F plus(0.0f), minus(-0.0f), nan(std::numeric_limits<float>::quiet_NaN());
  for (auto [a, b] : {std::pair(plus, minus), std::pair(minus, plus)}) {
    EXPECT_TRUE(std::signbit(minimum(a, b).value));
    EXPECT_FALSE(std::signbit(maximum(a, b).value));
  }
  for (auto [a, b] : {std::pair(nan, F(1)), std::pair(F(1), nan)}) {
    EXPECT_TRUE(std::isnan(minimum(a, b).value));
    EXPECT_TRUE(std::isnan(maximum(a, b).value));
  }
  EXPECT_EQ(minimum(F(-1), F(2)).value, -1);
  EXPECT_EQ(maximum(F(-1), F(2)).value, 2);
  EXPECT_EQ(absolute(Scalar<std::int64_t>(std::numeric_limits<std::int64_t>::min())).value,
            std::numeric_limits<std::int64_t>::min());
  EXPECT_FALSE(std::signbit(absolute(minus).value));
}

TEST(Integer, division_has_pythons_signs_and_no_traps) {
  using I = Scalar<std::int32_t>;
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  struct {
    std::int32_t a, b, quotient, rest;
  } const cases[] = {{7, 2, 3, 1},
                     {-7, 2, -4, 1},
                     {7, -2, -4, -1},
                     {-7, -2, 3, -1},
                     {6, 3, 2, 0},
                     {-6, 3, -2, 0},
                     {5, 0, 0, 0},
                     {least, 0, 0, 0},
                     {least, -1, least, 0},
                     {least, 1, least, 0},
                     {1, least, -1, least + 1},
                     {-1, least, 0, -1},
                     {least, least, 1, 0},
                     {0, -5, 0, 0}};
  for (const auto& c : cases) {
    EXPECT_EQ(floor_divide(I(c.a), I(c.b)).value, c.quotient) << c.a << " // " << c.b;
    EXPECT_EQ(remainder(I(c.a), I(c.b)).value, c.rest) << c.a << " % " << c.b;
  }
  using U = Scalar<std::uint64_t>;
  EXPECT_EQ(floor_divide(U(~std::uint64_t{0}), U(10)).value, 1844674407370955161u);
  EXPECT_EQ(remainder(U(~std::uint64_t{0}), U(0)).value, 0u);
}

TEST(Integer, shifts_beyond_the_width_leave_the_fill) {
  using I = Scalar<std::int32_t>;
  using U = Scalar<std::uint32_t>;
  for (int count : {32, 33, 64, -1, -32, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}) {
    EXPECT_EQ(left_shift(I(-3), I(count)).value, 0) << count;
    EXPECT_EQ(right_shift(I(-3), I(count)).value, -1) << count;
    EXPECT_EQ(right_shift(I(3), I(count)).value, 0) << count;
    EXPECT_EQ(right_shift(U(0xffffffff), U(static_cast<std::uint32_t>(count))).value, 0u) << count;
  }
  EXPECT_EQ(left_shift(I(-1), I(31)).value, std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(right_shift(I(-8), I(2)).value, -2);
  EXPECT_EQ(right_shift(U(0x80000000), U(31)).value, 1u);
}

/// Calls f with the bits of every float in a long run, else with every 257th.
template <class F>
void for_floats(F f) {
  const std::uint64_t step = math_test::long_run() ? 1 : 257;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += step) f(static_cast<std::uint32_t>(bits));
}

TEST(Rounding, every_float_gives_the_c_librarys_bits) {
  std::int64_t wrong = 0;
  for_floats([&](std::uint32_t bits) {
    const float x = std::bit_cast<float>(bits);
    const Scalar<float> v(x);
    wrong += !math_test::same(floor(v).value, std::floor(x)) || !math_test::same(ceil(v).value, std::ceil(x)) ||
             !math_test::same(trunc(v).value, std::trunc(x)) || !math_test::same(round(v).value, std::nearbyint(x));
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Rounding, doubles_give_the_c_librarys_bits) {
  math_test::Random random{5};
  for (int k = 0; k < 1'000'000; ++k) {
    double x = random.bits<double>();
    if (k % 2) x = std::ldexp(random.between(-1, 1), static_cast<int>(random.next() % 60));
    if (k % 8 == 7) x = std::floor(x) + 0.5;
    const Scalar<double> v(x);
    ASSERT_TRUE(math_test::same(floor(v).value, std::floor(x))) << std::hexfloat << x;
    ASSERT_TRUE(math_test::same(ceil(v).value, std::ceil(x))) << std::hexfloat << x;
    ASSERT_TRUE(math_test::same(trunc(v).value, std::trunc(x))) << std::hexfloat << x;
    ASSERT_TRUE(math_test::same(round(v).value, std::nearbyint(x))) << std::hexfloat << x;
  }
}

TEST(Half, every_half_widens_to_its_value) {
  for (int bits = 0; bits < 65536; ++bits) {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float expected = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                   : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    if (exponent == 31)
      expected = fraction ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
    if (bits & 0x8000) expected = -expected;
    ASSERT_TRUE(math_test::same(from_half(Scalar<std::int32_t>(bits)).value, expected)) << std::hex << bits;
    ASSERT_TRUE(math_test::same(static_cast<float>(float16::from_bits(static_cast<std::uint16_t>(bits))), expected))
        << std::hex << bits;
    ASSERT_TRUE(math_test::same(from_bfloat(Scalar<std::int32_t>(bits)).value, std::bit_cast<float>(bits << 16)))
        << std::hex << bits;
  }
}

/// The nearest multiple of f16's or bf16's last place, by arithmetic in double; ties to even.
double nearest(float x, int digits, int least, double largest) {
  int exponent = 0;
  std::frexp(x, &exponent);
  const int place = std::max(exponent, least) - digits;
  const double rounded = std::ldexp(std::nearbyint(std::ldexp(static_cast<double>(x), -place)), place);
  return std::fabs(rounded) > largest ? std::copysign(std::numeric_limits<double>::infinity(), rounded) : rounded;
}

TEST(Half, every_float_rounds_to_the_nearest_half) {
  std::int64_t wrong = 0;
  for_floats([&](std::uint32_t bits) {
    const float x = std::bit_cast<float>(bits);
    const int half = to_half(Scalar<float>(x)).value, bfloat = to_bfloat(Scalar<float>(x)).value;
    wrong += half != float16(x).bits || bfloat != bfloat16(x).bits;
    if (x != x) {
      wrong += half != 0x7e00 || bfloat != 0x7fc0;
      return;
    }
    const double narrow = from_half(Scalar<std::int32_t>(half)).value,
                 coarse = from_bfloat(Scalar<std::int32_t>(bfloat)).value;
    wrong += !math_test::same(narrow, std::isinf(x) ? x : nearest(x, 11, -13, 65504)) ||
             !math_test::same(coarse, std::isinf(x) ? x : nearest(x, 8, -125, 0x1.FEp127));
  });
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace trireme::math
