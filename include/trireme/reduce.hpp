// include/trireme/reduce.hpp -- reductions over any axes, in one fixed order
// SPDX-License-Identifier: Apache-2.0
//
// `axes`: empty means all; negative counts from the end; a repeated one is an error. With `keepdims` reduced axes
// stay with extent 1. The order in which elements are combined is a function of shape, axes and dtype alone
// (hull/program/reduction_order.hpp), so results have the same bits on every device, level and thread count.
// Elementwise producers are fused into the loads, in one pass; var, stddev, argmin, argmax and sums of complex numbers read
// twice, and first store what is not there yet. f16 and bf16 accumulate in f32, rounded once; parts of complex ones each alone.
// Errors: invalid_argument for a wrong axis, dtype_mismatch for a dtype that the function does not take.
#pragma once

#include <optional>

#include "trireme/array.hpp"

namespace trireme {

#define TRIREME_REDUCTION(name)                                                              \
  TRIREME_API array name(Operand x, std::span<const int> axes = {}, bool keepdims = false); \
  TRIREME_API array name(Operand x, std::initializer_list<int> axes, bool keepdims = false);
/// The sum. bool and signed integers give i64, unsigned ones u64 (both wrap), floats and complex their own dtype, over
/// 512 (last axis) or 16 (other axes) interleaved lanes and a tree; sums start from +0, so the empty sum is +0.
TRIREME_REDUCTION(sum)
/// The product, with the dtypes and order of the sum; the empty product is 1. Of complex numbers: halves of the run are
/// multiplied with each other until one element is left.
TRIREME_REDUCTION(prod)
/// The sum divided by the count, in f64 for bool and integers. NaN for an empty axis.
TRIREME_REDUCTION(mean)
/// The smallest and the largest value of integers and floats; NaN propagates, -0 is below +0. Throws
/// Code::invalid_argument for an empty axis.
TRIREME_REDUCTION(min)
TRIREME_REDUCTION(max)
/// Whether any, or every, element is true, which numbers are when they are not 0. bool; false, or true, for an empty axis.
TRIREME_REDUCTION(any)
TRIREME_REDUCTION(all)
/// How many elements are not 0; i64.
TRIREME_REDUCTION(count_nonzero)
#undef TRIREME_REDUCTION

/// The mean of |x - mean|^2, times n / (n - correction); its square root (`std` in the Array API standard, a name that
/// C++ keeps for itself). Two passes over x, so no cancellation. In f64
/// for bool and integers; of complex numbers real. NaN or infinite where the count is not above `correction`.
TRIREME_API array var(Operand x, std::span<const int> axes = {}, double correction = 0, bool keepdims = false);
TRIREME_API array var(Operand x, std::initializer_list<int> axes, double correction = 0, bool keepdims = false);
TRIREME_API array stddev(Operand x, std::span<const int> axes = {}, double correction = 0, bool keepdims = false);
TRIREME_API array stddev(Operand x, std::initializer_list<int> axes, double correction = 0, bool keepdims = false);

/// The place, i64, of the smallest or the largest element: along `axis`, or in the flattened array without one. The
/// first NaN if there is one, else the first of equal elements; zeros of either sign are equal. Two passes over x. Not
/// for complex numbers. Throws Code::invalid_argument for an empty axis.
TRIREME_API array argmin(Operand x, std::optional<int> axis = {}, bool keepdims = false);
TRIREME_API array argmax(Operand x, std::optional<int> axis = {}, bool keepdims = false);

}  // namespace trireme
