// tests/threads/threads_test.cpp -- many threads on the same lazy nodes; short enough to run under ThreadSanitizer
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "support/prepare.hpp"
#include "support/special_values.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

constexpr int kThreads = 8;
constexpr int kRounds = 60;

/// Runs f(thread number) on kThreads threads that start together.
void in_parallel(const std::function<void(int)>& f) {
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      f(t);
    });
  for (std::thread& t : threads) t.join();
}

array numbers(std::int64_t n) { return arange(0, n, 1, f64); }

/// Whether x is first, first + step, ...
bool counts(const array& x, double first, double step) {
  const std::vector<double> values = x.to_vector<double>();
  for (std::size_t k = 0; k < values.size(); ++k)
    if (values[k] != first + static_cast<double>(k) * step) return false;
  return true;
}

TEST(threads, private_graphs_do_not_disturb_each_other) {
  in_parallel([](int t) {
    for (int round = 0; round < kRounds; ++round) {
      const array x = numbers(100 + t);
      EXPECT_TRUE(counts((x + t) * 2 - x, 2.0 * t, 1));
    }
  });
}

TEST(threads, one_lazy_array_evaluated_by_all_has_one_value) {
  for (int round = 0; round < kRounds; ++round) {
    const array lazy = (numbers(300) + 1) * 3 - 3;
    in_parallel([&](int) { EXPECT_TRUE(counts(lazy, 0, 3)); });
  }
}

TEST(threads, expressions_over_one_lazy_array_are_built_and_evaluated_by_all) {
  for (int round = 0; round < kRounds; ++round) {
    const array shared = numbers(200) * 2;
    in_parallel([&](int t) { EXPECT_TRUE(counts(shared + t, t, 2)); });
  }
}

TEST(threads, different_parts_of_one_graph_are_evaluated_at_once) {
  for (int round = 0; round < kRounds; ++round) {
    const array a = numbers(100) + 1;
    const array b = a * 2;
    const array c = b - a;
    const array d = c + b;
    const std::vector<array> parts = {a, b, c, d};
    in_parallel([&](int t) {
      switch (t % 4) {
        case 0:
          EXPECT_TRUE(counts(parts[0], 1, 1));
          break;
        case 1:
          EXPECT_TRUE(counts(parts[1], 2, 2));
          break;
        case 2:
          EXPECT_TRUE(counts(parts[2], 1, 1));
          break;
        default:
          EXPECT_TRUE(counts(parts[3], 3, 3));
      }
    });
  }
}

TEST(threads, handles_are_copied_and_dropped_in_any_order) {
  for (int round = 0; round < kRounds; ++round) {
    std::vector<array> nodes = {numbers(50)};
    for (int k = 1; k < 20; ++k)
      nodes.push_back(nodes[static_cast<std::size_t>(k - 1)] + nodes[static_cast<std::size_t>(k / 2)] * 0);
    std::vector<std::vector<array>> copies(kThreads, nodes);
    nodes.clear();
    in_parallel([&](int t) {
      auto& mine = copies[static_cast<std::size_t>(t)];
      Random random(static_cast<std::uint64_t>(round * kThreads + t));
      while (!mine.empty()) {
        const auto k = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(mine.size())));
        if (random.chance(30)) {
          EXPECT_TRUE(counts(mine[k], 0, 1));
        }
        std::swap(mine[k], mine.back());
        mine.pop_back();
      }
    });
  }
}

TEST(threads, operations_over_the_limits_of_a_program_cut_shared_graphs) {
  // Building a long expression evaluates what is behind it, and what is behind it is shared here.
  for (int round = 0; round < 5; ++round) {
    const array base = numbers(40) + 0;
    std::vector<array> chain = {base};
    for (int k = 0; k < 30; ++k) chain.push_back(chain.back() + 1);
    in_parallel([&](int t) {
      array x = chain[static_cast<std::size_t>(t * 3)];
      for (int k = 0; k < 300; ++k) x = x + chain[static_cast<std::size_t>(k % 30)] * 0;
      EXPECT_TRUE(counts(x, t * 3, 1));
    });
  }
}

TEST(threads, views_of_shared_lazy_arrays_are_made_while_they_are_computed) {
  for (int round = 0; round < kRounds; ++round) {
    const array shared = (numbers(60) + 5).reshape({6, 10});
    in_parallel([&](int t) {
      if (t % 2) {
        shared.eval();
      } else {
        EXPECT_TRUE(counts(shared.at(t % 6), 5 + 10 * (t % 6), 1));
        EXPECT_TRUE(counts(roll(shared, 3, 1).at(0).slice({{3, {}}}), 5, 1));
        EXPECT_EQ(sum(shared).item<double>(), 60 * 5 + 60 * 59 / 2);
      }
    });
  }
}

