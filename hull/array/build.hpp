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

/// A lazy node over `inputs`, which it takes over. Merges devices (throws Code::invalid_argument naming both pins when
/// two differ), and evaluates inputs when the graph would exceed its limits.
Owned operation(graph::Kind kind, program::Opcode op, Dtype dtype, const Shape& shape, Owned* inputs, int count);

/// `x` converted to `to`; x itself when that is its dtype.
Owned cast(Owned x, Dtype to);

/// The ready node with the row-major, contiguous value of `a` on the host; evaluates.
Owned host_value(const array& a);

}  // namespace trireme::build
