// cuda/memory.cpp -- device memory, cached by size class, and copies to and from the host
// SPDX-License-Identifier: Apache-2.0
#include "cuda/device.hpp"

#include "trireme/error.hpp"

namespace trireme::cuda {

dispatch::Memory CudaDevice::allocate(std::size_t bytes) {
  const std::size_t block = dispatch::size_class(bytes);
  CUdeviceptr address = 0;
  if (block != 0 && cache_->take(block, address)) return {static_cast<std::uintptr_t>(address), bytes};

  const Current current(*this);
  CUresult code = block != 0 ? driver_.cuMemAlloc_v2(&address, block) : kOutOfMemory;
  if (code == kOutOfMemory && block != 0) {
    drain_cache();
    code = driver_.cuMemAlloc_v2(&address, block);
  }
  if (code == kOutOfMemory) {
    std::size_t free_bytes = 0, total_bytes = 0;
    const bool known = driver_.cuMemGetInfo_v2 && driver_.cuMemGetInfo_v2(&free_bytes, &total_bytes) == kSuccess;
    throw error(Code::out_of_memory,
                "allocate: " + name_ + " has no room for " + std::to_string(bytes) + " bytes; " +
                    (known ? std::to_string(free_bytes) + " of its " + std::to_string(total_bytes) + " bytes are free"
                           : "it has " + std::to_string(total_bytes_) + " bytes in all"));
  }
  check(code, "cuMemAlloc", name_);
  return {static_cast<std::uintptr_t>(address), bytes};
}

void CudaDevice::release(dispatch::Memory memory) noexcept {
  const std::size_t block = dispatch::size_class(memory.bytes);
  if (memory.handle == 0 || cache_->give(block, memory.handle)) return;
  try {
    const Current current(*this);
    // A launch in the stream may still use it.
    driver_.cuStreamSynchronize(stream_);
    driver_.cuMemFree_v2(memory.handle);
  } catch (const error&) {  // the driver is gone or the context is broken, and the memory with it
  }
}

// With the context current.
void CudaDevice::drain_cache() {
  const std::vector<CUdeviceptr> blocks = cache_->drain();
  if (blocks.empty()) return;
  check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize", name_);
  for (const CUdeviceptr block : blocks) driver_.cuMemFree_v2(block);
}

void CudaDevice::copy_in(dispatch::Memory to, std::size_t offset, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const Current current(*this);
  check(driver_.cuMemcpyHtoDAsync_v2(to.handle + offset, from, bytes, stream_), "cuMemcpyHtoDAsync", name_);
  check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize", name_);
}

void CudaDevice::copy_out(void* to, dispatch::Memory from, std::size_t offset, std::size_t bytes) {
  if (bytes == 0) return;
  const Current current(*this);
  check(driver_.cuMemcpyDtoHAsync_v2(to, from.handle + offset, bytes, stream_), "cuMemcpyDtoHAsync", name_);
  check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize", name_);
}

}  // namespace trireme::cuda
