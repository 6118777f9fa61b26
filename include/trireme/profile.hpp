// include/trireme/profile.hpp -- a callback for every program that runs, with its time and its bytes
// SPDX-License-Identifier: Apache-2.0
//
// Without a callback nothing is timed and nothing is kept: a program costs one relaxed load more. With one, every program
// is timed from the moment its device has nothing else to do until it is complete, as Explain does it, so devices that
// queue work lose their overlap. TRIREME_PROFILE and TRIREME_TRACE (docs/environment.md) use the same hook.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "trireme/export.hpp"

namespace trireme {

/// One program that ran. The texts live as long as the call.
struct ProgramProfile {
  /// What it computes, in the order of the computation: "multiply+add+sqrt"; from five operations on
  /// "map of 6 operations"; with the form in front for reductions: "reduce_inner: subtract+multiply+reduce_add".
  std::string_view name;
  std::uint64_t hash = 0;   // of the program: the same in every process, whatever the shapes
  std::string_view device;  // "cpu", "cuda:0"
  std::string_view level;   // instruction-set level, on the CPU
  std::chrono::steady_clock::time_point start;
  double seconds = 0;
  std::int64_t elements = 0;       // size of the domain
  std::int64_t bytes_read = 0;     // bytes the algorithm must read and write
  std::int64_t bytes_written = 0;
  std::int64_t memory_live = 0;    // of all devices when it had run, as memory_use() counts
  std::int64_t memory_peak = 0;
};

using ProfileCallback = std::function<void(const ProgramProfile&)>;

/// From now on `callback` is called after every program, on the thread that evaluates, and by several at once if
/// several do. It takes the place of the one before; an empty one ends it. A call that another thread has begun may
/// outlast this function. What the callback evaluates itself is not reported. What it throws comes out of the
/// evaluation, whose arrays stay lazy. Throws Code::out_of_memory.
TRIREME_API void set_profile_callback(ProfileCallback callback);

}  // namespace trireme
