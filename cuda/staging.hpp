// cuda/staging.hpp -- pinned host memory through which copies between pageable memory and a device go
// SPDX-License-Identifier: Apache-2.0
//
// A device reads and writes pinned memory while the host does something else; pageable memory it copies through pinned
// memory of the driver's, which makes the host wait. So the host's half of a copy is a memcpy here, the device's half
// an entry in its order. Two pieces of a long copy are on their way at a time, one at each end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

#include "cuda/driver.hpp"

namespace trireme::cuda {

class CudaDevice;

class Staging {
 public:
  static constexpr std::size_t kChunkBytes = std::size_t{2} << 20;
  static constexpr std::size_t kSmall = kChunkBytes / 32;  // copies to the device up to here share a chunk
  static constexpr int kMostChunks = 8;

  struct Chunk {
    char* host = nullptr;
    CUevent done = nullptr;  // behind the last copy that uses it
    bool in_flight = false;  // `done` was recorded
  };

  explicit Staging(CudaDevice& device) : device_(device) {}

  /// A chunk that no copy uses, with the context current; null when there is no pinned memory for it. Waits for one
  /// if all are taken by copies, or, unless `may_wait`, gives null then.
  Chunk* take(bool may_wait);
  void give(Chunk* chunk) noexcept;
  /// A chunk that was taken stays away for long: nobody is to wait for it.
  void keep();
  /// It is about to be given back after all.
  void take_back();

  /// The chunk that small copies to the device share, and how much of it is used; guarded by `mutex`.
  struct Shared {
    std::mutex mutex;
    Chunk* chunk = nullptr;
    std::size_t used = 0;
  } shared;

  /// Waits until the device is through with the chunk.
  void wait(Chunk& chunk);

 private:
  Chunk* make();

  CudaDevice& device_;
  std::mutex mutex_;
  std::condition_variable given_;
  std::deque<Chunk*> free_;  // the one whose copy ends first in front
  int made_ = 0, lent_ = 0;  // lent to copies, which give them back
  bool failed_ = false;      // no more pinned memory is to be had
};

}  // namespace trireme::cuda
