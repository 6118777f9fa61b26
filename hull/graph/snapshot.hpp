// hull/graph/snapshot.hpp -- the lazy graph behind a root as numbered slots, with the key that finds its plan
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "graph/node.hpp"
#include "program/program.hpp"

namespace trireme::graph {

/// Names a node of a snapshot: a lazy one, a ready one (leaf), or a constant.
using Slot = std::uint8_t;
inline constexpr Slot kLeafSlot = 0x80;
inline constexpr Slot kConstantSlot = 0xc0;
constexpr bool is_leaf(Slot s) { return (s & 0xc0) == kLeafSlot; }
constexpr bool is_constant(Slot s) { return (s & 0xc0) == kConstantSlot; }

/// The result of walking from a root to what is ready. `order` lists lazy slots with every consumer before its
/// producers. The root is lazy slot 0. All arrays hold borrowed nodes, kept alive by the root.
struct Snapshot {
  int lazies, leaves, constants;
  Node* lazy[kMaxOperations];
  Slot input[kMaxOperations][3];
  bool output[kMaxOperations];  // someone outside the graph holds it: it must get a value of its own
  Slot order[kMaxOperations];
  Node* leaf[kMaxLeaves];
  Node* constant[kMaxLeaves];
  program::Hash key;

  const Node* node(Slot s) const {
    return is_constant(s) ? constant[s & 0x3f] : is_leaf(s) ? leaf[s & 0x3f] : lazy[s];
  }
};

/// Fills `out` if every lazy node behind `root` is referred to from within the graph only, so that this thread, which
/// holds the only handle of the root, owns them all and needs no lock. False, with `out` undefined, otherwise.
bool snapshot_owned(Node* root, Snapshot& out);

/// Fills `out` for a graph that others may hold parts of. The caller holds the claim mutex. False if some node is
/// being computed by another thread. `unkept`, a node behind the root or null, gets no value of its own although others
/// hold it.
bool snapshot_shared(Node* root, Snapshot& out, const Node* unkept = nullptr);

/// Whether a reduction over `axes` of `shape` takes the inner order (see program/reduction_order.hpp).
bool is_inner_order(const Shape& shape, std::uint8_t axes);

}  // namespace trireme::graph
