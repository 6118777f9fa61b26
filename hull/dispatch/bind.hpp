// hull/dispatch/bind.hpp -- a plan's step with the shapes and strides of one evaluation put in
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/plan.hpp"
#include "dispatch/storage.hpp"
#include "graph/access.hpp"

namespace trireme::dispatch {

inline constexpr int kMaxParameters = graph::kMaxInputs + graph::kMaxOperations;  // of a step's program

/// Domain, layout and one Access per input parameter of a step, for the general (not flat) case.
struct Binding {
  program::Domain domain;
  program::Layout layout;
  program::Access access[graph::kMaxInputs + 1];  // of the inputs, then of a root that is written to a region
};

/// A part of a block that a value is written to instead of a block of its own; strides and offset in elements.
struct Region {
  Storage* storage;
  Shape strides;
  std::int64_t offset;
};

/// `region`, if not null, is where the step's first output goes.
void bind(const graph::Step& step, const graph::Snapshot& snapshot, const Region* region, Binding& out);

/// The same for combining m partials of each kept position, as launch() of the contract leaves them.
void bind_partials(program::Form form, std::int64_t kept, std::int64_t partials, Binding& out);

/// Chunks of the run of a bound reduction.
std::int64_t chunk_count(program::Form form, const program::Domain& domain);

}  // namespace trireme::dispatch
