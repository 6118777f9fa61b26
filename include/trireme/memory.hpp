// include/trireme/memory.hpp -- how much memory arrays hold, and the most that they held
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "trireme/device.hpp"
#include "trireme/export.hpp"

namespace trireme {

/// The bytes of blocks that array elements are in: what arrays, views of them and evaluations under way keep alive,
/// partial results of reductions and copies on other devices included. A block counts with the bytes that were asked
/// for, once, however many arrays share it. Not counted: nodes of the graph (about 300 bytes each), programs and
/// executables, working memory of threads, blocks kept for later, and what std::string and std::vector results take.
struct MemoryUse {
  std::int64_t live = 0;
  /// The most that `live` was since the process began or reset_peak(). Exact while one thread makes arrays; each thread
  /// more may be left out or counted too much by up to 64 KiB of its blocks below 16 KiB.
  std::int64_t peak = 0;
  /// On the CPU what these blocks and those kept for later take from the system, padding included: what
  /// TRIREME_MEMORY_LIMIT bounds. On a CUDA device with memory pools, what the library's pool takes. Else 0.
  std::int64_t reserved = 0;
};

/// Of one device; of all together for the default one. Takes a lock: not for inner loops. Throws
/// Code::out_of_memory if even its own bookkeeping found no memory, at the first call.
TRIREME_API MemoryUse memory_use(Device device = {});

/// Lets every peak start again from what is live now.
TRIREME_API void reset_peak();

}  // namespace trireme
