// hull/dispatch/storage.hpp -- a counted block of device memory, and its copies on other devices
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "dispatch/backend.hpp"
#include "graph/node.hpp"

namespace trireme::graph {

/// Values never change once written, so a copy on another device may be kept for as long as the block lives.
struct Storage {
  std::atomic<std::uint32_t> refs{1};
  std::uint8_t device = 1;      // registry id; 1 is the CPU
  std::uint8_t block = 0;       // CPU: how the memory was taken
  std::size_t bytes = 0;
  dispatch::Memory memory;
  std::atomic<Storage*> copies{nullptr};  // on other devices, linked through `next`; owned
  Storage* next = nullptr;
  std::function<void()>* on_release = nullptr;  // memory of the user's: called when the block goes; owned
};

}  // namespace trireme::graph

namespace trireme::dispatch {

using graph::Storage;

inline constexpr std::uint8_t kCpu = 1;

/// At least `bytes` on the device with this registry id, with 64 readable bytes beyond on the CPU. Small CPU blocks
/// come from a thread-local list. Every block is aligned to 64. Throws Code::out_of_memory, on the CPU also when
/// TRIREME_MEMORY_LIMIT would be exceeded.
Storage* allocate(std::uint8_t device, std::size_t bytes);

/// A block over memory of the user's, which must stay as it is until `on_release` has been called. Copies on devices
/// are made as of any other.
Storage* borrow(const void* data, std::size_t bytes, std::function<void()> on_release);

/// The same over memory on a device that its Interop has adopted. If there is a callback, work on the device is waited for
/// before it is called.
Storage* adopt(std::uint8_t device, Memory memory, std::function<void()> on_release);

/// Whether nothing but the caller's one reference leads to the block, so that it may be written to.
bool is_exclusive(const Storage* storage);

/// A CPU block's bytes.
inline void* host_data(const Storage* storage) { return reinterpret_cast<void*>(storage->memory.handle); }

/// The same bytes on `device`: the block itself, a copy made before, or a new one that stays with the block. Not
/// retained for the caller. `moved` counts the bytes copied.
Storage* on_device(Storage* storage, std::uint8_t device, std::int64_t& moved);

/// What on_device() has copied in this process.
std::int64_t bytes_moved();

/// What CPU blocks take from the system: headers, rounding and blocks that are kept for later included.
std::int64_t reserved_bytes();

}  // namespace trireme::dispatch
