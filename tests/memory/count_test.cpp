// tests/memory/count_test.cpp -- live and peak bytes: every block counts, once, until its last array is gone
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <barrier>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "array/build.hpp"
#include "dispatch/storage.hpp"
#include "support/child_process.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

array block(std::int64_t n) {
  const std::vector<float> values(static_cast<std::size_t>(n), 1.0f);
  return array::from(values, {n});
}

std::int64_t live() { return memory_use().live; }
std::int64_t peak() { return memory_use().peak; }

TEST(count, blocks_of_every_size_are_counted_while_they_live) {
  for (std::int64_t n : {0, 1, 47, 48, 49, 1000, 1024, 1025, 4096, 4097, 5000, 1'000'000}) {
    const std::int64_t before = live();
    {
      const array x = block(n);
      EXPECT_EQ(live(), before + 4 * n) << n;
      const array copy = x, view = x.reshape({-1, 1}).T();
      EXPECT_EQ(live(), before + 4 * n) << "handles and views share the block of " << n;
    }
    EXPECT_EQ(live(), before) << n;
  }
}

TEST(count, a_view_keeps_the_whole_block) {
  const std::int64_t before = live();
  std::optional<array> x = block(5000);
  const array view = x->slice({{0, 1}});
  x.reset();
  EXPECT_EQ(live(), before + 20'000);
}

TEST(count, lazy_arrays_hold_nothing_until_they_are_computed) {
  const array x = block(3000);
  const std::int64_t before = live();
  array y = x * 2 + 1;
  EXPECT_EQ(live(), before);
  y.eval();
  EXPECT_EQ(live(), before + 12'000);
  EXPECT_EQ(full({1000, 1000}, 3, f64).bytes(), 8'000'000u);
  const array filled = full({1000, 1000}, 3, f64);
  EXPECT_EQ(live(), before + 12'000 + 8) << "one element, seen a million times";
}

/// Those of OpenCL and CUDA that there are: none where the tests run without drivers.
std::vector<Device> other_devices() {
  std::vector<Device> out;
  for (const DeviceReport& report : devices())
    if (report.usable && report.name != "cpu") out.emplace_back(report.name);
  return out;
}

TEST(count, counters_and_memory_use_agree) {
  const array x = block(100), y = block(100'000);
  EXPECT_EQ(counters().bytes_live, live());
  EXPECT_EQ(counters().bytes_peak, peak());
  EXPECT_EQ(memory_use(Device("cpu")).live, live()) << "other devices hold nothing here";
  for (const Device& other : other_devices()) EXPECT_EQ(memory_use(other).live, 0) << other.name();
}

TEST(count, reserved_covers_live_bytes_and_padding) {
  const array x = block(100), y = block(100'000);
  EXPECT_GE(memory_use().reserved, live());
  for (const Device& other : other_devices()) EXPECT_EQ(memory_use(other).reserved, 0) << other.name();
}

TEST(count, peak_is_exact_for_blocks_of_every_size) {
  for (std::int64_t n : {1, 40, 900, 4000, 5000, 300'000}) {
    const std::int64_t before = live();
    reset_peak();
    EXPECT_EQ(peak(), before);
    { const std::vector<array> three = {block(n), block(n), block(n)}; }
    EXPECT_EQ(live(), before);
    EXPECT_EQ(peak(), before + 12 * n) << n;
    { const array one = block(n); }
    EXPECT_EQ(peak(), before + 12 * n) << n;
    reset_peak();
    EXPECT_EQ(peak(), before);
  }
}

TEST(count, peak_remembers_small_blocks_beside_a_large_one) {
  const std::int64_t before = live();
  reset_peak();
  {
    array large = block(100'000);
    { const std::vector<array> small = {block(100), block(1000)}; }
    large = array();
  }
  EXPECT_EQ(peak(), before + 400'000 + 4400);
}

TEST(count, thousands_of_small_blocks_are_counted_exactly) {
  const std::int64_t before = live();
  reset_peak();
  {
    std::vector<array> many;
    for (int k = 0; k < 20'000; ++k) many.push_back(block(10));
    EXPECT_EQ(live(), before + 800'000);
  }
  EXPECT_EQ(live(), before);
  EXPECT_EQ(peak(), before + 800'000);
}

TEST(count, blocks_freed_by_another_thread_and_threads_that_ended_are_counted) {
  const std::int64_t before = live();
  constexpr int kThreads = 4;
  std::vector<std::vector<array>> made(kThreads);
  {
    std::barrier done(kThreads);
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int k = 0; k < 1000; ++k) made[t].push_back(block(50));
        done.arrive_and_wait();
        made[(t + 1) % kThreads].resize(500);
      });
  }
  EXPECT_EQ(live(), before + kThreads * 500 * 200);
  made.clear();
  EXPECT_EQ(live(), before);
}

TEST(count, child_of_a_fork_goes_on_counting) {
  const array kept = block(60);
  std::barrier there(2), go(2);
  std::jthread other([&] {
    const array held = block(70);
    there.arrive_and_wait();
    go.arrive_and_wait();
  });
  there.arrive_and_wait();
  const std::int64_t before = live();
  const std::string text = run_fork([&] {
    const std::int64_t here = live();
    const array x = block(10);
    std::thread([] { const array y = block(20); }).join();
    std::thread([] { const array y = block(20); }).join();
    return std::to_string(here) + " " + std::to_string(live() - here);
  });
  go.arrive_and_wait();
  EXPECT_EQ(text, std::to_string(before) + " 40");
}

TEST(count, every_block_is_aligned_to_64_bytes) {
  std::vector<array> kept;
  auto expect_aligned = [&](const array& x, const char* what) {
    const auto at = reinterpret_cast<std::uintptr_t>(dispatch::host_data(x.node()->storage));
    EXPECT_EQ(at % 64, 0u) << what << ", " << x.bytes() << " bytes";
    kept.push_back(x);
  };
  for (std::int64_t n = 0; n < 10'000; n += 1 + n / 7)
    for (int k = 0; k < 3; ++k) {
      const array x = block(n);
      expect_aligned(x, "from");
      expect_aligned((x + 1).eval(), "map");
      if (n > 0) expect_aligned(sum(x.reshape({1, -1}), {0}).eval(), "reduction");
    }
  expect_aligned(block(3'000'000), "from");
}

}  // namespace
}  // namespace trireme::test
