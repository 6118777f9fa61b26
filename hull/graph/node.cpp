// hull/graph/node.cpp -- making and destroying nodes, and strides
// SPDX-License-Identifier: Apache-2.0
#include "graph/node.hpp"

#include <new>

#include "graph/free_list.hpp"
#include "program/out_of_memory.hpp"

namespace trireme::graph {

namespace {

struct NodeTag;
using Nodes = FreeList<(sizeof(Node) + 63) / 64 * 64, 256, NodeTag>;

}  // namespace

Node* new_node() try {
  return ::new (Nodes::take()) Node;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("array", "the host has no memory left for a node");
}

void destroy(Node* node) noexcept {
  // Recursion is bounded: a lazy graph is at most kMaxOperations deep and a ready node has no inputs.
  for (int k = 0; k < node->inputs; ++k)
    if (node->input[k]) release(node->input[k]);
  if (node->kind == Kind::view) delete node->map;
  if (node->storage) release(node->storage);
  node->~Node();
  Nodes::give(node);
}

Shape contiguous_strides(const Shape& shape) {
  Shape strides;
  set_contiguous_strides(shape, strides);
  return strides;
}

bool is_contiguous(const Shape& shape, const Shape& strides) {
  std::int64_t step = 1;
  for (int k = shape.rank() - 1; k >= 0; --k) {
    if (shape[k] != 1 && strides[k] != step) return shape.size() == 0;
    step *= shape[k];
  }
  return true;
}

}  // namespace trireme::graph
