// hull/array/write.hpp -- values computed straight into a part of an existing block
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "array/build.hpp"
#include "dispatch/storage.hpp"

namespace trireme::build {

/// A part of a block: what a slice of a row-major array of that block would see.
struct Part {
  graph::Storage* storage;
  Shape shape, strides;
  std::int64_t offset = 0;

  /// The whole of a block that holds `shape` in row-major order.
  static Part whole(graph::Storage* storage, const Shape& shape);
  /// The positions [from, from + count) along `axis`.
  Part cut(int axis, std::int64_t from, std::int64_t count) const;
};

/// Computes `x`, broadcast and converted, into the part, with its producers fused in. What others hold of its graph gets
/// its value as in any evaluation, but for `unkept` (or null), which stays lazy. A handle that is moved in is not held.
void write(array x, Dtype dtype, const Part& part, const graph::Node* unkept = nullptr);

/// The node of `x` if it is lazy and has so many references only, as the caller knows of: nobody can read its value later.
const graph::Node* unkept(const array& x, std::uint32_t references = 1);

/// Where a result that is computed at once from `inputs` belongs: their pin, the scope, TRIREME_DEVICE, or
/// where the data that they are computed from is (dispatch::place_of). Throws Code::invalid_argument naming both when two pins
/// differ.
struct Placement {
  std::uint8_t device;
  bool pinned;
};
Placement placement(std::string_view function, std::span<const array> inputs);

/// A block for `shape` whose elements nobody has written yet, as an array and as the part that is to be written.
struct Made {
  array result;
  Part part;
};
Made make_unwritten(std::string_view function, const Shape& shape, Dtype dtype, Placement place);

}  // namespace trireme::build
