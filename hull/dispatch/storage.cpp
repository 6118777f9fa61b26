// hull/dispatch/storage.cpp -- storage of arrays: taken, shared, copied between devices, given back
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/storage.hpp"

#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <type_traits>

#include "dispatch/environment.hpp"
#include "dispatch/host_blocks.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/tally.hpp"
#include "graph/free_list.hpp"
#include "program/out_of_memory.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

namespace {

using graph::FreeList;
static_assert(std::is_trivially_destructible_v<Storage>);

// Between devices.
std::atomic<std::int64_t> all_moved{0};

struct HeaderTag;
using Headers = FreeList<kHeader, 64, HeaderTag>;

enum Block : std::uint8_t { tiny, page, sixteen, large, foreign, borrowed, adopted };

[[noreturn]] void out_of_memory(std::size_t bytes) try {
  std::string asked = "allocate: " + std::to_string(bytes) + " bytes on cpu ";
  if (!exceeds_limit(kHeader + bytes + kSlack)) throw error(Code::out_of_memory, asked + "are not to be had");
  throw error(Code::out_of_memory, asked + "would exceed TRIREME_MEMORY_LIMIT=" + environment().memory_limit + " (" +
                                       std::to_string(memory_limit()) + " bytes): arrays hold " +
                                       std::to_string(memory_count(kCpu).live) + " bytes there, in blocks of " +
                                       std::to_string(reserved_bytes()));
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("allocate");
}

template <class List>
void* take_small(std::size_t bytes) {
  count_small(bytes);
  try {
    return List::take();
  } catch (...) {
    uncount_small(bytes);
    throw;
  }
}

template <class List>
void give_small(Storage* storage, std::size_t bytes) noexcept {
  uncount_small(bytes);
  List::give(storage);
}

[[gnu::noinline]] void* take_large(std::size_t bytes) {
  count_large(kCpu, bytes);
  try {
    if (bytes < std::size_t{1} << 62)
      if (void* memory = LargeBlocks::instance().take(kHeader + bytes + kSlack)) return memory;
    throw std::bad_alloc();
  } catch (...) {
    uncount_large(kCpu, bytes);
    throw;
  }
}

Storage* allocate_cpu(std::size_t bytes) {
  Block block = bytes <= 192 ? tiny : bytes <= 4096 ? page : bytes <= 16384 ? sixteen : large;
  void* memory;
  try {
    switch (block) {
      case tiny: memory = take_small<Tiny>(bytes); break;
      case page: memory = take_small<Page>(bytes); break;
      case sixteen: memory = take_small<Sixteen>(bytes); break;
      default: memory = take_large(bytes); break;
    }
  } catch (const std::bad_alloc&) {
    out_of_memory(bytes);
  }
  auto* storage = ::new (memory) Storage;
  storage->block = block;
  storage->bytes = bytes;
  storage->memory = {reinterpret_cast<std::uintptr_t>(static_cast<char*>(memory) + kHeader), bytes};
  return storage;
}

[[gnu::noinline]] Storage* allocate_elsewhere(std::uint8_t id, std::size_t bytes) {
  RegisteredDevice& where = device(id);
  count_large(id, bytes);
  void* header = nullptr;
  Memory memory;
  try {
    header = Headers::take();
    memory = where.backend->allocate(where.index, bytes);
  } catch (...) {
    if (header) Headers::give(header);
    uncount_large(id, bytes);
    throw;
  }
  auto* storage = ::new (header) Storage;
  storage->device = id;
  storage->block = foreign;
  storage->bytes = bytes;
  storage->memory = memory;
  return storage;
}

}  // namespace

Storage* borrow(const void* data, std::size_t bytes, std::function<void()> on_release) {
  auto callback = on_release ? std::make_unique<std::function<void()>>(std::move(on_release)) : nullptr;
  auto* storage = ::new (Headers::take()) Storage;
  storage->block = borrowed;
  storage->bytes = bytes;
  storage->memory = {reinterpret_cast<std::uintptr_t>(data), bytes};
  storage->on_release = callback.release();
  return storage;
}

Storage* adopt(std::uint8_t id, Memory memory, std::function<void()> on_release) {
  Storage* storage = borrow(nullptr, memory.bytes, std::move(on_release));
  storage->device = id;
  storage->block = adopted;
  storage->memory = memory;
  return storage;
}

