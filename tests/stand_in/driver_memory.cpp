// tests/stand_in/driver_memory.cpp -- device memory: one reserved range, closed to the host outside of copies and launches
// SPDX-License-Identifier: Apache-2.0
#include "driver.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

namespace stand_in {
namespace {

constexpr std::size_t kReserve = 4ull << 30;
constexpr std::size_t kAlignment = 256;
constexpr std::size_t kHugePage = 2 << 20;            // the fence moves in these: cheap to open where they are in use
constexpr std::size_t kRedzone = 256;                 // at least this much behind each allocation, with a known pattern
constexpr std::size_t kPoisonLimit = 1 << 20;         // a fresh or freed allocation is filled up to here
constexpr unsigned char kRedzoneByte = 0xd7, kPoisonByte = 0xff;

struct Memory {
  unsigned char* base = nullptr;
  bool fenced = true;
  std::map<std::size_t, std::size_t> live;  // offset -> bytes asked for
  std::size_t live_bytes = 0;
  std::size_t top = 0;  // nothing lives at or above
  std::set<void*> host;
};

std::size_t round_up(std::size_t bytes, std::size_t to) { return (bytes + to - 1) / to * to; }

Memory& memory() {
  static Memory* m = [] {
    auto* fresh = new Memory;
    fresh->fenced = environment("STAND_IN_FENCE", 1) != 0;
    void* p = mmap(nullptr, kReserve + kHugePage, fresh->fenced ? PROT_NONE : PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return fresh;
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    fresh->base = reinterpret_cast<unsigned char*>(round_up(address, kHugePage));
    madvise(fresh->base, kReserve, MADV_HUGEPAGE);
    return fresh;
  }();
  return *m;
}

std::size_t limit() {
  return std::min<std::size_t>(kReserve, static_cast<std::size_t>(environment("STAND_IN_MEMORY", long(kReserve))));
}

std::size_t footprint(std::size_t bytes) { return round_up(bytes, kAlignment) + kRedzone; }

unsigned char* pointer(CUdeviceptr address) { return reinterpret_cast<unsigned char*>(address); }

// First fit between the live allocations, which the map keeps in order. kReserve when there is no room.
std::size_t find_room(std::size_t bytes) {
  std::size_t start = 0;
  for (const auto& [offset, size] : memory().live) {
    if (offset - start >= bytes) return start;
    start = offset + footprint(size);
  }
  return kReserve - start >= bytes ? start : kReserve;
}

CUresult allocate(CUdeviceptr* address, std::size_t bytes) {
  Memory& m = memory();
  if (!address || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  const long fail_at = environment("STAND_IN_OOM_AT", 0);
  if (++state().allocations == static_cast<std::uint64_t>(fail_at)) return CUDA_ERROR_OUT_OF_MEMORY;
  if (!m.base || bytes > limit() || m.live_bytes + bytes > limit()) return CUDA_ERROR_OUT_OF_MEMORY;
  const std::size_t offset = find_room(footprint(bytes));
  if (offset == kReserve) return CUDA_ERROR_OUT_OF_MEMORY;
  m.live[offset] = bytes;
  m.live_bytes += bytes;
  m.top = std::max(m.top, offset + footprint(bytes));
  *address = reinterpret_cast<CUdeviceptr>(m.base + offset);
  OpenMemory open(*address, footprint(bytes));
  std::fill_n(m.base + offset, std::min(bytes, kPoisonLimit), kPoisonByte);
  std::fill_n(m.base + offset + bytes, footprint(bytes) - bytes, kRedzoneByte);
  return CUDA_SUCCESS;
}

CUresult release(CUdeviceptr address) {
  Memory& m = memory();
  if (address == 0) return CUDA_SUCCESS;
  const auto found = m.live.find(static_cast<std::size_t>(pointer(address) - m.base));
  if (found == m.live.end()) return CUDA_ERROR_INVALID_VALUE;
  const std::size_t bytes = found->second;
  if (bytes > kPoisonLimit) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t first = round_up(found->first, page);
    madvise(m.base + first, (found->first + bytes - first) / page * page, MADV_DONTNEED);
  } else {
    OpenMemory open(address, bytes);
    std::fill_n(pointer(address), bytes, kPoisonByte);
  }
  m.live_bytes -= bytes;
  m.live.erase(found);
  m.top = m.live.empty() ? 0 : m.live.rbegin()->first + footprint(m.live.rbegin()->second);
  return CUDA_SUCCESS;
}

template <typename T>
CUresult fill(CUdeviceptr address, T value, std::size_t count) {
  if (count == 0) return CUDA_SUCCESS;
  if (address % sizeof(T) != 0 || !is_allocated(address, count * sizeof(T))) return CUDA_ERROR_INVALID_VALUE;
  OpenMemory open(address, count * sizeof(T));
  std::fill_n(reinterpret_cast<T*>(address), count, value);
  return CUDA_SUCCESS;
}

CUresult copy(void* to, const void* from, std::size_t bytes, CUdeviceptr device, CUdeviceptr other_device = 0) {
  if (bytes == 0) return CUDA_SUCCESS;
  if (!to || !from || !is_allocated(device, bytes)) return CUDA_ERROR_INVALID_VALUE;
  if (other_device && !is_allocated(other_device, bytes)) return CUDA_ERROR_INVALID_VALUE;
  if (other_device) {
    OpenMemory open;
    std::memmove(to, from, bytes);
  } else {
    OpenMemory open(device, bytes);
    std::memcpy(to, from, bytes);
  }
  return CUDA_SUCCESS;
}

}  // namespace

OpenMemory::OpenMemory() : OpenMemory(reinterpret_cast<CUdeviceptr>(memory().base), memory().top) {}

OpenMemory::OpenMemory(CUdeviceptr address, std::size_t bytes) {
  first_ = pointer(address / kHugePage * kHugePage);
  bytes_ = memory().fenced ? round_up(static_cast<std::size_t>(pointer(address) + bytes - first_), kHugePage) : 0;
  if (bytes_) mprotect(first_, bytes_, PROT_READ | PROT_WRITE);
}

OpenMemory::~OpenMemory() {
  if (bytes_) mprotect(first_, bytes_, PROT_NONE);
}

bool is_allocated(CUdeviceptr address, std::size_t bytes) {
  const Memory& m = memory();
  const auto base = reinterpret_cast<CUdeviceptr>(m.base);
  if (address < base || address - base >= kReserve) return false;
  auto found = m.live.upper_bound(static_cast<std::size_t>(address - base));
  if (found == m.live.begin()) return false;
  --found;
  const std::size_t inside = static_cast<std::size_t>(address - base) - found->first;
  return inside < found->second && bytes <= found->second - inside;
}

bool redzones_intact(std::string* what) {
  const Memory& m = memory();
  for (const auto& [offset, bytes] : m.live) {
    unsigned char* end = m.base + offset + footprint(bytes);
    if (std::all_of(m.base + offset + bytes, end, [](unsigned char c) { return c == kRedzoneByte; })) continue;
    *what = "write behind the end of an allocation of " + std::to_string(bytes) + " bytes";
    return false;
  }
  return true;
}

std::size_t live_bytes() { return memory().live_bytes; }

}  // namespace stand_in

using namespace stand_in;

STAND_IN_API CUresult cuMemAlloc_v2(CUdeviceptr* address, std::size_t bytes) {
  STAND_IN_READY();
  return allocate(address, bytes);
}
STAND_IN_API CUresult cuMemFree_v2(CUdeviceptr address) {
  STAND_IN_READY();
  return release(address);
}
STAND_IN_API CUresult cuMemAllocAsync(CUdeviceptr* address, std::size_t bytes, CUstream stream) {
  STAND_IN_READY();
  return valid_stream(stream) ? allocate(address, bytes) : CUDA_ERROR_INVALID_HANDLE;
}
STAND_IN_API CUresult cuMemFreeAsync(CUdeviceptr address, CUstream stream) {
  STAND_IN_READY();
  return valid_stream(stream) ? release(address) : CUDA_ERROR_INVALID_HANDLE;
}

STAND_IN_API CUresult cuMemHostAlloc(void** address, std::size_t bytes, unsigned) {
  STAND_IN_READY();
  if (!address || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  *address = std::aligned_alloc(4096, round_up(bytes, 4096));
  if (!*address) return CUDA_ERROR_OUT_OF_MEMORY;
  memory().host.insert(*address);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuMemAllocHost_v2(void** address, std::size_t bytes) { return cuMemHostAlloc(address, bytes, 0); }
STAND_IN_API CUresult cuMemFreeHost(void* address) {
  STAND_IN_READY();
  if (memory().host.erase(address) == 0) return CUDA_ERROR_INVALID_VALUE;
  std::free(address);
  return CUDA_SUCCESS;
}

STAND_IN_API CUresult cuMemGetInfo_v2(std::size_t* free_bytes, std::size_t* total) {
  STAND_IN_READY();
  if (!free_bytes || !total) return CUDA_ERROR_INVALID_VALUE;
  *total = limit();
  *free_bytes = *total - std::min(*total, live_bytes());
  return CUDA_SUCCESS;
}

// A copy that the caller calls asynchronous is done at once: legal, if less telling than a device.
STAND_IN_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, std::size_t bytes, CUstream stream) {
  STAND_IN_READY();
  if (!valid_stream(stream)) return CUDA_ERROR_INVALID_HANDLE;
  return copy(pointer(to), from, bytes, to);
}
STAND_IN_API CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, std::size_t bytes, CUstream stream) {
  STAND_IN_READY();
  if (!valid_stream(stream)) return CUDA_ERROR_INVALID_HANDLE;
  return copy(to, pointer(from), bytes, from);
}
STAND_IN_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, std::size_t bytes, CUstream stream) {
  STAND_IN_READY();
  if (!valid_stream(stream)) return CUDA_ERROR_INVALID_HANDLE;
  return copy(pointer(to), pointer(from), bytes, to, from);
}
STAND_IN_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, std::size_t bytes) {
  return cuMemcpyHtoDAsync_v2(to, from, bytes, nullptr);
}
STAND_IN_API CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, std::size_t bytes) {
  return cuMemcpyDtoHAsync_v2(to, from, bytes, nullptr);
}
STAND_IN_API CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, std::size_t bytes) {
  return cuMemcpyDtoDAsync_v2(to, from, bytes, nullptr);
}

