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
  std::map<std::size_t, Block> live;  // by offset
  std::size_t live_bytes[kMaxDevices] = {}, pool_bytes[kMaxDevices] = {};  // pool: given back to it and kept
  std::uint64_t threshold[kMaxDevices] = {};
  std::size_t top = 0;  // nothing lives at or above
  std::map<const void*, Block> host;  // pinned
  struct Freed {
    CUdeviceptr address;
    int stream;
  };
  std::vector<Freed> freed;  // by cuMemFreeAsync, whose turn has not come: may be had again in the same stream
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
  for (const auto& [offset, block] : memory().live) {
    if (offset - start >= bytes) return start;
    start = offset + footprint(block.bytes);
  }
  return kReserve - start >= bytes ? start : kReserve;
}

int here() { return current_context()->device; }

std::size_t offset_of(CUdeviceptr address) { return static_cast<std::size_t>(pointer(address) - memory().base); }

CUresult allocate(CUdeviceptr* address, std::size_t bytes, bool from_pool) {
  Memory& m = memory();
  const int device = here();
  if (!address || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  if (fails_now(++state().allocations, "STAND_IN_OOM_AT")) return CUDA_ERROR_OUT_OF_MEMORY;
  std::size_t kept = m.pool_bytes[device];
  if (from_pool) kept -= std::min(kept, bytes);
  if (!m.base || bytes > limit() || m.live_bytes[device] + kept + bytes > limit()) return CUDA_ERROR_OUT_OF_MEMORY;
  const std::size_t offset = find_room(footprint(bytes));
  if (offset == kReserve) return CUDA_ERROR_OUT_OF_MEMORY;
  m.pool_bytes[device] = kept;
  Block block;
  block.bytes = bytes;
  block.device = device;
  block.from_pool = from_pool;
  m.live[offset] = std::move(block);
  m.live_bytes[device] += bytes;
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
  const auto found = m.live.find(offset_of(address));
  if (found == m.live.end()) return CUDA_ERROR_INVALID_VALUE;
  const Block& block = found->second;
  const std::size_t bytes = block.bytes;
  if (bytes > kPoisonLimit) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t first = round_up(found->first, page);
    madvise(m.base + first, (found->first + bytes - first) / page * page, MADV_DONTNEED);
  } else {
    OpenMemory open(address, bytes);
    std::fill_n(pointer(address), bytes, kPoisonByte);
  }
  m.live_bytes[block.device] -= bytes;
  if (block.from_pool) m.pool_bytes[block.device] += bytes;
  m.live.erase(found);
  m.top = m.live.empty() ? 0 : m.live.rbegin()->first + footprint(m.live.rbegin()->second.bytes);
  return CUDA_SUCCESS;
}

// A block that was given back in this stream and whose turn has not come yet.
bool take_freed(CUdeviceptr* address, std::size_t bytes, const CUstream_st& stream) {
  std::vector<Memory::Freed>& freed = memory().freed;
  for (auto f = freed.begin(); f != freed.end(); ++f) {
    if (f->stream != stream.id || memory().live.at(offset_of(f->address)).bytes != bytes) continue;
    *address = f->address;
    freed.erase(f);
    return true;
  }
  return false;
}

CUresult allocate_in(CUdeviceptr* address, std::size_t bytes, CUstream handle) {
  CUstream_st* stream = find_stream(handle);
  if (!stream || !address) return CUDA_ERROR_INVALID_HANDLE;
  if (take_freed(address, bytes, *stream)) {
    ++state().allocations;
  } else {
    CUresult result = allocate(address, bytes, true);
    if (result == CUDA_ERROR_OUT_OF_MEMORY && !memory().freed.empty() && environment("STAND_IN_OOM_AT", 0) == 0) {
      finish_all(current_context());
      result = allocate(address, bytes, true);
    }
    if (result) return result;
  }
  return note_use(pointer(*address), *stream, true);  // whoever uses it elsewhere must come behind this
}

CUresult release_in(CUdeviceptr address, CUstream handle) {
  CUstream_st* stream = find_stream(handle);
  if (!stream) return CUDA_ERROR_INVALID_HANDLE;
  if (address == 0) return CUDA_SUCCESS;
  if (memory().live.count(offset_of(address)) == 0) return CUDA_ERROR_INVALID_VALUE;
  if (const CUresult race = note_use(pointer(address), *stream, true)) return race;
  std::vector<Memory::Freed>& freed = memory().freed;
  const auto is_it = [address](const Memory::Freed& f) { return f.address == address; };
  if (std::any_of(freed.begin(), freed.end(), is_it)) return CUDA_ERROR_INVALID_VALUE;
  freed.push_back({address, stream->id});
  return enqueue(*stream, [address, is_it](std::string*) -> CUresult {
    const auto found = std::find_if(memory().freed.begin(), memory().freed.end(), is_it);
    if (found == memory().freed.end()) return CUDA_SUCCESS;  // taken again
    memory().freed.erase(found);
    return release(address);
  });
}

