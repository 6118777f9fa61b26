// hull/array/write.cpp -- values computed straight into a part of an existing block; eval_into, update, span, borrow
// SPDX-License-Identifier: Apache-2.0
#include "array/write.hpp"

#include <memory>
#include <string>

#include "array/range.hpp"
#include "dispatch/choose.hpp"
#include "dispatch/environment.hpp"
#include "dispatch/evaluate.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/value_block.hpp"
#include "graph/infer.hpp"
#include "program/out_of_memory.hpp"
#include "trireme/create.hpp"
#include "trireme/elementwise.hpp"

namespace trireme {

namespace build {

Part Part::whole(graph::Storage* storage, const Shape& shape) {
  return {storage, shape, graph::contiguous_strides(shape), 0};
}

Part Part::cut(int axis, std::int64_t from, std::int64_t count) const {
  Part part = *this;
  part.offset += strides[axis] * from;
  part.shape[axis] = count;
  return part;
}

void write(array x, Dtype dtype, const Part& part, const graph::Node* unkept) {
  if (x.dtype() != dtype) x = astype(std::move(x), dtype);
  if (!(x.shape() == part.shape)) x = x.broadcast_to(part.shape);
  if (part.shape.size() == 0) return;
  Owned n = node_of(x);
  x = array();
  const std::uint8_t device = part.storage->device;
  if (!n->is_ready() && n->device != 0 && n->device != device) dispatch::evaluate(n.get(), false);
  Owned root = copied(std::move(n));
  root->device = device;
  dispatch::evaluate_into(root.get(), {part.storage, part.strides, part.offset}, unkept);
}

const graph::Node* unkept(const array& x, std::uint32_t references) {
  const graph::Node* n = x.node();
  return n && n->refs.load(std::memory_order_relaxed) == references ? n : nullptr;
}

/// Work for a lost device goes to the CPU, as in any evaluation; TRIREME_STRICT=1 leaves it there to fail.
static std::uint8_t unless_lost(std::uint8_t id) {
  return id == dispatch::kCpu || dispatch::environment().strict || !dispatch::why_lost(dispatch::device(id)) ? id : dispatch::kCpu;
}

Placement placement(std::string_view function, std::span<const array> inputs) {
  std::uint8_t pin = 0;
  for (const array& a : inputs) {
    const graph::Node* n = a.node();
    if (!n) continue;
    if (n->pinned && pin && n->device != pin)
      throw error(Code::invalid_argument, std::string(function) + ": operands are pinned to " + dispatch::device(pin).name +
                                              " and to " + dispatch::device(n->device).name + "; move one with to()");
    if (n->pinned) pin = n->device;
  }
  if (pin) return {pin, true};
  if (const std::uint8_t scope = dispatch::current_scope()) return {unless_lost(scope), false};
  if (const std::uint8_t wanted = dispatch::device_from_environment()) return {unless_lost(wanted), false};
  return {unless_lost(dispatch::place_of(inputs)), false};
}

Made make_unwritten(std::string_view function, const Shape& shape, Dtype dtype, Placement place) {
  graph::checked_size(function, shape, dtype);
  graph::Storage* storage =
      dispatch::allocate(place.device, static_cast<std::size_t>(shape.size()) * item_size(dtype));
  Owned n = leaf(shape, dtype, storage);
  if (place.pinned) {
    n->device = place.device;
    n->pinned = true;
  }
  return {array(n.release()), Part::whole(storage, shape)};
}

}  // namespace build

array array::borrow_host(const void* data, std::int64_t count, const Shape& shape, Dtype dtype,
                         std::function<void()> on_release) try {
  const std::int64_t size = graph::checked_size("borrow", shape, dtype);
  if (size != count)
    throw error(Code::shape_mismatch, "borrow: shape " + shape.text() + " has " + std::to_string(size) + " elements, " +
                                          std::to_string(count) + " came");
  if (size > 0 && !data)
    throw error(Code::invalid_argument, "borrow: expected the address of " + std::to_string(size) + " elements, a null pointer came");
  const std::size_t alignment = item_size(component(dtype));
  if (reinterpret_cast<std::uintptr_t>(data) % alignment != 0)
    throw error(Code::invalid_argument, "borrow: elements of " + std::string(name(dtype)) + " lie at multiples of " +
                                            std::to_string(alignment) + " bytes, the memory given does not");
  auto callback = on_release ? std::make_unique<std::function<void()>>(std::move(on_release)) : nullptr;
  graph::Storage* storage = dispatch::borrow(data, static_cast<std::size_t>(size) * item_size(dtype), nullptr);
  build::Owned n = build::leaf(shape, dtype, storage);
  storage->on_release = callback.release();  // only now: a leaf that fails lets its block go
  return array(n.release());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("borrow");
}

array array::contiguous() const try {
  if (!node_) return *this;
  eval();
  if (node_->contiguous) return *this;
  build::Made made = build::make_unwritten("contiguous", shape(), dtype(), build::placement("contiguous", std::span(this, 1)));
  build::write(*this, dtype(), made.part);
  return std::move(made.result);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("contiguous");
}

const void* array::span_data(Dtype as) const {
  expect_dtype("span", as);
  if (size() == 0) return nullptr;
  eval();
  if (node_->storage->device != dispatch::kCpu)
    throw error(Code::invalid_argument, "span: the array is on " + device().name() + "; use to(Device(\"cpu\")) first");
  if (!node_->contiguous)
    throw error(Code::invalid_argument, "span: the array of shape " + shape().text() +
                                            " is a view whose elements do not lie in row-major order; use contiguous() first");
  return static_cast<const char*>(dispatch::host_data(node_->storage)) + node_->offset * static_cast<std::int64_t>(item_size(as));
}

void array::eval_into_host(void* destination, std::int64_t count, Dtype as) const try {
  expect_dtype("eval_into", as);
  if (count != size())
    throw error(Code::shape_mismatch, "eval_into: the array has " + std::to_string(size()) + " elements, there is room for " +
                                          std::to_string(count));
  if (count == 0) return;
  const std::uint8_t device = node_->is_ready() ? node_->storage->device : build::placement("eval_into", std::span(this, 1)).device;
  if (device != dispatch::kCpu) {
    if (node_->is_ready()) return copy_to(destination, as);
    build::Made made = build::make_unwritten("eval_into", shape(), as, {device, false});
    build::write(*this, as, made.part, node_);
    return made.result.copy_to(destination, as);
  }
  // A block over the caller's memory, which is written to once and given up.
  const dispatch::Held block{dispatch::borrow(destination, bytes(), nullptr)};
  build::write(*this, as, build::Part::whole(block.storage, shape()), node_);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("eval_into");
}

namespace {

/// Whether `a` is the only way to its values and they fill its block, so that it may be written over.
bool is_reusable(const array& a) {
  const graph::Node* n = a.node();
  return n && n->refs.load(std::memory_order_acquire) == 1 && n->is_ready() && n->contiguous && n->offset == 0 &&
         dispatch::is_exclusive(n->storage) && n->storage->bytes == a.bytes();
}

}  // namespace

void array::eval_into(array& out) const try {
  if (out.dtype() != dtype() || !(out.shape() == shape()))
    throw error(out.dtype() != dtype() ? Code::dtype_mismatch : Code::shape_mismatch,
                "eval_into: a " + std::string(name(dtype())) + " array of shape " + shape().text() +
                    " does not go into one of " + std::string(name(out.dtype())) + " and shape " + out.shape().text());
  if (this == &out || size() == 0) {
    eval();
    return;
  }
  const build::Placement place = build::placement("eval_into", std::span(this, 1));
  if (!is_reusable(out) || out.node()->storage->device != place.device) {
    build::Made made = build::make_unwritten("eval_into", shape(), dtype(), place);
    build::write(*this, dtype(), made.part, node_);
    out = std::move(made.result);
    return;
  }
  build::write(*this, dtype(), build::Part::whole(out.node()->storage, shape()), node_);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("eval_into");
}

array update(array x, std::span<const Slice> slices, Operand value) try {
  if (static_cast<int>(slices.size()) > x.rank())
    throw error(Code::invalid_argument, "update: " + std::to_string(slices.size()) + " slices of an array of shape " + x.shape().text());
  array v;
  if (value.is_scalar())  // weak: it takes the dtype of x, or is out of range
    v = array(build::leaf({}, x.dtype(), build::element_storage("update", value.scalar(), x.dtype())).release());
  else v = array(build::operand("update", value).release());
  if (kind(v.dtype()) > kind(x.dtype()))
    throw error(Code::dtype_mismatch, "update: values of " + std::string(name(v.dtype())) + " do not fit an array of " +
                                          std::string(name(x.dtype())) + "; use astype first");
  x.eval();
  build::Placement place;
  {
    const array both[] = {x, v};
    place = build::placement("update", both);
    if (!place.pinned) place = build::placement("update", std::span(both, 1));  // x is written over where it lies
  }

  Shape target = x.shape();
  std::vector<Range> ranges;
  for (std::size_t k = 0; k < slices.size(); ++k) {
    ranges.push_back(python_range("update", slices[k], x.shape()[static_cast<int>(k)]));
    target[static_cast<int>(k)] = ranges.back().count;
  }
  if (v.rank() > target.rank() || !(graph::broadcast("update", v.shape(), target) == target))
    throw error(Code::shape_mismatch, "update: values of shape " + v.shape().text() + " do not broadcast to the slice's " + target.text());

  if (!is_reusable(x) || x.node()->storage->device != place.device) {
    build::Made made = build::make_unwritten("update", x.shape(), x.dtype(), place);
    build::write(x, x.dtype(), made.part);
    x = std::move(made.result);
  }
  if (target.size() == 0) return x;
  build::Part part = build::Part::whole(x.node()->storage, x.shape());
  for (std::size_t k = 0; k < slices.size(); ++k) {
    const int axis = static_cast<int>(k);
    part = part.cut(axis, ranges[k].start, ranges[k].count);
    part.strides[axis] *= ranges[k].step;
  }
  build::write(v, x.dtype(), part, build::unkept(v));
  return x;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("update");
}

array update(array x, std::initializer_list<Slice> slices, Operand value) {
  return update(std::move(x), std::span<const Slice>(slices.begin(), slices.size()), std::move(value));
}

}  // namespace trireme
