// hull/array/cache.cpp -- the public view of the cache of compiled programs
// SPDX-License-Identifier: Apache-2.0
#include "trireme/cache.hpp"

#include <new>

#include "dispatch/disk_cache.hpp"
#include "program/out_of_memory.hpp"

namespace trireme {

CacheReport cache_report() try {
  return dispatch::report_cache();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("cache_report");
}

CacheCleared clear_cache() try {
  return dispatch::remove_images();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("clear_cache");
}

}  // namespace trireme
