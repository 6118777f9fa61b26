// hull/array/array.cpp -- the handle: counting, evaluating, reading back
// SPDX-License-Identifier: Apache-2.0
#include "trireme/array.hpp"

#include <cstring>

#include "array/build.hpp"
#include "dispatch/choose.hpp"
#include "dispatch/evaluate.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/storage.hpp"
#include "graph/infer.hpp"
#include "program/out_of_memory.hpp"
#include "trireme/elementwise.hpp"

namespace trireme {

using build::Owned;

namespace {

const Shape kEmpty{0};

}  // namespace

array::array(const array& other) noexcept : node_(other.node_) {
  if (node_) graph::retain(node_);
}

array& array::operator=(const array& other) noexcept {
  array copy(other);
  std::swap(node_, copy.node_);
  return *this;
}

void array::drop() noexcept { graph::release(node_); }

array array::from_host(const void* data, std::int64_t count, const Shape& shape, Dtype dtype) try {
  std::int64_t size = graph::checked_size("from", shape, dtype);
  if (size != count)
    throw error(Code::shape_mismatch,
                "from: shape " + shape.text() + " has " + std::to_string(size) + " elements, " + std::to_string(count) + " came");
  if (size > 0 && !data)
    throw error(Code::invalid_argument, "from: expected the address of " + std::to_string(size) + " elements, a null pointer came");
  std::size_t bytes = static_cast<std::size_t>(size) * item_size(dtype);
  graph::Storage* storage = dispatch::allocate(dispatch::kCpu, bytes);
  if (bytes) std::memcpy(dispatch::host_data(storage), data, bytes);
  if (dtype == Dtype::boolean) {
    auto* byte = static_cast<unsigned char*>(dispatch::host_data(storage));
    for (std::size_t k = 0; k < bytes; ++k) byte[k] = byte[k] != 0;
  }
  return array(build::leaf(shape, dtype, storage).release());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("from");
}

Dtype array::dtype() const { return node_ ? node_->dtype : Dtype::f64; }

const Shape& array::shape() const { return node_ ? node_->shape : kEmpty; }

Device array::device() const try {
  if (!node_) return Device();
  if (node_->pinned) return Device::from_id(node_->device);
  return node_->is_ready() && node_->storage ? Device::from_id(node_->storage->device) : Device::from_id(node_->device);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("device");
}

bool array::is_lazy() const { return node_ && !node_->is_ready(); }

array& array::eval() & {
  if (node_) dispatch::evaluate(node_, true);
  return *this;
}

array array::eval() && {
  if (node_) dispatch::evaluate(node_, true);
  return std::move(*this);
}

const array& array::eval() const& {
  if (node_) dispatch::evaluate(node_, false);
  return *this;
}

void array::expect_dtype(const char* function, Dtype as) const try {
  if (as != dtype())
    throw error(Code::dtype_mismatch, std::string(function) + ": the array is " + std::string(name(dtype())) + ", not " +
                                          std::string(name(as)) + "; use astype first");
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory(function);
}

void array::throw_no_room(const char* function) const try {
  throw error(Code::out_of_memory, std::string(function) + ": no memory for " + std::to_string(size()) + " elements");
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory(function);
}

void array::copy_to(void* destination, Dtype as) const try {
  expect_dtype("copy_to", as);
  if (size() == 0) {
    eval();
    return;
  }
  if (!destination)
    throw error(Code::invalid_argument, "copy_to: expected room for " + std::to_string(size()) + " elements, a null pointer came");
  Owned host = build::host_value(*this);
  const char* data = static_cast<const char*>(dispatch::host_data(host->storage));
  std::memcpy(destination, data + static_cast<std::size_t>(host->offset) * item_size(as), bytes());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("copy_to");
}

void array::item_to(void* destination, Dtype as) const try {
  if (size() != 1) throw error(Code::shape_mismatch, "item: needs exactly one element, the shape is " + shape().text());
  if (as == dtype()) return copy_to(destination, as);
  if (kind(dtype()) == Kind::complex && kind(as) != Kind::complex && as != boolean)
    throw error(Code::dtype_mismatch, "item: the element is " + std::string(name(dtype())) + ", not " + std::string(name(as)) +
                                          "; use real() or abs()");
  eval();
  astype(*this, as).copy_to(destination, as);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("item");
}

array array::to(Device device) const try {
  Owned n = build::node_of(*this);
  dispatch::evaluate(n.get(), false);
  graph::Storage* storage = n->storage;
  if (!device.is_auto()) {
    std::int64_t moved = 0;
    storage = dispatch::on_device(storage, device.id(), moved);
  }
  graph::retain(storage);
  Owned pinned = build::leaf(n->shape, n->dtype, storage, n->strides, n->offset);
  pinned->device = device.id();
  pinned->pinned = !device.is_auto();
  return array(pinned.release());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("to");
}

}  // namespace trireme
