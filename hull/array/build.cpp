// hull/array/build.cpp -- nodes from validated arguments: devices merged, limits kept
// SPDX-License-Identifier: Apache-2.0
#include "array/build.hpp"

#include <string>

#include "dispatch/choose.hpp"
#include "dispatch/evaluate.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/storage.hpp"
#include "graph/infer.hpp"
#include "program/lower.hpp"

namespace trireme::build {

using graph::Kind;
using graph::State;

namespace {

Node* empty_leaf() {
  Owned made(graph::new_node());
  Node* n = made.get();
  n->dtype = Dtype::f64;
  n->shape = n->strides = Shape{0};
  n->strides[0] = 1;
  n->state.store(State::ready, std::memory_order_relaxed);
  n->storage = dispatch::allocate(dispatch::kCpu, 0);
  return made.release();
}

void merge_device(Node* n, const Node* input) {
  if (!input->pinned) return;
  if (n->pinned && n->device != input->device)
    throw error(Code::invalid_argument, std::string(n->kind == Kind::table ? program::info(n->op).name : "operation") +
                                            ": operands are pinned to " + dispatch::device(n->device).name + " and to " +
                                            dispatch::device(input->device).name + "; move one with to()");
  n->pinned = true;
  n->device = input->device;
}

/// Pins, and lazy inputs that were built for another device: these are computed there first, so that a graph has one
/// device.
[[gnu::noinline]] void settle_devices(Node* n, const Owned* inputs, int count) {
  for (int k = 0; k < count; ++k) merge_device(n, inputs[k].get());
  for (int k = 0; k < count; ++k) {
    Node* m = inputs[k].get();
    if (m->device != n->device && m->device != 0 && m->kind != Kind::constant && !m->is_ready()) dispatch::evaluate(m, false);
  }
}

/// The dtype that decides the weight of an operation: complex operands make it heavy even where its result is real.
Dtype weighed(Dtype result, const Owned* inputs, int count) {
  return count > 0 && trireme::kind(inputs[count - 1]->dtype) == trireme::Kind::complex ? inputs[count - 1]->dtype : result;
}

[[gnu::noinline]] void evaluate_inputs(const Owned* inputs, int count) {
  for (int k = 0; k < count; ++k)
    if (inputs[k]->kind != Kind::constant) dispatch::evaluate(inputs[k].get(), true);
}

}  // namespace

Owned node_of(const array& a) {
  if (Node* n = a.node()) {
    graph::retain(n);
    return Owned(n);
  }
  return Owned(empty_leaf());
}

Owned leaf(const Shape& shape, Dtype dtype, graph::Storage* storage, const Shape& strides, std::int64_t offset) {
  Node* n;
  try {
    n = graph::new_node();
  } catch (...) {
    graph::release(storage);  // it was handed over
    throw;
  }
  n->dtype = dtype;
  n->shape = shape;
  n->strides = strides;
  n->storage = storage;
  n->offset = offset;
  n->contiguous = graph::is_contiguous(shape, strides);
  n->state.store(State::ready, std::memory_order_relaxed);
  return Owned(n);
}

Owned leaf(const Shape& shape, Dtype dtype, graph::Storage* storage) {
  return leaf(shape, dtype, storage, graph::contiguous_strides(shape), 0);
}

Owned constant(std::string_view function, Scalar value, Dtype dtype) {
  const graph::ScalarBits bits = graph::scalar_bits(function, value, dtype);
  Node* n = graph::new_node();
  n->kind = Kind::constant;
  n->dtype = dtype;
  n->bits = graph::widened_bits(bits.first, dtype);
  n->imaginary = bits.second;
  return Owned(n);
}

Owned index(const Shape& shape) {
  Owned n = operation(Kind::index, program::Opcode::cast, Dtype::i64, shape, nullptr, 0);
  n->leaves = 1;
  return n;
}

graph::Storage* element_storage(std::string_view function, Scalar value, Dtype dtype) {
  const graph::ScalarBits bits = graph::scalar_bits(function, value, dtype);
  const std::size_t item = item_size(dtype), part = item_size(component(dtype));
  graph::Storage* storage = dispatch::allocate(dispatch::kCpu, item);
  auto* data = static_cast<char*>(dispatch::host_data(storage));
  __builtin_memcpy(data, &bits.first, part);
  if (part < item) __builtin_memcpy(data + part, &bits.second, part);
  return storage;
}

Owned operand(std::string_view function, Operand& x) {
  if (x.node()) return Owned(x.release());
  if (!x.is_scalar()) return Owned(empty_leaf());
  Scalar s = x.scalar();
  Dtype dtype = graph::with_scalar(Dtype::boolean, s.kind);
  return leaf({}, dtype, element_storage(function, s, dtype));
}

Owned operation(Kind kind, program::Opcode op, Dtype dtype, const Shape& shape, Owned* inputs, int count) {
  const bool elementwise = kind == Kind::table || kind == Kind::cast;  // only there do axes of inputs and result correspond
  const int own = elementwise ? program::weight(op, weighed(dtype, inputs, count)) : 1;
  const std::uint8_t scope = dispatch::current_scope();
  Reach reach{own};
  for (int k = 0; k < count; ++k) reach.add(inputs[k].get(), scope, shape.rank(), elementwise);
  if (reach.exceeds_limits()) [[unlikely]] {
    evaluate_inputs(inputs, count);
    reach.operations = own;
    reach.leaves = count;
    reach.wraps = 0;
  }
  Owned result = bare(kind, op, dtype, shape, reach, scope);
  Node* n = result.get();
  if (reach.unsettled) [[unlikely]] settle_devices(n, inputs, count);
  for (int k = 0; k < count; ++k) n->input[k] = inputs[k].release();
  n->inputs = static_cast<std::uint8_t>(count);
  return result;
}

graph::ViewMap identity(int rank) {
  graph::ViewMap map;
  for (int k = 0; k < rank && k < kMaxRank; ++k) map.axis[k].axis = static_cast<std::int8_t>(k);
  return map;
}

Owned copied(Owned x) {
  const Shape shape = x->shape;
  Owned n = operation(Kind::view, program::Opcode::cast, x->dtype, shape, &x, 1);
  n->map = new graph::ViewMap(identity(shape.rank()));
  return n;
}

Owned cast(Owned x, Dtype to) {
  if (x->dtype == to) return x;
  Shape shape = x->shape;
  graph::checked_size("astype", shape, to);
  return operation(Kind::cast, program::Opcode::cast, to, shape, &x, 1);
}

Owned host_value(const array& a) {
  Owned n = node_of(a);
  dispatch::evaluate(n.get(), false);
  if (!n->contiguous || n->storage->device != dispatch::kCpu) {
    if (!n->contiguous) {  // one program gathers it, where the data is
      Owned copy = copied(std::move(n));
      copy->device = copy->input[0]->storage->device;
      dispatch::evaluate(copy.get(), true);
      n = std::move(copy);
    }
    std::int64_t moved = 0;
    graph::Storage* host = dispatch::on_device(n->storage, dispatch::kCpu, moved);
    if (host != n->storage) {
      graph::retain(host);
      return leaf(n->shape, n->dtype, host, n->strides, n->offset);
    }
  }
  return n;
}

}  // namespace trireme::build