#define STAND_IN_FILL(NAME, TYPE)                                                                            \
  STAND_IN_API CUresult NAME##Async(CUdeviceptr address, TYPE value, std::size_t count, CUstream stream) {   \
    STAND_IN_READY();                                                                                        \
    return valid_stream(stream) ? fill(address, value, count) : CUresult(CUDA_ERROR_INVALID_HANDLE);         \
  }                                                                                                          \
  STAND_IN_API CUresult NAME##_v2(CUdeviceptr address, TYPE value, std::size_t count) {                      \
    return NAME##Async(address, value, count, nullptr);                                                      \
  }
STAND_IN_FILL(cuMemsetD8, unsigned char)
STAND_IN_FILL(cuMemsetD16, unsigned short)
STAND_IN_FILL(cuMemsetD32, unsigned int)
#undef STAND_IN_FILL

STAND_IN_API CUresult cuDeviceGetDefaultMemPool(CUmemoryPool* pool, CUdevice device) {
  if (!pool || device < 0 || device >= device_count()) return CUDA_ERROR_INVALID_VALUE;
  *pool = reinterpret_cast<CUmemoryPool>(&state().contexts[device]);  // only ever compared
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuMemPoolSetAttribute(CUmemoryPool pool, int, void* value) {
  return pool && value ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
STAND_IN_API CUresult cuMemPoolTrimTo(CUmemoryPool pool, std::size_t) {
  return pool ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
