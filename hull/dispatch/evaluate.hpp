// hull/dispatch/evaluate.hpp -- from a lazy node to its value
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "dispatch/bind.hpp"
#include "graph/node.hpp"
#include "trireme/array.hpp"

namespace trireme::dispatch {

/// Computes the value of `root`, and of every node behind it that is held from outside the graph. `sole_handle` says
/// that the caller has the only handle of `root` and no other thread can copy it meanwhile; then a graph that nobody
/// else holds a part of needs no lock. On an error the nodes stay lazy. Safe from any thread.
void evaluate(graph::Node* root, bool sole_handle);

/// Computes the value of `root`, which nobody else has a handle of, into the region and not into a block of its own; the
/// node is spent then. `unkept`, a node behind it or null, stays lazy although others hold it. Throws Code::unsupported
/// when the region's device cannot run the last program.
void evaluate_into(graph::Node* root, const Region& region, const graph::Node* unkept);

/// Where something belongs that is put together from these arrays, ready or lazy: where most of the bytes lie that they are
/// computed from, so that the least is moved. Pins, scopes and the environment have no say.
std::uint8_t place_of(std::span<const array> inputs);

/// Compiles what evaluating `roots` will need and is not compiled yet, in as few compilations as the backend allows.
/// Computes nothing.
void prepare(std::span<const array> roots);

}  // namespace trireme::dispatch
