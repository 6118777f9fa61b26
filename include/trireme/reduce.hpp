// include/trireme/reduce.hpp -- reductions over any axes, in one fixed order, and roll
// SPDX-License-Identifier: Apache-2.0
//
// `axes`: empty means all; negative counts from the end; a repeated one is an error. With `keepdims` reduced axes
// stay with extent 1. The order of the additions is a function of shape, axes and dtype alone
// (hull/program/reduction_order.hpp), so results have the same bits on every device, level and thread count.
// Elementwise producers are fused into the loads: one pass over memory.
#pragma once

#include "trireme/array.hpp"

namespace trireme {

/// The sum. bool and integers give i64 (wrapping), floats their own dtype, accumulated in it over 512 (last axis) or
/// 16 (other axes) interleaved lanes and a tree; sums start from +0, so the empty sum is +0.
TRIREME_API array sum(Operand x, std::span<const int> axes = {}, bool keepdims = false);
TRIREME_API array sum(Operand x, std::initializer_list<int> axes, bool keepdims = false);
/// The sum divided by the count, in f64 for bool and integers. NaN for an empty axis.
TRIREME_API array mean(Operand x, std::span<const int> axes = {}, bool keepdims = false);
TRIREME_API array mean(Operand x, std::initializer_list<int> axes, bool keepdims = false);
/// The smallest and the largest value; NaN propagates, -0 is below +0. Throws Code::invalid_argument for an empty axis.
TRIREME_API array min(Operand x, std::span<const int> axes = {}, bool keepdims = false);
TRIREME_API array min(Operand x, std::initializer_list<int> axes, bool keepdims = false);
TRIREME_API array max(Operand x, std::span<const int> axes = {}, bool keepdims = false);
TRIREME_API array max(Operand x, std::initializer_list<int> axes, bool keepdims = false);

/// `x` with elements moved by `shift` places along `axis`, those beyond the end re-entering at the start. Fuses
/// into its consumer.
TRIREME_API array roll(Operand x, std::int64_t shift, int axis);
/// As NumPy without an axis: over the flattened array.
TRIREME_API array roll(Operand x, std::int64_t shift);

}  // namespace trireme