template <typename T>
CUresult fill(CUdeviceptr address, T value, std::size_t count, CUstream handle) {
  CUstream_st* stream = find_stream(handle);
  if (!stream) return CUDA_ERROR_INVALID_HANDLE;
  if (count == 0) return CUDA_SUCCESS;
  if (address % sizeof(T) != 0 || !is_allocated(address, count * sizeof(T))) return CUDA_ERROR_INVALID_VALUE;
  if (const CUresult race = note_use(pointer(address), *stream, true)) return race;
  return enqueue(*stream, [=](std::string*) {
    OpenMemory open(address, count * sizeof(T));
    std::fill_n(reinterpret_cast<T*>(address), count, value);
    return CUDA_SUCCESS;
  });
}

CUresult use_both(CUstream_st& stream, const void* to, const void* from) {
  if (const CUresult race = note_use(from, stream, false)) return race;
  return note_use(to, stream, true);
}

// Pinned memory is read when the stream comes to it; other memory has been read when the call returns.
CUresult copy_in(CUdeviceptr to, const void* from, std::size_t bytes, CUstream_st& stream) {
  if (bytes == 0) return CUDA_SUCCESS;
  if (!from || !is_allocated(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
  if (const CUresult race = use_both(stream, pointer(to), from)) return race;
  const void* begin = nullptr;
  std::shared_ptr<std::vector<char>> kept;
  if (!find_host_block(from, &begin)) {
    const char* first = static_cast<const char*>(from);
    kept = std::make_shared<std::vector<char>>(first, first + bytes);
    from = kept->data();
  }
  return enqueue(stream, [=](std::string*) {
    OpenMemory open(to, bytes);
    std::memcpy(pointer(to), from, bytes);
    (void)kept;
    return CUDA_SUCCESS;
  });
}

// Pinned memory holds garbage until the stream has come to the copy; for other memory the call waits.
CUresult copy_out(void* to, CUdeviceptr from, std::size_t bytes, CUstream_st& stream) {
  if (bytes == 0) return CUDA_SUCCESS;
  if (!to || !is_allocated(from, bytes)) return CUDA_ERROR_INVALID_VALUE;
  if (const CUresult race = use_both(stream, to, pointer(from))) return race;
  const void* begin = nullptr;
  const bool pinned = find_host_block(to, &begin) != nullptr;
  if (pinned) std::memset(to, kPoisonByte, bytes);
  const CUresult result = enqueue(stream, [=](std::string*) {
    OpenMemory open(from, bytes);
    std::memcpy(to, pointer(from), bytes);
    return CUDA_SUCCESS;
  });
  if (pinned || result) return result;
  merge(state().host, stream.clock);
  return finish(stream);
}

CUresult copy_within(CUdeviceptr to, CUdeviceptr from, std::size_t bytes, CUstream_st& stream) {
  if (bytes == 0) return CUDA_SUCCESS;
  if (!is_allocated(to, bytes) || !is_allocated(from, bytes)) return CUDA_ERROR_INVALID_VALUE;
  if (const CUresult race = use_both(stream, pointer(to), pointer(from))) return race;
  return enqueue(stream, [=](std::string*) {
    OpenMemory open;
    std::memmove(pointer(to), pointer(from), bytes);
    return CUDA_SUCCESS;
  });
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

const Block* find_block(CUdeviceptr address, CUdeviceptr* begin) {
  const Memory& m = memory();
  const auto base = reinterpret_cast<CUdeviceptr>(m.base);
  if (address < base || address - base >= kReserve) return nullptr;
  auto found = m.live.upper_bound(static_cast<std::size_t>(address - base));
  if (found == m.live.begin()) return nullptr;
  --found;
  if (static_cast<std::size_t>(address - base) - found->first >= found->second.bytes) return nullptr;
  *begin = base + found->first;
  return &found->second;
}

const Block* find_host_block(const void* address, const void** begin) {
  const auto& host = memory().host;
  auto found = host.upper_bound(address);
  if (found == host.begin()) return nullptr;
  --found;
  const auto inside = static_cast<std::size_t>(static_cast<const char*>(address) - static_cast<const char*>(found->first));
  if (inside >= found->second.bytes) return nullptr;
  *begin = found->first;
  return &found->second;
}

bool is_allocated(CUdeviceptr address, std::size_t bytes) {
  CUdeviceptr begin = 0;
  const Block* block = find_block(address, &begin);
  return block && bytes <= block->bytes - static_cast<std::size_t>(address - begin);
}

bool redzones_intact(std::string* what) {
  const Memory& m = memory();
  for (const auto& [offset, block] : m.live) {
    unsigned char* end = m.base + offset + footprint(block.bytes);
    if (std::all_of(m.base + offset + block.bytes, end, [](unsigned char c) { return c == kRedzoneByte; })) continue;
    *what = "write behind the end of an allocation of " + std::to_string(block.bytes) + " bytes";
    return false;
  }
  return true;
}

std::size_t live_bytes() {
  std::size_t sum = 0;
  for (const std::size_t bytes : memory().live_bytes) sum += bytes;
  return sum;
}

std::size_t memory_limit() { return limit(); }

std::size_t used_bytes(int device) { return memory().live_bytes[device] + memory().pool_bytes[device]; }

CUresult pool_get(int device, int attribute, std::uint64_t* value) {
  const Memory& m = memory();
  std::uint64_t in_use = 0;
  for (const auto& [offset, block] : m.live) in_use += block.from_pool && block.device == device ? block.bytes : 0;
  switch (attribute) {
    case 4: *value = m.threshold[device]; return CUDA_SUCCESS;              // RELEASE_THRESHOLD
    case 5: *value = in_use + m.pool_bytes[device]; return CUDA_SUCCESS;  // RESERVED_MEM_CURRENT
    case 7: *value = in_use; return CUDA_SUCCESS;                         // USED_MEM_CURRENT
    default: return CUDA_ERROR_INVALID_VALUE;
  }
}

CUresult pool_set(int device, int attribute, std::uint64_t value) {
  if (attribute != 4) return CUDA_ERROR_INVALID_VALUE;
  memory().threshold[device] = value;
  return CUDA_SUCCESS;
}

void pool_trim(int device, std::size_t keep) {
  memory().pool_bytes[device] = std::min(memory().pool_bytes[device], keep);
}

CUresult pin(void** address, std::size_t bytes) {
  if (!address || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  if (fails_now(++state().host_allocations, "STAND_IN_HOST_OOM_AT")) return CUDA_ERROR_OUT_OF_MEMORY;
  *address = std::aligned_alloc(4096, round_up(bytes, 4096));
  if (!*address) return CUDA_ERROR_OUT_OF_MEMORY;
  Block block;
  block.bytes = bytes;
  memory().host[*address] = std::move(block);
  return CUDA_SUCCESS;
}

bool unpin(void* address) {
  if (memory().host.erase(address) == 0) return false;
  std::free(address);
  return true;
}

}  // namespace stand_in

using namespace stand_in;

STAND_IN_API CUresult cuMemAlloc_v2(CUdeviceptr* address, std::size_t bytes) {
  STAND_IN_READY();
  return allocate(address, bytes, false);
}
STAND_IN_API CUresult cuMemFree_v2(CUdeviceptr address) {
  STAND_IN_READY();
  if (const CUresult bad = finish_all(current_context())) return bad;
  return release(address);
}
STAND_IN_API CUresult cuMemAllocAsync(CUdeviceptr* address, std::size_t bytes, CUstream stream) {
  STAND_IN_READY();
  return allocate_in(address, bytes, stream);
}
STAND_IN_API CUresult cuMemFreeAsync(CUdeviceptr address, CUstream stream) {
  STAND_IN_READY();
  return release_in(address, stream);
}

STAND_IN_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, std::size_t bytes, CUstream handle) {
  STAND_IN_READY();
  CUstream_st* stream = find_stream(handle);
  return stream ? copy_in(to, from, bytes, *stream) : CUresult(CUDA_ERROR_INVALID_HANDLE);
}
STAND_IN_API CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, std::size_t bytes, CUstream handle) {
  STAND_IN_READY();
  CUstream_st* stream = find_stream(handle);
  return stream ? copy_out(to, from, bytes, *stream) : CUresult(CUDA_ERROR_INVALID_HANDLE);
}
STAND_IN_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, std::size_t bytes, CUstream handle) {
  STAND_IN_READY();
  CUstream_st* stream = find_stream(handle);
  return stream ? copy_within(to, from, bytes, *stream) : CUresult(CUDA_ERROR_INVALID_HANDLE);
}
namespace {
CUresult then_wait(CUresult result) { return result ? result : finish_all(current_context()); }
}  // namespace
STAND_IN_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, std::size_t bytes) {
  STAND_IN_READY();
  return then_wait(cuMemcpyHtoDAsync_v2(to, from, bytes, nullptr));
}
STAND_IN_API CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, std::size_t bytes) {
  STAND_IN_READY();
  return then_wait(cuMemcpyDtoHAsync_v2(to, from, bytes, nullptr));
}
STAND_IN_API CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, std::size_t bytes) {
  return cuMemcpyDtoDAsync_v2(to, from, bytes, nullptr);
}

#define STAND_IN_FILL(NAME, TYPE)                                                                            \
  STAND_IN_API CUresult NAME##Async(CUdeviceptr address, TYPE value, std::size_t count, CUstream stream) {   \
    STAND_IN_READY();                                                                                        \
    return fill(address, value, count, stream);                                                              \
  }                                                                                                          \
  STAND_IN_API CUresult NAME##_v2(CUdeviceptr address, TYPE value, std::size_t count) {                      \
    return NAME##Async(address, value, count, nullptr);                                                      \
  }
STAND_IN_FILL(cuMemsetD8, unsigned char)
STAND_IN_FILL(cuMemsetD16, unsigned short)
STAND_IN_FILL(cuMemsetD32, unsigned int)
#undef STAND_IN_FILL
