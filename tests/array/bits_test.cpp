// tests/array/bits_test.cpp -- the hash of results: golden values, NaNs, shapes, blocks
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <complex>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <span>
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
  EXPECT_EQ(hash<std::int8_t>({1, -2}, {2}), "2e4dd35b228a2ade780102e5cb78720f");
  EXPECT_EQ(hash<std::int16_t>({1, -2}, {2}), "2e930840df4c2a59133518944aceafaf");
  EXPECT_EQ(hash<std::uint8_t>({1, 2}, {2}), "1ee3b6320052519ba984173fe1f8fa83");
  EXPECT_EQ(hash<std::uint16_t>({1, 2}, {2}), "3995e91648be7a0ab1c5fb56da727630");
  EXPECT_EQ(hash<std::uint32_t>({1, 2}, {2}), "fb797de13942f226ff778ab742d4d155");
  EXPECT_EQ(hash<std::uint64_t>({1, 2}, {2}), "a6f6f7f16a42f410a31b323da3eb76aa");
  EXPECT_EQ(hash<float16>({float16(1.5f)}, {1}), "c6040faa15dac65c4f0c1ad10e7a0f4b");
  EXPECT_EQ(hash<bfloat16>({bfloat16(1.5f)}, {1}), "94ae7db4673e0831adb97790aa70725f");
  EXPECT_EQ(hash<std::complex<float>>({{1, 2}}, {1}), "a39decf7ee4d193edd812c930da6af14");
  EXPECT_EQ(hash<std::complex<double>>({{1, 2}}, {1}), "631d857e7d8172d14e8c5e8e109c825c");
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

template <class Word>
void expect_one_nan(Dtype dtype, Word canonical, std::initializer_list<Word> nans, std::initializer_list<Word> others) {
  const std::string expected = hash<Word>({canonical}, {}, dtype);
  for (const Word pattern : nans)
    EXPECT_EQ(hash<Word>({pattern}, {}, dtype), expected) << name(dtype) << " " << pattern;
  for (const Word pattern : others)
    EXPECT_NE(hash<Word>({pattern}, {}, dtype), expected) << name(dtype) << " " << pattern;
}

TEST(bits, every_nan_of_two_byte_floats_counts_as_one) {
  expect_one_nan<std::uint16_t>(f16, 0x7e00, {0xfe00, 0x7c01, 0xfc01, 0x7fff, 0xffff},
                                {0x7c00, 0xfc00, 0x7bff, 0x3e00});
  expect_one_nan<std::uint16_t>(bf16, 0x7fc0, {0xffc0, 0x7f81, 0xff81, 0x7fff, 0xffff},
                                {0x7f80, 0xff80, 0x7f7f, 0x7e00});
}

TEST(bits, every_nan_in_a_part_of_a_complex_number_counts_as_one) {
  // The low word is the real part. The canonical NaN of f64 is no pair of f32, and the other way round.
  expect_one_nan<std::uint64_t>(complex64, 0x7fc000003f800000u,
                                {0xffc000003f800000u, 0x7f8000013f800000u, 0xffffffff3f800000u},
                                {0x7f8000003f800000u, 0x3f8000007fc00000u, 0x7fc000007fc00000u, 0x7fc00000bf800000u});
  expect_one_nan<std::uint64_t>(complex64, 0x3f8000007fc00000u, {0x3f800000ffc00000u, 0x3f8000007f800001u},
                                {0x3f8000007f800000u, 0x7fc000003f800000u});
  const std::uint64_t one = 0x3ff0000000000000u, canonical = 0x7ff8000000000000u, other = 0xfff0000000000001u;
  const auto of = [](std::uint64_t real, std::uint64_t imaginary) {
    bits_hash::Hasher hasher(complex128, {});
    std::uint64_t words[] = {real, imaginary};
    hasher.add(std::as_writable_bytes(std::span(words)));
    return hasher.digits();
  };
  EXPECT_EQ(of(other, one), of(canonical, one));
  EXPECT_EQ(of(one, other), of(one, canonical));
  EXPECT_EQ(of(other, other), of(canonical, canonical));
  EXPECT_NE(of(one, other), of(other, one));
  EXPECT_NE(of(one, 0x7ff0000000000000u), of(one, canonical));
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
  EXPECT_NE(hash<std::uint32_t>({0xffc00000u}, {1}, u32), hash<std::uint32_t>({0x7fc00000u}, {1}, u32));
  EXPECT_NE(hash<std::uint16_t>({0xfe00}, {1}, u16), hash<std::uint16_t>({0x7e00}, {1}, u16));
  EXPECT_NE(hash<std::uint16_t>({0xfe00}, {1}, i16), hash<std::uint16_t>({0x7e00}, {1}, i16));
  EXPECT_NE(hash<std::uint64_t>({0xfff8000000000000u}, {1}, u64), hash<std::uint64_t>({0x7ff8000000000000u}, {1}, u64));
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