bool is_exclusive(const Storage* storage) {
  return storage->block != borrowed && storage->block != adopted && storage->refs.load(std::memory_order_acquire) == 1 &&
         !storage->copies.load(std::memory_order_acquire);
}

Storage* allocate(std::uint8_t id, std::size_t bytes) {
  return id == kCpu ? allocate_cpu(bytes) : allocate_elsewhere(id, bytes);
}

Storage* on_device(Storage* storage, std::uint8_t id, std::int64_t& moved) {
  if (storage->device == id) return storage;
  for (Storage* copy = storage->copies.load(std::memory_order_acquire); copy; copy = copy->next)
    if (copy->device == id) return copy;

  RegisteredDevice& to = device(id);
  RegisteredDevice& from = device(storage->device);
  Storage* copy = allocate(id, storage->bytes);
  try {
    if (storage->device == kCpu) {
      to.backend->copy_in(to.index, copy->memory, 0, host_data(storage), storage->bytes);
    } else if (id == kCpu) {
      from.backend->copy_out(from.index, host_data(copy), storage->memory, 0, storage->bytes);
    } else {
      Storage* host = on_device(storage, kCpu, moved);
      to.backend->copy_in(to.index, copy->memory, 0, host_data(host), storage->bytes);
    }
  } catch (...) {
    graph::release(copy);
    throw;
  }
  moved += static_cast<std::int64_t>(storage->bytes);
  all_moved.fetch_add(static_cast<std::int64_t>(storage->bytes), std::memory_order_relaxed);
  // Two threads may both have copied; both copies are right and both stay.
  copy->next = storage->copies.load(std::memory_order_relaxed);
  while (!storage->copies.compare_exchange_weak(copy->next, copy, std::memory_order_release, std::memory_order_relaxed)) {
  }
  return copy;
}

std::int64_t bytes_moved() { return all_moved.load(std::memory_order_relaxed); }

}  // namespace trireme::dispatch

namespace trireme::graph {

void retain(Storage* storage) noexcept { program::add_reference(storage->refs); }

/// Gives memory of the user's on a device back, when work that uses it is over if somebody wants to know.
static void leave_adopted(const Storage* storage) noexcept {
  using namespace trireme::dispatch;
  try {
    RegisteredDevice& where = device(storage->device);
    Interop* interop = where.backend->interop(where.index);  // throws in a forked child, which has no driver
    if (storage->on_release) try {
        where.backend->wait(where.index);
      } catch (const error&) {  // a lost device does not use it either
      }
    interop->disown(storage->memory);
  } catch (const error&) {
  }
}

/// Blocks with copies elsewhere, large ones, and those of other devices.
[[gnu::noinline]] static void release_rest(Storage* storage) noexcept {
  using namespace trireme::dispatch;
  for (Storage* copy = storage->copies.load(std::memory_order_acquire); copy;) {
    Storage* next = copy->next;
    release(copy);
    copy = next;
  }
  std::size_t bytes = storage->bytes;
  switch (static_cast<Block>(storage->block)) {
    case tiny: give_small<Tiny>(storage, bytes); break;
    case page: give_small<Page>(storage, bytes); break;
    case sixteen: give_small<Sixteen>(storage, bytes); break;
    case large:
      uncount_large(kCpu, bytes);
      LargeBlocks::instance().give(storage, kHeader + bytes + kSlack);
      break;
    case adopted: leave_adopted(storage); [[fallthrough]];
    case borrowed:
      if (std::unique_ptr<std::function<void()>> callback(storage->on_release); callback) try {
          (*callback)();
        } catch (...) {  // an exception has nowhere to go: handles are dropped in destructors
        }
      Headers::give(storage);
      break;
    case foreign: {
      uncount_large(storage->device, bytes);
      RegisteredDevice& where = device(storage->device);
      where.backend->release(where.index, storage->memory);
      Headers::give(storage);
      break;
    }
  }
}

void release(Storage* storage) noexcept {
  using namespace trireme::dispatch;
  if (!program::drop_reference(storage->refs)) return;
  if (!storage->copies.load(std::memory_order_acquire)) [[likely]] {
    if (storage->block == tiny) return give_small<Tiny>(storage, storage->bytes);
    if (storage->block == page) return give_small<Page>(storage, storage->bytes);
  }
  release_rest(storage);
}

}  // namespace trireme::graph
