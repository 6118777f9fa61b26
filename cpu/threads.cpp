// cpu/threads.cpp -- affinity, cgroup quota, Slurm and TRIREME_THREADS decide the number; oneTBB runs the tasks
// SPDX-License-Identifier: Apache-2.0
#include "cpu/threads.hpp"

#include <atomic>
#include <charconv>
#include <cmath>
#include <fstream>
#include <memory>
#include <mutex>

#include <sched.h>
#include <unistd.h>

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "dispatch/environment.hpp"
#include "program/float_environment.hpp"
#include "program/fork.hpp"
#include "trireme/error.hpp"

// oneTBB orders its tasks inside its library, where ThreadSanitizer does not see it. So this file, the only one with
// oneTBB's templates in it, is compiled without (cmake/library.cmake) and says the order itself.
#if defined(TRIREME_THREAD_SANITIZER)
#include <sanitizer/tsan_interface.h>
#define TRIREME_BEFORE(where) __tsan_release(where)
#define TRIREME_AFTER(where) __tsan_acquire(where)
#else
#define TRIREME_BEFORE(where) static_cast<void>(where)
#define TRIREME_AFTER(where) static_cast<void>(where)
#endif

namespace trireme::cpu {

namespace {

constexpr int kMostThreads = 4096;  // more than any machine has; beyond, oneTBB complains on the terminal

struct Count {
  int threads = 1;
  std::string reason;
};

int affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  long online = sysconf(_SC_NPROCESSORS_ONLN);  // more processors than a cpu_set_t holds
  return online > 0 ? static_cast<int>(online) : 1;
}

/// Processors that a cpu.max of cgroups version 2 allows, rounded up; 0 when it sets no limit.
int quota_of(const std::string& file) {
  std::ifstream in(file);
  in.exceptions(std::ios::badbit);  // or a lack of memory would pass for a file without a quota
  double quota = 0, period = 0;
  if (in >> quota >> period && quota > 0 && period > 0) return static_cast<int>(std::ceil(quota / period));
  return 0;  // no such file, or "max"
}

/// The smallest quota of this process's cgroup and those above it; 0 when there is none. Both versions of cgroups.
int cgroup_quota() {
  int least = 0;
  auto take = [&](int n) {
    if (n > 0 && (least == 0 || n < least)) least = n;
  };
  std::ifstream groups("/proc/self/cgroup");
  groups.exceptions(std::ios::badbit);
  for (std::string line; std::getline(groups, line);) {
    if (line.rfind("0::/", 0) != 0) continue;
    for (std::string path = line.substr(3); path.size() > 1; path.resize(path.rfind('/'))) take(quota_of("/sys/fs/cgroup" + path + "/cpu.max"));
  }
  take(quota_of("/sys/fs/cgroup/cpu.max"));
  std::ifstream quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  double q = 0, p = 0;
  if (quota >> q && period >> p && q > 0 && p > 0) take(static_cast<int>(std::ceil(q / p)));
  return least;
}

int positive(const std::string& text, const char* name) {
  int value = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < 1 || value > kMostThreads)
    throw error(Code::invalid_argument, std::string(name) + ": expected a number of threads from 1 to " +
                                            std::to_string(kMostThreads) + ", got '" + text + "'");
  return value;
}

Count count_threads() {
  const dispatch::Environment& e = dispatch::environment();
  if (!e.threads.empty()) return {positive(e.threads, "TRIREME_THREADS"), "TRIREME_THREADS=" + e.threads};
  Count c{affinity(), ""};
  c.reason = "the processors this process may run on (affinity)";
  int quota = 0;
  try {
    quota = cgroup_quota();
  } catch (const std::ios_base::failure&) {  // the system does not let it be read
  }
  if (quota > 0 && quota < c.threads) c = {quota, "the quota of the cgroup"};
  if (!e.slurm_cpus.empty())
    if (int slurm = positive(e.slurm_cpus, "SLURM_CPUS_PER_TASK"); slurm < c.threads)
      c = {slurm, "SLURM_CPUS_PER_TASK=" + e.slurm_cpus};
  return c;
}

struct Pool {
  std::mutex mutex;
  std::atomic<int> threads{0};
  std::string reason;
  std::shared_ptr<tbb::task_arena> arena;
  pid_t owner = 0;
};

Pool& pool() {
  static Pool* const instance = program::make_held<Pool>(program::LockRank::threads);  // leaked: oneTBB has its own end
  return *instance;
}

std::shared_ptr<tbb::task_arena> arena(int threads) {
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  // A forked child has none of its parent's workers; an arena of its own makes oneTBB start some.
  if (!p.arena || p.arena->max_concurrency() != threads || p.owner != getpid()) {
    // Started before anybody can have it: oneTBB (2021.8) waits for ever for an arena whose start once threw.
    auto fresh = std::make_shared<tbb::task_arena>(threads);
    fresh->initialize();
    p.arena = std::move(fresh);
    p.owner = getpid();
  }
  return p.arena;
}

}  // namespace

int thread_count() {
  Pool& p = pool();
  if (int n = p.threads.load(std::memory_order_acquire)) return n;
  std::lock_guard lock(p.mutex);
  if (int n = p.threads.load(std::memory_order_relaxed)) return n;
  Count c = count_threads();
  p.reason = c.reason;
  p.threads.store(c.threads, std::memory_order_release);
  return c.threads;
}

std::string thread_reason() {
  thread_count();
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  return p.reason;
}

void set_thread_count(int count) {
  if (count < 1 || count > kMostThreads)
    throw error(Code::invalid_argument,
                "set_threads: expected 1 to " + std::to_string(kMostThreads) + ", got " + std::to_string(count));
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  p.reason = "set_threads(" + std::to_string(count) + ")";
  p.threads.store(count, std::memory_order_release);
}

void parallel(std::int64_t tasks, void (*body)(void*, std::int64_t), void* context) {
  int threads = thread_count();
  if (threads == 1 || tasks <= 1) {
    for (std::int64_t k = 0; k < tasks; ++k) body(context, k);
    return;
  }
  char begun = 0, ended = 0;
  TRIREME_BEFORE(&begun);
  arena(threads)->execute([&] {
    tbb::parallel_for(std::int64_t{0}, tasks, [&](std::int64_t k) {
      TRIREME_AFTER(&begun);
      program::FloatEnvironment environment;  // workers carry whatever the thread that made them had
      body(context, k);
      TRIREME_BEFORE(&ended);
    });
  });
  TRIREME_AFTER(&ended);
}

}  // namespace trireme::cpu
