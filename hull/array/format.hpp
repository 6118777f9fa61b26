// hull/array/format.hpp -- elements in host memory as the text that NumPy prints for them
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "trireme/dtype.hpp"
#include "trireme/shape.hpp"

namespace trireme::text {

/// Arrays of more elements than this show only kEdge items at both ends of each longer axis.
inline constexpr std::int64_t kThreshold = 1000;
inline constexpr std::int64_t kEdge = 3;
inline constexpr int kLineWidth = 75;

/// `shape` with every axis that is shown in part cut to its 2 * kEdge outer positions.
Shape corner_shape(const Shape& shape);

/// The text of an array of `shape` whose shown elements, row-major over corner_shape(shape), are `corners`.
std::string format_corners(Dtype dtype, const Shape& shape, const void* corners);

/// The text of the array of `shape` whose elements, row-major, are `data`.
std::string format_array(Dtype dtype, const Shape& shape, const void* data);

}  // namespace trireme::text