TEST(threads, programs_are_prepared_while_others_compute_them) {
  for (int round = 0; round < kRounds; ++round) {
    const array shared = (numbers(70) + 2) * 3 - 6;
    in_parallel([&](int t) {
      if (t % 2) prepare({&shared, 1});
      EXPECT_TRUE(counts(shared, 0, 3));
    });
  }
}

TEST(threads, arrays_outlive_the_thread_that_made_them) {
  std::vector<array> made(kThreads), computed(kThreads);
  in_parallel([&](int t) {
    made[static_cast<std::size_t>(t)] = numbers(30) * t;
    computed[static_cast<std::size_t>(t)] = (numbers(3000) * t).eval();
  });
  for (int t = 0; t < kThreads; ++t) {
    EXPECT_TRUE(counts(made[static_cast<std::size_t>(t)], 0, t));
    EXPECT_TRUE(counts(computed[static_cast<std::size_t>(t)], 0, t));
  }
}

/// A handle that lives until after the thread's free lists were drained, whatever the order of destruction is.
struct LastHandle {
  array value;
  ~LastHandle() {
    array more = value.slice({{{}, {}, -1}}) + 1;  // staged in the thread's memory for tiles
    more.eval();
    value = array();
  }
};
thread_local LastHandle early_last_handle;

TEST(threads, handles_in_thread_local_objects_may_be_the_last) {
  for (int round = 0; round < 5; ++round)
    in_parallel([](int t) {
      // Registered before the library's own thread-local lists are, so destroyed after them.
      LastHandle& handle = early_last_handle;
      handle.value = (numbers(20) + t).eval();
      thread_local LastHandle late;
      late.value = handle.value * 2;
    });
}

TEST(threads, arrays_travel_from_thread_to_thread) {
  std::mutex mutex;
  std::vector<array> pool;
  for (int k = 0; k < 32; ++k) pool.push_back(numbers(40));
  std::atomic<int> steps{0};
  in_parallel([&](int t) {
    Random random(static_cast<std::uint64_t>(t));
    for (int round = 0; round < 100; ++round) {
      array x;
      {
        const std::lock_guard lock(mutex);
        const auto k = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(pool.size())));
        x = pool[k];
      }
      array y = random.chance(50) ? x + 1 - 1 : x.slice({{{}, {}, -1}}).flip(0);
      if (random.chance(20)) y.eval();
      const std::lock_guard lock(mutex);
      pool[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(pool.size())))] = std::move(y);
      ++steps;
    }
  });
  EXPECT_EQ(steps.load(), kThreads * 100);
  for (const array& x : pool) EXPECT_TRUE(counts(x, 0, 1));
}

TEST(threads, large_work_of_several_threads_shares_the_workers) {
  const int before = trireme::threads();
  set_threads(2);
  in_parallel([](int t) {
    const array x = full({200'000}, t, f32);
    EXPECT_EQ(sum(x + 1).item<float>(), 200'000.0f * static_cast<float>(t + 1));
    EXPECT_EQ((x * 2).slice({{199'999, {}}}).item<float>(), 2.0f * static_cast<float>(t));
  });
  set_threads(before);
}

TEST(threads, failed_evaluation_leaves_the_graph_to_the_others) {
  const array x = numbers(2);
  const array inner = x * 3;
  const array big = inner.reshape({2, 1}).broadcast_to({2, std::int64_t{1} << 44}) + 1;
  std::atomic<int> refused{0};
  in_parallel([&](int t) {
    if (t % 2) {
      try {
        big.eval();
      } catch (const error& e) {
        refused += e.code() == Code::out_of_memory;
      }
    } else {
      EXPECT_TRUE(counts(inner + t, t, 3));
    }
  });
  EXPECT_EQ(refused.load(), kThreads / 2);
  EXPECT_TRUE(big.is_lazy());
}

TEST(threads, level_and_thread_count_may_change_meanwhile) {
  const std::string level = cpu_level();
  const int before = trireme::threads();
  const std::vector<std::string> levels = cpu_levels();
  in_parallel([&](int t) {
    for (int round = 0; round < 20; ++round) {
      if (t == 0)
        set_cpu_level(levels[static_cast<std::size_t>(round) % levels.size()]);
      else if (t == 1)
        set_threads(1 + round % 2);
      else
        EXPECT_TRUE(counts(numbers(1000) + t, t, 1));
    }
  });
  set_cpu_level(level);
  set_threads(before);
}

}  // namespace
}  // namespace trireme::test
