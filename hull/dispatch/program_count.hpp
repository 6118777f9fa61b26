// hull/dispatch/program_count.hpp -- how many programs were launched, counted without atomic additions
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace trireme::dispatch {

/// Counted per thread, since an atomic addition would cost small programs a twentieth of their time.
struct ProgramCount {
  std::atomic<std::int64_t> count{0};  // written by its thread only
  ProgramCount* next = nullptr;
};

inline thread_local constinit ProgramCount* my_count = nullptr;

/// Gives the thread its count, or counts one program of a thread that is ending; false in the latter case.
bool begin_count();

inline void count_program() {
  if (!my_count && !begin_count()) [[unlikely]] return;
  my_count->count.store(my_count->count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// Of all threads, ended ones included.
std::int64_t program_count();

}  // namespace trireme::dispatch
