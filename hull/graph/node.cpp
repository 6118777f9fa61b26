// hull/graph/node.cpp -- making and destroying nodes, strides, and what a thread hands back when it ends
// SPDX-License-Identifier: Apache-2.0
#include "graph/node.hpp"

#include <new>
#include <vector>

#include "graph/free_list.hpp"

namespace trireme::graph {

namespace {

struct NodeTag;
using Nodes = FreeList<(sizeof(Node) + 63) / 64 * 64, 256, NodeTag>;

thread_local constinit bool thread_gone = false;

struct Drains {
  std::vector<ThreadExit::Drain> all;
  ~Drains() {
    for (ThreadExit::Drain drain : all) drain();
    thread_gone = true;
  }
};

}  // namespace

void ThreadExit::at_exit(Drain drain) {
  thread_local Drains drains;
  drains.all.push_back(drain);
}

bool ThreadExit::gone() { return thread_gone; }

Node* new_node() { return ::new (Nodes::take()) Node; }

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
  Shape strides = shape;
  std::int64_t step = 1;
  for (int k = shape.rank() - 1; k >= 0; --k) {
    strides[k] = step;
    step *= shape[k];
  }
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
