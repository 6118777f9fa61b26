// tests/stand_in/driver_pool.cpp -- memory pools, pinned host memory, and what the driver says about an address
// SPDX-License-Identifier: Apache-2.0
#include "driver.hpp"

#include <algorithm>
#include <cstring>

using namespace stand_in;

// A device has its default pool and those made; all keep the same memory. A pool's handle is its context's address,
// plus 1 for one that was made.
namespace {

int device_of(CUmemoryPool pool) {
  const auto address = reinterpret_cast<std::uintptr_t>(pool) & ~std::uintptr_t{1};
  for (int d = 0; d < device_count(); ++d)
    if (address == reinterpret_cast<std::uintptr_t>(&state().contexts[d])) return d;
  return -1;
}

CUmemoryPool pool_of(int device, bool made) {
  return reinterpret_cast<CUmemoryPool>(reinterpret_cast<std::uintptr_t>(&state().contexts[device]) + made);
}

struct PoolProperties {  // CUmemPoolProps
  int allocation_type, handle_types, location_type, location_id;
  void* security;
  unsigned char rest[64];
};

}  // namespace

STAND_IN_API CUresult cuDeviceGetDefaultMemPool(CUmemoryPool* pool, CUdevice device) {
  if (!pool || device < 0 || device >= device_count()) return CUDA_ERROR_INVALID_VALUE;
  *pool = pool_of(device, false);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuMemPoolCreate(CUmemoryPool* pool, const PoolProperties* properties) {
  STAND_IN_READY();
  if (environment("STAND_IN_POOLS", 1) == 0) return CUDA_ERROR_NOT_SUPPORTED;
  if (!pool || !properties || properties->allocation_type != 1 || properties->location_type != 1)
    return CUDA_ERROR_INVALID_VALUE;
  if (properties->location_id < 0 || properties->location_id >= device_count()) return CUDA_ERROR_INVALID_DEVICE;
  if (std::any_of(properties->rest, properties->rest + 64, [](unsigned char c) { return c != 0; }))
    return CUDA_ERROR_INVALID_VALUE;
  *pool = pool_of(properties->location_id, true);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuMemPoolDestroy(CUmemoryPool pool) {
  return device_of(pool) >= 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
STAND_IN_API CUresult cuMemPoolSetAttribute(CUmemoryPool pool, int attribute, void* value) {
  STAND_IN_READY();
  const int device = device_of(pool);
  if (device < 0 || !value) return CUDA_ERROR_INVALID_VALUE;
  return pool_set(device, attribute, *static_cast<std::uint64_t*>(value));
}
STAND_IN_API CUresult cuMemPoolGetAttribute(CUmemoryPool pool, int attribute, void* value) {
  STAND_IN_READY();
  const int device = device_of(pool);
  if (device < 0 || !value) return CUDA_ERROR_INVALID_VALUE;
  return pool_get(device, attribute, static_cast<std::uint64_t*>(value));
}
STAND_IN_API CUresult cuMemPoolTrimTo(CUmemoryPool pool, std::size_t keep) {
  STAND_IN_READY();
  const int device = device_of(pool);
  if (device < 0) return CUDA_ERROR_INVALID_VALUE;
  pool_trim(device, keep);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuMemAllocAsync(CUdeviceptr* address, std::size_t bytes, CUstream stream);
STAND_IN_API CUresult cuMemAllocFromPoolAsync(CUdeviceptr* address, std::size_t bytes, CUmemoryPool pool,
                                              CUstream stream) {
  STAND_IN_READY();
  if (device_of(pool) != current_context()->device) return CUDA_ERROR_INVALID_VALUE;
  return cuMemAllocAsync(address, bytes, stream);
}

STAND_IN_API CUresult cuMemHostAlloc(void** address, std::size_t bytes, unsigned) {
  STAND_IN_READY();
  return pin(address, bytes);
}
STAND_IN_API CUresult cuMemAllocHost_v2(void** address, std::size_t bytes) { return cuMemHostAlloc(address, bytes, 0); }
STAND_IN_API CUresult cuMemFreeHost(void* address) {
  STAND_IN_READY();
  if (const CUresult bad = finish_all(current_context())) return bad;
  return unpin(address) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

STAND_IN_API CUresult cuMemGetInfo_v2(std::size_t* free_bytes, std::size_t* total) {
  STAND_IN_READY();
  if (!free_bytes || !total) return CUDA_ERROR_INVALID_VALUE;
  const int device = current_context()->device;
  *total = memory_limit();
  *free_bytes = *total - std::min(*total, used_bytes(device));
  return CUDA_SUCCESS;
}

// CU_POINTER_ATTRIBUTE_: CONTEXT 1, MEMORY_TYPE 2 (host 1, device 2), DEVICE_ORDINAL 9, RANGE_START_ADDR 11,
// RANGE_SIZE 12.
STAND_IN_API CUresult cuPointerGetAttribute(void* value, int attribute, CUdeviceptr address) {
  STAND_IN_READY();
  if (!value) return CUDA_ERROR_INVALID_VALUE;
  CUdeviceptr begin = 0;
  const void* host_begin = nullptr;
  const Block* block = find_block(address, &begin);
  const Block* host = block ? nullptr : find_host_block(reinterpret_cast<const void*>(address), &host_begin);
  if (!block && !host) return CUDA_ERROR_INVALID_VALUE;
  const Block& found = block ? *block : *host;
  const auto put = [value](auto what) { return std::memcpy(value, &what, sizeof what), CUDA_SUCCESS; };
  switch (attribute) {
    case 1:
      return put(found.from_pool ? nullptr : &state().contexts[found.device]);
    case 2:
      return put(block ? 2u : 1u);
    case 9:
      return put(found.device);
    case 11:
      return put(block ? begin : reinterpret_cast<CUdeviceptr>(host_begin));
    case 12:
      return put(found.bytes);
    default:
      return CUDA_ERROR_INVALID_VALUE;
  }
}
