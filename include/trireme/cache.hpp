// include/trireme/cache.hpp -- compiled programs on disk: where they are kept, how much that takes, and how to clear it
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "trireme/export.hpp"

namespace trireme {

/// The cache of compiled programs as it is now.
struct CacheReport {
  std::string directory;    // "" when there is none
  bool readable = false;    // what is there is used
  bool writable = false;    // and what is compiled is added
  std::string reason;       // why not, in a sentence that says what to do; "" when it is both
  std::int64_t files = 0;   // compiled programs, and what takes room beside them
  std::int64_t bytes = 0;   // on disk
  std::int64_t limit = 0;   // above this the least recently used go
};

/// Looks at the directory and tries whether a file can be written there. Creates nothing that stays but, where it is
/// missing, the directory.
TRIREME_API CacheReport cache_report();

/// What clear_cache() removed.
struct CacheCleared {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t kept = 0;  // files of other names or other owners, which stay
  std::string reason;     // why something of ours is still there, or why there is nothing to clear; "" when all went well
};

/// Removes the compiled programs. Processes that run keep what they have loaded.
TRIREME_API CacheCleared clear_cache();

}  // namespace trireme
