// hull/dispatch/source_writer_plan.hpp -- how a kernel shares its work among work-items
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/source_writer.hpp"

namespace trireme::dispatch {

enum class Strategy : std::uint8_t {
  elements,  // maps: a position a work-item
  tiles,     // maps: several positions a work-item, 16 bytes of each operand at a time where they are aligned
  squares,   // maps with operands that lie turned: kSide positions along two axes a group, those operands by shared memory
  strips,    // maps on a CPU: a loop over kStrip positions a work-item
  bands,     // the same with operands that lie turned: kBand positions of a few rows a work-item, those by its stack
  tree,      // inner reductions: a chunk a group, lanes in shared memory
  warps,     // inner reductions: a chunk a warp, 16 lanes in each work-item's registers
  columns,   // outer reductions: kColumns kept positions a group, lanes in registers, then shared memory
  chunks,    // inner reductions on a CPU: a chunk, or several short runs, a work-item
  blocks,    // outer reductions on a CPU: kBlock kept positions a work-item
};

inline constexpr int kStrip = 2048;
inline constexpr int kColumns = 32;
inline constexpr int kBlock = 256;
inline constexpr int kWarp = 32;
inline constexpr int kSide = 32;
inline constexpr int kBand = 256;

/// What text and launch must agree on; neither extents nor strides matter.
struct KernelPlan {
  Strategy strategy = Strategy::elements;
  int group_size = 1;
  int vector = 1;     // tiles: consecutive positions that are loaded at once
  int unroll = 1;     // tiles: such vectors of a work-item; warps: rows of the lanes that are loaded at once
  std::uint64_t staged = 0;  // squares and bands: the turned operands that are read ahead, a bit each
  int rows = 1;              // squares: of a square that the group has at once; bands: of one
  int positions() const { return group_size * vector * unroll; }  // of one group of a map
};

KernelPlan plan_kernel(const program::Program& program, const program::Layout& layout, const Language& language,
                       const Target& target);

}  // namespace trireme::dispatch
