// hull/program/fork.cpp -- pthread_atfork handlers that take every registered mutex and give it back
// SPDX-License-Identifier: Apache-2.0
#include "program/fork.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include <pthread.h>

#include "program/fork_count.hpp"

namespace trireme::program {

namespace {

struct Entry {
  LockRank rank;
  std::mutex* mutex;
};

std::mutex registering;
std::vector<Entry>* entries = nullptr;  // sorted by rank; leaked, since forks may come at any time

void before_fork() {
  registering.lock();
  for (Entry& entry : *entries) entry.mutex->lock();
}

void after_fork() {
  for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) entry->mutex->unlock();
  registering.unlock();
}

}  // namespace

void count_forks() {
  static const bool counted = [] {
    if (pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); }) != 0) throw std::bad_alloc();
    return true;
  }();
  (void)counted;
}

void hold_across_fork(std::mutex& mutex, LockRank rank) {
  std::lock_guard lock(registering);
  if (!entries) {
    auto fresh = std::make_unique<std::vector<Entry>>();
    if (pthread_atfork(before_fork, after_fork, after_fork) != 0) throw std::bad_alloc();
    entries = fresh.release();
  }
  auto place = std::upper_bound(entries->begin(), entries->end(), rank, [](LockRank r, const Entry& e) { return r < e.rank; });
  entries->insert(place, {rank, &mutex});
}

}  // namespace trireme::program
