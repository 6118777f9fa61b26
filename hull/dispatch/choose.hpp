// hull/dispatch/choose.hpp -- which device a plan runs on, and the sentence that says why
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dispatch/plan.hpp"
#include "graph/snapshot.hpp"
#include "trireme/explain.hpp"

namespace trireme::dispatch {

/// Why a device was chosen, for an Explain.
struct Choice {
  std::string why;
  std::vector<CandidateReport> candidates;
};

/// The device for a graph: its pin or scope, then TRIREME_DEVICE, then the cheapest estimate. `choice` may be null.
std::uint8_t choose(const graph::Snapshot& snapshot, CompiledPlan& plan, Choice* choice);

/// Below this much traffic no device can repay its launch and copy, so with all data on the CPU drivers are not even
/// opened to ask.
inline constexpr std::int64_t kWorthAsking = std::int64_t{32} << 20;

/// What TRIREME_DEVICE names; 0 for auto. Throws Code::device_unavailable.
std::uint8_t device_from_environment();

/// The device scope of this thread; 0 when none is in force. Every node asks.
inline thread_local constinit std::uint8_t scope_of_thread = 0;
inline std::uint8_t current_scope() { return scope_of_thread; }
inline void set_current_scope(std::uint8_t device) { scope_of_thread = device; }

}  // namespace trireme::dispatch
