// cuda/staging.cpp -- a few chunks of pinned memory, made when they are first needed, handed round
// SPDX-License-Identifier: Apache-2.0
#include "cuda/staging.hpp"

#include <memory>

#include "cuda/device.hpp"
#include "trireme/error.hpp"

namespace trireme::cuda {

// With the mutex. Null when there is no more.
Staging::Chunk* Staging::make() {
  const Driver& driver = device_.driver();
  if (failed_ || made_ == kMostChunks || !driver.cuMemHostAlloc) return nullptr;
  auto chunk = std::make_unique<Chunk>();
  chunk->done = device_.make_event(kEventDisableTiming);
  void* host = nullptr;
  if (driver.cuMemHostAlloc(&host, kChunkBytes, 0) != kSuccess) {
    driver.cuEventDestroy_v2(chunk->done);
    failed_ = true;
    return nullptr;
  }
  chunk->host = static_cast<char*>(host);
  ++made_;
  return chunk.release();
}

Staging::Chunk* Staging::take(bool may_wait) {
  Chunk* chunk = nullptr;
  {
    std::unique_lock lock(mutex_);
    const bool ready =
        !free_.empty() && (!free_.front()->in_flight || device_.driver().cuEventQuery(free_.front()->done) == kSuccess);
    if (!ready) chunk = make();
    if (!chunk) {
      if (free_.empty() && !may_wait) return nullptr;
      given_.wait(lock, [this] { return !free_.empty() || lent_ == 0; });
      if (free_.empty()) return nullptr;
      chunk = free_.front();
      free_.pop_front();
    }
    ++lent_;
  }
  try {
    wait(*chunk);
  } catch (...) {
    give(chunk);
    throw;
  }
  return chunk;
}

void Staging::give(Chunk* chunk) noexcept {
  {
    std::lock_guard lock(mutex_);
    --lent_;
    try {
      free_.push_back(chunk);
    } catch (const std::bad_alloc&) {  // one chunk fewer
      --made_;
    }
  }
  given_.notify_all();
}

void Staging::keep() {
  {
    std::lock_guard lock(mutex_);
    --lent_;
  }
  given_.notify_all();
}

void Staging::take_back() {
  std::lock_guard lock(mutex_);
  ++lent_;
}

void Staging::wait(Chunk& chunk) {
  if (!chunk.in_flight) return;
  device_.check(device_.driver().cuEventSynchronize(chunk.done), "cuEventSynchronize");
  chunk.in_flight = false;
}

}  // namespace trireme::cuda
