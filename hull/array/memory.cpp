// hull/array/memory.cpp -- the public view of the memory counts
// SPDX-License-Identifier: Apache-2.0
#include "trireme/memory.hpp"

#include <new>

#include "dispatch/registry.hpp"
#include "dispatch/storage.hpp"
#include "dispatch/tally.hpp"
#include "program/out_of_memory.hpp"

namespace trireme {

MemoryUse memory_use(Device device) try {
  dispatch::MemoryCount count = dispatch::memory_count(device.id());
  if (device.is_auto() || device.id() == dispatch::kCpu) return {count.live, count.peak, dispatch::reserved_bytes()};
  dispatch::RegisteredDevice& where = dispatch::device(device.id());
  return {count.live, count.peak, where.backend->reserved_bytes(where.index)};
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("memory_use");
}

void reset_peak() try {
  dispatch::reset_peaks();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("reset_peak");
}

}  // namespace trireme
