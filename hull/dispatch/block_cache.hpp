// hull/dispatch/block_cache.hpp -- free device blocks by size class, for the backends that allocate through a driver
// SPDX-License-Identifier: Apache-2.0
//
// A driver's allocation takes from microseconds to a synchronisation of the device. A released block waits here and is
// handed out again at once: with one in-order stream per device, whoever gets it writes after its last reader.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace trireme::dispatch {

/// The size that is asked of the driver for `bytes`: at least 512, at most an eighth more. A size class is its own
/// class. 0 when `bytes` is too large to round up.
constexpr std::size_t size_class(std::size_t bytes) {
  constexpr std::size_t kSmallest = 512;
  if (bytes <= kSmallest) return kSmallest;
  const std::size_t step = std::max(kSmallest, std::bit_floor(bytes) / 8);
  if (bytes > SIZE_MAX - step) return 0;
  return (bytes + step - 1) / step * step;
}

/// Thread-safe. `Handle` is the driver's name of a block.
template <class Handle>
class BlockCache {
 public:
  /// Keeps at most `capacity` bytes.
  explicit BlockCache(std::size_t capacity) : capacity_(capacity) {}

  /// A cached block of this size class; false when there is none.
  bool take(std::size_t block_bytes, Handle& handle) {
    std::lock_guard lock(mutex_);
    const auto found = blocks_.find(block_bytes);
    if (found == blocks_.end() || found->second.empty()) return false;
    handle = found->second.back();
    found->second.pop_back();
    bytes_ -= block_bytes;
    return true;
  }

  /// Keeps the block, or returns false when there is no room for it: then the caller gives it back to the driver.
  bool give(std::size_t block_bytes, Handle handle) noexcept {
    try {
      std::lock_guard lock(mutex_);
      if (block_bytes > capacity_ - bytes_) return false;
      blocks_[block_bytes].push_back(handle);
      bytes_ += block_bytes;
      return true;
    } catch (...) {  // no host memory to remember it
      return false;
    }
  }

  /// Empties the cache; the caller gives the blocks back to the driver.
  std::vector<Handle> drain() {
    std::vector<Handle> all;
    std::lock_guard lock(mutex_);
    for (const auto& [bytes, blocks] : blocks_) all.insert(all.end(), blocks.begin(), blocks.end());
    blocks_.clear();
    bytes_ = 0;
    return all;
  }

 private:
  std::mutex mutex_;
  std::map<std::size_t, std::vector<Handle>> blocks_;
  std::size_t bytes_ = 0;
  const std::size_t capacity_;
};

}  // namespace trireme::dispatch
