// hull/graph/access.hpp -- from the strides of an operand, through views and broadcasts, to its Access over a domain
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "graph/node.hpp"
#include "program/domain.hpp"
#include "program/program.hpp"

namespace trireme::graph {

/// An operand's access over the axes of `shape`; starts as the operand itself and is carried up towards the domain.
struct Walked {
  Shape shape;
  program::Access access;
};

/// The operand itself, with its strides and offset.
Walked walk_from(const Shape& shape, const Shape& strides, std::int64_t offset);

/// Repeats size-1 and missing axes so that the shape becomes `shape`.
void broadcast_access(Walked& operand, const Shape& shape);

/// Looks through a view with this map and result shape.
void view_access(Walked& operand, const ViewMap& map, const Shape& shape);

/// Whether a view by `map` over axes that wrap per `wraps` can be expressed as one Access.
bool composes(const ViewMap& map, int base_rank, std::uint8_t wraps);

/// Merges axes wherever every access allows it and drops axes of extent 1; fills `layout` but for roles (one access
/// kind per access, in order). `kept` axes come first and never merge with the others.
void collapse(program::Domain& domain, std::span<program::Access*> accesses, program::Layout& layout);

/// Marks in the layout of a map which inputs lie turned, along the axis for which the first of them does. `accesses` are
/// those of the first parameters.
void mark_turned(const program::Program& program, const program::Domain& domain, std::span<const program::Access> accesses,
                 program::Layout& layout);

}  // namespace trireme::graph
