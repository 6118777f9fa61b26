// tests/environment/fork_test.cpp -- a child process computes on the CPU what its parent computed
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <thread>
#include <vector>

#include "support/compare.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

// Runs f in a child with 30 seconds to live; returns its exit status, or minus the signal that ended it.
int in_child(const std::function<bool()>& f) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(30);
    int status = 2;
    try {
      status = f() ? 0 : 1;
    } catch (const std::exception& e) {
      std::fprintf(stderr, "the child: %s\n", e.what());
    }
    _exit(status);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

array work(std::int64_t n) {
  const array x = arange(0, n, 1, f32) * 1e-3;
  return sqrt(x * x + 1) - exp(-x);
}

class Fork : public ::testing::Test {
 protected:
  const DeviceScope scope_{Device("cpu")};
};

TEST_F(Fork, child_of_a_parent_that_did_nothing_computes) {
  EXPECT_EQ(in_child([] { return (arange(10) + 1).to_vector<std::int64_t>()[9] == 10; }), 0);
}

TEST_F(Fork, child_computes_what_the_parent_computed) {
  KeepSettings keep;
  for (const Setting& setting : settings()) {
    use(setting);
    for (std::int64_t n : {10, 1'000'000}) {
      const HostArray small = to_host(work(n));  // the parent's workers are awake now, and are not copied
      EXPECT_EQ(in_child([&] { return difference(to_host(work(n)), small).empty(); }), 0) << text(setting) << ", " << n;
      EXPECT_TRUE(same_bits(work(n), small)) << "the parent afterwards";
    }
  }
}

TEST_F(Fork, child_of_a_parent_whose_threads_compute_does_not_wait_for_them) {
  std::atomic<bool> stop{false};
  auto churn = [&] {
    const DeviceScope scope{Device("cpu")};
    while (!stop) {
      std::vector<array> held;  // more than a thread's free list keeps, so that the shared one is busy
      for (int k = 0; k < 300; ++k) held.push_back((arange(3) + k).eval());
      work(100'000).eval();
    }
  };
  work(100'000).eval();  // the first use is over
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) threads.emplace_back(churn);
  int wrong = 0;
  for (int k = 0; k < 50; ++k)
    wrong += in_child([] {
               std::vector<array> held;
               for (int i = 0; i < 300; ++i) held.push_back((arange(3) + i).eval());
               return (arange(10) + 1).to_vector<std::int64_t>()[9] == 10;
             }) != 0;
  stop = true;
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(Fork, child_reads_and_computes_with_the_parents_arrays) {
  const array computed = work(100'000).eval();
  const array lazy = computed * 2;
  const HostArray expected = to_host(computed * 2);
  EXPECT_EQ(in_child([&] { return difference(to_host(lazy), expected).empty(); }), 0);
  EXPECT_TRUE(lazy.is_lazy()) << "the child's evaluation is its own";
  EXPECT_TRUE(same_bits(lazy, expected));
}

TEST_F(Fork, grandchild_computes) {
  work(300'000).eval();
  EXPECT_EQ(in_child([] {
              work(300'000).eval();
              return in_child([] { return sum(work(300'000) * 0).item<float>() == 0; }) == 0;
            }),
            0);
}

}  // namespace
}  // namespace trireme::test
