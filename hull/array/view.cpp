// hull/array/view.cpp -- slice, transpose, reshape and the other views, and roll: maps of axes, no data moved
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "array/build.hpp"
#include "array/range.hpp"
#include "dispatch/evaluate.hpp"
#include "graph/access.hpp"
#include "graph/infer.hpp"
#include "program/out_of_memory.hpp"
#include "trireme/array.hpp"
#include "trireme/manipulate.hpp"

namespace trireme {

using build::Owned;
using graph::AxisMap;
using graph::ViewMap;

namespace {

/// A view of a ready node is a leaf over the same storage with other strides.
Owned leaf_view(const graph::Node* base, const ViewMap& map, const Shape& shape) {
  Shape strides = shape;
  for (int k = 0; k < shape.rank(); ++k) strides[k] = 0;
  std::int64_t offset = base->offset;
  for (int k = 0; k < base->shape.rank(); ++k) {
    const AxisMap& m = map.axis[k];
    offset += base->strides[k] * m.start;
    if (m.axis >= 0) strides[m.axis] = base->strides[k] * m.step;
  }
  if (shape.size() == 0) offset = base->offset;
  graph::retain(base->storage);
  Owned view = build::leaf(shape, base->dtype, base->storage, strides, offset);
  view->device = base->device;
  view->pinned = base->pinned;
  return view;
}

array make_view(Owned base, const ViewMap& map, const Shape& shape) {
  bool wraps = false;
  for (int k = 0; k < base->shape.rank(); ++k) wraps |= map.axis[k].modulus != 0;
  if (!base->is_ready() && !graph::composes(map, base->shape.rank(), base->wraps)) dispatch::evaluate(base.get(), false);
  if (base->is_ready() && !wraps) return array(leaf_view(base.get(), map, shape).release());

  unsigned wrapped_axes = 0;
  bool ready = base->is_ready();
  for (int k = 0; k < base->shape.rank(); ++k) {
    bool here = map.axis[k].modulus != 0 || (!ready && (base->wraps >> k & 1));
    if (here && map.axis[k].axis >= 0) wrapped_axes |= 1u << map.axis[k].axis;
  }
  Owned view = build::operation(graph::Kind::view, program::Opcode::cast, base->dtype, shape, &base, 1);
  view->map = new ViewMap(map);
  view->wraps = static_cast<std::uint8_t>(wrapped_axes);
  return array(view.release());
}

/// Strides of `shape` over the memory of a non-contiguous leaf, if there are any.
bool reshape_strides(const graph::Node* base, const Shape& shape, Shape& strides) {
  int from = 0, to = 0;
  strides = shape;
  while (to < shape.rank() || from < base->shape.rank()) {
    // Take the fewest axes on both sides whose extents have the same product.
    int first_to = to, first_from = from;
    std::int64_t want = to < shape.rank() ? shape[to++] : 1;
    std::int64_t have = from < base->shape.rank() ? base->shape[from++] : 1;
    while (want != have) {
      if (want < have) want *= shape[to++];
      else have *= base->shape[from++];
    }
    // Within such a group the old axes must be one run.
    std::int64_t stride = 0, run = 1;
    bool started = false;
    for (int k = from - 1; k >= first_from; --k) {
      if (base->shape[k] == 1) continue;
      if (!started) stride = base->strides[k];
      else if (base->strides[k] != stride * run) return false;
      started = true;
      run *= base->shape[k];
    }
    for (int k = to - 1; k >= first_to; --k) {
      strides[k] = stride;
      stride *= shape[k];
    }
  }
  return true;
}

Shape resolve_shape(const Shape& wanted, std::int64_t size, const Shape& have) {
  Shape out = wanted;
  int unknown = -1;
  std::int64_t known = std::count(wanted.begin(), wanted.end(), 0) ? 0 : 1;  // a product with 0 cannot overflow
  for (int k = 0; k < out.rank(); ++k) {
    if (out[k] == -1) {
      if (unknown >= 0) throw error(Code::invalid_argument, "reshape: more than one -1 in " + wanted.text());
      unknown = k;
    } else if (out[k] < 0) {
      throw error(Code::invalid_argument, "reshape: negative extent in " + wanted.text());
    } else if (__builtin_mul_overflow(known, out[k], &known)) {
      known = -1;
      break;
    }
  }
  if (unknown >= 0 && known > 0 && size % known == 0) {
    out[unknown] = size / known;
    known = size;
  } else if (unknown >= 0) {
    known = -1;
  }
  if (known != size)
    throw error(Code::shape_mismatch, "reshape: an array of shape " + have.text() + " has " + std::to_string(size) +
                                          " elements and does not fit " + wanted.text());
  return out;
}

}  // namespace

array array::slice(std::span<const Slice> slices) const try {
  Owned base = build::node_of(*this);
  if (static_cast<int>(slices.size()) > base->shape.rank())
    throw error(Code::invalid_argument, "slice: " + std::to_string(slices.size()) + " slices of an array of shape " + base->shape.text());
  ViewMap map = build::identity(base->shape.rank());
  Shape shape = base->shape;
  for (std::size_t k = 0; k < slices.size(); ++k) {
    int axis = static_cast<int>(k);
    Range range = python_range("slice", slices[k], base->shape[axis]);
    shape[axis] = range.count;
    map.axis[axis].start = range.start;
    map.axis[axis].step = range.step;
  }
  return make_view(std::move(base), map, shape);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("slice");
}

array array::at(std::int64_t index, int axis) const try {
  Owned base = build::node_of(*this);
  axis = graph::checked_axis("at", axis, base->shape.rank());
  std::int64_t extent = base->shape[axis];
  if (index < -extent || index >= extent)
    throw error(Code::out_of_range,
                "at: index " + std::to_string(index) + " of axis " + std::to_string(axis) + " with extent " + std::to_string(extent));
  ViewMap map;
  Shape shape;
  for (int k = 0; k < base->shape.rank(); ++k) {
    if (k == axis) {
      map.axis[k].start = index < 0 ? index + extent : index;
      continue;
    }
    map.axis[k].axis = static_cast<std::int8_t>(shape.rank());
    shape.push_back(base->shape[k]);
  }
  return make_view(std::move(base), map, shape);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("at");
}

array array::transpose() const try {
  Shape axes;
  for (int k = rank() - 1; k >= 0; --k) axes.push_back(k);
  return transpose(axes);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("transpose");
}

array array::transpose(const Shape& axes) const try {
  Owned base = build::node_of(*this);
  int rank = base->shape.rank();
  if (axes.rank() != rank)
    throw error(Code::invalid_argument, "transpose: axes " + axes.text() + " for an array of shape " + base->shape.text());
  ViewMap map;
  Shape shape;
  for (int k = 0; k < rank; ++k) {
    std::int64_t wanted = axes[k];
    int axis = wanted < -rank || wanted >= rank ? -1 : static_cast<int>(wanted < 0 ? wanted + rank : wanted);
    if (axis < 0 || map.axis[axis].axis >= 0)
      throw error(Code::invalid_argument, "transpose: axes " + axes.text() + " are not a permutation for rank " + std::to_string(rank));
    map.axis[axis].axis = static_cast<std::int8_t>(k);
    shape.push_back(base->shape[axis]);
  }
  return make_view(std::move(base), map, shape);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("transpose");
}

array array::broadcast_to(const Shape& shape) const try {
  Owned base = build::node_of(*this);
  if (base->shape.rank() > shape.rank() || !(graph::broadcast("broadcast_to", base->shape, shape) == shape))
    throw error(Code::shape_mismatch, "broadcast_to: shape " + base->shape.text() + " does not broadcast to " + shape.text());
  graph::checked_size("broadcast_to", shape, base->dtype);
  ViewMap map;
  int shift = shape.rank() - base->shape.rank();
  for (int k = 0; k < base->shape.rank() && k < kMaxRank; ++k)
    if (base->shape[k] != 1 || shape[k + shift] == 1) map.axis[k].axis = static_cast<std::int8_t>(k + shift);
  return make_view(std::move(base), map, shape);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("broadcast_to");
}

array array::expand_dims(int axis) const try {
  Owned base = build::node_of(*this);
  axis = graph::checked_axis("expand_dims", axis, base->shape.rank() + 1);
  ViewMap map;
  Shape shape;
  for (int k = 0; k <= base->shape.rank(); ++k) {
    if (k == axis) shape.push_back(1);
    if (k == base->shape.rank()) break;
    map.axis[k].axis = static_cast<std::int8_t>(shape.rank());
    shape.push_back(base->shape[k]);
  }
  return make_view(std::move(base), map, shape);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("expand_dims");
}

namespace {

array squeeze_axes(Owned base, unsigned axes) {
  ViewMap map;
  Shape shape;
  for (int k = 0; k < base->shape.rank(); ++k) {
    if (axes >> k & 1) continue;
    map.axis[k].axis = static_cast<std::int8_t>(shape.rank());
    shape.push_back(base->shape[k]);
  }
  return make_view(std::move(base), map, shape);
}

}  // namespace

array array::squeeze() const try {
  unsigned axes = 0;
  for (int k = 0; k < rank(); ++k)
    if (shape()[k] == 1) axes |= 1u << k;
  return squeeze_axes(build::node_of(*this), axes);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("squeeze");
}

array array::squeeze(int axis) const try {
  axis = graph::checked_axis("squeeze", axis, rank());
  if (shape()[axis] != 1)
    throw error(Code::shape_mismatch, "squeeze: axis " + std::to_string(axis) + " of shape " + shape().text() + " is not of extent 1");
  return squeeze_axes(build::node_of(*this), 1u << axis);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("squeeze");
}

array array::flip(int axis) const try {
  Owned base = build::node_of(*this);
  axis = graph::checked_axis("flip", axis, base->shape.rank());
  ViewMap map = build::identity(base->shape.rank());
  Shape shape = base->shape;
  if (shape[axis] > 1) {
    map.axis[axis].start = shape[axis] - 1;
    map.axis[axis].step = -1;
  }
  return make_view(std::move(base), map, shape);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("flip");
}

array array::reshape(const Shape& wanted) const try {
  Owned base = build::node_of(*this);
  Shape shape = resolve_shape(wanted, base->shape.size(), base->shape);
  if (base->is_ready()) {
    Shape strides = graph::contiguous_strides(shape);
    if (shape.size() == 0 || base->contiguous || reshape_strides(base.get(), shape, strides)) {
      graph::retain(base->storage);
      Owned out = build::leaf(shape, base->dtype, base->storage, strides, base->offset);
      out->device = base->device;
      out->pinned = base->pinned;
      return array(out.release());
    }
    // Strides cannot say it: the elements are gathered first, lazily.
    base = build::copied(std::move(base));
  }
  return array(build::operation(graph::Kind::reshape, program::Opcode::cast, base->dtype, shape, &base, 1).release());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("reshape");
}

array roll(Operand x, std::int64_t shift, int axis) try {
  Owned base = build::operand("roll", x);
  axis = graph::checked_axis("roll", axis, base->shape.rank());
  Shape shape = base->shape;
  std::int64_t extent = shape[axis];
  std::int64_t start = extent ? -(shift % extent) : 0;
  if (start < 0) start += extent;
  ViewMap map = build::identity(shape.rank());
  if (start != 0) {
    map.axis[axis].start = start;
    map.axis[axis].modulus = extent;
  }
  return make_view(std::move(base), map, shape);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("roll");
}

array roll(Operand x, std::int64_t shift) try {
  Owned base = build::operand("roll", x);
  Shape shape = base->shape;
  array flat = array(base.release()).reshape({-1});
  return roll(std::move(flat), shift, 0).reshape(shape);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("roll");
}

}  // namespace trireme
