// hull/program/reduction_order.hpp -- the fixed orders of reductions: THE definition that every backend follows
// SPDX-License-Identifier: Apache-2.0
//
// A reduction combines, for every kept position, a run of n elements: the reduced axes flattened in logical,
// row-major order. Axes of extent 1 are dropped first. If the last remaining axis is reduced the order is `inner`,
// else `outer`. Both are the same scheme with different numbers:
//
//   The run is cut into chunks of kChunk consecutive elements, the last one shorter. In a chunk, lane l starts from
//   the identity (+0 for sums) and combines the elements l, l + kLanes, l + 2 kLanes, ... of the chunk in this order.
//   Then the lanes are combined by the tree
//       for (s = kLanes / 2; s > 0; s /= 2) for (l = 0; l < s; ++l) lane[l] = combine(lane[l], lane[l + s]);
//   and lane[0] is the chunk's partial. If there is more than one chunk, the partials, in chunk order, are a run that
//   is combined in the same order again, until one is left. An empty run gives the identity.
//
// Padding with identities changes no bit (a lane that started from +0 is never -0), so a routine may skip the parts
// of lanes and tree that hold identities only.
#pragma once

#include <cstdint>

namespace trireme::program {

struct ReductionOrder {
  std::int64_t lanes;
  std::int64_t chunk;
};

inline constexpr ReductionOrder kInnerOrder{512, 8192};
inline constexpr ReductionOrder kOuterOrder{16, 1024};

/// Chunks of a run of n elements: at least 1, so that an empty run yields one identity.
constexpr std::int64_t chunks(ReductionOrder order, std::int64_t n) {
  return n <= order.chunk ? 1 : (n + order.chunk - 1) / order.chunk;
}

}  // namespace trireme::program
