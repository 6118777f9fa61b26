// hull/graph/free_list.hpp -- blocks of one size from a list of this thread's own, without a lock
// SPDX-License-Identifier: Apache-2.0
//
// A list is capped; what overflows, and everything a thread holds when it ends, goes to a shared list under a mutex,
// which is capped too and gives the rest back to the system.
// Blocks may be freed on another thread, and after this thread's thread-local objects are gone: then they go to the
// shared list at once. Shared lists are never destroyed, so that static objects of the user may outlive them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

#include "program/fork.hpp"
#include "program/thread_exit.hpp"

namespace trireme::graph {

struct FreeBlock {
  FreeBlock* next;
};

/// The blocks that all threads share; one per block size.
struct SharedBlocks {
  std::mutex mutex;
  FreeBlock* head = nullptr;
  std::size_t count = 0;
};

/// One thread's list. Lives in a constant-initialised thread_local, so access needs no guard.
struct LocalBlocks {
  FreeBlock* head = nullptr;
  std::uint32_t count = 0;
  std::uint32_t limit = 0;  // 0 until this thread's drain is registered, and again once it has run
};

/// Blocks of `Bytes` bytes, aligned to 64. `Tag` keeps lists of equal sizes apart. A tag with functions reserve(bytes),
/// which may throw std::bad_alloc, and unreserve(bytes) is told what is taken from the system and given back.
template <std::size_t Bytes, std::uint32_t Cap, class Tag>
class FreeList {
 public:
  /// Throws std::bad_alloc.
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

  /// Gives the blocks that this thread and the shared list keep back to the system. Throws std::bad_alloc if it is the
  /// first use, when there are none.
  static void trim() {
    SharedBlocks& all = shared();
    FreeBlock* mine = local_.head;
    local_.head = nullptr;
    local_.count = 0;
    FreeBlock* others = nullptr;
    {
      std::lock_guard lock(all.mutex);
      std::swap(others, all.head);
      all.count = 0;
    }
    give_to_system(mine);
    give_to_system(others);
  }

 private:
  static SharedBlocks& shared() {
    static SharedBlocks* const blocks = program::make_held<SharedBlocks>(program::LockRank::free_blocks);
    return *blocks;
  }

  static void* take_from_system() {
    if constexpr (requires { Tag::reserve(Bytes); }) {
      Tag::reserve(Bytes);
      if (void* block = ::operator new(Bytes, std::align_val_t{64}, std::nothrow)) return block;
      Tag::unreserve(Bytes);
      throw std::bad_alloc();
    } else {
      return ::operator new(Bytes, std::align_val_t{64});
    }
  }

  static void give_to_system(FreeBlock* chain) noexcept {
    while (chain) {
      FreeBlock* block = chain;
      chain = block->next;
      ::operator delete(block, std::align_val_t{64});
      if constexpr (requires { Tag::unreserve(Bytes); }) Tag::unreserve(Bytes);
    }
  }

  static constexpr std::uint32_t kBatch = Cap / 2 < 16 ? Cap / 2 : 16;
  static constexpr std::size_t kSharedCap = (std::size_t{16} << 20) / Bytes;  // 16 MiB of each size

  [[gnu::noinline]] static void* take_slow() {
    {
      SharedBlocks& all = shared();
      std::lock_guard lock(all.mutex);
      if (FreeBlock* block = all.head) {
        all.head = block->next;
        --all.count;
        return block;
      }
    }
    return take_from_system();
  }

  [[gnu::noinline]] static void give_slow(void* memory) noexcept {
    LocalBlocks& local = local_;
    auto* block = static_cast<FreeBlock*>(memory);
    if (local.limit == 0 && !program::ThreadExit::gone() && program::ThreadExit::try_at_exit(&drain)) {
      local.limit = Cap;  // that was the first block of this thread
      block->next = local.head;
      local.head = block;
      ++local.count;
      return;
    }
    // A batch goes at once, so that a thread which only frees takes the lock now and then.
    FreeBlock* batch = block;
    block->next = nullptr;
    for (std::uint32_t k = 0; k < kBatch && local.limit != 0 && local.head; ++k) {
      FreeBlock* spare = local.head;
      local.head = spare->next;
      --local.count;
      spare->next = batch;
      batch = spare;
    }
    share(batch);
  }

  /// Hands a chain of blocks to the shared list, and what that has no room for to the system.
  static void share(FreeBlock* chain) noexcept {
    SharedBlocks& all = shared();
    {
      std::lock_guard lock(all.mutex);
      while (chain && all.count < kSharedCap) {
        FreeBlock* block = chain;
        chain = block->next;
        block->next = all.head;
        all.head = block;
        ++all.count;
      }
    }
    give_to_system(chain);
  }

  static void drain() {
    FreeBlock* all = local_.head;
    local_ = {};
    share(all);
  }

  static inline thread_local constinit LocalBlocks local_{};
};

}  // namespace trireme::graph
