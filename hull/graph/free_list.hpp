// hull/graph/free_list.hpp -- blocks of one size from a list of this thread's own, without a lock
// SPDX-License-Identifier: Apache-2.0
//
// A list is capped; what overflows, and everything a thread holds when it ends, goes to a shared list under a mutex.
// Blocks may be freed on another thread, and after this thread's thread-local objects are gone: then they go to the
// shared list at once. Shared lists are never destroyed, so that static objects of the user may outlive them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>

#include "program/thread_exit.hpp"

namespace trireme::graph {

struct FreeBlock {
  FreeBlock* next;
};

/// The blocks that all threads share; one per block size.
struct SharedBlocks {
  std::mutex mutex;
  FreeBlock* head = nullptr;
};

/// One thread's list. Lives in a constant-initialised thread_local, so access needs no guard.
struct LocalBlocks {
  FreeBlock* head = nullptr;
  std::uint32_t count = 0;
  std::uint32_t limit = 0;  // 0 until this thread's drain is registered, and again once it has run
};

/// Blocks of `Bytes` bytes, aligned to 64. `Tag` keeps lists of equal sizes apart.
template <std::size_t Bytes, std::uint32_t Cap, class Tag>
class FreeList {
 public:
  static void* take() {
    LocalBlocks& local = local_;
    if (FreeBlock* block = local.head) [[likely]] {
      local.head = block->next;
      --local.count;
      return block;
    }
    return take_slow();
  }

  static void give(void* memory) noexcept {
    LocalBlocks& local = local_;
    if (local.count < local.limit) [[likely]] {
      auto* block = static_cast<FreeBlock*>(memory);
      block->next = local.head;
      local.head = block;
      ++local.count;
      return;
    }
    give_slow(memory);
  }

 private:
  static SharedBlocks& shared() {
    static SharedBlocks* blocks = new SharedBlocks;  // leaked on purpose
    return *blocks;
  }

  static constexpr std::uint32_t kBatch = Cap / 2 < 16 ? Cap / 2 : 16;

  [[gnu::noinline]] static void* take_slow() {
    {
      SharedBlocks& all = shared();
      std::lock_guard lock(all.mutex);
      if (FreeBlock* block = all.head) {
        all.head = block->next;
        return block;
      }
    }
    return ::operator new(Bytes, std::align_val_t{64});
  }

  [[gnu::noinline]] static void give_slow(void* memory) noexcept {
    LocalBlocks& local = local_;
    auto* block = static_cast<FreeBlock*>(memory);
    if (local.limit == 0 && !program::ThreadExit::gone()) {  // the first block of this thread
      program::ThreadExit::at_exit(&drain);
      local.limit = Cap;
      block->next = local.head;
      local.head = block;
      ++local.count;
      return;
    }
    SharedBlocks& all = shared();
    std::lock_guard lock(all.mutex);
    block->next = all.head;
    all.head = block;
    for (std::uint32_t k = 0; k < kBatch && local.head && !program::ThreadExit::gone(); ++k) {
      FreeBlock* spare = local.head;
      local.head = spare->next;
      --local.count;
      spare->next = all.head;
      all.head = spare;
    }
  }

  static void drain() {
    SharedBlocks& all = shared();
    std::lock_guard lock(all.mutex);
    while (FreeBlock* block = local_.head) {
      local_.head = block->next;
      block->next = all.head;
      all.head = block;
    }
    local_.count = local_.limit = 0;
  }

  static inline thread_local constinit LocalBlocks local_{};
};

}  // namespace trireme::graph
