// hull/graph/infer.hpp -- the only place that decides shapes and dtypes of results
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "program/program.hpp"
#include "trireme/array.hpp"
#include "trireme/shape.hpp"

namespace trireme::graph {

struct RowTypes {
  Dtype operand;  // of the operands that take part in promotion
  Dtype result;
};

/// The dtypes a row works in, given the promoted dtype of its operands. Throws Code::dtype_mismatch naming `op`.
RowTypes row_types(program::Opcode op, Dtype promoted);

/// The dtype that weak scalars leave an operation in: `strong` unless a scalar's kind is above it.
Dtype with_scalar(Dtype strong, trireme::Kind scalar);

/// A number as a dtype holds it: the element's bytes; of a complex one those of its parts.
struct ScalarBits {
  std::uint64_t first = 0, second = 0;
};
/// Throws Code::out_of_range naming `function` for an integer that does not fit, Code::dtype_mismatch for a complex
/// number that is to be real.
ScalarBits scalar_bits(std::string_view function, Scalar value, Dtype dtype);

/// The bits of one real element of `dtype` as its work type (program/work_type.hpp) holds it.
std::uint64_t widened_bits(std::uint64_t bits, Dtype dtype);

/// The broadcast shape. Throws Code::shape_mismatch naming `function` and both shapes.
Shape broadcast(std::string_view function, const Shape& a, const Shape& b);

/// The product of the extents; throws Code::invalid_argument for a negative extent or a size in bytes beyond 2^62.
std::int64_t checked_size(std::string_view function, const Shape& shape, Dtype dtype);

/// Axes as a bit mask; empty means all. Throws Code::invalid_argument for one out of range or repeated.
std::uint8_t axes_mask(std::string_view function, std::span<const int> axes, int rank);

/// `axis` counted from the front. Throws Code::invalid_argument naming `function`.
int checked_axis(std::string_view function, int axis, int rank);

/// The shape of a reduction's result.
Shape reduced_shape(const Shape& shape, std::uint8_t axes, bool keepdims);

}  // namespace trireme::graph
