// tests/generated_source/division_test.cpp -- the magic numbers by which kernels divide
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer_division.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace trireme::test {

namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t divide(std::uint64_t n, dispatch::Division by, int bits) {
  if (bits == 32) {
    const auto high = static_cast<std::uint32_t>(static_cast<std::uint32_t>(by.magic) * std::uint64_t{static_cast<std::uint32_t>(n)} >> 32);
    return static_cast<std::uint32_t>(high + static_cast<std::uint32_t>(n)) >> by.shift;
  }
  return (static_cast<std::uint64_t>(static_cast<Wide>(by.magic) * n >> 64) + n) >> by.shift;
}

/// Small numbers, and those around every power of two and around its third, fifth and seventh part, up to `most`.
std::vector<std::uint64_t> divisors(std::uint64_t most) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t d = 1; d < 300; ++d) out.push_back(d);
  for (int power = 8; power < 64; ++power)
    for (const std::uint64_t part : {1, 3, 5, 7})
      for (const std::int64_t by : {-2, -1, 0, 1, 2}) out.push_back((std::uint64_t{1} << power) / part + static_cast<std::uint64_t>(by));
  out.push_back(most);
  std::erase_if(out, [&](std::uint64_t d) { return d == 0 || d > most; });
  return out;
}

/// A quotient can only be wrong next to a multiple of the divisor, and the error grows with the dividend.
void expect_exact(int bits) {
  const std::uint64_t end = std::uint64_t{1} << (bits - 1);  // dividends are below
  for (const std::uint64_t d : divisors(end)) {
    const dispatch::Division by = dispatch::division_by(d, bits);
    std::vector<std::uint64_t> dividends{0, 1, d - 1, d, d + 1, end - 1, end / 2, end / 2 - 1};
    for (const std::uint64_t near : {end - 1, end / 2, end / 3, end / 7 * 5, 100 * (end / 101)})
      for (const std::int64_t by_one : {-1, 0, 1}) dividends.push_back(near / d * d + static_cast<std::uint64_t>(by_one));
    for (const std::uint64_t n : dividends)
      if (n < end) {
        ASSERT_EQ(divide(n, by, bits), n / d) << n << " / " << d << " in " << bits << " bits";
      }
  }
}

}  // namespace

TEST(Division, hard_cases_of_32_bits_are_exact) { expect_exact(32); }
TEST(Division, hard_cases_of_64_bits_are_exact) { expect_exact(64); }

TEST(Division, every_multiple_of_some_divisors_is_exact) {
  for (const std::uint64_t d : {3u, 641u, 65537u, 1000003u}) {
    const dispatch::Division by = dispatch::division_by(d, 32);
    for (std::uint64_t n = d; n < (std::uint64_t{1} << 31); n += d * (d < 641 ? 97 : 1)) {
      ASSERT_EQ(divide(n, by, 32), n / d) << n << " / " << d;
      ASSERT_EQ(divide(n - 1, by, 32), (n - 1) / d) << n - 1 << " / " << d;
    }
  }
}

}  // namespace trireme::test
