// hull/dispatch/run_short.hpp -- the short way for one flat program on the CPU: nothing to bind, no layout to find
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/plan.hpp"
#include "dispatch/run.hpp"

namespace trireme::dispatch {

/// Runs a plan that has a short way; false, with nothing done, if it must take the long one: when somebody wants an
/// explanation, or when the work or its data belong to another device.
bool run_short(CompiledPlan& plan, const graph::Snapshot& snapshot, Results& results);

}  // namespace trireme::dispatch
