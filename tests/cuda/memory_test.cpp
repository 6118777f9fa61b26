// tests/cuda/memory_test.cpp -- memory of a device is counted for that device and in the total
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "dispatch/tally.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

TEST(memory, blocks_count_for_their_device_and_in_the_total) {
  const Device cuda("cuda"), cpu("cpu");
  const array x = linspace(0, 1, 50'000, f32);
  const std::int64_t before = memory_use(cuda).live, host = memory_use(cpu).live;
  reset_peak();
  {
    const array there = x.to(cuda);
    EXPECT_EQ(memory_use(cuda).live, before + 200'000);
    const array twice = (there * 2 + 1).eval();
    EXPECT_EQ(memory_use(cuda).live, before + 400'000);
    EXPECT_EQ(memory_use(cpu).live, host);
    EXPECT_EQ(memory_use().live, memory_use(cuda).live + memory_use(cpu).live);
  }
  EXPECT_EQ(memory_use(cuda).live, before + 200'000) << "the copy of x stays with x";
  EXPECT_EQ(memory_use(cuda).peak, before + 400'000);
  const std::int64_t reserved = memory_use(cuda).reserved;  // 0 for a device without memory pools
  EXPECT_TRUE(reserved == 0 || reserved >= memory_use(cuda).live) << reserved;
}

TEST(memory, failing_allocation_on_a_device_is_not_counted) {
  const Device cuda("cuda");
  const array there = linspace(0, 1, 50'000, f32).to(cuda);
  const std::int64_t before = memory_use().live;
  array lazy = there * 2;
  dispatch::fail_allocation(1);
  EXPECT_THROW(lazy.eval(), error);
  dispatch::fail_allocation(0);
  EXPECT_TRUE(lazy.is_lazy());
  EXPECT_EQ(memory_use().live, before);
  EXPECT_EQ(lazy.to_vector<float>().back(), 2.0f);
}

}  // namespace
}  // namespace trireme::test
