// cuda/copy.cpp -- copies between host and device: through pinned memory, so that neither waits for the other's half
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <deque>
#include <utility>

#include "cuda/device.hpp"
#include "cuda/staging.hpp"

namespace trireme::cuda {
namespace {

// Gives its chunk back.
class Lease {
 public:
  Lease(Staging& staging, bool may_wait) : staging_(&staging), chunk_(staging.take(may_wait)) {}
  Lease(Lease&& other) noexcept : staging_(other.staging_), chunk_(std::exchange(other.chunk_, nullptr)) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (chunk_) staging_->give(chunk_);
  }
  explicit operator bool() const { return chunk_ != nullptr; }
  Staging::Chunk* operator->() const { return chunk_; }
  Staging::Chunk& operator*() const { return *chunk_; }
  Staging::Chunk* release() { return std::exchange(chunk_, nullptr); }

 private:
  Staging* staging_;
  Staging::Chunk* chunk_;
};

}  // namespace

// Memory that the user pinned: the device may read and write it itself.
bool CudaDevice::is_pinned(const void* host) {
  unsigned type = 0;
  return driver_.cuPointerGetAttribute &&
         driver_.cuPointerGetAttribute(&type, kPointerMemoryType, reinterpret_cast<CUdeviceptr>(host)) == kSuccess &&
         type == kMemoryHost;
}

// Without pinned memory of ours. The driver may read the host's memory later, so that this must wait.
void CudaDevice::copy_in_directly(CUdeviceptr to, const void* from, std::size_t bytes) {
  CUstream stream = nullptr;
  {
    const Turn turn(*this);
    stream = turn.stream();
    check(driver_.cuMemcpyHtoDAsync_v2(to, from, bytes, stream), "cuMemcpyHtoDAsync");
  }
  check(driver_.cuStreamSynchronize(stream), "cuStreamSynchronize");
}

void CudaDevice::copy_out_directly(void* to, CUdeviceptr from, std::size_t bytes) {
  CUstream stream = nullptr;
  {
    const Turn turn(*this);
    stream = turn.stream();
    check(driver_.cuMemcpyDtoHAsync_v2(to, from, bytes, stream), "cuMemcpyDtoHAsync");
  }
  check(driver_.cuStreamSynchronize(stream), "cuStreamSynchronize");
}

void CudaDevice::copy_in(dispatch::Memory to, std::size_t offset, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const Current current(*this);
  CUdeviceptr target = to.handle + offset;
  const char* source = static_cast<const char*>(from);
  if (bytes <= Staging::kSmall) {
    // Many small copies go through one chunk, one behind the other, and wait for nothing until it is used up.
    Staging::Shared& shared = staging_->shared;
    std::lock_guard lock(shared.mutex);
    if (shared.chunk && shared.used + bytes > Staging::kChunkBytes) {
      const Turn turn(*this);
      record(turn, shared.chunk->done);
      shared.chunk->in_flight = true;
      staging_->take_back();
      staging_->give(std::exchange(shared.chunk, nullptr));
    }
    if (!shared.chunk) {
      shared.chunk = staging_->take(true);
      shared.used = 0;
      if (shared.chunk) staging_->keep();
    }
    if (!shared.chunk) return copy_in_directly(target, from, bytes);
    char* place = shared.chunk->host + shared.used;
    std::memcpy(place, source, bytes);
    shared.used += (bytes + 63) / 64 * 64;
    const Turn turn(*this);
    check(driver_.cuMemcpyHtoDAsync_v2(target, place, bytes, turn.stream()), "cuMemcpyHtoDAsync");
    return;
  }
  if (is_pinned(from)) return copy_in_directly(target, from, bytes);
  while (bytes != 0) {
    Lease chunk(*staging_, true);
    if (!chunk) return copy_in_directly(target, source, bytes);
    const std::size_t piece = std::min(bytes, Staging::kChunkBytes);
    std::memcpy(chunk->host, source, piece);
    const Turn turn(*this);
    check(driver_.cuMemcpyHtoDAsync_v2(target, chunk->host, piece, turn.stream()), "cuMemcpyHtoDAsync");
    record(turn, chunk->done);
    chunk->in_flight = true;
    target += piece;
    source += piece;
    bytes -= piece;
  }
}

void CudaDevice::copy_out(void* to, dispatch::Memory from, std::size_t offset, std::size_t bytes) {
  if (bytes == 0) return;
  const Current current(*this);
  CUdeviceptr source = from.handle + offset;
  if (bytes > Staging::kSmall && is_pinned(to)) return copy_out_directly(to, source, bytes);
  struct Piece {
    Lease chunk;
    char* to;
    std::size_t bytes;
  };
  std::deque<Piece> coming;  // at most two: one on its way, one being copied from
  char* target = static_cast<char*>(to);
  while (bytes != 0 || !coming.empty()) {
    while (bytes != 0 && coming.size() < 2) {
      Lease chunk(*staging_, coming.empty());
      if (!chunk && coming.empty()) return copy_out_directly(target, source, bytes);
      if (!chunk) break;
      const std::size_t piece = std::min(bytes, Staging::kChunkBytes);
      {
        const Turn turn(*this);
        check(driver_.cuMemcpyDtoHAsync_v2(chunk->host, source, piece, turn.stream()), "cuMemcpyDtoHAsync");
        record(turn, chunk->done);
        chunk->in_flight = true;
      }
      coming.push_back({std::move(chunk), target, piece});
      source += piece;
      target += piece;
      bytes -= piece;
    }
    Piece& first = coming.front();
    staging_->wait(*first.chunk);
    std::memcpy(first.to, first.chunk->host, first.bytes);
    coming.pop_front();
  }
}

}  // namespace trireme::cuda
