// tests/generated_source/turned.hpp -- launches of maps whose operands lie turned
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "cases.hpp"
#include "graph/access.hpp"

namespace trireme::test {

/// Marks what lies turned, as bind() does.
inline void mark(Work& work) {
  work.layout.turned = work.layout.across = 0;
  graph::mark_turned(work.program, work.domain, work.accesses, work.layout);
}

/// A contiguous arrangement whose first input is a transposed view: the first axis is the last one in memory.
inline Work turned(program::Program program, std::vector<std::int64_t> extents) {
  Work work = arrange(std::move(program), Arrangement::contiguous, std::move(extents), 0);
  std::int64_t step = 1;
  for (int axis = 0; axis < work.domain.rank; ++axis) {
    work.accesses[0].stride[axis] = step;
    step *= work.domain.extent[axis];
  }
  work.layout.access[0] = program::AccessKind::strided;
  mark(work);
  return work;
}

}  // namespace trireme::test
