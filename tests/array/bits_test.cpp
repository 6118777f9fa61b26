// tests/array/bits_test.cpp -- the hash of results: golden values, NaNs, shapes, blocks
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "array/bits.hpp"
#include "trireme/trireme.hpp"

namespace trireme {
namespace {

template <class T>
std::string hash(const std::vector<T>& values, const Shape& shape, Dtype dtype = dtype_of<T>) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  bits_hash::Hasher hasher(dtype, shape);
  hasher.add(bytes);
  return hasher.digits();
}

// Recorded results are compared across versions and machines, so these never change.
TEST(bits, golden_values_stay) {
  EXPECT_EQ(hash<double>({}, {0}), "952547ee0ba79d427f9136f9c4bb6203");
  EXPECT_EQ(hash<double>({1.0, 2.0, 3.0}, {3}), "a2e800707acab4a2ab47b54a490c93e1");
  EXPECT_EQ(hash<float>({1.0f, 2.0f, 3.0f, 4.0f}, {2, 2}), "1d80f8daacb484f960290024abf89045");
  EXPECT_EQ(hash<std::int32_t>({-1}, {}), "02459f18bef15fa3a63dd709decbf94e");
  EXPECT_EQ(hash<std::int64_t>({1, 2}, {2}), "58f55c56cb9e4c93f7c812a0369346c6");
  EXPECT_EQ(hash<unsigned char>({1, 0, 1}, {3}, boolean), "e2b6c8457eafb06deae9b80b4ea7ed7b");
}

TEST(bits, every_nan_counts_as_one) {
  const double quiet = std::numeric_limits<double>::quiet_NaN();
  const std::string expected = hash<double>({1, quiet}, {2});
  for (const std::uint64_t pattern :
       {0xfff8000000000000u, 0x7ff0000000000001u, 0xffffffffffffffffu, 0x7ff8000000000123u})
    EXPECT_EQ(hash<double>({1, std::bit_cast<double>(pattern)}, {2}), expected) << std::hex << pattern;
  const std::string expected_f32 = hash<std::uint32_t>({0x7fc00000u}, {1}, f32);
  for (const std::uint32_t pattern : {0xffc00000u, 0x7f800001u, 0xffffffffu})
    EXPECT_EQ(hash<std::uint32_t>({pattern}, {1}, f32), expected_f32) << std::hex << pattern;
}

TEST(bits, different_results_differ) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_NE(hash<double>({0.0}, {1}), hash<double>({-0.0}, {1}));
  EXPECT_NE(hash<double>({infinity}, {1}), hash<double>({std::numeric_limits<double>::quiet_NaN()}, {1}));
  EXPECT_NE(hash<double>({infinity}, {1}), hash<double>({-infinity}, {1}));
  EXPECT_NE(hash<double>({1, 2}, {2}), hash<double>({2, 1}, {2}));
  EXPECT_NE(hash<double>({1, 2}, {2}), hash<double>({1, 2}, {1, 2}));
  EXPECT_NE(hash<double>({1, 2}, {2, 1}), hash<double>({1, 2}, {1, 2}));
  EXPECT_NE(hash<std::int32_t>({1}, {}), hash<std::int32_t>({1}, {}, f32));
  EXPECT_NE(hash<double>({}, {0}), hash<double>({}, {0, 3}));
}

TEST(bits, integers_are_not_taken_for_nans) {
  EXPECT_NE(hash<std::uint32_t>({0xffc00000u}, {1}, i32), hash<std::uint32_t>({0x7fc00000u}, {1}, i32));
}

TEST(bits, array_hash_equals_hash_of_its_elements) {
  EXPECT_EQ(bits(array::from({1.0, 2.0, 3.0})), hash<double>({1, 2, 3}, {3}));
  EXPECT_EQ(bits(array()), hash<double>({}, {0}));
  EXPECT_EQ(bits(full({}, -1, i32)), hash<std::int32_t>({-1}, {}));
}

TEST(bits, layout_does_not_count) {
  const array x = arange(6).reshape({2, 3});
  EXPECT_EQ(bits(x.T()), hash<std::int64_t>({0, 3, 1, 4, 2, 5}, {3, 2}));
}

TEST(bits, arrays_of_several_blocks_hash_as_one) {
  const std::int64_t count = (std::int64_t{1} << 20) + 17;
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<std::int64_t>(k);
  EXPECT_EQ(bits(arange(count)), hash<std::int64_t>(values, {count}));
  EXPECT_EQ(bits(arange(count).flip(0).flip(0)), hash<std::int64_t>(values, {count}));
}

}  // namespace
}  // namespace trireme
