// tests/array/cast_test.cpp -- astype between every pair of dtypes
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/compare.hpp"
#include "support/oracle.hpp"
#include "support/special_values.hpp"
#include "trireme/elementwise.hpp"

namespace trireme::test {
namespace {

HostArray cast_host(const HostArray& x, Dtype to) {
  HostArray out{to, x.shape, {}};
  for (Bits b : x.bits) out.bits.push_back(expected_cast(x.dtype, to, b));
  return out;
}

std::string text(Dtype from, Dtype to) { return std::string(name(from)) + " to " + std::string(name(to)); }

TEST(cast, special_values_of_every_pair_give_the_oracles_bits) {
  for (Dtype from : kDtypes)
    for (Dtype to : kDtypes) {
      const auto& values = special_values(from);
      const HostArray x = make_host(from, {static_cast<std::int64_t>(values.size())}, values);
      expect_everywhere([&] { return astype(to_array(x), to); }, cast_host(x, to), text(from, to));
    }
}

TEST(cast, random_values_of_every_pair_give_the_oracles_bits) {
  Random random(3);
  for (Dtype from : kDtypes)
    for (Dtype to : kDtypes)
      for (std::int64_t n : {1, 9, 130, 5001}) {
        HostArray x = random_array(from, {n}, random);
        if (from != boolean)  // any bit pattern: half of them
          for (Bits& b : x.bits)
            if (random.chance(50)) b = random.next() >> (64 - 8 * item_size(from));
        expect_everywhere([&] { return astype(to_array(x), to); }, cast_host(x, to), text(from, to));
      }
}

TEST(cast, halfway_integers_round_to_even_once) {
  // Each lies on or next to the midpoint of two floats, where rounding to f64 first would go wrong.
  std::vector<std::int64_t> values;
  for (int shift = 24; shift < 63; ++shift)
    for (std::int64_t delta : {-1, 0, 1})
      for (std::int64_t odd : {1, 3}) {
        const std::int64_t middle = (std::int64_t{1} << shift) + odd * (std::int64_t{1} << (shift - 24));
        values.push_back(middle + delta);
        values.push_back(-middle + delta);
      }
  const HostArray x = make_host({static_cast<std::int64_t>(values.size())}, values);
  expect_everywhere([&] { return astype(to_array(x), f32); }, cast_host(x, f32), "int64 to float32");
}

TEST(cast, floats_beyond_an_integer_saturate_and_nan_is_zero) {
  const array x = array::from(
      {1e300, -1e300, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -1.9});
  EXPECT_EQ(astype(x, i32).to_vector<std::int32_t>(),
            (std::vector<std::int32_t>{2147483647, -2147483647 - 1, 0, 2147483647, -1}));
}

TEST(cast, same_dtype_is_the_same_value) {
  const array x = array::from({1.0f, -0.0f});
  EXPECT_TRUE(same_bits(astype(x, f32), to_host(x)));
}

TEST(cast, chains_of_casts_fuse_without_changing_bits) {
  Random random(4);
  const HostArray x = random_array(f64, {777}, random);
  const HostArray expected = cast_host(cast_host(cast_host(x, f32), i32), f64);
  expect_everywhere([&] { return astype(astype(astype(to_array(x), f32), i32), f64); }, expected,
                    "f64 to f32 to i32 to f64");
}

TEST(cast, scalar_operand_becomes_a_0d_array) {
  const array x = astype(2.5, i32);
  EXPECT_EQ(x.shape(), Shape());
  EXPECT_EQ(x.item<std::int32_t>(), 2);
}

TEST(cast, item_converts_as_astype) {
  EXPECT_EQ(array::from({2.75}).item<std::int32_t>(), 2);
  EXPECT_EQ(array::from({1e30f}).item<std::int64_t>(), std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(array::from({0.5}).item<bool>());
  EXPECT_FALSE(array::from({-0.0}).item<bool>());
}

}  // namespace
}  // namespace trireme::test
