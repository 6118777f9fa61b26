// hull/graph/fuse.hpp -- cuts a lazy graph into programs: pure data in, pure data out
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "graph/snapshot.hpp"
#include "program/program.hpp"

namespace trireme::graph {

/// Where a parameter's data comes from. `path` leads from the domain down to it: each lazy slot on it is either a
/// view, whose map applies, or an operation to whose shape the operand broadcasts. Usually empty.
/// A complex operand is two parameters, one per part.
struct Source {
  Slot slot = 0;
  std::uint8_t part = 0;  // 1: the imaginary part
  std::vector<Slot> path;
};

/// One program and what binds it to the snapshot it came from. Shapes are not in it: equal keys share it.
struct Step {
  program::Program program;
  Slot root = 0;                 // map: the slot whose shape is the domain; reduction: the reduce node
  std::vector<Source> inputs;    // one per input, scalar or index parameter, in order; the outputs follow
  std::vector<Slot> outputs;     // lazy slots, one per output parameter
  bool flat = false;             // every operand is contiguous over the domain or a single element
  int operations = 0;
};

struct Plan {
  std::vector<Step> steps;       // in an order in which inputs are ready
};

/// The plan of a snapshot. Elementwise operations, casts, views and broadcasts join their consumers when all of these
/// are in one program and no work would be done twice; reductions take their producers into their loads.
Plan fuse(const Snapshot& snapshot);

}  // namespace trireme::graph
