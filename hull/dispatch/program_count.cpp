// hull/dispatch/program_count.cpp -- the list of all threads' counts
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/program_count.hpp"

#include <mutex>

#include "program/fork.hpp"
#include "program/thread_exit.hpp"

namespace trireme::dispatch {

namespace {

std::mutex count_mutex;
ProgramCount* all_counts = nullptr;  // of living threads
std::int64_t ended_count = 0;

void drop_count() {
  if (!my_count) return;
  std::lock_guard lock(count_mutex);
  ended_count += my_count->count.load(std::memory_order_relaxed);
  for (ProgramCount** link = &all_counts; *link; link = &(*link)->next)
    if (*link == my_count) {
      *link = my_count->next;
      break;
    }
  delete my_count;
  my_count = nullptr;
}

}  // namespace

bool begin_count() {
  static const bool held = (program::hold_across_fork(count_mutex, program::LockRank::counts), true);
  static_cast<void>(held);
  std::lock_guard lock(count_mutex);
  if (program::ThreadExit::gone()) {
    ++ended_count;
    return false;
  }
  program::ThreadExit::at_exit(&drop_count);  // before there is anything to lose
  my_count = new ProgramCount;
  my_count->next = all_counts;
  all_counts = my_count;
  return true;
}

std::int64_t program_count() {
  std::lock_guard lock(count_mutex);
  std::int64_t n = ended_count;
  for (ProgramCount* c = all_counts; c; c = c->next) n += c->count.load(std::memory_order_relaxed);
  return n;
}

}  // namespace trireme::dispatch
