// tests/faults/operator_new.cpp -- every operator new of the process, which can be made to fail at the n-th call
// SPDX-License-Identifier: Apache-2.0
//
// Calls from within libtbb are left out: oneTBB (2021.8) does not survive them. An exception in its own start leaves a
// lock of its taken, for which the next start waits for ever.
#include "faults/operator_new.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#include <link.h>

namespace {

struct Range {
  std::uintptr_t from = 0, to = 0;
};

/// Where libtbb's code is.
Range find_tbb() {
  Range range;
  dl_iterate_phdr(
      [](dl_phdr_info* library, std::size_t, void* out) {
        if (!std::strstr(library->dlpi_name, "libtbb.so")) return 0;
        for (int k = 0; k < library->dlpi_phnum; ++k) {
          const auto& header = library->dlpi_phdr[k];
          if (header.p_type != PT_LOAD || !(header.p_flags & PF_X)) continue;
          *static_cast<Range*>(out) = {library->dlpi_addr + header.p_vaddr, library->dlpi_addr + header.p_vaddr + header.p_memsz};
        }
        return 1;
      },
      &range);
  return range;
}

bool is_from_tbb(void* caller) {
  static const Range tbb = find_tbb();
  auto at = reinterpret_cast<std::uintptr_t>(caller);
  return at >= tbb.from && at < tbb.to;
}

std::atomic<std::int64_t> counting{0}, calls{0}, fail_at{0}, alive{0};
std::atomic<bool> all_after{false};

void* take(std::size_t bytes, std::size_t alignment, void* caller) {
  if (counting.load(std::memory_order_relaxed) > 0 && !is_from_tbb(caller)) {
    std::int64_t call = ++calls, at = fail_at.load(std::memory_order_relaxed);
    if (at != 0 && (call == at || (all_after && call > at))) return nullptr;
  }
  alignment = std::max(alignment, alignof(std::max_align_t));
  void* block = std::aligned_alloc(alignment, (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment);
  if (block) ++alive;
  return block;
}

void* take_or_throw(std::size_t bytes, std::size_t alignment, void* caller) {
  void* block = take(bytes, alignment, caller);
  if (!block) throw std::bad_alloc();
  return block;
}

void give(void* block) {
  if (block) --alive;
  std::free(block);
}

}  // namespace

void* operator new(std::size_t n) { return take_or_throw(n, 1, __builtin_return_address(0)); }
void* operator new[](std::size_t n) { return take_or_throw(n, 1, __builtin_return_address(0)); }
void* operator new(std::size_t n, std::align_val_t a) { return take_or_throw(n, static_cast<std::size_t>(a), __builtin_return_address(0)); }
void* operator new[](std::size_t n, std::align_val_t a) { return take_or_throw(n, static_cast<std::size_t>(a), __builtin_return_address(0)); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return take(n, 1, __builtin_return_address(0)); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return take(n, 1, __builtin_return_address(0)); }
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept { return take(n, static_cast<std::size_t>(a), __builtin_return_address(0)); }
void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept { return take(n, static_cast<std::size_t>(a), __builtin_return_address(0)); }
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
