// hull/dispatch/compile_cost.hpp -- what a device will still have to compile for a plan, in seconds
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "dispatch/compile_cached.hpp"
#include "dispatch/plan.hpp"

namespace trireme::dispatch {

/// Learns from a compilation of so many programs.
void note_compiled(std::uint8_t device, const CompiledUnit& unit, std::size_t programs);

/// The sum over the plan's steps: nothing for what is in memory, little for what is on disk, and else what this device took
/// for a program so far or, before the first one, in the probe. The device supports the plan.
double seconds_to_compile(const CompiledPlan& plan, const graph::Snapshot& snapshot, std::uint8_t device);

}  // namespace trireme::dispatch
