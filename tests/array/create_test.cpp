// tests/array/create_test.cpp -- arrays from values and from nothing, and reading them back
// SPDX-License-Identifier: Apache-2.0
#include "trireme/create.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/compare.hpp"
#include "trireme/elementwise.hpp"

namespace trireme::test {
namespace {

TEST(create, default_array_is_empty_f64) {
  const array x;
  EXPECT_EQ(x.dtype(), f64);
  EXPECT_EQ(x.shape(), Shape{0});
  EXPECT_EQ(x.size(), 0);
  EXPECT_FALSE(x.is_lazy());
  EXPECT_TRUE(x.to_vector<double>().empty());
}

TEST(create, moved_from_array_is_empty) {
  array x = array::from({1.0, 2.0});
  const array y = std::move(x);
  EXPECT_EQ(x.size(), 0);  // NOLINT: that is what is tested
  EXPECT_EQ(y.size(), 2);
}

TEST(create, from_copies_values_of_every_dtype) {
  EXPECT_EQ(array::from({true, false}).to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ(array::from({1, -2}).to_vector<std::int32_t>(), (std::vector<std::int32_t>{1, -2}));
  std::vector<std::int64_t> numbers = {1, 2, 3, 4, 5, 6};
  const array x = array::from(numbers, {2, 3});
  numbers[0] = 9;
  EXPECT_EQ(x.to_vector<std::int64_t>()[0], 1);
  EXPECT_EQ(x.dtype(), i64);
  EXPECT_EQ(array::from({0.5f}).dtype(), f32);
  EXPECT_EQ(array::from({0.5}).dtype(), f64);
}

TEST(create, bytes_that_are_no_bool_become_true) {
  const unsigned char bytes[] = {0, 1, 2, 255};
  const array x = array::from_host(bytes, 4, {4}, boolean);
  EXPECT_EQ(x.to_vector<bool>(), (std::vector<bool>{false, true, true, true}));
  EXPECT_EQ(to_host(x).bits, (std::vector<Bits>{0, 1, 1, 1}));
}

TEST(create, zeros_ones_and_full_fill) {
  for (Dtype d : kDtypes) {
    for (Bits b : to_host(zeros({2, 3}, d)).bits) EXPECT_EQ(b, 0u);
    EXPECT_EQ(to_host(astype(ones({5}, d), i64)).bits, std::vector<Bits>(5, 1));
    EXPECT_EQ(ones({0, 4}, d).shape(), (Shape{0, 4}));
  }
  EXPECT_EQ(full({2}, 2.5, f32).to_vector<float>(), (std::vector<float>{2.5f, 2.5f}));
  EXPECT_EQ(full({}, -7, i32).item<std::int32_t>(), -7);
  EXPECT_EQ(full({2}, 3, f64).to_vector<double>(), (std::vector<double>{3, 3}));
  EXPECT_EQ(zeros({3}).dtype(), f64);
}

TEST(create, filled_arrays_behave_as_stored_ones) {
  const array x = full({300, 7}, 2, i64);
  EXPECT_EQ((x + x.T().reshape({300, 7})).to_vector<std::int64_t>(), std::vector<std::int64_t>(2100, 4));
  EXPECT_EQ(x.reshape({-1}).slice({{5, 8}}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 2, 2}));
}

TEST(create, arange_counts_as_python) {
  EXPECT_EQ(arange(4).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(arange(2, 11, 3, i32).to_vector<std::int32_t>(), (std::vector<std::int32_t>{2, 5, 8}));
  EXPECT_EQ(arange(5, -1, -2, i64).to_vector<std::int64_t>(), (std::vector<std::int64_t>{5, 3, 1}));
  EXPECT_EQ(arange(0, 0, 1, f64).size(), 0);
  EXPECT_EQ(arange(3, 0, 1, f32).size(), 0);
  EXPECT_EQ(arange(-3).size(), 0);
  EXPECT_EQ(arange(0.0, 1.0, 0.25, f32).to_vector<float>(), (std::vector<float>{0, 0.25f, 0.5f, 0.75f}));
  EXPECT_EQ(arange(0, 3, 1, f32).dtype(), f32);
}

TEST(create, arange_of_floats_rounds_each_element_once) {
  const std::vector<double> got = arange(0.1, 5.0, 0.1, f64).to_vector<double>();
  ASSERT_EQ(got.size(), 49u);
  for (std::size_t k = 0; k < got.size(); ++k) {
    volatile double product = static_cast<double>(k) * 0.1;
    EXPECT_EQ(got[k], 0.1 + product) << k;
  }
}

TEST(create, arange_over_the_whole_range_does_not_overflow) {
  const std::int64_t small = std::numeric_limits<std::int64_t>::min(), big = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(arange(small, big, std::int64_t{1} << 62, i64).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{small, small + (std::int64_t{1} << 62), 0, std::int64_t{1} << 62}));
}

TEST(create, linspace_hits_both_ends) {
  const std::vector<double> got = linspace(0.1, 0.7, 7).to_vector<double>();
  ASSERT_EQ(got.size(), 7u);
  EXPECT_EQ(got.front(), 0.1);
  EXPECT_EQ(got.back(), 0.7);
  const double step = (0.7 - 0.1) / 6;
  for (std::size_t k = 1; k < 6; ++k) {
    volatile double product = static_cast<double>(k) * step;
    EXPECT_EQ(got[k], 0.1 + product) << k;
  }
  EXPECT_EQ(linspace(3, 4, 1).to_vector<double>(), (std::vector<double>{3}));
  EXPECT_EQ(linspace(3, 4, 0).size(), 0);
  EXPECT_EQ(linspace(0, 3, 4, i32).to_vector<std::int32_t>(), (std::vector<std::int32_t>{0, 1, 2, 3}));
}

TEST(create, shape_text_is_pythons) {
  EXPECT_EQ(Shape{}.text(), "()");
  EXPECT_EQ(Shape{3}.text(), "(3,)");
  EXPECT_EQ((Shape{3, 4}).text(), "(3, 4)");
}

TEST(create, text_prints_as_numpy) {
  EXPECT_EQ(arange(3).text(), "[0 1 2]");
  EXPECT_EQ(array::from({0.5f, 1.0f}).text(), "[0.5 1. ]");
  EXPECT_EQ((arange(4).reshape({2, 2}) > 1).text(), "[[False False]\n [ True  True]]");
}

}  // namespace
}  // namespace trireme::test
