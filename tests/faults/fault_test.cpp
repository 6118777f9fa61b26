// tests/faults/fault_test.cpp -- the n-th allocation fails, for every n: a clear error, nothing broken, nothing leaked
// SPDX-License-Identifier: Apache-2.0
//
// Two kinds of memory fail: that of arrays, through dispatch::fail_allocation, and all that comes from operator new,
// which this program replaces. Caches hide allocations, so operator new fails twice over: in this process, where they
// are warm and every block must come back, and in forks of one that has computed nothing yet. Of the thousands of calls
// there, the quick run takes one in eleven, and TRIREME_LONG=1 all.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "dispatch/tally.hpp"
#include "faults/operator_new.hpp"
#include "faults/scenario.hpp"
#include "support/child_process.hpp"

namespace trireme::test {
namespace {

struct Folder {
  explicit Folder(const World& world) : path(world.folder) {}
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

/// What happened when the scenario ran: "" if it succeeded, "failed" if it failed as it must, else what is wrong. It
/// also succeeds where the library can do without the memory. `calls`: of operator new.
std::string outcome(const World& world, std::vector<std::string>& results, std::int64_t& calls) {
  const std::int64_t live = memory_use().live;
  std::string text;
  try {
    results = run_scenario(world);
  } catch (const error& e) {
    text = e.code() == Code::out_of_memory ? "failed" : std::string("wrong code: ") + e.what();
  } catch (const std::exception& e) {
    text = e.what();
  }
  dispatch::fail_allocation(0);
  calls = new_calls();
  fail_new(0);
  set_profile_callback({});
  if (std::string damage = world.damage(); !damage.empty()) return text + ": " + damage;
  if (std::int64_t now = memory_use().live; now != live) return text + ": " + std::to_string(now - live) + " bytes leaked";
  return text;
}

std::string outcome(const World& world, std::vector<std::string>& results) {
  std::int64_t calls = 0;
  return outcome(world, results, calls);
}

TEST(faults, array_memory_fails_at_every_allocation) {
  const World world;
  const Folder folder(world);
  std::vector<std::string> expected, results;
  ASSERT_EQ(outcome(world, expected), "");
  ASSERT_GT(expected.size(), 40u);
  std::int64_t n = 1;
  for (;; ++n) {
    dispatch::fail_allocation(n);
    const std::string first = outcome(world, results);
    if (first.empty()) break;
    ASSERT_EQ(first, "failed") << "allocation " << n;
  }
  EXPECT_EQ(results, expected);
  ASSERT_EQ(outcome(world, results), "");
  EXPECT_EQ(results, expected);
  EXPECT_GT(n, 80) << "the scenario has lost its allocations";
  RecordProperty("allocations", static_cast<int>(n));
  std::printf("array memory failed at %lld allocations\n", static_cast<long long>(n - 1));
}

TEST(faults, scenario_succeeds_after_each_failure_of_array_memory) {
  const World world;
  const Folder folder(world);
  std::vector<std::string> expected, results;
  ASSERT_EQ(outcome(world, expected), "");
  for (std::int64_t n = 1; n < 97; n += 7) {
    dispatch::fail_allocation(n);
    outcome(world, results);
    ASSERT_EQ(outcome(world, results), "") << n;
    ASSERT_EQ(results, expected) << n;
  }
}

/// With warm caches nothing that the library took may stay: as many blocks exist as before.
void fail_warm(bool all_after) {
  const World world;
  const Folder folder(world);
  std::vector<std::string> expected, results;
  for (int k = 0; k < 3; ++k) ASSERT_EQ(outcome(world, expected), "");
  results = expected;
  const std::int64_t before = blocks_alive();
  std::int64_t n = 1, failures = 0, calls = 0;
  for (;; ++n) {
    fail_new(n, all_after);
    std::string first;
    {
      std::vector<std::string> now;
      first = outcome(world, now, calls);
      if (first.empty()) {
        ASSERT_EQ(now, expected);
      }
    }
    if (first.empty() && calls < n) break;
    failures += !first.empty();
    ASSERT_TRUE(first.empty() || first == "failed") << first << ", call " << n << " of operator new";
    ASSERT_LE(blocks_alive(), before + 1) << "call " << n << " of operator new";  // `first` may own a block
  }
  ASSERT_EQ(outcome(world, results), "");
  EXPECT_EQ(results, expected);
  EXPECT_LE(blocks_alive(), before);
  EXPECT_GT(failures, 100) << "the scenario has lost its allocations";
  std::printf("operator new failed at %lld calls\n", static_cast<long long>(failures));
}

TEST(faults, operator_new_fails_at_every_call) { fail_warm(false); }
TEST(faults, operator_new_fails_from_every_call_on) { fail_warm(true); }

/// In forks of this process, which must not have computed anything: so it runs in a process of its own.
void fail_cold(bool all_after) {
  const World world;
  const Folder folder(world);
  const std::string expected = run_fork([&] {
    std::vector<std::string> results;
    std::string text = outcome(world, results);
    for (const std::string& hash : results) text += hash + "\n";
    return text;
  });
  std::int64_t failures = 0;
  const char* all = std::getenv("TRIREME_LONG");
  const std::int64_t step = all && *all == '1' ? 1 : 11;
  for (std::int64_t n = 1;; n += step) {
    const std::string text = run_fork([&]() -> std::string {
      std::vector<std::string> results;
      std::int64_t calls = 0;
      fail_new(n, all_after);
      const std::string first = outcome(world, results, calls);
      const bool reached = calls >= n;
      if (!first.empty() && first != "failed") return first;
      std::string then = first.empty() ? "" : outcome(world, results);
      for (const std::string& hash : results) then += hash + "\n";
      return then != expected ? "results differ: " + then : !reached ? "the end" : first.empty() ? "survived" : "failed";
    });
    if (text == "the end") break;
    failures += text == "failed";
    if (text != "failed" && text != "survived") return report("call " + std::to_string(n) + ": " + text);
  }
  report(std::to_string(failures) + " failures");
}

TEST(faults_child, DISABLED_cold) { fail_cold(false); }
TEST(faults_child, DISABLED_cold_all_after) { fail_cold(true); }

void expect_clean(const std::string& test) {
  const std::string text = run_child(test, {{"OCL_ICD_VENDORS", "/nonexistent"}});
  EXPECT_TRUE(text.ends_with(" failures")) << text;
  EXPECT_GT(std::atoi(text.c_str()), 100) << text;
  std::printf("%s: %s\n", test.c_str(), text.c_str());
}

TEST(faults, operator_new_fails_at_every_call_of_a_fresh_process) { expect_clean("faults_child.DISABLED_cold"); }
TEST(faults, operator_new_fails_from_every_call_on_of_a_fresh_process) { expect_clean("faults_child.DISABLED_cold_all_after"); }

TEST(faults, failure_in_one_thread_leaves_the_shared_graph_to_the_others) {
  for (int round = 0; round < 50; ++round) {
    const array x = arange(0, 1000, 1, f64);
    const array shared = x * 2 + 1;
    const array other = shared + x;
    std::atomic<int> failed{0}, wrong{0};
    std::barrier start(4);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        dispatch::fail_allocation(1);
        start.arrive_and_wait();
        for (int tries = 0; tries < 2; ++tries) try {
            const array& mine = t % 2 ? shared : other;
            wrong += mine.to_vector<double>()[999] != (t % 2 ? 1999.0 : 2998.0);
            break;
          } catch (const error& e) {
            ++(e.code() == Code::out_of_memory && tries == 0 ? failed : wrong);
          }
        dispatch::fail_allocation(0);
      });
    for (std::thread& t : threads) t.join();
    ASSERT_EQ(wrong, 0);
    ASSERT_GE(failed, 1) << "whoever computes first fails";
  }
}

}  // namespace
}  // namespace trireme::test
