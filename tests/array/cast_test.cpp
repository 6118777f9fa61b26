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
  for (Bits b : x.bits) out.bits.push_back(expected_cast(x.dtype, to, b).value());
  return out;
}

/// Complex numbers become bool or complex only.
bool has_cast(Dtype from, Dtype to) {
  return kind(from) != Kind::complex || kind(to) == Kind::complex || to == boolean;
}

std::string text(Dtype from, Dtype to) { return std::string(name(from)) + " to " + std::string(name(to)); }

TEST(cast, special_values_of_every_pair_give_the_oracles_bits) {
  for (Dtype from : kDtypes)
    for (Dtype to : kDtypes) {
      if (!has_cast(from, to)) continue;
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
        if (!has_cast(from, to)) continue;
        HostArray x = random_array(from, {n}, random);
        if (from != boolean)  // any bit pattern: half of them
          for (Bits& b : x.bits)
            if (random.chance(50)) b = (Bits{random.next()} << 64 | random.next()) >> (128 - 8 * item_size(from));
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

TEST(cast, numbers_halfway_between_halves_round_to_even_once) {
  // Next to the midpoints of f16 and of bf16, at distances that f32 does not hold.
  std::vector<double> values;
  std::vector<std::int64_t> integers;
  for (int digits : {11, 8})
    for (int exponent : {-24, -14, -1, 0, 3, 15})
      for (std::int64_t count = std::int64_t{1} << (digits - 1); count < std::int64_t{1} << digits; count += 5)
        for (double nudge : {0.0, 0x1p-40, -0x1p-40}) {
          const double middle = (static_cast<double>(count) + 0.5 + nudge) * std::ldexp(1.0, exponent - digits + 1);
          values.push_back(middle);
          values.push_back(-middle);
        }
  for (int shift : {12, 30, 47, 53})
    for (std::int64_t count = 128; count < 256; ++count)
      for (std::int64_t nudge : {-1, 0, 1})
        integers.push_back((2 * count + 1) * (std::int64_t{1} << (shift - 1)) + nudge);
  for (const HostArray& x : {make_host({static_cast<std::int64_t>(values.size())}, values),
                             make_host({static_cast<std::int64_t>(integers.size())}, integers)})
    for (Dtype to : {f16, bf16})
      expect_everywhere([&] { return astype(to_array(x), to); }, cast_host(x, to), text(x.dtype, to));
  const HostArray large = cast_host(make_host({static_cast<std::int64_t>(integers.size())}, integers), u64);
  expect_everywhere([&] { return astype(to_array(large), bf16); }, cast_host(large, bf16), text(u64, bf16));
}

TEST(cast, every_half_is_exact_in_f32_and_comes_back) {
  for (Dtype narrow : {f16, bf16}) {
    HostArray x{narrow, {65536}, {}};
    for (Bits b = 0; b < 65536; ++b) x.bits.push_back(b);
    expect_everywhere([&] { return astype(to_array(x), f32); }, cast_host(x, f32), text(narrow, f32));
    EXPECT_TRUE(same_bits(astype(astype(to_array(x), f32), narrow), x)) << name(narrow);
    EXPECT_TRUE(same_bits(astype(astype(to_array(x), f64), narrow), x)) << name(narrow);
  }
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

TEST(cast, every_pair_fuses_into_a_sum_without_changing_bits) {
  Random random(5);
  for (Dtype from : kDtypes)
    for (Dtype to : kDtypes) {
      if (!has_cast(from, to) || to == boolean) continue;
      const HostArray x = random_array(from, {97}, random), y = random_array(to, {97}, random), cast = cast_host(x, to);
      HostArray expected{to, {97}, {}};
      for (std::size_t k = 0; k < 97; ++k) {
        const Bits operands[] = {cast.bits[k], y.bits[k]};
        expected.bits.push_back(test::expected(Row::add, to, operands));
      }
      expect_everywhere([&] { return astype(to_array(x), to) + to_array(y); }, expected, text(from, to));
    }
}

TEST(cast, item_converts_as_astype) {
  EXPECT_EQ(array::from({2.75}).item<std::int32_t>(), 2);
  EXPECT_EQ(array::from({1e30f}).item<std::int64_t>(), std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(array::from({0.5}).item<bool>());
  EXPECT_FALSE(array::from({-0.0}).item<bool>());
}

}  // namespace
}  // namespace trireme::test
