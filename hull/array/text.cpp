// hull/array/text.cpp -- array::text(): fetches the elements that are shown, and only those
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <vector>

#include "array/format.hpp"
#include "program/out_of_memory.hpp"
#include "trireme/array.hpp"

namespace trireme {
namespace {

/// Copies the outer positions of every cut axis of `x` into `corners`, block by block: a block takes the leading or the
/// trailing positions of each cut axis and the others whole.
void fetch_corners(const array& x, const Shape& shown, std::vector<std::byte>& corners) {
  const Shape& shape = x.shape();
  const std::size_t item = item_size(x.dtype());
  std::vector<std::byte> block;
  for (unsigned trailing = 0; trailing < 1u << shape.rank(); ++trailing) {
    std::vector<Slice> slices(static_cast<std::size_t>(shape.rank()));
    Shape extent = shown, origin = shown;
    bool skip = false;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const bool cut = shape[axis] > shown[axis], last = trailing >> axis & 1;
      skip |= last && !cut;
      extent[axis] = cut ? text::kEdge : shape[axis];
      origin[axis] = last ? text::kEdge : 0;
      const std::int64_t start = last ? shape[axis] - text::kEdge : 0;
      slices[static_cast<std::size_t>(axis)] = {start, start + extent[axis], 1};
    }
    if (skip) continue;
    const std::int64_t count = extent.size();
    block.resize(static_cast<std::size_t>(count) * item);
    x.slice(slices).copy_to(block.data(), x.dtype());
    for (std::int64_t k = 0; k < count; ++k) {
      std::int64_t rest = k, stride = 1, to = 0;
      for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        to += stride * (origin[axis] + rest % extent[axis]);
        rest /= extent[axis];
        stride *= shown[axis];
      }
      std::memcpy(corners.data() + static_cast<std::size_t>(to) * item,
                  block.data() + static_cast<std::size_t>(k) * item, item);
    }
  }
}

}  // namespace

std::string array::text() const try {
  const Shape& whole = shape();
  if (whole.size() == 0) return text::format_corners(dtype(), whole, nullptr);
  const Shape shown = text::corner_shape(whole);
  std::vector<std::byte> corners(static_cast<std::size_t>(shown.size()) * item_size(dtype()));
  if (shown == whole) {
    copy_to(corners.data(), dtype());
  } else {
    eval();
    fetch_corners(*this, shown, corners);
  }
  return text::format_corners(dtype(), whole, corners.data());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("text");
}

}  // namespace trireme
