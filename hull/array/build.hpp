// hull/array/build.hpp -- making nodes: what every public function does after it has validated its arguments
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "graph/node.hpp"
#include "trireme/array.hpp"

namespace trireme::build {

using graph::Node;

/// A node that is released unless handed on.
class Owned {
 public:
  Owned() = default;
  explicit Owned(Node* node) : node_(node) {}
  Owned(Owned&& other) noexcept : node_(other.release()) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Owned() {
    if (node_) graph::release(node_);
  }
  Node* get() const { return node_; }
  Node* operator->() const { return node_; }
  Node* release() { return std::exchange(node_, nullptr); }
  /// Takes over `node`; holds nothing yet.
  void adopt(Node* node) { node_ = node; }

 private:
  Node* node_ = nullptr;
};

/// The node of a handle; an empty f64 leaf for a handle without one.
Owned node_of(const array& a);

/// A ready node over `storage`, which it takes over.
Owned leaf(const Shape& shape, Dtype dtype, graph::Storage* storage);
Owned leaf(const Shape& shape, Dtype dtype, graph::Storage* storage, const Shape& strides, std::int64_t offset);

/// A scalar operand. Throws as graph::scalar_bits does.
Owned constant(std::string_view function, Scalar value, Dtype dtype);

/// An i64 of this shape whose elements are their own row-major places; takes no memory.
Owned index(const Shape& shape);

/// One element of `dtype` on the host.
graph::Storage* element_storage(std::string_view function, Scalar value, Dtype dtype);

/// An operand as a node that takes part in promotion: the array's, or for a lone scalar a constant of its default dtype.
Owned operand(std::string_view function, Operand& x);

/// The map of a view that changes nothing.
graph::ViewMap identity(int rank);

/// A lazy node whose value is that of `x`, in row-major order in a block of its own.
Owned copied(Owned x);

/// What lies behind a node that is about to be built.
struct Reach {
  int operations, leaves = 0;
  unsigned wraps = 0;
  bool unsettled = false;  // a pin, or a lazy input that was built for another device

  /// `corresponds` if axes of this input and of the result, counted from the last, are the same.
  void add(const Node* m, std::uint8_t scope, int rank, bool corresponds) {
    unsettled |= m->pinned;
    if (m->is_ready() || m->kind == graph::Kind::constant) {
      ++leaves;
      return;
    }
    operations += m->operations;
    leaves += m->leaves;
    unsettled |= m->device != scope;
    if (corresponds) wraps |= static_cast<unsigned>(m->wraps) << (rank - m->shape.rank());
  }
  bool exceeds_limits() const { return operations > graph::kMaxOperations || leaves > graph::kMaxLeaves; }
};

/// A lazy node without inputs.
inline Owned bare(graph::Kind kind, program::Opcode op, Dtype dtype, const Shape& shape, const Reach& reach, std::uint8_t scope) {
  Node* n = graph::new_node();
  n->kind = kind;
  n->op = op;
  n->dtype = dtype;
  n->shape = shape;
  n->operations = static_cast<std::uint16_t>(reach.operations);
  n->leaves = static_cast<std::uint16_t>(reach.leaves);
  n->device = scope;
  n->wraps = static_cast<std::uint8_t>(reach.wraps);
  return Owned(n);
}

/// A lazy node over `inputs`, which it takes over. Merges devices (throws Code::invalid_argument naming both pins when
/// two differ), and evaluates inputs when the graph would exceed its limits.
Owned operation(graph::Kind kind, program::Opcode op, Dtype dtype, const Shape& shape, Owned* inputs, int count);

/// `x` converted to `to`; x itself when that is its dtype.
Owned cast(Owned x, Dtype to);

/// The ready node with the row-major, contiguous value of `a` on the host; evaluates.
Owned host_value(const array& a);

}  // namespace trireme::build
