// tests/profile/profile_test.cpp -- the callback sees every program once, with the right figures
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

struct Seen {
  std::string name, device, level;
  std::uint64_t hash;
  std::chrono::steady_clock::time_point start;
  double seconds;
  std::int64_t elements, read, written, live, peak;
};

struct Profile : testing::Test {
  DeviceScope scope{Device("cpu")};
  std::vector<Seen> seen;
  std::mutex mutex;

  void listen() {
    set_profile_callback([this](const ProgramProfile& p) {
      std::lock_guard lock(mutex);
      seen.push_back({std::string(p.name), std::string(p.device), std::string(p.level), p.hash, p.start, p.seconds, p.elements, p.bytes_read,
                      p.bytes_written, p.memory_live, p.memory_peak});
    });
  }
  ~Profile() override { set_profile_callback({}); }
};

TEST_F(Profile, map_is_reported_once_with_name_bytes_and_time) {
  const array a = arange(0, 1000, 1, f32), b = (a + 1).eval();
  listen();
  const auto before = std::chrono::steady_clock::now();
  sqrt(a * b + 2).eval();
  const auto after = std::chrono::steady_clock::now();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].name, "multiply+add+sqrt");
  EXPECT_EQ(seen[0].device, "cpu");
  EXPECT_EQ(seen[0].level, cpu_level());
  EXPECT_EQ(seen[0].elements, 1000);
  EXPECT_EQ(seen[0].read, 8000);
  EXPECT_EQ(seen[0].written, 4000);
  EXPECT_GE(seen[0].start, before);
  EXPECT_GT(seen[0].seconds, 0);
  EXPECT_LE(seen[0].start + std::chrono::duration<double>(seen[0].seconds), after);
  EXPECT_EQ(seen[0].live, memory_use().live + 4000) << "the result was alive then";
  EXPECT_GE(seen[0].peak, seen[0].live);
}

TEST_F(Profile, names_are_stable_and_short) {
  const array a = linspace(0, 1, 100, f32);
  listen();
  (a + 1).eval();
  a.slice({{0, 50}}).reshape({5, 10}).T().reshape({-1}).eval();
  (exp(a) * a + a - log(a + 1)).eval();
  array d = a - 1;
  array total = sum(d * d);
  d = array();
  total.eval();
  astype(a, f64).eval();
  (a.slice({{0, 7}}) + 3).eval();
  ASSERT_EQ(seen.size(), 6u);
  EXPECT_EQ(seen[0].name, "add");
  EXPECT_EQ(seen[1].name, "copy");
  EXPECT_EQ(seen[2].name, "map of 6 operations");
  EXPECT_EQ(seen[3].name, "reduce_inner: subtract+multiply+reduce_add");
  EXPECT_EQ(seen[4].name, "cast");
  EXPECT_EQ(seen[5].hash, seen[0].hash) << "one program, whatever the size";
  EXPECT_NE(seen[2].hash, seen[0].hash);
}

TEST_F(Profile, every_program_is_reported_as_counters_count_them) {
  const array x = linspace(0, 1, 300'000, f32), m = x.reshape({300, 1000});
  listen();
  const std::int64_t before = counters().programs_run;
  for (int k = 0; k < 5; ++k) {
    (x * 2 + 1).eval();
    sum(x).item<float>();
    mean(m, {0}).eval();
    bits((m.T() + 1).T());
  }
  EXPECT_EQ(static_cast<std::int64_t>(seen.size()), counters().programs_run - before);
  std::int64_t partials = (300'000 + 8191) / 8192;
  EXPECT_EQ(seen[1].read, 1'200'000);
  EXPECT_EQ(seen[1].written, 4 * partials);
  EXPECT_EQ(seen[2].read, 4 * partials);
  EXPECT_EQ(seen[2].written, 4);
}

TEST_F(Profile, agrees_with_explain) {
  const array x = linspace(0, 1, 5000, f32).reshape({50, 100});
  listen();
  Explain explain;
  (x + x.at(0)).eval();
  max(x * 2, {1}).eval();
  sum(roll(x, 1, 0) - x).eval();
  ASSERT_EQ(seen.size(), explain.programs().size());
  for (std::size_t k = 0; k < seen.size(); ++k) {
    EXPECT_EQ(seen[k].read, explain.programs()[k].bytes_read);
    EXPECT_EQ(seen[k].written, explain.programs()[k].bytes_written);
    EXPECT_EQ(seen[k].elements, explain.programs()[k].elements);
    EXPECT_EQ(seen[k].seconds, explain.programs()[k].seconds);
  }
}

TEST_F(Profile, without_a_callback_nothing_is_reported) {
  const array x = arange(10);
  listen();
  (x + 1).eval();
  set_profile_callback({});
  (x + 2).eval();
  EXPECT_EQ(seen.size(), 1u);
  listen();
  (x + 3).eval();
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(Profile, callback_may_compute_and_is_not_told_of_it) {
  const array x = arange(10);
  int calls = 0;
  std::int64_t computed = 0;
  set_profile_callback([&](const ProgramProfile&) {
    ++calls;
    computed = sum(x * 2).item<std::int64_t>();
  });
  (x + 1).eval();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(computed, 90);
}

TEST_F(Profile, what_a_callback_throws_leaves_the_array_lazy) {
  array y = arange(10) + 1;
  set_profile_callback([](const ProgramProfile&) { throw std::runtime_error("enough"); });
  const std::int64_t live = memory_use().live;
  EXPECT_THROW(y.eval(), std::runtime_error);
  EXPECT_TRUE(y.is_lazy());
  EXPECT_EQ(memory_use().live, live);
  set_profile_callback({});
  EXPECT_EQ(y.to_vector<std::int64_t>()[9], 10);
}

TEST_F(Profile, threads_report_at_once_while_the_callback_changes) {
  std::atomic<std::int64_t> calls{0};
  const array x = arange(0, 50, 1, f64);
  set_profile_callback([&](const ProgramProfile&) { ++calls; });
  constexpr int kThreads = 4, kRounds = 200;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&] {
        const DeviceScope scope{Device("cpu")};
        for (int k = 0; k < kRounds; ++k) EXPECT_EQ((x.slice({{1, 2}}) * 2 + k).item<double>(), 2 + k);
      });
    for (int k = 0; k < 50; ++k) set_profile_callback([&](const ProgramProfile&) { ++calls; });
  }
  EXPECT_EQ(calls, kThreads * kRounds);
}

}  // namespace
}  // namespace trireme::test
