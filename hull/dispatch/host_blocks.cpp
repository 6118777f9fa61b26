// hull/dispatch/host_blocks.cpp -- blocks of CPU memory for arrays, kept by size, within TRIREME_MEMORY_LIMIT
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/host_blocks.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <bit>

#include "dispatch/environment.hpp"
#include "program/fork.hpp"

namespace trireme::dispatch {

namespace {

// What CPU blocks take from the system, kept ones included; TRIREME_MEMORY_LIMIT bounds it.
std::atomic<std::int64_t> reserved{0};

constexpr std::size_t kCacheLimit = std::size_t{1} << 30;  // of large blocks, together

/// Eighth steps of powers of two: at most 1/8 unused.
std::size_t size_class(std::size_t bytes) {
  std::size_t step = std::max<std::size_t>(std::bit_floor(bytes) / 8, 4096);
  return (bytes + step - 1) / step * step;
}

void* map(std::size_t bytes) {
  void* block = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return nullptr;
  if (bytes >= std::size_t{4} << 20) madvise(block, bytes, MADV_HUGEPAGE);
  return block;
}

void unmap(void* block, std::size_t bytes) noexcept {
  munmap(block, bytes);
  unreserve(bytes);
}

void give_kept_back() noexcept {
  for (void (*trim)() : {+[] { LargeBlocks::instance().trim(); }, &Tiny::trim, &Page::trim, &Sixteen::trim}) try {
      trim();
    } catch (const std::bad_alloc&) {  // its first use, so it keeps nothing
    }
}

}  // namespace

std::int64_t reserved_bytes() { return reserved.load(std::memory_order_relaxed); }

bool exceeds_limit(std::size_t more) {
  std::size_t limit = memory_limit();
  return limit != 0 && (more > limit || reserved.load(std::memory_order_relaxed) > static_cast<std::int64_t>(limit - more));
}

bool reserve(std::size_t bytes) {
  reserved.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  try {
    if (!exceeds_limit(0)) return true;
    give_kept_back();
    if (!exceeds_limit(0)) return true;
  } catch (...) {
    unreserve(bytes);
    throw;
  }
  unreserve(bytes);
  return false;
}

void unreserve(std::size_t bytes) noexcept { reserved.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_relaxed); }

LargeBlocks& LargeBlocks::instance() {
  static LargeBlocks* const blocks = program::make_held<LargeBlocks>(program::LockRank::large_blocks);
  return *blocks;
}

void* LargeBlocks::take(std::size_t bytes) {
  bytes = size_class(bytes);
  {
    std::lock_guard lock(mutex);
    auto found = free_.find(bytes);
    if (found != free_.end() && !found->second.empty()) {
      void* block = found->second.back();
      found->second.pop_back();
      cached_ -= bytes;
      return block;
    }
  }
  if (!reserve(bytes)) return nullptr;
  void* block = map(bytes);
  if (!block) {
    give_kept_back();
    block = map(bytes);
  }
  if (!block) unreserve(bytes);
  return block;
}

void LargeBlocks::give(void* block, std::size_t bytes) noexcept {
  bytes = size_class(bytes);
  std::unique_lock lock(mutex);
  if (cached_ + bytes <= kCacheLimit) {
    try {
      free_[bytes].push_back(block);
      cached_ += bytes;
      return;
    } catch (const std::bad_alloc&) {
    }
  }
  lock.unlock();
  unmap(block, bytes);
}

void LargeBlocks::trim() noexcept {
  std::lock_guard lock(mutex);
  for (auto& [bytes, blocks] : free_)
    for (; !blocks.empty(); blocks.pop_back()) unmap(blocks.back(), bytes);
  cached_ = 0;
}

}  // namespace trireme::dispatch
