// include/trireme/manipulate.hpp -- arrays joined, repeated, padded and rolled
// SPDX-License-Identifier: Apache-2.0
//
// concat, stack and pad compute at once: every input goes straight into its part of the result, with its producers fused
// in and no temporary. The others are lazy views; repeat, tile and a roll of the flattened array may view a copy of their
// input. Names as in the Python Array API and NumPy. Errors: invalid_argument (axis, count), shape_mismatch.
#pragma once

#include <optional>
#include <span>
#include <utility>

#include "trireme/array.hpp"

namespace trireme {

/// The arrays one after the other along `axis`, or flattened without one; dtypes are promoted. Other extents are equal.
TRIREME_API array concat(std::span<const array> arrays, std::optional<int> axis = 0);
TRIREME_API array concat(std::initializer_list<array> arrays, std::optional<int> axis = 0);

/// Arrays of one shape along a new axis.
TRIREME_API array stack(std::span<const array> arrays, int axis = 0);
TRIREME_API array stack(std::initializer_list<array> arrays, int axis = 0);

/// Every element `count` times in a row along `axis`, or in the flattened array without one.
TRIREME_API array repeat(Operand x, std::int64_t count, std::optional<int> axis = {});

/// The whole array `counts[k]` times along axis k; counts are for the last axes, missing ones are 1.
TRIREME_API array tile(Operand x, const Shape& counts);

/// What pad() puts around an array.
enum class PadMode {
  constant,   // a value
  edge,       // the outermost elements
  reflect,    // mirrored at the outermost elements, which are not repeated
  symmetric,  // mirrored beyond them
  wrap,       // the other end of the axis
};

/// `widths[k]` elements before and behind axis k; as many pairs as axes, or one for all of them. `value`, converted to
/// the dtype of x, counts for PadMode::constant only. Throws Code::invalid_argument for a negative width, and for modes
/// other than constant on an axis without elements.
TRIREME_API array pad(Operand x, std::span<const std::pair<std::int64_t, std::int64_t>> widths,
                      PadMode mode = PadMode::constant, Scalar value = 0);
TRIREME_API array pad(Operand x, std::initializer_list<std::pair<std::int64_t, std::int64_t>> widths,
                      PadMode mode = PadMode::constant, Scalar value = 0);

/// `x` with elements moved by `shift` places along `axis`, those beyond the end re-entering at the start. Fuses
/// into its consumer.
TRIREME_API array roll(Operand x, std::int64_t shift, int axis);
/// As NumPy without an axis: over the flattened array.
TRIREME_API array roll(Operand x, std::int64_t shift);

}  // namespace trireme
