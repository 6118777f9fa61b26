// hull/dispatch/host_blocks.hpp -- blocks of CPU memory for arrays, kept by size, within TRIREME_MEMORY_LIMIT
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#include "dispatch/storage.hpp"
#include "graph/free_list.hpp"

namespace trireme::dispatch {

// A CPU block is its Storage header followed by the data, so that one list operation takes both.
inline constexpr std::size_t kHeader = 64 * ((sizeof(Storage) + 63) / 64);
inline constexpr std::size_t kSlack = 64;  // vector code may read past the end

/// Whether `more` bytes beside those taken from the system are beyond the limit.
bool exceeds_limit(std::size_t more);

/// Counts `bytes` that are about to be taken from the system. False when the limit forbids them even after all that is
/// kept was given back.
bool reserve(std::size_t bytes);
void unreserve(std::size_t bytes) noexcept;

struct DataTag {
  static void reserve(std::size_t bytes) {
    if (!dispatch::reserve(bytes)) throw std::bad_alloc();
  }
  static void unreserve(std::size_t bytes) noexcept { dispatch::unreserve(bytes); }
};
template <std::size_t Data, std::uint32_t Cap>
using Small = graph::FreeList<kHeader + Data + kSlack, Cap, DataTag>;
using Tiny = Small<192, 128>;
using Page = Small<4096, 32>;
using Sixteen = Small<16384, 16>;

/// Large blocks, kept by size class because fresh pages cost more than the work on them.
class LargeBlocks {
 public:
  static LargeBlocks& instance();

  /// Null where the system or the limit has none.
  void* take(std::size_t bytes);
  void give(void* block, std::size_t bytes) noexcept;
  /// Gives all that is kept back to the system.
  void trim() noexcept;

  std::mutex mutex;

 private:
  std::map<std::size_t, std::vector<void*>> free_;
  std::size_t cached_ = 0;
};

}  // namespace trireme::dispatch
