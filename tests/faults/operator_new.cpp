// tests/faults/operator_new.cpp -- every operator new of the process, which can be made to fail at the n-th call
// SPDX-License-Identifier: Apache-2.0
#include "faults/operator_new.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::int64_t> counting{0}, calls{0}, fail_at{0}, alive{0};
std::atomic<bool> all_after{false};

void* take(std::size_t bytes, std::size_t alignment) {
  if (counting.load(std::memory_order_relaxed) > 0) {
    std::int64_t call = ++calls, at = fail_at.load(std::memory_order_relaxed);
    if (at != 0 && (call == at || (all_after && call > at))) return nullptr;
  }
  alignment = std::max(alignment, alignof(std::max_align_t));
  void* block = std::aligned_alloc(alignment, (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment);
  if (block) ++alive;
  return block;
}

void* take_or_throw(std::size_t bytes, std::size_t alignment) {
  void* block = take(bytes, alignment);
  if (!block) throw std::bad_alloc();
  return block;
}

void give(void* block) {
  if (block) --alive;
  std::free(block);
}

}  // namespace

void* operator new(std::size_t n) { return take_or_throw(n, 1); }
void* operator new[](std::size_t n) { return take_or_throw(n, 1); }
void* operator new(std::size_t n, std::align_val_t a) { return take_or_throw(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return take_or_throw(n, static_cast<std::size_t>(a)); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return take(n, 1); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return take(n, 1); }
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept { return take(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept { return take(n, static_cast<std::size_t>(a)); }
void operator delete(void* p) noexcept { give(p); }
void operator delete[](void* p) noexcept { give(p); }
void operator delete(void* p, std::size_t) noexcept { give(p); }
void operator delete[](void* p, std::size_t) noexcept { give(p); }
void operator delete(void* p, std::align_val_t) noexcept { give(p); }
void operator delete[](void* p, std::align_val_t) noexcept { give(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { give(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { give(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { give(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { give(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { give(p); }
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept { give(p); }

namespace trireme::test {

CountNew::CountNew() { ++counting; }
CountNew::~CountNew() { --counting; }

void fail_new(std::int64_t n, bool later_too) {
  calls = 0;
  all_after = later_too;
  fail_at = n;
}

std::int64_t new_calls() { return calls; }
std::int64_t blocks_alive() { return alive; }

}  // namespace trireme::test
