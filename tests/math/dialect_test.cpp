// tests/math/dialect_test.cpp -- Scalar<T>, the reference of other tests, and ordering.hpp, by numbers written out
// SPDX-License-Identifier: Apache-2.0

#include "math/dialect.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "math/ordering.hpp"

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

}  // namespace
}  // namespace trireme::math
