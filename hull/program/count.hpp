// hull/program/count.hpp -- reference counts that cost an atomic operation only in a process that has threads
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#if defined(__GLIBC__) && __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace trireme::program {

/// The C library's word that no thread but this one exists; it becomes false before a second one starts.
inline bool is_only_thread() {
#if defined(__GLIBC__) && __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded;
#else
  return false;
#endif
}

inline void add_reference(std::atomic<std::uint32_t>& count) {
  if (is_only_thread()) count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  else count.fetch_add(1, std::memory_order_relaxed);
}

/// Whether that was the last one. A count of 1 can only be the caller's, so it needs no atomic read-modify-write.
inline bool drop_reference(std::atomic<std::uint32_t>& count) {
  std::uint32_t now = count.load(std::memory_order_acquire);
  if (now == 1) return true;
  if (!is_only_thread()) return count.fetch_sub(1, std::memory_order_acq_rel) == 1;
  count.store(now - 1, std::memory_order_relaxed);
  return false;
}

}  // namespace trireme::program
