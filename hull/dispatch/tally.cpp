// hull/dispatch/tally.cpp -- the process's counts of array memory, and the threads that have not told all yet
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/tally.hpp"

#include <algorithm>
#include <mutex>
#include <new>

#include <pthread.h>

#include "program/fork.hpp"
#include "program/out_of_memory.hpp"
#include "program/thread_exit.hpp"

namespace trireme::dispatch {

namespace {

constexpr std::uint8_t kTotal = 0, kHost = 1;  // the CPU's registry id

struct Account {
  std::atomic<std::int64_t> live{0}, peak{0};

  /// `reached` is how far above the former value the sum was in between.
  void add(std::int64_t change, std::int64_t reached) {
    std::int64_t top = live.fetch_add(change, std::memory_order_relaxed) + std::max(change, reached);
    std::int64_t known = peak.load(std::memory_order_relaxed);
    while (top > known && !peak.compare_exchange_weak(known, top, std::memory_order_relaxed)) {
    }
  }
};

constinit std::atomic<std::int64_t> told_programs{0};  // of threads that ended, or could not be listed

constinit Account accounts[256];  // by registry id; 0 is all devices together

struct Listed {
  std::mutex mutex;
  Tally* first = nullptr;
};

Listed& listed();

void add(std::uint8_t device, std::int64_t change, std::int64_t reached) {
  accounts[device].add(change, reached);
  accounts[kTotal].add(change, reached);
}

/// The storage of other threads is gone in a forked child. What they held stays allocated there.
void forget_other_threads() {
  Listed& all = listed();
  for (const Tally* t = all.first; t; t = t->next) {
    if (t == &tally) continue;
    add(kHost, t->pending.load(std::memory_order_relaxed), 0);
    told_programs.fetch_add(t->programs.load(std::memory_order_relaxed), std::memory_order_relaxed);
  }
  all.first = tally.low == INT64_MAX ? nullptr : &tally;
  tally.next = nullptr;
}

/// Throws std::bad_alloc at the first use.
Listed& listed() {
  static Listed* const instance = [] {
    Listed* made = program::make_held<Listed>(program::LockRank::tallies);
    pthread_atfork(nullptr, nullptr, forget_other_threads);
    return made;
  }();
  return *instance;
}

bool is_listed() { return tally.low != INT64_MAX; }

void tell() noexcept {
  std::int64_t change = tally.pending.load(std::memory_order_relaxed), high = tally.high.load(std::memory_order_relaxed);
  if (change == 0 && high <= 0) return;
  tally.pending.store(0, std::memory_order_relaxed);
  if (high != Tally::kAlways) tally.high.store(0, std::memory_order_relaxed);
  add(kHost, change, high);
}

void unlist() {
  if (!is_listed()) return;
  Listed& all = listed();
  std::lock_guard lock(all.mutex);
  tell();
  told_programs.fetch_add(tally.programs.exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
  Tally** link = &all.first;
  while (*link && *link != &tally) link = &(*link)->next;
  if (*link) *link = tally.next;
  tally.high.store(Tally::kAlways, std::memory_order_relaxed);
  tally.low = INT64_MAX;
}

/// False when the thread is ending, or memory for it has run out: then every block is told at once.
bool list() noexcept {
  if (program::ThreadExit::gone()) return false;
  try {
    Listed& all = listed();
    program::ThreadExit::at_exit(&unlist);
    std::lock_guard lock(all.mutex);
    tally.next = all.first;
    all.first = &tally;
  } catch (const std::bad_alloc&) {
    return false;
  }
  tally.low = -Tally::kWindow;
  if (tally.fail_in == 0) tally.high.store(0, std::memory_order_relaxed);
  return true;
}

void fail_if_wanted() {
  if (tally.fail_in == 0 || --tally.fail_in != 0) return;
  if (is_listed()) tally.high.store(0, std::memory_order_relaxed);
  program::throw_out_of_memory("allocate", "a test wants this allocation to fail");
}

}  // namespace

void count_slowly(std::int64_t now, std::int64_t bytes) {
  fail_if_wanted();
  if (!is_listed() && !list()) return add(kHost, bytes, bytes);
  bool always = tally.high.load(std::memory_order_relaxed) == Tally::kAlways;
  tally.pending.store(now, std::memory_order_relaxed);
  if (!always) tally.high.store(now, std::memory_order_relaxed);
  if (always || now > Tally::kWindow) tell();
}

void uncount_slowly(std::int64_t bytes) noexcept {
  if (!is_listed() && !list()) return add(kHost, -bytes, 0);
  tally.pending.store(tally.pending.load(std::memory_order_relaxed) - bytes, std::memory_order_relaxed);
  if (tally.pending.load(std::memory_order_relaxed) < tally.low) tell();
}

void count_large(std::uint8_t device, std::size_t bytes) {
  fail_if_wanted();
  tell();
  add(device, static_cast<std::int64_t>(bytes), 0);
}

void uncount_large(std::uint8_t device, std::size_t bytes) noexcept {
  tell();  // what small blocks reached, they reached before this one went
  add(device, -static_cast<std::int64_t>(bytes), 0);
}

void count_program_slowly() {
  if (list()) count_program();
  else told_programs.fetch_add(1, std::memory_order_relaxed);
}

std::int64_t program_count() {
  Listed& all = listed();
  std::lock_guard lock(all.mutex);
  std::int64_t n = told_programs.load(std::memory_order_relaxed);
  for (const Tally* t = all.first; t; t = t->next) n += t->programs.load(std::memory_order_relaxed);
  return n;
}

MemoryCount memory_count(std::uint8_t device) {
  Listed& all = listed();
  std::lock_guard lock(all.mutex);
  std::int64_t told = accounts[device].live.load(std::memory_order_relaxed), pending = 0, high = 0;
  if (device == kTotal || device == kHost)
    for (const Tally* t = all.first; t; t = t->next) {
      std::int64_t now = t->pending.load(std::memory_order_relaxed);
      pending += now;
      high += std::max(t->high.load(std::memory_order_relaxed), now);
    }
  std::int64_t peak = std::max(accounts[device].peak.load(std::memory_order_relaxed), told + high);
  return {told + pending, std::max(peak, told + pending)};
}

void reset_peaks() {
  Listed& all = listed();
  std::lock_guard lock(all.mutex);
  std::int64_t pending = 0;
  for (Tally* t = all.first; t; t = t->next) {
    std::int64_t now = t->pending.load(std::memory_order_relaxed);
    pending += now;
    if (t->high.load(std::memory_order_relaxed) != Tally::kAlways) t->high.store(now, std::memory_order_relaxed);
  }
  for (int id = 0; id < 256; ++id) {
    std::int64_t live = accounts[id].live.load(std::memory_order_relaxed);
    accounts[id].peak.store(id <= kHost ? live + pending : live, std::memory_order_relaxed);
  }
}

void fail_allocation(std::int64_t n) {
  if (is_listed()) tell();
  tally.fail_in = n;
  tally.high.store(n > 0 || !is_listed() ? Tally::kAlways : 0, std::memory_order_relaxed);
}

}  // namespace trireme::dispatch
