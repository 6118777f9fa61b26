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

TEST(create, values_of_the_narrow_and_the_complex_dtypes_come_back) {
  const std::vector<float16> halves = {float16(1.5f), float16(-65504.0f)};
  EXPECT_EQ(array::from(halves, {2}).dtype(), f16);
  EXPECT_EQ(array::from(halves, {2}).to_vector<float16>()[1].bits, 0xfbff);
  EXPECT_EQ(array::from({bfloat16(-2.0f)}).to_vector<bfloat16>()[0].bits, 0xc000);
  EXPECT_EQ(array::from({std::uint8_t{200}, std::uint8_t{7}}).to_vector<std::uint8_t>(),
            (std::vector<std::uint8_t>{200, 7}));
  EXPECT_EQ(array::from({~std::uint64_t{0}}).item<std::uint64_t>(), ~std::uint64_t{0});
  const std::complex<double> z{1, -2};
  EXPECT_EQ(array::from({z}).dtype(), complex128);
  EXPECT_EQ(array::from({z}).item<std::complex<double>>(), z);
  EXPECT_EQ(array::from({std::complex<float>(0.5f, 3)}).to_vector<std::complex<float>>()[0],
            std::complex<float>(0.5f, 3));
}

TEST(create, full_takes_any_number_that_the_dtype_holds) {
  EXPECT_EQ(full({2}, ~std::uint64_t{0}, u64).to_vector<std::uint64_t>(),
            std::vector<std::uint64_t>(2, ~std::uint64_t{0}));
  EXPECT_EQ(full({1}, -128, i8).item<std::int8_t>(), -128);
  EXPECT_EQ(full({1}, 65519.0, f16).to_vector<float16>()[0].bits, 0x7bff);
  EXPECT_EQ(full({1}, 1e5, f16).to_vector<float16>()[0].bits, 0x7c00);
  EXPECT_EQ(full({1}, std::complex<double>(1, 2), complex64).item<std::complex<float>>(), std::complex<float>(1, 2));
  EXPECT_EQ(full({1}, 0.1, complex128).item<std::complex<double>>(), std::complex<double>(0.1, 0));
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
    EXPECT_EQ(to_host(astype(kind(d) == Kind::complex ? real(ones({5}, d)) : ones({5}, d), i64)).bits,
              std::vector<Bits>(5, 1));
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

TEST(create, arange_takes_numbers_beyond_i64_and_refuses_complex_ones) {
  const std::uint64_t first = (std::uint64_t{1} << 63) + 1;
  EXPECT_EQ(arange(first, first + 5, 2, u64).to_vector<std::uint64_t>(),
            (std::vector<std::uint64_t>{first, first + 2, first + 4}));
  EXPECT_EQ(arange(0, first, std::uint64_t{1} << 62, u64).size(), 3);
  EXPECT_EQ(arange(first, first + 8193, 4096, f64).to_vector<double>(), (std::vector<double>{0x1p63, 0x1p63 + 4096}));
  EXPECT_EQ(arange(0, 300, 100, u8).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{0, 100, 200}));
  EXPECT_EQ(arange(0.0, 1.0, 0.25, f16).to_vector<float16>()[3].bits, float16(0.75f).bits);
  EXPECT_EQ(arange(2, 4, 1, complex64).to_vector<std::complex<float>>(),
            (std::vector<std::complex<float>>{2.0f, 3.0f}));
  EXPECT_THROW(arange(std::complex<double>(0, 1), 5, 1, complex128), error);
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
