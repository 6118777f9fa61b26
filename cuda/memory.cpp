// cuda/memory.cpp -- device memory: small blocks from a cache, the rest from a pool, or all from the cache
// SPDX-License-Identifier: Apache-2.0
//
// A block that is given back may be had again at once: whoever gets it writes behind its last reader, as everything on
// a device has one order.
#include "cuda/device.hpp"

#include "trireme/error.hpp"

namespace trireme::cuda {

// With the context current.
CUresult CudaDevice::take_from_driver(CUdeviceptr& address, std::size_t bytes) {
  if (!pool_) return driver_.cuMemAlloc_v2(&address, bytes);
  const Turn turn(*this);
  return driver_.cuMemAllocFromPoolAsync(&address, bytes, pool_, turn.stream());
}

void CudaDevice::give_to_driver(CUdeviceptr address, CUstream stream) noexcept {
  if (pool_)
    driver_.cuMemFreeAsync(address, stream);
  else
    driver_.cuMemFree_v2(address);
}

dispatch::Memory CudaDevice::allocate(std::size_t bytes) {
  const std::size_t block = dispatch::size_class(bytes);
  CUdeviceptr address = 0;
  if (started_.load(std::memory_order_acquire) && block != 0 && !lost() && cache_->take(block, address))
    return {static_cast<std::uintptr_t>(address), bytes};

  const Current current(*this);
  CUresult code = block != 0 ? take_from_driver(address, block) : kOutOfMemory;
  if (code == kOutOfMemory && block != 0) {
    give_all_back();
    code = take_from_driver(address, block);
  }
  if (code == kOutOfMemory) {
    std::size_t free_bytes = 0, total_bytes = 0;
    const bool known = driver_.cuMemGetInfo_v2 && driver_.cuMemGetInfo_v2(&free_bytes, &total_bytes) == kSuccess;
    throw error(Code::out_of_memory,
                "allocate: " + name_ + " has no room for " + std::to_string(bytes) + " bytes; " +
                    (known ? std::to_string(free_bytes) + " of its " + std::to_string(total_bytes) + " bytes are free"
                           : "it has " + std::to_string(total_bytes_) + " bytes in all"));
  }
  check(code, pool_ ? "cuMemAllocFromPoolAsync" : "cuMemAlloc");
  return {static_cast<std::uintptr_t>(address), bytes};
}

void CudaDevice::release(dispatch::Memory memory) noexcept {
  const std::size_t block = dispatch::size_class(memory.bytes);
  if (memory.handle == 0 || lost()) return;
  if (block <= largest_cached_ && cache_->give(block, memory.handle)) return;
  try {
    const Current current(*this);
    if (!pool_) {
      wait();  // a launch may still use it
      return give_to_driver(memory.handle, nullptr);
    }
    const Turn turn(*this);
    give_to_driver(memory.handle, turn.stream());
  } catch (const error&) {  // the driver is gone or the context is broken, and the memory with it
  }
}

// With the context current: what is kept for later goes back to the device.
void CudaDevice::give_all_back() {
  const std::vector<CUdeviceptr> blocks = cache_->drain();
  if (pool_) {
    const Turn turn(*this);
    for (const CUdeviceptr block : blocks) give_to_driver(block, turn.stream());
  }
  wait();
  if (pool_)
    driver_.cuMemPoolTrimTo(pool_, 0);
  else
    for (const CUdeviceptr block : blocks) give_to_driver(block, nullptr);
}

std::int64_t CudaDevice::reserved_bytes() {
  if (!started_.load(std::memory_order_acquire) || lost() || !pool_ || !driver_.cuMemPoolGetAttribute) return 0;
  const Current current(*this);
  std::uint64_t bytes = 0;
  check(driver_.cuMemPoolGetAttribute(pool_, kPoolReserved, &bytes), "cuMemPoolGetAttribute");
  return static_cast<std::int64_t>(bytes);
}

}  // namespace trireme::cuda
