// hull/dispatch/tally.hpp -- counting the bytes that arrays hold, and programs: per thread where they are small, else at once
// SPDX-License-Identifier: Apache-2.0
//
// Small blocks come and go by the tens of millions, so a thread counts its own and tells the process when its sum has
// moved by 64 KiB, when it takes or gives back a large block, and when it ends. Who asks adds up what is not told yet.
// So live counts are exact, and so are peaks in a process where one thread makes arrays; each further thread may be
// off by 64 KiB in a peak, since its small blocks are not ordered with those of others.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace trireme::dispatch {

/// What this thread took less what it gave back, in small CPU blocks, since it last told the process.
struct Tally {
  static constexpr std::int64_t kAlways = INT64_MIN;  // as `high`: every block is counted by the slow path
  static constexpr std::int64_t kWindow = 64 << 10;

  std::atomic<std::int64_t> pending{0};     // written by its thread only
  std::atomic<std::int64_t> high{kAlways};  // the largest `pending` since then, or since the peaks were reset
  std::int64_t low = INT64_MAX;             // below this the process is told; INT64_MAX until the tally is listed
  std::atomic<std::int64_t> programs{0};  // launched; written by its thread only
  std::int64_t fail_in = 0;                 // tests: the allocation that fails, counted down
  Tally* next = nullptr;
};

inline thread_local constinit Tally tally;

/// Throws Code::out_of_memory when a test wants this allocation to fail; nothing is counted then.
void count_slowly(std::int64_t now, std::int64_t bytes);
void uncount_slowly(std::int64_t bytes) noexcept;

/// A small CPU block of this thread.
inline void count_small(std::size_t size) {
  auto bytes = static_cast<std::int64_t>(size);
  std::int64_t now = tally.pending.load(std::memory_order_relaxed) + bytes;
  if (now > tally.high.load(std::memory_order_relaxed)) [[unlikely]] return count_slowly(now, bytes);
  tally.pending.store(now, std::memory_order_relaxed);
}

inline void uncount_small(std::size_t size) noexcept {
  auto bytes = static_cast<std::int64_t>(size);
  std::int64_t now = tally.pending.load(std::memory_order_relaxed) - bytes;
  if (now < tally.low) [[unlikely]] return uncount_slowly(bytes);
  tally.pending.store(now, std::memory_order_relaxed);
}

/// Any other block of a device (registry id). count_large throws as count_slowly.
void count_large(std::uint8_t device, std::size_t bytes);
void uncount_large(std::uint8_t device, std::size_t bytes) noexcept;

void count_program_slowly();

/// A program of this thread: without an atomic addition, which would cost small ones a twentieth of their time.
inline void count_program() {
  if (tally.low == INT64_MAX) [[unlikely]] return count_program_slowly();
  tally.programs.store(tally.programs.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// Of all threads, ended ones included.
std::int64_t program_count();

/// Bytes that arrays on a device hold, 0 for all devices together, and the most since the process or reset_peaks().
struct MemoryCount {
  std::int64_t live = 0, peak = 0;
};
MemoryCount memory_count(std::uint8_t device);
void reset_peaks();

/// For tests: the n-th allocation of array memory by this thread from now on fails, once; 0 calls it off.
void fail_allocation(std::int64_t n);

}  // namespace trireme::dispatch
